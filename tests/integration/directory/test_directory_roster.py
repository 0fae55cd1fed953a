"""A roster comes in whole or not at all, and the same roster again changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.access import SYSTEM
from bot.core.errors import NotAllowed
from bot.directory import people, posts, repository, roster
from bot.directory.models import PersonState
from bot.directory.roster import RosterResult
from tests.integration.directory.world import NOW, World

HENGDIAN = "500111100216"
GRID = "500111100216-03"

ROSTER = """姓名,电话,岗位,区划,单位,角色,网格
横店村第3网格员,+86 10000 00103,网格员,龙水镇/横店村,,,3
横店村值班员,+86 10000 00202,village_duty,500111100216,,B,
龙水镇值班员,+86 10000 00301,镇街值班员,龙水镇,,A,
横店村值班员,+86 10000 00202,村（社区）干部,龙水镇/横店村,,A岗,
区值班员,+86 10000 00401,区应急局值班员,,,,
"""


async def bring_in(world: World, text: str = ROSTER) -> RosterResult:
    return await roster.import_csv(world.session, SYSTEM, NOW, world.plan, text)


def figures(result: RosterResult) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.unchanged, result.grids


async def test_everybody_named_is_awaited_on_his_posts(world: World) -> None:
    result = await bring_in(world)
    assert not result.errors
    assert figures(result) == (4, 1, 0, 1)
    worker = await repository.person_by_phone(world.session, "+861000000103")
    assert worker is not None
    assert worker.state is PersonState.INVITED
    assert await people.home_region(world.session, world.plan, worker.id, NOW) == GRID
    both = await repository.person_by_phone(world.session, "+861000000202")
    assert both is not None
    view = await people.person(world.session, both.id, NOW)
    assert view is not None
    assert [(post.kind, post.role.value) for post in view.posts] == [
        ("village_duty", "deputy"),
        ("village_cadre", "holder"),
    ]


async def test_the_same_roster_again_changes_nothing(world: World) -> None:
    await bring_in(world)
    assert figures(await bring_in(world)) == (0, 0, 5, 0)


@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
async def test_a_spreadsheets_encodings_are_read(world: World, encode: str) -> None:
    text = roster.decode(ROSTER.encode(encode))
    assert text is not None
    assert figures(await bring_in(world, text)) == (4, 1, 0, 1)


def test_what_is_no_text_is_not_guessed_at() -> None:
    assert roster.decode(b"\xff\xff\xff") is None


async def test_english_headings_in_any_order_do_too(world: World) -> None:
    text = "grid,Region,POST,phone,name\n3,龙水镇/横店村,grid_worker,+86 10000 00103,网格员\n"
    assert figures(await bring_in(world, text)) == (1, 0, 0, 1)


async def test_all_errors_are_told_and_nothing_is_brought_in(world: World) -> None:
    text = ROSTER + "\n,123,哨兵,某某村,,C,\n龙水镇副值班员,+86 10000 00302,镇街值班员,龙水镇,,A,\n"
    result = await bring_in(world, text)
    assert figures(result) == (0, 0, 0, 0)
    assert [(error.line, error.field) for error in result.errors] == [
        (8, "name"),
        (8, "phone"),
        (8, "post"),
        (8, "role"),
        (9, "post"),
    ]
    assert await repository.person_by_phone(world.session, "+861000000103") is None
    assert await repository.grid(world.session, GRID) is None


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 1, "name"),
        ("姓名,岗位\n", 1, "phone"),
        (ROSTER + "别的名字,+86 10000 00103,网格员,龙水镇/横店村,,,4\n", 7, "name"),
        (ROSTER + "横店村第3网格员,+86 10000 00103,网格员,龙水镇/横店村,,B,3\n", 7, "role"),
    ],
)
async def test_rows_that_contradict_each_other_are_an_error(world: World, text: str, line: int, field: str) -> None:
    result = await bring_in(world, text)
    assert (line, field) in [(error.line, error.field) for error in result.errors]


async def test_a_new_holder_on_the_roster_replaces_the_old_one(world: World) -> None:
    await bring_in(world)
    before = await repository.person_by_phone(world.session, "+861000000103")
    assert before is not None
    text = "姓名,电话,岗位,区划,网格\n新网格员,+86 10000 00104,网格员,龙水镇/横店村,3\n"
    result = await roster.import_csv(world.session, SYSTEM, NOW + timedelta(days=1), world.plan, text)
    assert (figures(result), result.replaced) == ((1, 0, 0, 0), [before.id])
    assert await people.home_region(world.session, world.plan, before.id, NOW + timedelta(days=1)) is None


async def test_two_who_change_seats_on_the_roster_change_seats(world: World) -> None:
    text = "姓名,电话,岗位,区划,角色\n甲岗,13800000001,镇街值班员,龙水镇,{}\n乙岗,13800000002,镇街值班员,龙水镇,{}\n"
    await bring_in(world, text.format("A", "B"))
    result = await bring_in(world, text.format("B", "A"))
    assert (figures(result), result.replaced) == ((0, 2, 0, 0), [])
    held = await posts.at(world.session, world.at("town_duty", "500111100"), NOW)
    assert [(row.person.name, row.post.role.value) for row in held] == [("乙岗", "holder"), ("甲岗", "deputy")]


async def test_a_roster_keeps_accounts_and_suspensions_and_awaits_who_had_left(world: World) -> None:
    states = {
        "+861000000103": PersonState.ACTIVE,
        "+861000000202": PersonState.SUSPENDED,
        "+861000000301": PersonState.LEFT,
    }
    for account, (phone, state) in enumerate(states.items(), start=1):
        has_account = state is not PersonState.LEFT
        await world.person("旧名", phone=phone, state=state, platform_id=account if has_account else None)
    await bring_in(world)
    found = [await repository.person_by_phone(world.session, phone) for phone in states]
    assert [(person.state, person.platform_id) for person in found if person] == [
        (PersonState.ACTIVE, 1),
        (PersonState.SUSPENDED, 2),
        (PersonState.INVITED, None),
    ]
    assert {person.name for person in found if person} == {"横店村第3网格员", "横店村值班员", "龙水镇值班员"}


@pytest.mark.parametrize(
    ("kind", "place", "allowed"),
    [("administrator", "500111", True), ("district_leader", "500111", False), ("town_leader", "500111100", False)],
)
async def test_only_who_may_imports_a_roster(world: World, kind: str, place: str, allowed: bool) -> None:
    actor = await world.actor(await world.person("办的人", kind, place, platform_id=9))
    if allowed:
        assert not (await roster.import_csv(world.session, actor, NOW, world.plan, ROSTER)).errors
        return
    with pytest.raises(NotAllowed):
        await roster.import_csv(world.session, actor, NOW, world.plan, ROSTER)

"""What people may do follows from the posts they hold at that moment, and from nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.audit import service as audit
from bot.core.access import Permission
from bot.core.errors import NotAllowed
from bot.directory import people
from bot.directory.errors import ChangedMeanwhile, NotYourself
from bot.directory.models import PersonState, Role
from tests.integration.directory.world import NOW, World

DISTRICT = "500111"
LONGSHUI = "500111100"
BAODING = "500111102"
HENGDIAN = "500111100216"
GRID = "500111100216-03"
HOUR = timedelta(hours=1)


async def test_a_stranger_is_nobody(world: World) -> None:
    assert await people.actor_of(world.session, world.plan, 42, NOW) is None
    assert await people.person_by_platform(world.session, 42) is None


async def test_rights_are_those_of_the_post_at_its_own_region(world: World) -> None:
    officer = await world.person("龙水镇值班员", "town_duty", LONGSHUI, platform_id=1)
    actor = await world.actor(officer)
    assert actor.may(Permission.INCIDENT_VERIFY, HENGDIAN)
    assert not actor.may(Permission.INCIDENT_VERIFY, BAODING)
    assert not actor.may(Permission.GROUP_BIND, LONGSHUI)
    assert {grant.post_id for grant in actor.grants} == {await world.post_id("town_duty", LONGSHUI)}


async def test_a_right_of_district_scope_holds_in_the_whole_district(world: World) -> None:
    worker = await world.person("横店村第3网格员", "grid_worker", GRID, platform_id=1)
    actor = await world.actor(worker)
    assert actor.may(Permission.REPORT_FILE, BAODING)
    assert actor.may(Permission.INCIDENT_SEE, GRID)
    assert not actor.may(Permission.INCIDENT_SEE, HENGDIAN)


async def test_a_units_post_holds_its_rights_in_the_units_region(world: World) -> None:
    key = next(iter(world.plan.units))
    officer = await world.person("安全管理员", "company_safety", key, platform_id=1)
    assert (await world.actor(officer)).may(Permission.INCIDENT_SEE, world.plan.unit(key).region)
    assert await people.home_region(world.session, world.plan, officer.id, NOW) == world.plan.unit(key).region


async def test_acting_gives_rights_only_between_its_dates(world: World) -> None:
    leader = await world.person("龙水镇镇领导", platform_id=1)
    await world.on(leader, "town_duty", LONGSHUI, role=Role.ACTING, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    held = [
        (await world.actor(leader, NOW + minutes * HOUR / 60)).may(Permission.INCIDENT_VERIFY, LONGSHUI)
        for minutes in (0, 59, 60, 119, 120, 200)
    ]
    assert held == [False, False, True, True, False, False]


async def test_somebody_suspended_is_known_and_may_do_nothing(world: World) -> None:
    officer = await world.person("值班员", "town_duty", LONGSHUI, platform_id=1, state=PersonState.SUSPENDED)
    actor = await world.actor(officer)
    assert actor.person_id == officer.id
    assert not actor.grants


async def test_a_post_the_pack_no_longer_has_carries_no_right(world: World) -> None:
    officer = await world.person("值班员", "abolished", LONGSHUI, platform_id=1)
    assert not (await world.actor(officer)).grants


async def test_home_is_the_narrowest_region_of_the_posts_held_now(world: World) -> None:
    somebody = await world.person("两岗", "town_duty", LONGSHUI, platform_id=1)
    assert await people.home_region(world.session, world.plan, somebody.id, NOW) == LONGSHUI
    await world.on(somebody, "grid_worker", GRID)
    await world.on(somebody, "village_cadre", HENGDIAN)
    assert await people.home_region(world.session, world.plan, somebody.id, NOW) == GRID
    assert await people.home_region(world.session, world.plan, somebody.id, NOW - HOUR) is None


async def test_a_post_is_turned_to_in_the_order_a_acting_b_and_each_person_once(world: World) -> None:
    deputy = await world.person("B", "town_duty", LONGSHUI, role=Role.DEPUTY, platform_id=1)
    acting = await world.person("代管", "town_duty", LONGSHUI, role=Role.ACTING, platform_id=2, ends_at=NOW + HOUR)
    holder = await world.person("A", "town_duty", LONGSHUI, platform_id=3)
    await world.on(holder, "town_leader", LONGSHUI)
    await world.person("宝顶", "town_duty", BAODING, platform_id=4)
    found = await people.on_post(world.session, ["town_duty", "town_leader"], LONGSHUI, NOW)
    assert [person.id for person in found] == [holder.id, acting.id, deputy.id]
    assert [person.id for person in await people.on_post(world.session, ["town_duty"], LONGSHUI, NOW + HOUR)] == [
        holder.id,
        deputy.id,
    ]


@pytest.mark.parametrize("state", [PersonState.INVITED, PersonState.SUSPENDED, PersonState.LEFT])
async def test_nobody_is_turned_to_who_is_not_with_us(world: World, state: PersonState) -> None:
    await world.person("值班员", "town_duty", LONGSHUI, platform_id=1, state=state)
    assert not await people.on_post(world.session, ["town_duty"], LONGSHUI, NOW, also_unreachable=True)


async def test_who_blocked_the_bot_is_left_out_and_listed_for_the_telephone(world: World) -> None:
    await world.person("值班员", "town_duty", LONGSHUI, platform_id=1, phone="+861000000301")
    assert await people.unreachable(world.session, NOW, 1, "blocked") is not None
    assert await people.unreachable(world.session, NOW, 1, "blocked") is None, "told once"
    assert not await people.on_post(world.session, ["town_duty"], LONGSHUI, NOW)
    listed = await people.on_post(world.session, ["town_duty"], LONGSHUI, NOW, also_unreachable=True)
    assert [(person.phone, person.reachable) for person in listed] == [("+861000000301", False)]
    assert await people.reachable_again(world.session, NOW, 1) is not None
    assert await people.on_post(world.session, ["town_duty"], LONGSHUI, NOW)


async def test_nobody_of_ours_blocking_the_bot_concerns_nobody(world: World) -> None:
    assert await people.unreachable(world.session, NOW, 99, "blocked") is None


async def test_administrators_are_those_whose_region_covers_the_place(world: World) -> None:
    administrator = await world.person("系统管理员", "administrator", DISTRICT, platform_id=1)
    desk = await world.person("区值班员", "district_duty", DISTRICT, platform_id=2)
    await world.person("镇管理员", "administrator", BAODING, platform_id=3)
    found = await people.administrators(world.session, NOW, HENGDIAN)
    assert [person.id for person in found] == [administrator.id]
    watching = await people.watchers(world.session, NOW, HENGDIAN)
    assert {person.id for person in watching} == {administrator.id, desk.id}


@pytest.mark.parametrize(
    ("kind", "place", "seen"),
    [
        ("town_duty", LONGSHUI, {"龙水", "横店", "看的人"}),
        ("district_duty", DISTRICT, {"龙水", "横店", "宝顶", "单位", "看的人"}),
        ("village_duty", HENGDIAN, {"横店", "看的人"}),
        ("grid_worker", GRID, None),
    ],
)
async def test_one_sees_the_people_of_ones_own_region(
    world: World, kind: str, place: str, seen: set[str] | None
) -> None:
    await world.person("龙水", "town_leader", LONGSHUI)
    await world.person("横店", "village_cadre", HENGDIAN)
    await world.person("宝顶", "town_duty", BAODING)
    await world.person("单位", "company_safety", next(iter(world.plan.units)))
    viewer = await world.actor(await world.person("看的人", kind, place, platform_id=1))
    if seen is None:
        with pytest.raises(NotAllowed):
            await people.in_regions(world.session, world.plan, viewer, NOW)
        return
    assert {person.name for person in await people.in_regions(world.session, world.plan, viewer, NOW)} == seen


@pytest.mark.parametrize(
    ("kind", "place", "allowed"),
    [
        ("administrator", DISTRICT, True),
        ("town_leader", LONGSHUI, True),
        ("town_leader", BAODING, False),
        ("town_duty", LONGSHUI, False),
        ("district_duty", DISTRICT, False),
    ],
)
async def test_suspending_takes_the_right_where_the_person_holds_posts(
    world: World, kind: str, place: str, allowed: bool
) -> None:
    officer = await world.person("值班员", "village_duty", HENGDIAN, platform_id=1)
    actor = await world.actor(await world.person("办的人", kind, place, platform_id=2))
    if not allowed:
        with pytest.raises(NotAllowed):
            await people.suspend(world.session, world.plan, actor, NOW, person_id=officer.id)
        assert officer.state is PersonState.ACTIVE
        return
    await people.suspend(world.session, world.plan, actor, NOW, person_id=officer.id)
    assert not (await world.actor(officer)).grants
    with pytest.raises(ChangedMeanwhile):
        await people.suspend(world.session, world.plan, actor, NOW, person_id=officer.id)
    await people.reinstate(world.session, world.plan, actor, NOW, person_id=officer.id)
    assert (await world.actor(officer)).grants
    acts = [entry.act for entry in await audit.about(world.session, f"person:{officer.id}")]
    assert acts == ["person.suspend", "person.reinstate"]


async def test_a_town_cannot_suspend_who_also_holds_a_post_of_the_district(world: World) -> None:
    both = await world.person("两岗", "village_duty", HENGDIAN, platform_id=1)
    await world.on(both, "district_duty", DISTRICT)
    leader = await world.actor(await world.person("镇领导", "town_leader", LONGSHUI, platform_id=2))
    with pytest.raises(NotAllowed):
        await people.suspend(world.session, world.plan, leader, NOW, person_id=both.id)


async def test_nobody_suspends_himself(world: World) -> None:
    administrator = await world.person("系统管理员", "administrator", DISTRICT, platform_id=1)
    with pytest.raises(NotYourself):
        await people.suspend(
            world.session, world.plan, await world.actor(administrator), NOW, person_id=administrator.id
        )


async def test_leaving_ends_all_posts_unlinks_the_account_and_keeps_the_number(world: World) -> None:
    worker = await world.person("网格员", "grid_worker", GRID, platform_id=1, phone="+861000000103")
    await world.on(worker, "town_duty", LONGSHUI, role=Role.ACTING, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    before = await people.leave(world.session, await world.actor(worker), NOW)
    assert [post.kind for post in before.posts] == ["grid_worker"]
    assert await people.actor_of(world.session, world.plan, 1, NOW) is None
    assert (worker.state, worker.platform_id, worker.phone) == (PersonState.LEFT, None, "+861000000103")
    for later in (NOW, NOW + 1.5 * HOUR):
        assert await people.home_region(world.session, world.plan, worker.id, later) is None


async def test_leaving_does_not_lift_a_suspension(world: World) -> None:
    worker = await world.person("网格员", "grid_worker", GRID, platform_id=1, state=PersonState.SUSPENDED)
    await people.leave(world.session, await world.actor(worker), NOW)
    assert worker.state is PersonState.SUSPENDED
    assert worker.platform_id is None


async def test_language_is_kept_and_an_unknown_one_is_chinese(world: World) -> None:
    worker = await world.person("网格员", "grid_worker", GRID, platform_id=1)
    actor = await world.actor(worker)
    assert await people.set_language(world.session, actor, NOW, locale="en-GB") == "en"
    assert (await world.actor(worker)).locale == "en"
    assert await people.set_language(world.session, actor, NOW, locale="xx") == "zh"

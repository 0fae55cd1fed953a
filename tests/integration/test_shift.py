"""交接班: what the next shift hears, and who gave it to whom, by posts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.audit import service as audit
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Screen, Target, Telling
from bot.directory.models import Role
from bot.incident import calls, listing, repository
from bot.incident.errors import NotAtThisDesk, ShiftHandedOver
from bot.incident.listing import Shift
from bot.incident.models import CallResult, IncidentState
from bot.incident.sight import Desk
from bot.plan.service import Plan
from handlers.lists import screens
from messages.engine import render
from tests.integration.directory.world import World
from tests.integration.listed import MINUTE, change, opened
from tests.integration.town import DISTRICT, NIGHT, OTHER_TOWN, TOWN, Town, build


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def numbers(town: Town, *ids: int) -> list[str]:
    async with town.database.read() as session:
        found = [await repository.get(session, each) for each in ids]
    return [row.number for row in found if row]


async def shift(town: Town, role: str, after: timedelta = timedelta()) -> Shift:
    async with town.database.write() as session:
        return await listing.shift(session, town.plan, await town.actor(session, role), NIGHT + after)


async def test_the_next_shift_hears_what_is_open_what_came_and_whom_no_call_reached(town: Town) -> None:
    old = await opened(town, before=13 * 60 * MINUTE)
    fresh, done = await opened(town), await opened(town)
    await opened(town, region=OTHER_TOWN)
    await change(town, done, state=IncidentState.CLOSED, closed_at=NIGHT)
    async with town.database.write() as session:
        actor = await town.actor(session, "town")
        for minutes, number, result in ((0, old, CallResult.BUSY), (1, fresh, CallResult.NO_ANSWER)):
            told = (session, town.plan, actor, NIGHT + minutes * MINUTE, number, f"r{DISTRICT}", result)
            await calls.note(*told, city="市应急局")
        later = NIGHT + 2 * MINUTE
        told = (session, town.plan, actor, later, fresh, f"r{DISTRICT}", CallResult.REACHED)
        await calls.note(*told, city="市应急局")
    view = await shift(town, "town", 3 * MINUTE)
    assert [row.id for row in view.rows] == [old, fresh]
    assert (view.came, view.closed) == (2, 1)
    assert [(number, call.result) for number, call in view.unreached] == [
        ((await numbers(town, old))[0], CallResult.BUSY)
    ]
    assert (view.desk.name, screens.post_name(view.desk, "zh")) == ("龙水镇值班室", "镇街值班员A岗")


async def test_a_drill_stands_last_under_its_own_heading_and_is_counted_nowhere(town: Town) -> None:
    await change(town, await opened(town), drill=True)
    real = await opened(town)
    view = await shift(town, "town")
    assert (view.came, view.closed) == (1, 0)
    assert [row.drill for row in view.rows] == [False, True]
    said = render(screens.shift(town.plan, view, NIGHT, "zh")[0], "zh")
    assert "未了1件" in said
    before, after = said.split("以下是演练，不计入件数")
    assert (await numbers(town, real))[0] in before
    assert "【演练】险情" not in before
    assert "【演练】险情" in after


async def test_a_night_with_ninety_open_cases_is_read_in_several_messages_with_the_button_at_the_end(
    town: Town,
) -> None:
    for _ in range(90):
        await opened(town, what="屋后坡裂了，下面住三户")
    view = await shift(town, "district")
    payload, keyboard = screens.shift(town.plan, view, NIGHT, "zh")
    async with town.database.write() as session:
        how = Telling("act:1", "answer", Lane.INTERACTIVE)
        screen = Screen(render(payload, "zh"), keyboard)
        await delivery.show(session, NIGHT, how, screen, [Target(town.chats["district"])])
    said = await town.told("district")
    assert len(said) > 1
    assert "念完" in said[-1]
    assert all(row.number in "".join(said) for row in view.rows)


async def test_handing_over_writes_down_by_posts_who_gave_and_who_took(town: Town) -> None:
    taker = await _deputy(town)
    assert [each.person_id for each in (await shift(town, "town")).successors] == [taker]
    desk_held, took = await hand_over(town, "town", taker)
    assert took is not None
    assert (desk_held.post.zh, desk_held.role, took.role) == ("镇街值班员", Role.HOLDER, Role.DEPUTY)
    async with town.database.read() as session:
        (row,) = await audit.about(session, f"desk:{TOWN}")
    assert (row.act, row.actor_name) == ("duty.hand_over", "town")
    assert (row.facts["to"], row.facts["role"], row.facts["to_role"]) == (taker, "holder", "deputy")
    for chat in town.chats:
        assert await town.told(chat) == [], "nobody else hears of it"


async def test_a_desk_with_one_post_and_one_telephone_hands_over_to_whoever_sits_there(town: Town) -> None:
    assert (await shift(town, "town")).successors == ()
    desk_held, took = await hand_over(town, "town", None)
    assert (desk_held.region_code, took) == (TOWN, None)


async def test_tapping_twice_hands_over_once(town: Town) -> None:
    await hand_over(town, "town", None)
    with pytest.raises(ShiftHandedOver):
        await hand_over(town, "town", None)


async def test_a_shift_goes_only_to_somebody_on_the_same_desk(town: Town) -> None:
    taker = await _deputy(town)
    async with town.database.read() as session:
        stranger = (await town.actor(session, "other_town")).person_id
    for wrong in (None, stranger, 4711):
        with pytest.raises(NotAtThisDesk):
            await hand_over(town, "town", wrong)
    await hand_over(town, "town", taker)


async def test_who_sits_at_no_desk_hands_no_shift_over(town: Town) -> None:
    for role in ("worker", "cadre", "administrator"):
        with pytest.raises(NotAllowed):
            await shift(town, role)
        with pytest.raises(NotAllowed):
            await hand_over(town, role, None)


async def _deputy(town: Town) -> int:
    async with town.database.write() as session:
        world = World(session, town.plan)
        person = await world.person("deputy", "town_duty", TOWN, role=Role.DEPUTY, platform_id=902)
        return person.id


async def hand_over(town: Town, role: str, to: int | None) -> tuple[Desk, listing.Successor | None]:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        return await listing.hand_over(session, town.plan, actor, NIGHT, to)

"""What waits for somebody, what he finds, what the next shift is told: only what he may see, most pressing first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.core.geo import Point
from bot.delivery.schemas import Target
from bot.demo_bot import demo_plan
from bot.incident import desk, listing, repository
from bot.incident.errors import NoSuchIncident
from bot.incident.listing import Found, ToDo
from bot.incident.models import Enquiry, IncidentState, Threat, Wanted
from bot.incident.pressing import Standing, Why
from bot.plan.schema import Nature
from handlers.lists import screens
from messages.engine import render
from tests.conftest import PACK
from tests.integration.directory.world import World
from tests.integration.listed import MINUTE, change, opened, take, verify
from tests.integration.town import GRID, NIGHT, OTHER_TOWN, TOWN, Town, build

QUARRY = "demo_quarry"


@pytest.fixture
async def town(database: Database) -> Town:
    return await build(database, demo_plan(PACK)[0])


async def todo(town: Town, role: str, after: timedelta = timedelta()) -> tuple[tuple[ToDo, ...], int]:
    async with town.database.write() as session:
        return await listing.todo(session, town.plan, await town.actor(session, role), NIGHT + after)


async def waiting(town: Town, role: str, after: timedelta = timedelta()) -> list[tuple[int, Why]]:
    return [(thing.row.id, thing.why) for thing in (await todo(town, role, after))[0]]


async def find(town: Town, role: str, text: str) -> Found:
    async with town.database.write() as session:
        return await listing.find(session, town.plan, await town.actor(session, role), NIGHT, text)


async def ids(town: Town, role: str, text: str) -> list[int]:
    return [row.id for row in (await find(town, role, text)).rows]


# --- to do -----------------------------------------------------------------------------------------------------------


async def test_nobody_has_it_then_it_is_not_verified_then_nothing_waits(town: Town) -> None:
    number = await opened(town)
    assert await waiting(town, "town") == [(number, Why.UNTAKEN)]
    await take(town, number)
    assert await waiting(town, "town") == [(number, Why.UNVERIFIED)]
    await verify(town, number)
    assert await waiting(town, "town") == []


async def test_people_threatened_and_nobody_on_it_comes_before_what_is_long_overdue(town: Town) -> None:
    late = await opened(town, before=120 * MINUTE)
    await take(town, late)
    calm = await opened(town, threat=Threat.NO, before=3 * MINUTE)
    fresh = await opened(town)
    assert [number for number, _ in await waiting(town, "town")] == [fresh, late, calm]


async def test_a_drill_comes_last_however_pressing_and_is_counted_nowhere(town: Town) -> None:
    for _ in range(listing.SHOWN):
        await change(town, await opened(town, before=120 * MINUTE), drill=True)
    calm = await opened(town, threat=Threat.NO)
    rows, more = await todo(town, "town")
    assert [thing.row.drill for thing in rows] == [False] + [True] * (listing.SHOWN - 1)
    assert (rows[0].row.id, more) == (calm, 0)
    said = render(screens.todo(town.plan, rows, more, None, NIGHT, "zh")[0], "zh")
    assert "待办 1件" in said
    assert said.count("以下是演练，不计入件数") == 1


async def test_minutes_left_are_counted_and_over_is_never_called_late(town: Town) -> None:
    number = await opened(town, before=24 * MINUTE)
    await take(town, number)
    rows, more = await todo(town, "town")
    payload, keyboard = screens.todo(town.plan, rows, more, None, NIGHT, "zh")
    said = render(payload, "zh")
    assert "town 已接手，未核实，超内部时限9分钟" in said
    assert "迟报" not in said
    ((button,),) = keyboard.rows
    assert button.data == f"l.show:{number}"


async def test_an_arrival_promised_and_past_is_on_the_list(town: Town) -> None:
    number = await opened(town)
    await take(town, number, arrive=15)
    assert await waiting(town, "cadre", 14 * MINUTE) == []
    assert await waiting(town, "cadre", 16 * MINUTE) == [(number, Why.ARRIVAL)]


async def test_a_doubt_waits_for_the_second_person_and_not_for_whoever_raised_it(town: Town) -> None:
    number = await opened(town)
    await take(town, number)
    async with town.database.write() as session:
        actor = await town.actor(session, "town")
        await desk.doubt(session, town.plan, actor, NIGHT, number, "到现场看过，没有这回事")
    assert await waiting(town, "town") == []
    assert await waiting(town, "cadre") == []
    assert await waiting(town, "district") == [(number, Why.DOUBTED)]


async def test_a_reporter_not_satisfied_and_a_question_nobody_answered_wait(town: Town) -> None:
    reopened, asked = await opened(town), await opened(town)
    await take(town, reopened)
    await take(town, asked)
    await change(town, reopened, state=IncidentState.CLOSED, reopen_asked_at=NIGHT)
    await verify(town, asked)
    async with town.database.write() as session:
        (follower,) = await repository.followers(session, asked)
        question = Enquiry(
            incident_id=asked,
            follower_id=follower.id,
            wanted=Wanted.POSITION,
            asked_name="town",
            asked_at=NIGHT,
            expires_at=NIGHT + 30 * MINUTE,
        )
        session.add(question)
    assert await waiting(town, "town") == [(reopened, Why.REOPEN), (asked, Why.ENQUIRY)]
    assert await waiting(town, "town", 31 * MINUTE) == [(reopened, Why.REOPEN)], "the question has expired"


async def test_the_list_holds_eight_and_says_how_many_more(town: Town) -> None:
    for _ in range(10):
        await opened(town)
    rows, more = await todo(town, "district")
    assert (len(rows), more) == (8, 2)


async def test_a_neighbouring_towns_desk_sees_nothing_of_it(town: Town) -> None:
    await opened(town)
    assert await waiting(town, "other_town") == []
    there = await opened(town, region=OTHER_TOWN)
    assert await waiting(town, "other_town") == [(there, Why.UNTAKEN)]
    assert (there, Why.UNTAKEN) not in await waiting(town, "town")


async def test_what_is_part_of_another_and_what_is_over_wait_for_nobody(town: Town) -> None:
    first, second, over = await opened(town), await opened(town), await opened(town)
    await change(town, second, merged_into=first)
    await change(town, over, state=IncidentState.WITHDRAWN)
    assert await waiting(town, "town") == [(first, Why.UNTAKEN)]


async def test_a_list_needs_a_post_that_sees_incidents(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await todo(town, "administrator")


# --- finding ---------------------------------------------------------------------------------------------------------


async def test_a_number_is_found_whole_in_part_and_by_todays_serial(town: Town) -> None:
    third = await opened(town, number="龙水0712-3")
    await opened(town, number="龙水0712-13")
    await opened(town, number="龙水0711-3")
    for text in ("龙水0712-3", "0712-3", "３", "3", "龙水3", "龙水 3", "0712－3"):
        assert await ids(town, "town", text) == [third], text
    assert await ids(town, "town", "龙水0711") == [third + 2]
    assert await ids(town, "town", "龙水0713-3") == []


async def test_the_number_of_a_second_persons_report_finds_the_same_thing(town: Town) -> None:
    first = await opened(town, number="龙水0712-1")
    second = await opened(town, number="龙水0712-2")
    await change(town, second, merged_into=first)
    (row,) = (await find(town, "town", "0712-2")).rows
    assert (row.id, row.standing, row.merged_number) == (second, Standing.MERGED, "龙水0712-1")


async def test_places_states_kinds_and_what_was_said_are_found_and_narrow_each_other(town: Town) -> None:
    slide = await opened(town, kind_key="landslide", what="屋后坡裂了")
    flood = await opened(town, kind_key="flood", region=TOWN, nature=Nature.ACCIDENT)
    away = await opened(town, region=OTHER_TOWN, kind_key="landslide")
    await take(town, flood)
    cases = {
        "横店": [slide],
        "龙水镇": [flood, slide],
        "宝顶": [away],
        "滑坡": [away, slide],
        "滑坡 龙水": [slide],
        "自然灾害": [away, flood, slide],
        "未接手": [away, slide],
        "已接手": [flood],
        "未核实 龙水镇": [flood, slide],
        "untaken": [away, slide],
        "事故灾情": [flood],
        "坡裂": [slide],
        "火星": [],
        "100%": [],
    }
    for text, expected in cases.items():
        assert await ids(town, "district", text) == expected, text
    await change(town, slide, state=IncidentState.DISMISSED)
    await change(town, flood, state=IncidentState.CLOSED)
    assert await ids(town, "district", "查否") == [slide]
    assert await ids(town, "district", "已办结") == [flood]


async def test_newest_come_first_and_how_many_more_is_said(town: Town) -> None:
    made = [await opened(town, before=(20 - n) * MINUTE) for n in range(11)]
    found = await find(town, "town", "龙水镇")
    assert [row.id for row in found.rows] == made[:2:-1]
    assert found.more == 3


async def test_a_grid_worker_finds_his_own_reports_wherever_they_were_and_no_others(town: Town) -> None:
    async with town.database.write() as session:
        await World(session, town.plan).person("neighbour", "grid_worker", GRID[:-2] + "05", platform_id=900)
    town.chats["neighbour"] = 900
    own = await opened(town, region=OTHER_TOWN)
    await opened(town, role="neighbour")
    assert await ids(town, "worker", "0712") == [own]


async def test_what_somebody_may_not_see_is_not_found_and_not_opened(town: Town) -> None:
    number = await opened(town)
    assert await ids(town, "other_town", "0712") == []
    assert await ids(town, "administrator", "0712") == []
    for role in ("other_town", "administrator"):
        with pytest.raises(NotAllowed):
            await open_(town, role, number)
    with pytest.raises(NoSuchIncident):
        await open_(town, "town", 4711)
    assert set(await town.cards(f"incident:{number}")) == {"village_group", "town_group", "district_group"}


async def test_near_me_is_within_five_kilometres_and_nearest_first(town: Town) -> None:
    far = await opened(town, latitude=29.53, longitude=105.7)
    close = await opened(town, latitude=29.5, longitude=105.7)
    await opened(town, latitude=29.546, longitude=105.7)
    await opened(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "town")
        found = await listing.near(session, town.plan, actor, NIGHT, Point(29.501, 105.7))
    assert [row.id for row in found.rows] == [close, far]


async def test_opening_ships_a_fresh_card_to_the_officers_own_chat_each_time(town: Town) -> None:
    number = await opened(town)
    assert await open_(town, "town", number) is None
    first = (await town.cards(f"incident:{number}"))["town"]
    assert await open_(town, "town", number) is None
    assert (await town.cards(f"incident:{number}"))["town"] > first
    assert "cadre" not in await town.cards(f"incident:{number}")


async def test_a_reporter_gets_the_state_of_his_report_and_no_desks_card(town: Town) -> None:
    number = await opened(town)
    row = await open_(town, "worker", number)
    assert row is not None
    assert row.standing is Standing.UNTAKEN
    assert "worker" not in await town.cards(f"incident:{number}")


async def test_a_company_sees_what_concerns_it_and_not_the_town_it_lies_in(town: Town) -> None:
    async with town.database.write() as session:
        await World(session, town.plan).person("safety", "company_safety", QUARRY, platform_id=901)
    town.chats["safety"] = 901
    region = town.plan.unit(QUARRY).region
    await opened(town, region=region)
    own = await opened(town, region=region)
    await change(town, own, unit_key=QUARRY)
    assert await ids(town, "safety", "0712") == [own]
    row = await open_(town, "safety", own)
    assert row is not None
    assert "演示采石场（虚构企业）" in row.place


async def open_(town: Town, role: str, incident_id: int) -> listing.Listed | None:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        return await listing.show(session, town.plan, actor, NIGHT, incident_id, Target(town.chats[role]))

"""Nobody has it in hand: many at once are one message, and whoever is suspended or gone has nothing in hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from bot.audit import service as audit
from bot.core.access import Actor, Grant, Permission
from bot.core.database import Database
from bot.delivery.models import Lane, Message, MessageState
from bot.directory import people
from bot.directory.models import Holding
from bot.incident import desk, jobs, lists_repository, merging, service, sorting
from bot.incident.errors import AlreadyTaken, NothingToDo
from bot.incident.models import Away, EntryKind, Incident, IncidentState, Threat
from bot.incident.pressing import Standing, standing_of
from bot.incident.rules import Deed
from bot.plan.service import Plan
from tests.integration.case import Cases
from tests.integration.town import DISTRICT, NIGHT, OTHER_TOWN, build

MINUTES = timedelta(minutes=1)
DESKS = ("village_group", "town_group", "district_group")


@pytest.fixture
async def cases(database: Database, plan: Plan) -> Cases:
    return Cases(await build(database, plan))


async def _suspend(cases: Cases, role: str) -> None:
    async with cases.database.write() as session:
        person = await cases.town.actor(session, role)
        judge = Actor(None, "judge", grants=(Grant(Permission.PERSON_SUSPEND, DISTRICT),))
        await people.suspend(session, cases.plan, judge, NIGHT, person_id=person.person_id or 0)


async def _reinstate(cases: Cases, person_id: int) -> None:
    async with cases.database.write() as session:
        judge = Actor(None, "judge", grants=(Grant(Permission.PERSON_SUSPEND, DISTRICT),))
        await people.reinstate(session, cases.plan, judge, NIGHT, person_id=person_id)


async def _end_posts(cases: Cases, role: str) -> None:
    async with cases.database.write() as session:
        person = await cases.town.actor(session, role)
        of_him = col(Holding.person_id) == person.person_id
        await session.exec(update(Holding).where(of_him).values(ends_at=NIGHT + MINUTES))


async def _taken(cases: Cases, role: str = "town") -> int:
    number = await cases.reported()
    await cases.do(role, service.take, number)
    return number


async def _calls(cases: Cases, chat: str, purpose: str) -> list[Message]:
    async with cases.database.read() as session:
        rows = select(Message).where(Message.chat_id == cases.town.chats[chat], Message.purpose == purpose)
        return list((await session.exec(rows)).all())


# --- many at once ----------------------------------------------------------------------------------------------------


async def test_three_are_told_one_by_one(cases: Cases) -> None:
    for serial in (1, 2, 3):
        await cases.reported(serial)
    assert await cases.chase(NIGHT + 5 * MINUTES) == 3
    for chat in DESKS:
        assert len(await cases.town.told(chat, "untaken")) == 3
        assert await cases.town.told(chat, "untaken_many") == []


async def test_sixty_are_one_ringing_message_to_each_desk_and_every_reporter_hears_of_his_own(cases: Cases) -> None:
    numbers = [await cases.reported(serial) for serial in range(1, 60)]
    numbers.append(await cases.reported(60, threat=Threat.YES, at=NIGHT + MINUTES))
    before = await cases.town.cards(f"incident:{numbers[0]}")
    assert await cases.chase(NIGHT + 6 * MINUTES) == 60
    for chat in DESKS:
        assert await cases.town.told(chat, "untaken") == []
        (text,) = await cases.town.told(chat, "untaken_many")
        title, first, *_others = text.splitlines()
        assert title == "<b>60件仍无人接手</b>"
        assert first == "龙水0712-60 有人受威胁 · 龙水镇 横店村 第3网格 · 5分钟 · +86 100 0000 0101"
        assert sum("分钟" in line for line in text.splitlines()) == 12
        assert "还有48件，见 /todo" in text
        (row,) = await _calls(cases, chat, "untaken_many")
        assert (row.silent, row.critical, row.lane) == (False, True, Lane.URGENT)
    assert len(await cases.town.told("worker", "untaken_for_reporter")) == 60
    after = await cases.town.cards(f"incident:{numbers[0]}")
    assert all(after[chat] > before[chat] for chat in before)
    for number in (numbers[0], numbers[-1]):
        assert (await cases.row(number)).chases == 1
        assert (await cases.log(number))[-1] is EntryKind.CHASED
        async with cases.database.read() as session:
            assert [row.act for row in await audit.about(session, f"incident:{number}")][-1] == "incident.chase"


async def test_many_are_told_again_after_five_minutes_and_once_after_three_hours(cases: Cases) -> None:
    for serial in range(1, 6):
        await cases.reported(serial)
    assert await cases.chase(NIGHT + 5 * MINUTES) == 5
    assert await cases.chase(NIGHT + 5 * MINUTES) == 0
    assert await cases.chase(NIGHT + timedelta(hours=3)) == 5
    assert await cases.chase(NIGHT + timedelta(hours=3)) == 0
    assert len(await cases.town.told("town_group", "untaken_many")) == 2


async def test_a_desk_that_is_concerned_by_few_hears_them_one_by_one(cases: Cases) -> None:
    for serial in (1, 2, 3):
        await cases.reported(serial)
    await cases.reported(4, region=OTHER_TOWN)
    assert await cases.chase(NIGHT + 5 * MINUTES) == 4
    assert len(await cases.town.told("district_group", "untaken_many")) == 1
    assert await cases.town.told("district_group", "untaken") == []
    assert len(await cases.town.told("town_group", "untaken")) == 3
    assert len(await cases.town.told("other_group", "untaken")) == 1


# --- whoever took it is away -----------------------------------------------------------------------------------------


async def test_what_a_suspended_officer_has_is_open_again_and_called_for(cases: Cases) -> None:
    number = await _taken(cases)
    await cases.do("town", service.arrive, number, 15)
    await _suspend(cases, "town")
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1
    seen = await cases.seen(number)
    assert (seen.taken_name, seen.away) == ("town", Away.SUSPENDED)
    assert Deed.TAKE in seen.deeds
    assert Deed.ARRIVE not in seen.deeds
    for chat in DESKS:
        (told,) = await cases.town.told(chat, "untaken")
        assert "town 已停用（原已接手），请另一人接手。" in told
    assert "原接手的人已不在岗" in (await cases.town.told("worker", "untaken_for_reporter"))[0]
    assert await cases.chase(NIGHT + 10 * MINUTES) == 1
    await cases.do("district", service.take, number, at=NIGHT + 11 * MINUTES)
    row = await cases.row(number)
    assert (row.taken_name, row.away, row.arrive_by) == ("district", None, None)
    assert (await cases.log(number)).count(EntryKind.TAKEN) == 2
    assert await cases.chase(NIGHT + timedelta(hours=1)) == 0


async def test_who_has_no_post_there_any_more_has_nothing_in_hand(cases: Cases) -> None:
    number = await _taken(cases)
    await _end_posts(cases, "town")
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1
    assert (await cases.seen(number)).away is Away.LEFT
    assert "town 已离岗" in (await cases.town.told("town_group", "untaken"))[0]


async def test_who_has_left_has_nothing_in_hand(cases: Cases) -> None:
    number = await _taken(cases)
    async with cases.database.write() as session:
        await people.leave(session, await cases.town.actor(session, "town"), NIGHT)
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1
    assert (await cases.seen(number)).away is Away.LEFT


async def test_another_may_take_it_before_anybody_noticed_that_he_is_away(cases: Cases) -> None:
    number = await _taken(cases)
    with pytest.raises(AlreadyTaken):
        await cases.do("district", service.take, number)
    await _suspend(cases, "town")
    await cases.do("district", service.take, number)
    assert (await cases.row(number)).taken_name == "district"
    with pytest.raises(NothingToDo):
        await cases.do("district", service.take, number)


async def test_who_is_back_before_another_took_it_has_it_again_and_nobody_is_called(cases: Cases) -> None:
    number = await _taken(cases)
    person_id = (await cases.row(number)).taken_by or 0
    await _suspend(cases, "town")
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1
    await _reinstate(cases, person_id)
    assert await cases.chase(NIGHT + 10 * MINUTES) == 0
    assert (await cases.seen(number)).away is None
    async with cases.database.read() as session:
        acts = [row.act for row in await audit.about(session, f"incident:{number}")]
    assert acts.count("incident.away") == 2


async def test_what_somebody_has_in_hand_is_looked_after_in_silence(cases: Cases) -> None:
    number = await _taken(cases)
    cards = await cases.town.cards(f"incident:{number}")
    for minutes in (5, 10, 180):
        assert await cases.chase(NIGHT + minutes * MINUTES) == 0
    assert await cases.town.told("town_group", "untaken") == []
    assert await cases.town.cards(f"incident:{number}") == cards


async def test_what_is_over_is_looked_at_no_more(cases: Cases) -> None:
    number = await _taken(cases)
    await cases.do("town", service.verify, number)
    await cases.do("district", desk.close, number)
    await _suspend(cases, "town")
    async with cases.database.read() as session:
        assert await jobs.next_due(session) is None
    assert (await cases.row(number)).state is IncidentState.CLOSED
    assert (await cases.seen(number)).away is None


async def test_lists_count_it_among_what_nobody_has(cases: Cases) -> None:
    number = await _taken(cases)
    assert standing_of(await cases.row(number)) is Standing.UNVERIFIED
    await _suspend(cases, "town")
    await cases.chase(NIGHT + 5 * MINUTES)
    assert standing_of(await cases.row(number)) is Standing.UNTAKEN
    for word, expected in (("untaken", [number]), ("taken", [])):
        async with cases.database.read() as session:
            found = select(Incident.id).where(lists_repository._in_state(word))
            assert list((await session.exec(found)).all()) == expected


async def test_merged_it_is_in_the_hands_of_whoever_is_there(cases: Cases) -> None:
    number = await _taken(cases)
    other = await cases.reported(2)
    await cases.do("district", service.take, other)
    await _suspend(cases, "town")
    await cases.chase(NIGHT + 5 * MINUTES)
    await cases.do("district", merging.merge, number, other, at=NIGHT + 6 * MINUTES)
    row = await cases.row(number)
    assert (row.taken_name, row.away) == ("district", None)


async def test_passed_on_it_is_called_for_if_whoever_has_it_is_away(cases: Cases) -> None:
    number = await _taken(cases, "district")
    await _suspend(cases, "district")
    await cases.do("town", sorting.send_to_town, number, OTHER_TOWN)
    assert (await cases.row(number)).taken_by is None


async def test_taking_it_in_hand_calls_off_what_waits_to_be_sent(cases: Cases) -> None:
    number, other = await cases.reported(1), await cases.reported(2)
    await cases.chase(NIGHT + 5 * MINUTES)
    await cases.do("town", service.take, number, at=NIGHT + 5 * MINUTES)
    for chat, purpose in (("town_group", "untaken"), ("worker", "untaken_for_reporter")):
        states = {row.subject: row.state for row in await _calls(cases, chat, purpose)}
        assert states == {f"incident:{number}": MessageState.CANCELLED, f"incident:{other}": MessageState.QUEUED}

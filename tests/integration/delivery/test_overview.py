"""How the outbox stands in one look, and that a ledger of a hundred thousand rows is not read through for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from bot.core.database import Database
from bot.delivery import lateness, ledger_repository, overview, queue, service
from bot.delivery.models import Card, CardState, Lane, Message, MessageState
from bot.delivery.outcomes import Meaning
from bot.delivery.overview import Overview, ParkedChat, Spread
from bot.delivery.schemas import Screen, Target, Telling
from tests.integration.delivery.plans import asked, plans, reads_through

NOW = datetime(2026, 7, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def tell(
    database: Database, subject: str, chats: int, lane: Lane = Lane.URGENT, *, at: datetime = NOW, **how: Any
) -> None:
    """A text to so many chats, numbered from 1."""
    telling = Telling(subject, how.pop("purpose", "text"), lane, critical=True, **how)
    async with database.write() as session:
        await service.show(session, at, telling, Screen("x"), [Target(chat) for chat in range(1, chats + 1)])


async def becomes(database: Database, subject: str, state: MessageState, *chats: int, **values: Any) -> None:
    async with database.write() as session:
        rows = select(Message).where(Message.subject == subject, col(Message.chat_id).in_(chats))
        for row in (await session.exec(rows)).all():
            row.state = state
            for name, value in values.items():
                setattr(row, name, value)


async def look(database: Database, now: datetime = NOW) -> Overview:
    async with database.read() as session:
        return await overview.look(session, now)


async def test_an_empty_outbox_says_nothing_of_any_lane(database: Database) -> None:
    found = await look(database)
    assert [(lane.messages, lane.cards, lane.oldest, lane.hour) for lane in found.lanes] == [(0, 0, None, None)] * 4
    assert (found.waiting, found.in_flight, found.trouble.any, found.parked) == (0, 0, False, ())
    assert (found.down_until, found.disbelieved) == (None, 0)


async def test_what_waits_is_counted_by_lane_with_the_oldest_and_drills_apart(database: Database) -> None:
    await tell(database, "a:1", 3, Lane.URGENT, at=NOW - 2 * MINUTE)
    await tell(database, "a:2", 2, Lane.URGENT, at=NOW - MINUTE)
    await tell(database, "a:3", 4, Lane.BULK, at=NOW - 9 * MINUTE)
    await tell(database, "a:4", 5, Lane.URGENT, at=NOW - 60 * MINUTE, drill=True)
    await becomes(database, "a:1", MessageState.SENDING, 1)
    await becomes(database, "a:1", MessageState.SENT, 2, sent_at=NOW)
    async with database.write() as session:
        for chat in (1, 2):
            await service.wish_card(
                session, NOW, subject="a:1", role="desk", target=Target(chat), lane=Lane.INTERACTIVE
            )
    found = await look(database)
    urgent, interactive, routine, bulk = found.lanes
    assert (urgent.messages, urgent.oldest) == (4, NOW - 2 * MINUTE)
    assert (interactive.messages, interactive.cards) == (0, 2)
    assert (routine.messages, bulk.messages, bulk.oldest) == (0, 4, NOW - 9 * MINUTE)
    assert (found.in_flight, found.drill_waiting, found.waiting) == (1, 5, 10)


async def test_what_did_not_arrive_lately_is_told_with_why_and_what_is_older_is_not(database: Database) -> None:
    await tell(database, "a:1", 6, at=NOW - 3 * MINUTE)
    await becomes(database, "a:1", MessageState.DEAD, 1, 2, error="Bad Request: message is too long")
    await becomes(database, "a:1", MessageState.DEAD, 3, error="Forbidden: bot was blocked by the user")
    await becomes(database, "a:1", MessageState.UNCERTAIN, 4, error="sendMessage: TimeoutError")
    await becomes(database, "a:1", MessageState.HELD, 5)
    await becomes(database, "a:1", MessageState.CANCELLED, 6)
    await tell(database, "a:2", 2, at=NOW - timedelta(hours=25))
    await becomes(database, "a:2", MessageState.DEAD, 1, 2, error="Bad Request: message is too long")
    await tell(database, "a:3", 1, drill=True)
    await becomes(database, "a:3", MessageState.UNCERTAIN, 1)
    found = await look(database)
    assert (found.trouble.failed, found.trouble.uncertain, found.trouble.held) == (3, 1, 1)
    assert found.trouble.oldest == NOW - 3 * MINUTE
    assert dict(found.trouble.reasons) == {Meaning.TOO_LONG: 2, Meaning.BLOCKED: 1, Meaning.UNCERTAIN: 1}
    assert found.trouble.reasons[0] == (Meaning.TOO_LONG, 2), "the commonest first"
    assert (found.drill_trouble.failed, found.drill_trouble.uncertain) == (0, 1)


async def test_a_card_that_failed_is_trouble_too(database: Database) -> None:
    async with database.write() as session:
        await service.wish_card(session, NOW, subject="a:1", role="desk", target=Target(1), lane=Lane.INTERACTIVE)
        (await session.exec(select(Card))).one().state = CardState.DEAD
    found = await look(database)
    assert (found.trouble.failed, found.lanes[Lane.INTERACTIVE].cards) == (1, 0)


async def test_parked_chats_are_told_until_when_and_why_and_the_line_apart(database: Database) -> None:
    async with database.write() as session:
        await ledger_repository.park(session, NOW, 1, NOW + 2 * MINUTE, "Too Many Requests: retry after 120")
        await ledger_repository.park(session, NOW, 2, NOW + MINUTE, "Forbidden: bot was blocked by the user")
        await ledger_repository.park(session, NOW, 3, NOW - MINUTE, "Too Many Requests: retry after 1")
        await ledger_repository.park(session, NOW, queue.EVERY_CHAT, NOW + 15 * MINUTE, "the line is down")
    found = await look(database)
    assert found.parked == (
        ParkedChat(1, NOW + 2 * MINUTE, Meaning.FLOODED),
        ParkedChat(2, NOW + MINUTE, Meaning.BLOCKED),
    )
    assert (found.down_until, found.disbelieved) == (NOW + 15 * MINUTE, 1)


async def test_the_last_hour_is_told_lane_by_lane_without_pins_and_drills(database: Database) -> None:
    await tell(database, "a:1", 4, at=NOW - 5 * MINUTE)
    for chat, seconds in enumerate((1, 2, 3, 90), 1):
        await becomes(database, "a:1", MessageState.SENT, chat, sent_at=NOW - 5 * MINUTE + timedelta(seconds=seconds))
    await tell(database, "a:2", 1, at=NOW - 90 * MINUTE)
    await becomes(database, "a:2", MessageState.SENT, 1, sent_at=NOW - 70 * MINUTE)
    await tell(database, "a:1:pin", 1, at=NOW - 50 * MINUTE)
    await tell(database, "a:3", 1, purpose="erase", at=NOW - 50 * MINUTE)
    await tell(database, "a:4", 1, drill=True, at=NOW - 50 * MINUTE)
    for subject in ("a:1:pin", "a:3", "a:4"):
        await becomes(database, subject, MessageState.SENT, 1, sent_at=NOW)
    found = await look(database)
    assert [lane.hour for lane in found.lanes] == [Spread(4, 2, 90, 90), None, None, None]


async def test_a_version_is_told_by_how_many_have_it_and_how_fast(database: Database) -> None:
    for version in (1, 2):
        await tell(database, "warning:1", 5, version=version, at=NOW)
    for chat in (1, 2, 3):
        await becomes(database, "warning:1", MessageState.SENT, chat, sent_at=NOW + timedelta(seconds=chat * 10))
    await becomes(database, "warning:1", MessageState.SUPERSEDED, 5)
    async with database.read() as session:
        told = await overview.of_version(session, "warning:1", 2, ["text"])
        nothing = await overview.of_version(session, "warning:1", 3, ["text"])
    assert (told.chats, told.sent, told.spread) == (4, 3, Spread(3, 20, 30, 30))
    assert (nothing.chats, nothing.sent, nothing.spread) == (0, 0, None)


async def test_a_chat_parked_before_the_clock_was_set_back_is_shown_as_it_is_treated(database: Database) -> None:
    async with database.write() as session:
        for chat in (queue.EVERY_CHAT, 7):
            await ledger_repository.park(session, NOW, chat, NOW + MINUTE, "Too Many Requests: retry after 60")
    assert len((await look(database)).parked) == 1
    found = await look(database, NOW - 60 * MINUTE)
    assert (found.parked, found.down_until) == ((), None)


# --- a ledger of years -----------------------------------------------------------------------------------------------

ROWS = 100_000
_YEARS = {
    "sqlite": """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < :rows)
        insert into delivery_message
            (subject, version, purpose, seq, chat_id, text_id, lane, mass, critical, silent, drill, state, attempts,
             repeated, plain, created_at, sending_at, sent_at)
        select 'old:' || (i / 1000), 1, 'text', i, i % 5000 + 1, :text, i % 4, false, true, false, false, 'sent', 0,
               false, false, datetime('2025-07-12', '+' || i || ' seconds'),
               datetime('2025-07-12', '+' || (i + 1) || ' seconds'),
               datetime('2025-07-12', '+' || (i + 1) || ' seconds') from n""",
    "postgresql": """
        insert into delivery_message
            (subject, version, purpose, seq, chat_id, text_id, lane, mass, critical, silent, drill, state, attempts,
             repeated, plain, created_at, sending_at, sent_at)
        select 'old:' || (i / 1000), 1, 'text', i, i % 5000 + 1, :text, i % 4, false, true, false, false, 'sent', 0,
               false, false, at, at + interval '1 second', at + interval '1 second'
        from generate_series(1, :rows) as i,
             lateral (select timestamptz '2025-07-12' + i * interval '1 second' as at) as told""",
}


@pytest.fixture
async def years(database: Database) -> Database:
    """A hundred thousand rows that arrived long ago, and a few of today."""
    await tell(database, "warning:1", 20)
    await becomes(database, "warning:1", MessageState.SENT, *range(1, 11), sent_at=NOW)
    await becomes(database, "warning:1", MessageState.DEAD, 11, error="Bad Request: message is too long")
    async with database.write() as session:
        some = (await session.exec(select(Message.text_id).limit(1))).one()
        connection = await session.connection()
        await connection.execute(text(_YEARS[connection.dialect.name]), {"rows": ROWS, "text": some})
    if not database.is_sqlite:
        # It looks at its tables by itself now and then; SQLite never does, and plans without knowing them.
        async with database.write() as session:
            await (await session.connection()).execute(text("analyze"))
    return database


async def test_a_ledger_of_a_hundred_thousand_rows_is_never_read_through(years: Database) -> None:
    with asked() as statements:
        found = await look(years)
        async with years.read() as session:
            told = await overview.of_version(session, "warning:1", 1, ["text"])
            await lateness.retriable(session, NOW, NOW - overview.LATELY)
            await lateness.urgent_since(session)
            await lateness.unreported(session)
            sends = await queue.recent_sends(session, NOW - MINUTE, NOW)
    assert sends == [], "nothing of a year ago"
    assert (told.chats, told.sent, found.trouble.failed, found.lanes[0].messages) == (20, 10, 1, 9)
    assert found.lanes[0].hour == Spread(10, 0, 0, 0), "what arrived a year ago is none of the last hour's"
    assert len(statements) >= 9, "the queries were seen"
    for (statement, _), plan in zip(statements, await plans(years, statements), strict=True):
        assert not reads_through(plan), f"{statement}\n{plan}"
        if "sent_at >=" in statement:
            assert "ix_delivery_message_sent" in plan, f"{statement}\n{plan}"


async def test_the_guard_sees_a_query_that_reads_the_ledger_through(years: Database) -> None:
    with asked() as statements:
        async with years.read() as session:
            await session.exec(select(Message.id).where(Message.attempts == 7))
    (plan,) = await plans(years, statements)
    assert reads_through(plan)

"""Passes: each in a transaction of its own, once per item however long nobody was there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import capture_logs

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery.models import Chat
from bot.timetable.service import Pass, Timetable
from tests.waiting import eventually

HOURS = timedelta(hours=3)


class Reminders:
    """Reminds about each chat row whose `parked_until` has come, and sets the next time a half-hour after `now`."""

    def __init__(self) -> None:
        self.done: list[tuple[int, datetime]] = []

    async def run_due(self, session: AsyncSession, now: datetime) -> int:
        due = (await session.exec(select(Chat).where(col(Chat.parked_until) <= now))).all()
        for row in due:
            row.parked_until = now + timedelta(minutes=30)
            self.done.append((row.chat_id, now))
        return len(due)

    async def next_due(self, session: AsyncSession) -> datetime | None:
        found = (await session.exec(select(Chat.parked_until).order_by(col(Chat.parked_until)))).all()
        return min((instant for instant in found if instant), default=None)


async def items(database: Database, clock: Clock, count: int) -> None:
    async with database.write() as session:
        for number in range(1, count + 1):
            due = clock.now() + timedelta(minutes=number)
            session.add(Chat(chat_id=number, parked_until=due, changed_at=clock.now()))


def failing(error: Exception) -> Callable[[AsyncSession, datetime], Awaitable[int]]:
    async def run_due(session: AsyncSession, now: datetime) -> int:
        session.add(Chat(chat_id=999, changed_at=now))
        await session.flush()
        raise error

    return run_due


async def test_nothing_is_done_before_it_is_due(database: Database, clock: Clock) -> None:
    await items(database, clock, 2)
    reminders = Reminders()
    timetable = Timetable(database, clock, [Pass("reminders", reminders.run_due, reminders.next_due)])
    await timetable.tick()
    assert reminders.done == []
    due = await timetable.next_due()
    assert due is not None
    assert timedelta() < due - clock.now() <= timedelta(minutes=1)


async def test_after_three_hours_each_item_is_caught_up_with_once(database: Database, clock: Clock) -> None:
    await items(database, clock, 3)
    reminders = Reminders()
    timetable = Timetable(database, clock, [Pass("reminders", reminders.run_due, reminders.next_due)])
    clock.shift(HOURS.total_seconds(), 1)
    await timetable.tick()
    await timetable.tick()
    assert sorted(number for number, _ in reminders.done) == [1, 2, 3]


async def test_a_pass_that_fails_stops_no_other_and_leaves_nothing(database: Database, clock: Clock) -> None:
    await items(database, clock, 1)
    reminders = Reminders()
    passes = [
        Pass("bad", failing(ValueError("no"))),
        Pass("reminders", reminders.run_due, reminders.next_due),
        Pass("worse", failing(OSError("no"))),
    ]
    clock.shift(HOURS.total_seconds(), 1)
    with capture_logs() as lines:
        await Timetable(database, clock, passes).tick()
    assert [line["name"] for line in lines if line["event"] == "pass_failed"] == ["bad", "worse"]
    assert len(reminders.done) == 1
    async with database.read() as session:
        assert await session.get(Chat, 999) is None


async def test_a_pass_that_is_never_done_is_named_and_the_others_run(database: Database, clock: Clock) -> None:
    async def always(_session: AsyncSession, _now: datetime) -> int:
        return 1

    await items(database, clock, 1)
    reminders = Reminders()
    clock.shift(HOURS.total_seconds(), 1)
    with capture_logs() as lines:
        passes = [Pass("endless", always), Pass("reminders", reminders.run_due)]
        await Timetable(database, clock, passes).tick()
    assert [line["name"] for line in lines if line["event"] == "pass_never_ends"] == ["endless"]
    assert len(reminders.done) == 1


@pytest.mark.parametrize("rings", [True, False])
async def test_it_ticks_by_itself_and_at_once_when_the_bell_rings(
    database: Database, clock: Clock, rings: bool
) -> None:
    await items(database, clock, 1)
    reminders = Reminders()
    timetable = Timetable(database, clock, [Pass("reminders", reminders.run_due, reminders.next_due)])

    async def look() -> bool:
        return bool(reminders.done)

    async with Nursery() as nursery:
        nursery.loop("timetable", timetable.run)
        clock.shift(HOURS.total_seconds(), 1)
        if rings:
            database.bells.ring(["tick"])
        await eventually(database, look, "a reminder")


class Watching:
    """An overseer that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, datetime]] = []

    async def run_due(self, _session: AsyncSession, _now: datetime, due: Mapping[str, datetime]) -> int:
        self.told.append(dict(due))
        return 0

    async def next_due(self, _session: AsyncSession, due: Mapping[str, datetime]) -> datetime | None:
        return min(due.values(), default=None)


async def test_an_overseer_looks_last_and_is_told_what_a_failing_pass_has_left_undone(
    database: Database, clock: Clock
) -> None:
    await items(database, clock, 1)
    bad, watching = Reminders(), Watching()
    passes = [Pass("bad", failing(ValueError("no")), bad.next_due)]
    timetable = Timetable(database, clock, passes, watching)
    clock.shift(HOURS.total_seconds(), 1)
    with capture_logs():
        await timetable.tick()
    (told,) = watching.told
    assert clock.now() - told["bad"] > HOURS - timedelta(minutes=2)
    assert await timetable.next_due() == told["bad"]


async def test_an_overseer_is_not_told_of_what_has_just_been_done(database: Database, clock: Clock) -> None:
    await items(database, clock, 1)
    reminders, watching = Reminders(), Watching()
    timetable = Timetable(
        database, clock, [Pass("reminders", reminders.run_due, reminders.next_due)], overseer=watching
    )
    clock.shift(HOURS.total_seconds(), 1)
    await timetable.tick()
    assert (len(reminders.done), watching.told) == (1, []), "the next reminder lies ahead"

"""Answers and reminders at the same instant, in every order (the list of faults has it as F2).

What a person answers is never erased, and once his answer is committed nothing that reminds him of it begins to leave.
Who does not answer is reminded, and once. The long runs are `make faults`; FAULTS_SEED repeats a run's draws.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from typer import echo

from bot.audit.models import AuditEntry
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.core.nursery import Nursery
from bot.core.trouble import Trouble
from bot.delivery.models import Card, Message, MessageState
from bot.delivery.pacing import UNLIMITED
from bot.delivery.painter import Painter
from bot.delivery.sender import Sender, is_settled
from bot.directory import people
from bot.incident import deeds, service
from bot.incident import jobs as incident_jobs
from bot.incident.models import Incident
from bot.plan.service import Plan
from bot.warning import answering
from bot.warning import jobs as warning_jobs
from bot.warning.models import Answer, Recipient
from handlers.chat_changes import heeding
from handlers.painters import painters
from tests.crowded import enrol
from tests.faults.lots import Drawn, Lots
from tests.faults.seeds import seeded
from tests.integration.case import Cases
from tests.integration.phones import Phones
from tests.integration.series_story import StandingClock
from tests.integration.test_crowded_warning import RED
from tests.integration.test_warning import relayed
from tests.integration.town import NIGHT, Town, build
from tests.waiting import eventually

T = TypeVar("T")

CADRES = 12
SHORT, LONG = 13, 250
PARTS = range(4)
BUSY = 4
"""Times the usual patience: a board that took long to paint on a busy machine is left to dry for longer still."""
STOPS = (1.0, 0.5, 0.2)
HASTE = (0.5, 0.2, 0.05)
ALMOST = 0.8
"""So many of those who are asked answer while they are being reminded."""
ROUND = timedelta(minutes=4)
TAKERS = ("cadre", "town", "district")


@dataclass(slots=True)
class Night:
    """A town in which people answer while it is noticed that they have not."""

    town: Town
    clock: StandingClock
    phones: Phones
    lots: Lots
    played: int = 0
    rounds: int = 0
    deadlocks: int = 0
    begun: dict[int, set[int]] = field(default_factory=dict)
    """By recipient or incident: which of its reminders had begun to leave when the answer was committed."""

    @property
    def database(self) -> Database:
        return self.town.database

    @property
    def drawn(self) -> str:
        return f"{self.lots.drawn} turns drawn, {self.deadlocks} deadlocks"

    async def plays(self, *acts: Coroutine[Any, Any, None]) -> None:
        """All at once, in an order drawn by lot; then everything that may leave leaves."""
        self.lots.stops, self.lots.haste = self.lots.random.choice(STOPS), self.lots.random.choice(HASTE)
        # On SQLite whoever comes first is let in first.
        await self.lots.conduct(*self.lots.random.sample(acts, len(acts)))
        await self.rests()

    async def rests(self) -> None:
        async def idle() -> bool:
            return (await is_settled(self.database, self.clock.at))[0]

        for _ in range(BUSY):
            self.database.bells.ring(["send"])
            with contextlib.suppress(AssertionError):
                await eventually(self.database, idle, "rest")
                return
        left = await self._left()
        raise AssertionError(f"never came to rest: {left}")

    async def _left(self) -> tuple[Counter[str], Counter[str]]:
        """Rows and cards that are not where they should be, by state and role."""
        async with self.database.read() as session:
            rows = Counter((await session.exec(select(Message.state))).all())
            cards = Counter((await session.exec(select(Card.role).where(Card.wanted_rev != Card.shown_rev))).all())
        return rows, cards

    async def tick(self, run_due: Callable[[AsyncSession, Plan, datetime], Coroutine[Any, Any, int]]) -> None:
        """As the timetable: until nothing is due."""

        async def run(session: AsyncSession) -> int:
            return await run_due(session, self.town.plan, self.clock.at)

        while await self.act(run):
            pass

    async def act(self, deed: Callable[[AsyncSession], Coroutine[Any, Any, T]]) -> T:
        """In one transaction; again if the database says that two waited for each other, as worker and timetable do."""
        while True:
            try:
                async with self.database.write() as session:
                    return await deed(session)
            except Unavailable as error:
                if error.trouble != Trouble.DEADLOCK:
                    raise
                self.deadlocks += 1

    async def left(self, session: AsyncSession, *purposes: str) -> Sequence[Message]:
        """Reminders that have begun to leave in this round."""
        rows = select(Message).where(col(Message.purpose).in_(purposes), col(Message.sending_at) >= self.clock.at)
        return (await session.exec(rows)).all()


# --- warnings --------------------------------------------------------------------------------------------------------


async def test_who_has_answered_a_warning_is_reminded_no_more_in_any_order(database: Database, plan: Plan) -> None:
    echo(await _answered_nights(database, plan, SHORT))


@pytest.mark.faults
@pytest.mark.parametrize("part", PARTS)
async def test_who_has_answered_is_reminded_no_more_in_a_thousand_orders(
    part: int, database: Database, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    said = await _answered_nights(database, plan, LONG, part)
    with capsys.disabled():
        echo(f"\n{said}")


async def _answered_nights(database: Database, plan: Plan, answers: int, part: int = 0) -> str:
    seed, random = seeded(part)
    async with _night(database, plan, Lots(random)) as night:
        while night.played < answers:
            await _a_warning(night)
    return f"seed {seed}: {night.played} answers while their reminders fell due, {night.drawn}"


async def _a_warning(night: Night) -> None:
    """A new text for everybody; when it is time to remind them, most answer."""
    random = night.lots.random
    series_id = await relayed(night.town, RED, minutes=(night.clock.at - NIGHT).total_seconds() / 60)
    await night.rests()
    asked = [row for row in await _recipients(night, series_id) if row.must_answer and row.person_id is not None]
    night.clock.at += ROUND
    answer = [row for row in asked if random.random() < ALMOST]
    night.begun.clear()
    acts = [_answers(night, series_id, row, random.choice(_WAYS)) for row in answer]
    acts += [night.tick(warning_jobs.run_due) for _ in range(random.choice((1, 1, 2)))]
    acts += [_desk_reminds(night, series_id) for _ in range(random.choice((0, 0, 1)))]
    await night.plays(*acts)
    night.played += len(answer)
    await _compare_answers(night, series_id, asked, {row.id for row in answer})


async def _compare_answers(night: Night, series_id: int, asked: Sequence[Recipient], answered: set[int]) -> None:
    rows = {row.id: row for row in await _recipients(night, series_id)}
    async with night.database.read() as session:
        version = rows[asked[0].id].told_version
        left = [row for row in await night.left(session, "nudge") if row.version == version]
        entries = select(AuditEntry).where(AuditEntry.act == "warning.answer")
        written = Counter(
            entry.facts["chat"] for entry in (await session.exec(entries)).all() if entry.facts["version"] == version
        )
    for row in (rows[each.id] for each in asked):
        of_his = {message.id for message in left if message.seq // 100 == row.id}
        if row.id not in answered:
            assert of_his, f"{row.name} has not answered and is not reminded"
            assert row.answer is None or row.answered_version != version
            continue
        assert (row.answer, row.answered_version) == (Answer.RECEIVED, version), f"{row.name}'s answer is gone"
        assert row.answered_by == row.person_id
        assert row.nudge_due_at is None
        assert written[row.chat_id] == 1
        assert of_his <= night.begun[row.id], f"{row.name} had answered and was reminded"


async def _answers(night: Night, series_id: int, row: Recipient, way: str) -> None:
    async def deed(session: AsyncSession) -> None:
        actor = await people.actor_of(session, night.town.plan, row.chat_id, night.clock.at)
        assert actor is not None
        act = (session, night.town.plan, actor, night.clock.at, series_id)
        if way == "under the text":
            await answering.answer(*act, row.chat_id, Answer.RECEIVED, row.told_version)
        else:
            await answering.answer_row(*act, row.id, Answer.RECEIVED, row.told_version)
        night.begun[row.id] = {each.id for each in await night.left(session, "nudge") if each.seq // 100 == row.id}

    await night.act(deed)


_WAYS = ("under the text", "under the reminder")


async def _desk_reminds(night: Night, series_id: int) -> None:
    async def deed(session: AsyncSession) -> None:
        desk = await night.town.actor(session, "district", night.clock.at)
        await answering.nudge_missing(session, night.town.plan, desk, night.clock.at, series_id)

    await night.act(deed)


async def _recipients(night: Night, series_id: int) -> Sequence[Recipient]:
    async with night.database.read() as session:
        statement = select(Recipient).where(Recipient.series_id == series_id).order_by(col(Recipient.id))
        return (await session.exec(statement)).all()


# --- incidents -------------------------------------------------------------------------------------------------------


async def test_what_somebody_has_in_hand_is_called_for_no_more_in_any_order(database: Database, plan: Plan) -> None:
    echo(await _taken_nights(database, plan, SHORT))


@pytest.mark.faults
@pytest.mark.parametrize("part", PARTS)
async def test_what_somebody_has_in_hand_is_called_for_no_more_in_a_thousand_orders(
    part: int, database: Database, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    said = await _taken_nights(database, plan, LONG, part)
    with capsys.disabled():
        echo(f"\n{said}")


async def _taken_nights(database: Database, plan: Plan, takings: int, part: int = 0) -> str:
    seed, random = seeded(part)
    async with _night(database, plan, Lots(random)) as night:
        while night.played < takings:
            await _some_incidents(night)
    return f"seed {seed}: {night.played} takings while it was called for, {night.drawn}"


async def _some_incidents(night: Night) -> None:
    """Three danger signs nobody has in hand; when it is time to say so again, somebody takes most of them."""
    random, cases = night.lots.random, Cases(night.town)
    serials = range(night.rounds * 3 + 1, night.rounds * 3 + 4)
    night.rounds += 1
    numbers = [await cases.reported(serial, at=night.clock.at) for serial in serials]
    await night.rests()
    night.clock.at += 6 * timedelta(minutes=1)
    night.begun.clear()
    taken = {number: random.choice(TAKERS) for number in numbers if random.random() < ALMOST}
    acts = [_takes(night, number, who) for number, who in taken.items()]
    acts += [night.tick(incident_jobs.run_due) for _ in range(random.choice((1, 1, 2)))]
    await night.plays(*acts)
    night.played += len(taken)
    await _compare_takings(night, numbers, taken)
    async with night.database.write() as session:
        await session.exec(update(Incident).values(chase_due_at=None))


async def _compare_takings(night: Night, numbers: Sequence[int], taken: dict[int, str]) -> None:
    async with night.database.read() as session:
        rows = {row.id: row for row in (await session.exec(select(Incident))).all()}
        left = await night.left(session, deeds.UNTAKEN, deeds.UNTAKEN_FOR_REPORTER)
    for number in numbers:
        of_it = {message.id for message in left if message.subject == service.subject_of(number)}
        if number not in taken:
            assert len(of_it) > 1, "nobody has it, and nobody is told"
            assert rows[number].taken_by is None
            continue
        assert rows[number].taken_name == taken[number], "who took it has it"
        assert of_it <= night.begun[number], "it was taken in hand, and called for"


async def _takes(night: Night, number: int, who: str) -> None:
    async def deed(session: AsyncSession) -> None:
        actor = await night.town.actor(session, who, night.clock.at)
        await service.take(session, night.town.plan, actor, night.clock.at, number)
        left = await night.left(session, deeds.UNTAKEN, deeds.UNTAKEN_FOR_REPORTER)
        night.begun[number] = {row.id for row in left if row.subject == service.subject_of(number)}

    await night.act(deed)


# --- the night -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _night(database: Database, plan: Plan, lots: Lots) -> AsyncIterator[Night]:
    town = await build(database, plan)
    async with database.write() as session:
        await enrol(session, plan, NIGHT, groups=0, workers=0, cadres=CADRES)
    night = Night(town, StandingClock(NIGHT), Phones(), lots)
    night.phones.allow(None)
    lots.watch(database)
    async with Nursery() as nursery:
        drawn = Drawn(night.phones, lots)
        sender = Sender(database, night.clock, drawn, UNLIMITED, nursery, heeding(plan))
        nursery.loop("sender", sender.run)
        nursery.loop("painter", Painter(database, painters(plan)).run)
        yield night
    async with database.read() as session:
        rows = (await session.exec(select(Message.state))).all()
    assert set(rows) <= {MessageState.SENT, MessageState.CANCELLED, MessageState.SUPERSEDED}

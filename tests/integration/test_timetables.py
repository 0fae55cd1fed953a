"""Two and three timetables on one database, their clocks apart: what people read is what one alone would have told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlmodel import col, select

from bot.app import App
from bot.audit.models import AuditEntry
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.core.sole import Sole
from bot.delivery.models import Message, Text
from bot.plan.service import Plan
from bot.settings import Settings
from bot.timetable.service import Timetable
from tests.databases import Postgres
from tests.integration.practice import Still
from tests.integration.test_crowded_warning import RED
from tests.integration.test_warning import relayed
from tests.integration.town import NIGHT, build
from tests.waiting import eventually

BOT = "1000"
_AN_INSTANT = 10**9
STEPS = (0, 5, 10, 15, 30, 180, 435)
"""Minutes of the night: reminders, stand-ins, lists, readiness before the shift, the digest in the morning."""

HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

pytestmark = pytest.mark.postgres


class Clockwork:
    """One program's timetable; its clock is wrong by so many seconds."""

    def __init__(self, url: str, plan: Plan, wrong_by: float) -> None:
        self.database = Database(url)
        self.clock = Still(NIGHT)
        self._wrong_by = timedelta(seconds=wrong_by)
        self.app = App(Settings(database_url=url), plan, self.database, self.clock)
        self.ticks = 0
        self.sole: Sole[Timetable] = Sole(self.database, self.clock, BOT, "timetable", self._made, "tick")

    def turn_to(self, minutes: float) -> None:
        self.clock.at = NIGHT + timedelta(minutes=minutes, seconds=30) + self._wrong_by
        self.database.bells.ring(["tick"])

    async def is_done(self) -> bool:
        due = await self._made(self.database).next_due()
        return due is None or due > self.clock.now()

    def _made(self, database: Database, _nursery: Nursery | None = None) -> Timetable:
        # Without the overseer: it says at what instant it found something, and clocks that are apart may say another.
        return Timetable(database, self.clock, self.app.timetable_on(database).passes)


async def night(url: str, plan: Plan, wrong_by: Sequence[float], successions: int = 0) -> list[tuple[Any, ...]]:
    """A red warning and everything that falls due after it: what was told to whom, and what was written down."""
    works = [Clockwork(url, plan, seconds) for seconds in wrong_by]
    town = await build(works[0].database, plan)
    await relayed(town, RED)
    changes = set(STEPS[1 : 2 * successions : 2])
    async with Nursery() as nursery:
        for work in works:
            nursery.loop("timetable", work.sole.run)
        for minutes in STEPS:
            if minutes in changes:
                await _hang_up(works)
            for work in works:
                work.turn_to(minutes)
            await eventually(works[0].database, lambda: _done(works), f"minute {minutes}")
    told = await _told(works[0].database)
    for work in works:
        await work.database.close()
    return told


async def _done(works: Sequence[Clockwork]) -> bool:
    having = [work for work in works if work.sole.part is not None]
    assert len(having) <= 1
    return bool(having) and await having[0].is_done()


async def _hang_up(works: Sequence[Clockwork]) -> None:
    """Whoever has it loses it."""
    await eventually(works[0].database, lambda: _done(works), "the one who has it")
    (former,) = [work for work in works if work.sole.part is not None]
    async with former.database.write() as session:
        await (await session.connection()).execute(sql(HANG_UP))

    async def gone() -> bool:
        return former.sole.part is None

    await eventually(works[0].database, gone, "its end")


async def _told(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as session:
        rows = (await session.exec(select(Message, Text).join(Text, col(Text.id) == col(Message.text_id)))).all()
        acts = (await session.exec(select(AuditEntry.act, AuditEntry.subject))).all()
    told = [(row.subject, row.version, row.purpose, _number(row.seq), row.chat_id, text.body) for row, text in rows]
    return sorted([*told, *map(tuple, acts)], key=str)


def _number(seq: int) -> int | None:
    """Some are numbered by the instant at which they fell due, and that is each clock's own."""
    return None if seq > _AN_INSTANT else seq


async def test_timetables_whose_clocks_are_apart_tell_what_one_would_have_told(postgres: Postgres, plan: Plan) -> None:
    alone = await night(postgres.emptied(), plan, [0.0])
    assert len(alone) > 25
    assert await night(postgres.emptied(), plan, [-20.0, 20.0], successions=3) == alone
    assert await night(postgres.emptied(), plan, [-20.0, 0.0, 20.0], successions=3) == alone

"""One tick that runs every pass. What is due is a query, so three hours of downtime give one catch-up per item.

A pass is `run_due(session, now) -> how many` in a transaction of its own; it is run again until nothing is due, and one
that fails does not stop the others. Bells wake the tick early; the scheduler only makes sure that it happens at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.clock import Clock
from bot.core.counting import Timed
from bot.core.database import Database
from bot.core.errors import Unavailable

log = structlog.get_logger()

_TICK_SECONDS = 1
_ROUNDS = 200

RunDue = Callable[[AsyncSession, datetime], Awaitable[int]]
NextDue = Callable[[AsyncSession], Awaitable[datetime | None]]


@dataclass(frozen=True, slots=True)
class Pass:
    """Something that falls due. `next_due` gives the next instant there is something to do, or None."""

    name: str
    run_due: RunDue
    next_due: NextDue | None = None


class Overseer(Protocol):
    """Looks last, at what the passes have left undone: `due` is when each has something to do next, by name."""

    async def run_due(self, session: AsyncSession, now: datetime, due: Mapping[str, datetime]) -> int:
        """As of a pass."""

    async def next_due(self, session: AsyncSession, due: Mapping[str, datetime]) -> datetime | None:
        """As of a pass."""


class Timetable:
    """`run()` until cancelled."""

    def __init__(
        self, database: Database, clock: Clock, passes: Sequence[Pass], overseer: Overseer | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self.passes = passes
        self._overseer = overseer
        self._due: dict[str, datetime | None] = {}
        self.ticked_at: float | None = None
        """When the last tick ended, in the clock's monotonic seconds."""

    async def run(self) -> None:
        """Ticks every second, and at once when the bell rings."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.add_job(self._ring, IntervalTrigger(seconds=_TICK_SECONDS), max_instances=1, coalesce=True)
        scheduler.start()
        try:
            while True:
                await self.tick()
                await self._database.bells.wait("tick", _TICK_SECONDS * 10)
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Runs every pass until it finds nothing due."""
        for each in (*self.passes, *self._overseeing()):
            try:
                await self._run(each)
            except Unavailable as error:
                log.warning("pass_put_off", name=each.name, said=str(error))
            except Exception:
                log.exception("pass_failed", name=each.name)
        self.ticked_at = self._clock.monotonic()

    async def next_due(self) -> datetime | None:
        """The next instant at which any pass has something to do; in the past if something is due now."""
        async with self._database.read() as session:
            asked = [(each.name, each.next_due) for each in self.passes if each.next_due]
            due = {name: at for name, next_due in asked if (at := await next_due(session)) is not None}
            overseen = await self._overseer.next_due(session, due) if self._overseer else None
        return min([*due.values(), *([overseen] if overseen else [])], default=None)

    def _overseeing(self) -> list[Pass]:
        """The overseer as the last pass. What it is given was asked in this very tick: nothing is asked twice."""
        overseer = self._overseer
        if overseer is None:
            return []

        async def run_due(session: AsyncSession, now: datetime) -> int:
            return await overseer.run_due(session, now, self._known())

        async def next_due(session: AsyncSession) -> datetime | None:
            return await overseer.next_due(session, self._known())

        return [Pass("overseer", run_due, next_due)]

    def _known(self) -> dict[str, datetime]:
        return {each.name: due for each in self.passes if (due := self._due.get(each.name)) is not None}

    async def _run(self, each: Pass) -> None:
        if not await self._is_due(each):
            return
        began = self._clock.monotonic()
        for _round in range(_ROUNDS):
            async with self._database.write() as session:
                if not await each.run_due(session, self._clock.now()):
                    break
        else:
            log.warning("pass_never_ends", name=each.name)
        self._database.counts.took(Timed.PASS, self._clock.monotonic() - began, each.name)
        await self._is_due(each)

    async def _is_due(self, each: Pass) -> bool:
        if each.next_due is None:
            return True
        async with self._database.read() as session:
            due = await each.next_due(session)
        self._due[each.name] = due
        return due is not None and due <= self._clock.now()

    def _ring(self) -> None:
        self._database.bells.ring(["tick"])


def next_fire(cron: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The next time of a five-field cron expression after the instant, in the zone.

    Raises:
        ValueError: no such expression, one that never fires, or weekdays by number: 1 is Monday to cron and Tuesday to
            the library.
    """
    fields = cron.split()
    if len(fields) == 5 and any(letter.isdigit() for letter in fields[4]):
        raise ValueError(
            f"cron {cron!r}: write weekdays by name (mon, tue, ...), numbers mean different days elsewhere"
        )
    fire: datetime | None = CronTrigger.from_crontab(cron, timezone=zone).get_next_fire_time(after, after)
    if fire is None:
        raise ValueError(f"cron {cron!r} never fires after {after}")
    return fire

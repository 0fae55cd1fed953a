"""Settled, and going on in time: when has the bot done everything there is to do, and how far may the clock jump?

The bot says what it knows (`POST /control/bot`); this module compares it with what the sandbox knows. It never asks
the bot anything. Waiting is real time; only jumps move the sandbox's clock.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import instant, parse_instant
from sandbox.errors import Refused
from sandbox.waiting import Signal
from sandbox.world import World

PATIENCE = 60.0
REPORT_LIFE = 10.0
FIRST_REPORT = 10.0
POLL_GAP = 0.5
LOOK_SECONDS = 0.25
A_LITTLE = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Report:
    """What the bot last said about itself; `at` is the machine's monotonic time."""

    rev: int
    settled: bool
    next_due: datetime | None
    last_update_id: int
    waiting_for: tuple[str, ...]
    at: float


class NotSettled(Exception):
    """Patience ran out; `waiting_for` says on what."""

    def __init__(self, waiting_for: list[str]) -> None:
        self.waiting_for = waiting_for
        super().__init__("; ".join(waiting_for))


class Settling:
    """Judges whether the bot has settled, and moves the clock from due instant to due instant."""

    def __init__(self, world: World, patience: float = PATIENCE) -> None:
        self._world = world
        self._patience = patience
        self._moved = asyncio.Lock()
        self.report: Report | None = None
        self.changed: Signal = world.updates.changed

    def take(self, body: dict[str, Any]) -> Report:
        """Take a report of the bot.

        Raises:
            Refused: a field is missing or malformed.
        """
        try:
            due = body.get("next_due")
            report = Report(
                rev=int(body["rev"]),
                settled=body["settled"] is True,
                next_due=parse_instant(due) if due else None,
                last_update_id=int(body.get("last_update_id") or 0),
                waiting_for=tuple(str(item) for item in body.get("waiting_for") or ()),
                at=time.monotonic(),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(f"a report has rev, settled, next_due, last_update_id: {error}") from error
        self.report = report
        self.changed.notify()
        return report

    def missing(self) -> list[str]:
        """What keeps things from being settled; empty when they are."""
        updates, report = self._world.updates, self.report
        found = []
        offline = self._world.faults.offline_left() > 0
        if updates.waiting and not offline:
            found.append(f"{updates.waiting} updates not taken or not confirmed by the bot")
        if report is None:
            return [*found, "the bot's first report"]
        if report.rev != self._world.clock.rev:
            found.append(f"a report for clock rev {self._world.clock.rev}; the last one is for {report.rev}")
        if report.last_update_id < updates.told_id:
            found.append(f"a report on update {updates.told_id}; the last one is on {report.last_update_id}")
        if not report.settled:
            found += report.waiting_for or ("the bot, which says it is not settled",)
        elif report.next_due is not None and report.next_due <= self._world.clock.now():
            found.append(f"what was due at {instant(report.next_due)}")
        return found

    async def wait(self, seconds: float) -> None:
        """Wait until settled.

        Raises:
            NotSettled: not within `seconds` of real time.
        """
        try:
            async with asyncio.timeout(seconds):
                while self.missing():
                    await self._next_look()
        except TimeoutError:
            if missing := self.missing():
                raise NotSettled(missing) from None

    async def advance(self, minutes: float) -> list[str]:
        """Move the clock on, stopping at every due instant the bot reports and at the end of an `offline` fault.

        Returns:
            The instants stopped at on the way, ISO 8601.

        Raises:
            NotSettled: the bot did not settle within a minute of real time at one of the stops.
        """
        async with self._moved:
            target = self._world.clock.now() + timedelta(minutes=minutes)
            stops: list[str] = []
            while await self._present_and_settled():
                due = self._next_stop()
                if due is None or due >= target:
                    break
                self._jump_to(due)
                stops.append(instant(due))
            self._jump_to(target)
            await self._present_and_settled()
            return stops

    async def _present_and_settled(self) -> bool:
        """Wait until the bot has settled.

        Returns:
            False if there is no bot to wait for.
        """
        began = time.monotonic()
        while self._present(began) and (missing := self.missing()):
            if time.monotonic() - began > self._patience:
                raise NotSettled(missing)
            await self._next_look()
        return self._present(began)

    def _present(self, since: float) -> bool:
        """A bot that reports is running: it said something within 10 s, or it keeps a poll open.

        A bot that polls and has never reported gets 10 s for its first report; after that it is one that does not
        follow the clock.
        """
        now = time.monotonic()
        if self.report is not None and now - self.report.at < REPORT_LIFE:
            return True
        last_poll = self._world.updates.last_poll
        polling = self._world.updates.polling or (last_poll is not None and now - last_poll < POLL_GAP)
        if not polling and not self._world.updates.webhook_active:
            return False
        return self.report is not None or now - since < min(FIRST_REPORT, self._patience / 2)

    async def _next_look(self) -> None:
        """Until something changed; not for long, because silence itself changes the judgement."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self.changed.wait()
        except TimeoutError:
            return

    def _next_stop(self) -> datetime | None:
        stops = [self.report.next_due] if self.report is not None and self.report.next_due is not None else []
        offline = self._world.faults.offline_left()
        if offline > 0:
            stops.append(self._world.clock.now() + timedelta(seconds=offline) + A_LITTLE)
        return min(stops, default=None)

    def _jump_to(self, when: datetime) -> None:
        self._world.clock.jump((when - self._world.clock.now() + A_LITTLE).total_seconds())
        self._world.bus.publish("clock")
        self.changed.notify()

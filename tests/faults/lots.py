"""Who goes next, statement by statement, is drawn by lot: transactions and calls in every order a database allows.

Whoever takes part stops before each statement, before the commit and before a call to the platform, and waits to be
drawn. On SQLite one transaction at a time gets past its beginning; on PostgreSQL several are open at once, and one that
waits for another's lock holds nobody up: if whoever was drawn does not come back, the next one is drawn.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import event
from sqlalchemy.util import await_only

from bot.core.database import Database
from bot.delivery.gateway import Platform

_DEADLOCK_MILLISECONDS = 20
_BLOCKED_SECONDS = 0.004
"""Whoever has not come back by then waits for a lock, or for something to do."""


_Turn = tuple[asyncio.Future[None], bool]
"""Somebody who waits to be drawn, and whether he does a deed: else he is a loop that plays along."""
_DOES: ContextVar[bool] = ContextVar("does", default=False)


@dataclass(slots=True)
class Lots:
    """`conduct()` plays tasks to their end; while it does, `turn()` waits to be drawn. At other times nobody waits."""

    random: Random
    stops: float = 1.0
    """How likely somebody stops at a turn: at 0.1 he mostly does several things in one go."""
    haste: float = 0.5
    """How likely a loop that plays along is drawn before the deeds."""
    drawn: int = 0
    _waiting: list[_Turn] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _plays: bool = False

    def watch(self, database: Database) -> None:
        """Everything that writes to the database takes part."""
        engine = database._writer.sync_engine

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            if not database.is_sqlite:
                # A second, which a server of many would wait, is long here: every lot is drawn meanwhile.
                connection.cursor().execute(f"SET deadlock_timeout = {_DEADLOCK_MILLISECONDS}")

        @event.listens_for(engine, "before_cursor_execute")
        def _statement(*_args: Any) -> None:
            await_only(self.turn())

        @event.listens_for(engine, "commit")
        def _commit(*_args: Any) -> None:
            await_only(self.turn())

    async def turn(self) -> None:
        """Waits to be drawn."""
        if not self._plays or self.random.random() > self.stops:
            return
        drawn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((drawn, _DOES.get()))
        self._came.set()
        await drawn

    async def conduct(self, *deeds: Coroutine[Any, Any, None]) -> None:
        """Plays all of them until they have ended; whoever else takes part plays along."""
        self._plays = True
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_marked(deed)) for deed in deeds]
                for task in tasks:
                    task.add_done_callback(lambda _task: self._came.set())
                while not all(task.done() for task in tasks):
                    await self._somebody_comes()
                    self._draw()
        finally:
            self._plays = False
            while self._waiting:
                self._draw()

    def _draw(self) -> None:
        self._waiting = [turn for turn in self._waiting if not turn[0].done()]
        deeds = [turn for turn in self._waiting if turn[1]]
        loops = [turn for turn in self._waiting if not turn[1]]
        hasty = loops if self.random.random() < self.haste else deeds
        among = hasty or deeds or loops
        if among:
            self.drawn += 1
            self._waiting.remove(turn := self.random.choice(among))
            turn[0].set_result(None)

    async def _somebody_comes(self) -> None:
        self._came.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BLOCKED_SECONDS):
                await self._came.wait()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A platform whose calls are made when they are drawn."""

    platform: Platform
    lots: Lots

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        await self.lots.turn()
        return await self.platform.call(method, params, timeout=timeout)

    def download(self, path: str) -> AsyncIterator[bytes]:
        return self.platform.download(path)


async def _marked(deed: Coroutine[Any, Any, None]) -> None:
    _DOES.set(True)
    await deed

"""The only place where tasks are created.

A loop that dies is logged and started again after a pause that grows to half a minute and is short again once the loop
has lived for a minute; a one-off task that dies is logged. Nothing runs unwatched, and nothing outlives the nursery.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Self

import structlog

from bot.core.errors import Unavailable

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_WELL_AFTER_SECONDS = 60.0
_TROUBLED_PAUSE_SECONDS = 2.0
"""A database that could not is asked again soon: everybody waits for it."""

log = structlog.get_logger()


class Nursery:
    """`async with Nursery() as nursery:` leaves no task behind."""

    def __init__(
        self,
        rest: Callable[[float], Awaitable[object]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rest = rest
        self._monotonic = monotonic
        self._tasks: set[asyncio.Task[None]] = set()

    def loop(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Keeps `run` running until the nursery closes."""
        self._keep(asyncio.create_task(self._restarting(name, run), name=name))

    def once(self, name: str, coroutine: Coroutine[object, object, None]) -> None:
        """Runs the coroutine beside everything else; its failure is logged, never raised."""
        task = asyncio.create_task(self._logging(name, coroutine), name=name)
        # Cancelled before it began, it would never have been awaited.
        task.add_done_callback(lambda _task: coroutine.close())
        self._keep(task)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Again until none is left: a task may start another one while it is being cancelled.
        while tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks.difference_update(tasks)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _restarting(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            began = self._monotonic()
            try:
                await run()
                return
            except Unavailable as error:
                pause = min(pause, _TROUBLED_PAUSE_SECONDS)
                log.warning("loop_put_off", loop=name, said=str(error), pause=pause)
            except Exception:
                if self._monotonic() - began >= _WELL_AFTER_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                log.exception("loop_died", loop=name, pause=pause)
            await self._rest(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _logging(self, name: str, coroutine: Coroutine[object, object, None]) -> None:
        try:
            await coroutine
        except Exception:
            log.exception("task_died", task=name)

"""The demo's bot as a process of its own that can be frozen, killed at any instant, and is back in tenths of a second.

Children are forked from a server that has imported everything and started nothing. This side imports none of it: the
demo's own process stays small, and is ready while the server still imports.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.core.nursery import Nursery
from bot.settings import Settings

_CHILD = "bot.demo_bot"
_STOP_SECONDS = 10
# A bot that dies at once would be forked without end; one that has served is replaced without delay.
_SERVED_SECONDS = 3.0
_PAUSES_SECONDS = (0.2, 0.5, 2.0, 10.0)


async def prepare(settings: Settings, more: str = "") -> None:
    """Migrates the database and enrols the demo's people. Raises what `bot.demo_bot.prepare` raises."""
    with ProcessPoolExecutor(max_workers=1, mp_context=_context()) as pool:
        await asyncio.wrap_future(pool.submit(_in_child, "prepare", settings.model_dump(mode="json"), more))


@contextlib.asynccontextmanager
async def running(settings: Settings, log: Path, write: Callable[[str], None]) -> AsyncIterator[BotProcess]:
    """A bot that is replaced when it dies, ended with the block."""
    process = BotProcess(settings, log, write)
    try:
        await process.start()
        async with Nursery() as nursery:
            nursery.loop("bot", process.keep_alive)
            yield process
    finally:
        await process.stop()


@dataclass(slots=True)
class BotProcess:
    """One bot after the other. `kill()` needs `keep_alive()` running beside it."""

    settings: Settings
    log: Path
    write: Callable[[str], None]
    kills: int = 0
    _process: Any = field(default=None)
    _began: float = field(default=0.0)
    _meant: bool = field(default=False)
    _early_deaths: int = field(default=0)
    _replaced: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def pid(self) -> int:
        """The process id of the bot that runs now."""
        return int(self._process.pid)

    async def start(self) -> None:
        """Forks a bot."""
        await asyncio.to_thread(self._fork)

    async def keep_alive(self) -> None:
        """Puts a new bot in the place of one that died, until cancelled."""
        while True:
            await _death(self._process)
            await asyncio.to_thread(self._process.join)
            if not self._meant:
                self.write(f"the bot died (exit code {self._process.exitcode}); a new one starts")
                await asyncio.sleep(self._pause())
            self._meant = False
            await asyncio.to_thread(self._fork)
            self._replaced.set()

    async def freeze(self) -> None:
        """Stops it where it is."""
        os.kill(self.pid, signal.SIGSTOP)

    async def kill(self) -> None:
        """SIGKILL; returns when a new one has been forked."""
        self._replaced.clear()
        self._meant = True
        self.kills += 1
        self._process.kill()
        await self._replaced.wait()

    async def stop(self) -> None:
        """Asks it to end, and makes it end if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)
        await asyncio.to_thread(self._process.join, _STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()

    def _fork(self) -> None:
        arguments = ("serve", self.settings.model_dump(mode="json"), _token(self.settings), str(self.log))
        process = _context().Process(target=_in_child, args=arguments)
        process.start()
        self._process, self._began = process, time.monotonic()

    def _pause(self) -> float:
        served = time.monotonic() - self._began > _SERVED_SECONDS
        self._early_deaths = 0 if served else min(self._early_deaths + 1, len(_PAUSES_SECONDS) - 1)
        return _PAUSES_SECONDS[self._early_deaths]


async def _death(process: Any) -> None:
    died = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(process.sentinel, died.set)
    try:
        await died.wait()
    finally:
        loop.remove_reader(process.sentinel)


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    # "__main__": else every child would import the command line anew.
    context.set_forkserver_preload(["__main__", _CHILD])
    return context


def _in_child(name: str, *arguments: Any) -> None:
    getattr(importlib.import_module(_CHILD), name)(*arguments)


def _token(settings: Settings) -> str:
    return settings.bot_token.get_secret_value()

"""Whole programs as processes of their own on one PostgreSQL database, as on several machines, to be killed and frozen.

Forked from the server that the demo's bots come from, so that one is there in tenths of a second; unlike those nobody
puts a new one in the place of one that died.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.core.database import Database
from bot.core.sole import holders
from bot.demo_process import BotProcess
from bot.settings import Settings, Work
from tests.waiting import eventually


@dataclass(slots=True)
class Machines:
    """Programs on `settings`. `start()` as many as are wanted; all end with the block."""

    settings: Settings
    folder: Path
    database: Database
    started: list[BotProcess] = field(default_factory=list)

    async def start(self, role: Work, **changes: Any) -> BotProcess:
        """One more program of that role."""
        settings = self.settings.model_copy(update={"role": role, **changes})
        log = self.folder / f"{len(self.started)}-{role.value}.log"
        log.touch()
        program = BotProcess(settings, log, print)
        self.started.append(program)
        await program.start()
        return program

    async def who_has(self, what: str) -> BotProcess | None:
        """The program that runs the part now."""
        bot = self.settings.bot_token.get_secret_value().partition(":")[0]
        async with self.database.read() as session:
            names = await holders(session, bot)
        who = names.get(what, "")
        return next((each for each in self.started if who.endswith(f"process {each.pid}")), None)

    async def until_has(self, what: str, program: BotProcess) -> None:
        """Waits until that program runs the part."""

        async def look() -> bool:
            return await self.who_has(what) is program

        await eventually(self.database, look, f"{what} at {program.pid}")

    async def until_said(self, program: BotProcess, words: str, times: int = 1) -> None:
        """Waits until that is in the program's log so often."""

        async def look() -> bool:
            log = await asyncio.to_thread(program.log.read_text, encoding="utf-8")
            return log.count(words) >= times

        await eventually(self.database, look, words)


def kill(program: BotProcess) -> None:
    """`kill -9`."""
    os.kill(program.pid, signal.SIGKILL)


def wake(program: BotProcess) -> None:
    """Lets a frozen one go on."""
    os.kill(program.pid, signal.SIGCONT)


@asynccontextmanager
async def machines(settings: Settings, folder: Path) -> AsyncIterator[Machines]:
    """Nobody yet. `folder` gets a log of each program."""
    database = Database(settings.database_url)
    made = Machines(settings, folder, database)
    try:
        yield made
    finally:
        await asyncio.gather(*(program.stop() for program in made.started))
        await database.close()

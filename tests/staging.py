"""A stage for tests: the demo's world with a real bot, on a sandbox in the test's own process.

The sandbox's library takes seconds to import and its process is what every stage would wait for; here it is imported
once. The bot is a process of its own, as in the demo.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.demo import TOKEN, USERNAME, seed, staged
from bot.demo_process import BotProcess
from sandbox.client import Control
from sandbox.server import Sandbox
from scenarios.stage import Stage
from scenarios.world import World
from tests import databases


@dataclass(frozen=True, slots=True)
class Live:
    """What a test acts on: the sandbox itself, and the stage with everybody in it."""

    sandbox: Sandbox
    stage: Stage
    bot: BotProcess

    @property
    def control(self) -> Control:
        """The sandbox from outside."""
        return self.stage.control

    @property
    def world(self) -> World:
        """Who and what is there."""
        return self.stage.world

    @property
    def database_url(self) -> str:
        """The bot's database."""
        return self.bot.settings.database_url


@asynccontextmanager
async def live(
    folder: Path, server: str | None = None, *, roster: str = "", webhook: str | None = None
) -> AsyncIterator[Live]:
    """A stage with the platform's limits on. `server`: where a PostgreSQL database is made; a SQLite file without.

    `webhook`: HOST:PORT where updates are brought; without one the bot fetches them.
    """
    async with (
        Sandbox(token=TOKEN, username=USERNAME, name="叫应", seed=seed()) as sandbox,
        staged(server, folder=folder, sandbox=sandbox.url, roster=roster, webhook=webhook, write=print) as (
            stage,
            _url,
        ),
    ):
        assert isinstance(stage.bot, BotProcess)
        yield Live(sandbox, stage, stage.bot)


def free_address() -> str:
    """HOST:PORT on this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def postgres_server() -> str:
    """Where `live` makes databases on PostgreSQL; the fixture `postgres` says whether there is one."""
    return databases.server_url().render_as_string(hide_password=False)

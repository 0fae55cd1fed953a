"""The demo: a sandbox, a bot and an invented district on this machine, to look at or to play a story on.

The only room of the product that starts the sandbox. Everything slow is started side by side: the sandbox, the server
the bot is forked from, the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml
from pydantic import SecretStr
from typer import echo

from bot import demo_process
from bot.core.errors import ConfigurationFault
from bot.demo_process import BotProcess
from bot.settings import ROOT, Pace, Settings
from migrations.fresh import fresh_database
from sandbox.client import Control
from scenarios import world as worlds
from scenarios.stage import ScenarioFailed, Stage

__all__ = ["FOLDER", "SCENARIOS", "TOKEN", "USERNAME", "BotProcess", "Stage", "run_demo", "seed", "staged"]

TOKEN = "110000001:sandbox"
USERNAME = "jiaoying_bot"
SCENARIOS = ("danger-sign", "first-report", "storm-night")
FOLDER = Path("var/demo")
"""Database, files and the bot's log of `make demo`; emptied at every start."""

_START_SECONDS = 60


async def run_demo(
    scenario: str | None,
    *,
    exit_: bool,
    kill_every_step: bool,
    database: str | None,
    port: int,
    folder: Path = FOLDER,
) -> int:
    """Starts everything, plays the scenario if one is named, and stays until stopped unless told to exit.

    The exit code is 0 only if every expectation of the scenario held.
    """
    if scenario is not None and scenario not in SCENARIOS:
        raise ConfigurationFault(f"no scenario {scenario!r}; there is: {', '.join(SCENARIOS)}")
    if kill_every_step:
        return await _killed(scenario or SCENARIOS[0], database, port, folder)
    async with staged(database, port, folder=folder) as (stage, url):
        code = await _played(stage, scenario)
        if not exit_:
            echo(f"ready {url}")
            await _until_stopped()
        return code


@contextlib.asynccontextmanager
async def staged(
    database: str | None = None,
    port: int = 0,
    *,
    kills: bool = False,
    write: Callable[[str], None] = echo,
    folder: Path = FOLDER,
    sandbox: str | None = None,
    roster: str = "",
    webhook: str | None = None,
) -> AsyncIterator[tuple[Stage, str]]:
    """A running sandbox and bot with the demo's world in them: the stage, and the page's address.

    Args:
        database: a PostgreSQL URL beside which a new database is made; without one a SQLite file in `folder`.
        port: the page's; 0 for any free one.
        kills: whether the bot is killed at every step.
        write: gets the transcript line by line.
        folder: emptied first; two stages at once need two.
        sandbox: the address of a sandbox that runs already, seeded with `seed()`; no other is started then.
        roster: further people as CSV, who may then join.
        webhook: HOST:PORT where the sandbox brings updates; without one the bot fetches them.
    """
    demo = await asyncio.to_thread(_clean, folder)
    async with contextlib.AsyncExitStack() as started:
        url, settings = await _side_by_side(
            started.enter_async_context(_given(sandbox) if sandbox else _sandbox(port, folder, demo)),
            started.enter_async_context(_database(database, folder, roster)),
        )
        settings = settings.model_copy(update={"api_url": url, "sandbox_url": url})
        if webhook:
            settings = settings.model_copy(update={"webhook_url": f"http://{webhook}", "webhook_listen": webhook})
        process = await started.enter_async_context(demo_process.running(settings, folder / "bot.log", write))
        control = await started.enter_async_context(Control(url))
        stage = Stage(control, await worlds.build(control, demo), write, bot=process)
        await stage.begin()
        if kills:
            stage.killer = process
        yield stage, url


def seed() -> dict[str, Any]:
    """What a sandbox of one's own is seeded with, so that its page shows a first visitor what the demo's does."""
    return worlds.seed(_demo_file())


async def _killed(scenario: str, database: str | None, port: int, folder: Path) -> int:
    pictures = []
    for kills in (False, True):
        async with staged(database, port, kills=kills, folder=folder) as (stage, _url):
            if code := await _played(stage, scenario):
                return code
            pictures.append(await stage.picture())
    if pictures[0] != pictures[1]:
        echo(f"the killed run ended in another state: {_difference(*pictures)}", err=True)
        return 1
    echo("killed at every step, the end is the same")
    return 0


async def _played(stage: Stage, scenario: str | None) -> int:
    if scenario is None:
        return 0
    story = importlib.import_module(f"scenarios.{scenario.replace('-', '_')}")
    stage.write(story.TITLE)
    try:
        await story.play(stage)
        await stage.end()
    except ScenarioFailed as failure:
        echo(f"\nfailed: {failure}", err=True)
        return 1
    stage.write("\nevery expectation held, silence included")
    return 0


async def _side_by_side(*parts: Awaitable[Any]) -> list[Any]:
    """All results. A failure is raised when the others are done too, so that what they started can be ended."""
    results = await asyncio.gather(*parts, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


@contextlib.asynccontextmanager
async def _sandbox(port: int, folder: Path, demo: Mapping[str, Any]) -> AsyncIterator[str]:
    planted = folder / "seed.json"
    planted.write_bytes(orjson.dumps(worlds.seed(demo)))
    arguments = ["--port", str(port), "--token", TOKEN, "--username", USERNAME, "--name", "叫应"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, "--seed", str(planted.resolve()), stdout=-1, cwd=ROOT
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), _START_SECONDS)).decode()
        if not line.startswith("ready "):
            raise ConfigurationFault(f"the sandbox did not start on port {port}: is the port free?")
        yield line.split()[1]
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@contextlib.asynccontextmanager
async def _given(address: str) -> AsyncIterator[str]:
    yield address


@contextlib.asynccontextmanager
async def _database(server: str | None, folder: Path, roster: str) -> AsyncIterator[Settings]:
    """A migrated database with the demo's people on the roster, and the settings of a bot on it."""
    async with fresh_database(server, folder) as url:
        settings = Settings(
            bot_token=SecretStr(TOKEN),
            proxy=None,
            database_url=url,
            pack=_pack(),
            files=folder / "files",
            pace=Pace.TELEGRAM,
        )
        await demo_process.prepare(settings, roster)
        yield settings


async def _until_stopped() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


def _clean(folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return _demo_file()


def _demo_file() -> dict[str, Any]:
    demo: dict[str, Any] = yaml.safe_load((_pack() / "demo.yaml").read_text(encoding="utf-8"))
    return demo


def _pack() -> Path:
    return ROOT / "packs" / "dazu"


def _difference(first: dict[str, Any], second: dict[str, Any]) -> str:
    lines = []
    for chat, seen in first.items():
        if seen != second.get(chat):
            lines += [f"\n{chat}", f"  unkilled: {seen}", f"  killed:   {second.get(chat)}"]
    return "\n".join(lines)

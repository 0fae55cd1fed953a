"""What runs in the demo's child processes: making the database ready, and the bot itself.

Imported by the server the children are forked from, so that a child begins at once. Nothing here starts a process.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr

from bot import app
from bot.core import logging
from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import ConfigurationFault
from bot.directory import roster
from bot.plan.demo import DemoUnit, DemoWorld
from bot.plan.schema import Unit
from bot.plan.service import Plan, load_demo, load_plan
from bot.settings import Settings
from migrations import run as migrations


def demo_plan(folder: Path) -> tuple[Plan, DemoWorld]:
    """The pack with the demo's duty numbers and companies on top."""
    plan = load_plan(folder)
    demo = load_demo(folder, plan)
    units = {unit.key: _unit(unit) for unit in demo.units}
    with_units = replace(plan, units=MappingProxyType({**plan.units, **units}))
    return with_units.with_duty_phones({row.region: row.phone for row in demo.duty_phones}), demo


def prepare(dumped: dict[str, Any], more: str) -> None:
    """Migrates the database and puts the demo's people on the roster, as a district would have it before they come.

    `more` is a roster of further people, as CSV with a heading; empty for none.

    Raises:
        ConfigurationFault: a line of a roster is wrong, or the database cannot be opened.
    """
    settings = Settings.model_validate(dumped)
    migrations.upgrade(settings.database_url)
    asyncio.run(_enrol(settings, more))


def serve(dumped: dict[str, Any], token: str, log: str) -> None:
    """Runs the bot until SIGTERM, or until the demo that started it is gone. Its log goes to the file."""
    with open(log, "a", encoding="utf-8") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    logging.set_up("INFO")
    settings = Settings.model_validate({**dumped, "bot_token": SecretStr(token)})
    plan, _demo = demo_plan(settings.pack)
    asyncio.run(_run(app.build(settings, plan)))


async def _run(built: app.App) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if parent := multiprocessing.parent_process():
        loop.add_reader(parent.sentinel, stop.set)
    await built.run(stop)
    await built.database.close()


async def _enrol(settings: Settings, more: str) -> None:
    plan, demo = demo_plan(settings.pack)
    database = Database(settings.database_url)
    for rows in filter(None, (_roster(demo), more)):
        async with database.write() as session:
            result = await roster.import_csv(session, SYSTEM, Clock().now(), plan, rows)
        if result.errors:
            raise ConfigurationFault("the demo's roster: " + "; ".join(str(error) for error in result.errors))
    await database.close()


def _roster(demo: DemoWorld) -> str:
    lines = ["name,phone,post,region,unit,role"]
    for person in demo.people:
        for post in person.posts:
            lines.append(f"{person.name},{person.phone},{post.post},{post.region or ''},{post.unit or ''},{post.seat}")
    return "\n".join(lines)


def _unit(unit: DemoUnit) -> Unit:
    return Unit(**unit.model_dump(), member=False, source="default")

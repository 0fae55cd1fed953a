"""Kills at random instants under a stream of acts: no act is lost, no card is wrong, repeats only where marked.

The long runs are `make faults`; a short one belongs to every run of the tests. FAULTS_SEED repeats a run's decisions
(not its instants: those are the machine's).
"""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from random import Random, SystemRandom

import pytest
from typer import echo

from bot.core.database import Database
from bot.demo_bot import demo_plan
from scenarios.world import join
from tests.faults import books
from tests.faults.crowd import Crowd, Desk, rest, strike
from tests.staging import Live, live, postgres_server

VILLAGES = ("500111100216", "500111100200", "500111100008", "500111120200", "500111113200", "500111102200")
WORKERS_PER_VILLAGE = 5
ACTS_PER_WORKER = 10
DESKS = (
    ("hengdian_cadre", "hengdian"),
    ("hengdian_duty", "hengdian"),
    ("longshui_duty", "longshui"),
    ("longshui_deputy", "longshui"),
    ("gulong_duty", "gulong"),
    ("yongxi_duty", "yongxi"),
    ("baoding_duty", "baoding"),
    ("district_duty", "district"),
    ("district_deputy", "district"),
)
_FIRST_WORKER = 71_001
_FIRST_GRID = 21


async def test_no_act_is_lost_in_a_short_stream_with_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await _stream(tmp_path, None, capsys, acts=60, kills=6)


@pytest.mark.faults
async def test_no_act_is_lost_in_sixty_kills_on_sqlite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await _stream(tmp_path, None, capsys, acts=600, kills=60)


@pytest.mark.faults
@pytest.mark.postgres
@pytest.mark.usefixtures("postgres")
async def test_no_act_is_lost_in_sixty_kills_on_postgresql(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await _stream(tmp_path, postgres_server(), capsys, acts=600, kills=60)


async def _stream(
    folder: Path, server: str | None, capsys: pytest.CaptureFixture[str], *, acts: int, kills: int
) -> None:
    seed = int(os.environ.get("FAULTS_SEED") or SystemRandom().randrange(10**6))
    echo(f"FAULTS_SEED={seed}")
    random = Random(seed)
    async with live(folder, server, roster=_roster()) as stage:
        workers = await _enlist(stage, acts // ACTS_PER_WORKER)
        since = await _newest(stage, workers)
        crowd = Crowd(stage.control, workers, _desks(stage), random, acts)
        seconds = await _play(stage, crowd, kills, Random(seed + 1))
        plan, _demo = demo_plan(stage.bot.settings.pack)
        found = await books.read(stage.database_url, plan, stage.control, crowd.done, since)
    wrong = found.wrong()
    with capsys.disabled():
        echo(f"\n{_figures(seed, crowd, stage, found, seconds)}")
    assert wrong == [], "\n".join(wrong)


async def _play(stage: Live, crowd: Crowd, kills: int, random: Random) -> float:

    began = time.monotonic()
    await asyncio.gather(crowd.stream(), strike(stage.bot, crowd, kills, random))
    database = Database(stage.database_url)
    await rest(crowd, stage.sandbox.world.clock.jump, partial(books.anything_waits, database))
    await database.close()
    return time.monotonic() - began


async def _enlist(stage: Live, count: int) -> list[int]:
    """So many workers take out their phones and join."""
    workers = []
    for number, (name, phone, _region) in enumerate(_grid_workers()[:count]):
        workers.append(await stage.control.person(name, phone=phone.replace(" ", ""), id=_FIRST_WORKER + number))
    await join(stage.control, *workers)
    await stage.control.advance(1)
    return workers


async def _newest(stage: Live, workers: list[int]) -> dict[int, int]:
    chats = [*stage.world.people.values(), *stage.world.groups.values(), *workers]
    found = {chat: await stage.control.messages(chat) for chat in chats}
    return {chat: max((message.message_id for message in messages), default=0) for chat, messages in found.items()}


def _desks(stage: Live) -> list[Desk]:
    return [Desk(stage.world.people[person], stage.world.groups[group]) for person, group in DESKS]


def _grid_workers() -> list[tuple[str, str, str]]:
    """Name, phone and grid of each; the numbers ring nowhere."""
    grids = [(village, _FIRST_GRID + n) for village in VILLAGES for n in range(WORKERS_PER_VILLAGE)]
    return [
        (f"网格员{number}", f"+86 10000 {number}", f"{village}-{grid}")
        for number, (village, grid) in enumerate(grids, start=10_001)
    ]


def _roster() -> str:
    lines = [f"{name},{phone},grid_worker,{region},,A" for name, phone, region in _grid_workers()]
    return "\n".join(["name,phone,post,region,unit,role", *lines])


def _figures(seed: int, crowd: Crowd, stage: Live, found: books.Books, seconds: float) -> str:
    acts = " ".join(f"{kind} {count}" for kind, count in sorted(crowd.counts().items()))
    return (
        f"seed {seed}: {len(crowd.done)} acts ({acts}), {stage.bot.kills} kills, {seconds:.0f} s; "
        f"{len(found.reports)} reports, {len(found.incidents)} incidents, {found.told} messages on the phones, "
        f"{found.refused} refusals, {found.repeats} marked repeats"
    )

"""What everything stands on goes away and comes back while a red warning goes out: the database server, the disk.

Everything waits and then goes on by itself. Nobody is without the text, no answer is lost, and only what was under way
when it began may come twice, marked.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from pathlib import Path
from random import Random

import pytest
from typer import echo

from bot.core.trouble import MEND, Trouble
from bot.plan.service import Plan
from tests import databases
from tests.faults.exchange import pause
from tests.faults.night import AT_ONCE, EVERYTHING, Night, answers, left_open, lost, programs, rows_of, wrong_copies
from tests.faults.own_postgres import own_postgres
from tests.faults.own_postgres import programs as postgres_programs
from tests.faults.seeds import seeded

MODES = ("immediate", "fast")
"""A crash, and a restart as an administrator does it."""
AWAY_SECONDS = 2.0
FEW = 200
FULL_AT_BYTES = 128 * 1024
"""Less than the database writes, more than the log."""


@pytest.mark.postgres
async def test_a_database_server_that_crashes_in_a_short_night_costs_nothing_but_time(
    tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    await _restarted(tmp_path, plan, capsys, people=100, restarts=1)


@pytest.mark.faults
@pytest.mark.postgres
async def test_a_database_server_that_crashes_and_restarts_ten_times_costs_nothing_but_time(
    tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    await _restarted(tmp_path, plan, capsys, people=1_000, restarts=10)


async def _restarted(
    folder: Path, plan: Plan, capsys: pytest.CaptureFixture[str], *, people: int, restarts: int
) -> None:
    if postgres_programs() is None:
        pytest.skip("no PostgreSQL to make a server of our own with")
    seed, random = seeded()
    began = time.monotonic()
    with own_postgres(folder) as server:
        databases.create_tables(server.url)
        async with programs(server.url, folder, plan, EVERYTHING, random, people) as night:

            async def strikes() -> None:
                for number in range(restarts):
                    await _some_calls(night, random)
                    await asyncio.to_thread(server.stop, MODES[number % len(MODES)])
                    # Long enough to be noticed by everybody.
                    await pause(random.uniform(AWAY_SECONDS, 2 * AWAY_SECONDS))
                    await asyncio.to_thread(server.start)

            async with asyncio.TaskGroup() as group:
                striking = group.create_task(strikes())
                while not striking.done():
                    await night.issue()
            await night.rests()
            wrong = [line for check in (lost, answers, left_open) for line in await check(night)]
            rows = await rows_of(night.database)
            wrong += wrong_copies(night, rows)
            marked = sum(row.is_marked for row in rows)
    with capsys.disabled():
        echo(
            f"\nseed {seed}: {restarts} restarts of PostgreSQL, {len(night.texts)} issues to {people},"
            f" {len(night.exchange.told)} messages, {len(night.exchange.updates)} updates, {marked} marked repeats,"
            f" {time.monotonic() - began:.0f} s"
        )
    assert wrong == [], "\n".join(wrong[:40])
    assert night.kills == 0
    assert marked <= AT_ONCE * restarts
    said = (folder / "all.log").read_text(encoding="utf-8")
    assert "database_away" in said
    assert "database_well_again" in said
    assert "update_failed" not in said, "nothing was set aside for it"


@pytest.mark.faults
async def test_a_disk_that_is_full_for_a_while_costs_nothing_but_time(
    sqlite_url: str, tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole program may write no file beyond some pages: SQLite meets the error of a disk that takes nothing."""
    seed, random = seeded()
    async with programs(sqlite_url, tmp_path, plan, EVERYTHING, random, FEW) as night:
        (program,) = night.programs
        log = program.log
        async with asyncio.TaskGroup() as group:
            issuing = group.create_task(night.issue())
            await _some_calls(night, random)
            _limit(program.pid, FULL_AT_BYTES)
            await _until_said(log, "disk_full")
            confirmed = night.exchange.confirmed
            said = await night.exchange.say(night.desk, "坡裂了" * 400)
            await pause(AWAY_SECONDS)
            assert night.exchange.confirmed < said, "what could not be saved is not confirmed"
            assert night.exchange.confirmed <= confirmed + AT_ONCE
            _limit(program.pid, resource.RLIM_INFINITY)
            await issuing
        await night.rests()
        wrong = [line for check in (lost, answers, left_open) for line in await check(night)]
        rows = await rows_of(night.database)
        wrong += wrong_copies(night, rows)
        marked = sum(row.is_marked for row in rows)
    with capsys.disabled():
        echo(f"\nseed {seed}: a full disk, {len(night.exchange.told)} messages, {marked} marked repeats")
    assert wrong == [], "\n".join(wrong[:40])
    assert marked == 0, "what has left is written down as soon as there is room"
    written = log.read_text(encoding="utf-8")
    assert MEND[Trouble.FULL] in written
    assert "update_failed" not in written


def _limit(pid: int, size: int) -> None:
    """No file of the process may grow beyond so many bytes."""
    _, hardest = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hardest))


async def _until_said(log: Path, words: str) -> None:
    async with asyncio.timeout(60):
        while words not in await asyncio.to_thread(log.read_text, encoding="utf-8"):
            await pause(0.1)


async def _some_calls(night: Night, random: Random) -> None:
    """So many calls later, or a while later if there is nothing to send."""
    enough = night.exchange.calls + random.randrange(20, 200)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            await night.exchange.until(lambda: night.exchange.calls >= enough, "calls")

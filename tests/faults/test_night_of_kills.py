"""A red warning to two thousand while every program is killed again and again; people answer meanwhile.

Afterwards the platform's record and the ledger are compared: nobody is without the text, nobody's answer is lost, and
what arrived twice is marked and was being sent when somebody was killed. FAULTS_SEED repeats a run's decisions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer import echo

from bot.plan.service import Plan
from bot.settings import Work
from tests.databases import Postgres
from tests.faults.night import EVERYTHING, IN_TURN, answers, left_open, lost, programs, repeated
from tests.faults.seeds import seeded


async def test_nobody_is_lost_in_a_short_night_of_kills(
    sqlite_url: str, tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    await _night(sqlite_url, tmp_path, plan, capsys, EVERYTHING, people=150, kills=6)


@pytest.mark.faults
async def test_nobody_of_two_thousand_is_lost_in_two_hundred_kills_on_sqlite(
    sqlite_url: str, tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    await _night(sqlite_url, tmp_path, plan, capsys, EVERYTHING, people=2_000, kills=200)


@pytest.mark.faults
@pytest.mark.postgres
async def test_nobody_of_two_thousand_is_lost_in_two_hundred_kills_of_sender_web_and_timetable(
    postgres: Postgres, tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    await _night(postgres.emptied(), tmp_path, plan, capsys, IN_TURN, people=2_000, kills=200)


async def _night(
    url: str,
    folder: Path,
    plan: Plan,
    capsys: pytest.CaptureFixture[str],
    roles: Sequence[Work],
    *,
    people: int,
    kills: int,
) -> None:
    seed, random = seeded()
    began = time.monotonic()
    async with programs(url, folder, plan, roles, random, people) as night:
        async with asyncio.TaskGroup() as group:
            striking = group.create_task(night.strike(kills, random))
            while not striking.done():
                await night.issue()
        await night.rests()
        wrong = [line for check in (lost, repeated, answers, left_open) for line in await check(night)]
        marked = sum(told.is_marked for told in night.exchange.told)
    with capsys.disabled():
        echo(
            f"\nseed {seed}: {night.kills} kills of {'/'.join(role.value for role in roles)},"
            f" {len(night.texts)} issues to {len(night.people)}, {len(night.exchange.told)} messages,"
            f" {len(night.exchange.updates)} updates, {marked} marked repeats, {time.monotonic() - began:.0f} s"
        )
    assert wrong == [], "\n".join(wrong[:40])
    assert night.kills == kills

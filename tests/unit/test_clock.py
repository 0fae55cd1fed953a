"""The one clock: shifted as a whole, aware, and nobody sleeps through a jump."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta

from bot.core.clock import Clock

PATIENCE = 5.0


def test_the_clock_is_aware_utc_and_unmoved_at_first() -> None:
    clock = Clock()
    assert clock.now().tzinfo is UTC
    assert clock.rev == 0


def test_a_shift_moves_wall_time_and_monotonic_seconds_alike() -> None:
    clock = Clock()
    before, seconds = clock.now(), clock.monotonic()
    clock.shift(3 * 3600.0, 4)
    assert clock.now() - before >= timedelta(hours=3)
    assert clock.now() - before < timedelta(hours=3, seconds=5)
    assert 0 <= clock.monotonic() - seconds - 3 * 3600 < 5
    assert clock.rev == 4


def test_a_second_shift_replaces_the_first() -> None:
    clock = Clock()
    before = clock.now()
    clock.shift(3600.0, 1)
    clock.shift(60.0, 2)
    assert clock.now() - before < timedelta(minutes=2)


async def test_who_sleeps_wakes_when_the_clock_jumps_past_him_and_not_before() -> None:
    clock = Clock()
    asleep = asyncio.ensure_future(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.shift(1800.0, 1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not asleep.done()
    clock.shift(3601.0, 2)
    async with asyncio.timeout(PATIENCE):
        await asleep


async def test_who_waits_for_a_move_hears_of_it() -> None:
    clock = Clock()
    waiting = asyncio.ensure_future(clock.wait_moved(3600))
    await asyncio.sleep(0)
    clock.shift(1.0, 1)
    async with asyncio.timeout(PATIENCE):
        await waiting
    await clock.wait_moved(0)

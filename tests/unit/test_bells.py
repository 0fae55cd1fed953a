"""Bells: remembered while nobody listens, heard once, and silent when nobody rang."""

from __future__ import annotations

import asyncio

from bot.core.bells import Bells

PATIENCE = 5.0


async def test_a_bell_rung_while_nobody_waits_is_remembered_once() -> None:
    bells = Bells()
    bells.ring(["send"])
    bells.ring(["send"])
    assert await bells.wait("send", 0)
    assert not await bells.wait("send", 0)


async def test_a_bell_wakes_who_waits_for_it_and_nobody_else() -> None:
    bells = Bells()
    sender = asyncio.ensure_future(bells.wait("send", PATIENCE))
    painter = asyncio.ensure_future(bells.wait("paint", PATIENCE))
    await asyncio.sleep(0)
    bells.ring(["send"])
    assert await sender
    assert not painter.done()
    bells.ring(["paint"])
    assert await painter


async def test_a_bell_wakes_one_of_those_who_wait_for_it() -> None:
    bells = Bells()
    workers = [asyncio.ensure_future(bells.wait("inbox", PATIENCE)) for _ in range(3)]
    for awake in range(1, 4):
        await asyncio.sleep(0)
        bells.ring(["inbox"])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert sum(worker.done() for worker in workers) == awake
    assert await asyncio.gather(*workers) == [True, True, True]


async def test_who_watches_the_whole_hears_any_bell() -> None:
    bells = Bells()
    assert not await bells.wait_any(0)
    bells.ring(["tick"])
    assert await bells.wait_any(0)
    assert not await bells.wait_any(0)
    assert await bells.wait("tick", 0)

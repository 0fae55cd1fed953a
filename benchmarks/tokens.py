"""How many bots one machine keeps full: each its token, its ledger and its 30 a second.

The senders share as many processes as there are cores. Their number grows until one of them falls behind or the
largest number is reached; the run before counts. The platform's clock is measured, so one run of each size is enough:
what is counted is whether every queue was kept full for twenty seconds. About six minutes.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

import uvloop

from benchmarks import sending
from benchmarks.apart import side_by_side
from benchmarks.pairs import Finding, Result, Rounds
from benchmarks.progress import say
from benchmarks.setting import Setting
from benchmarks.stub import control, stub
from bot.delivery.models import Lane
from bot.delivery.pacing import TELEGRAM

NAME = "tokens"
MEASURES = (
    "bots on one machine, all sending for {seconds:.0f} s at a server that keeps the limits of each: what the slowest "
    "sent of 30 a second"
)

_SIZES = {"sqlite": (10, 20, 30, 40, 60, 80), "postgresql": (10, 20, 30, 40)}
"""A PostgreSQL takes 100 connections as it comes, and each sender holds two."""

_AIM = 30
_FULL = 0.97
_SECONDS = 20.0
_PER_SECOND = 30
_HEAD_START_SECONDS = 15.0
_SETTLING_SECONDS = 2.0


def run(setting: Setting) -> Result:
    """The share of the slowest bot, for each number of bots."""
    seconds = max(1.0, _SECONDS * setting.share)
    shares, findings = Rounds("of full", {}), []
    for kind in sending.kinds(setting.postgres):
        kept = 0
        for size in sorted({setting.scaled(size) for size in _SIZES[kind]}):
            share = _slowest(setting, kind, size, seconds)
            say(f"{NAME}: {kind}, {size} bots: the slowest had {share:.3f} of what is allowed")
            shares.values[f"{kind}, {size} bots"] = [share]
            if share < _FULL:
                break
            kept = size
        findings.append(Finding(f"{kind}: {kept} bots kept full (>= {_AIM})", kept >= _AIM))
    return Result(NAME, MEASURES.format(seconds=seconds), {"": shares}, (), findings)


def _slowest(setting: Setting, kind: str, size: int, seconds: float) -> float:
    """How much of what is allowed the slowest of so many has sent."""
    with stub() as server, sending.many(setting.postgres, kind, size) as urls:
        uvloop.run(_with_limits(server))
        cores = min(os.cpu_count() or 1, size)
        bots = list(enumerate(urls))
        works = {str(core): partial(_senders, server, bots[core::cores], seconds) for core in range(cores)}
        return min(measured.value for measured in side_by_side(works).values())


def _senders(server: str, bots: Sequence[tuple[int, str]], seconds: float) -> float:
    return uvloop.run(_send(server, bots, seconds))


async def _send(server: str, bots: Sequence[tuple[int, str]], seconds: float) -> float:
    """Counted while each has more waiting than it may send; what the full buckets gave at once is over by then."""
    rows = int(_PER_SECOND * (2 * seconds + _HEAD_START_SECONDS))
    tokens = [f"{110_000_000 + number}:bench" for number, _ in bots]
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(control(server))
        for token, (_, url) in zip(tokens, bots, strict=True):
            ready = await stack.enter_async_context(sending.post(url, server, TELEGRAM, token))
            await ready.tell(range(2, rows + 2), Lane.URGENT)
        await asyncio.sleep(_SETTLING_SECONDS)
        began, before = time.monotonic(), [await platform.count(token) for token in tokens]
        await asyncio.sleep(seconds)
        took, after = time.monotonic() - began, [await platform.count(token) for token in tokens]
    return min(late - early for early, late in zip(before, after, strict=True)) / (_PER_SECOND * took)


async def _with_limits(server: str) -> None:
    async with control(server) as platform:
        await platform.empty(limits=True)

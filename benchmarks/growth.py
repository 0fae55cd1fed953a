"""A hundred times as many recipients: what a message costs then, and how much memory the sender takes more.

Each run is a process with a database of its own. The smallest tells its thousand ten times over, so that what is
measured is not its first moments. Five rounds, about eleven minutes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import uvloop

from benchmarks import sending
from benchmarks.apart import Measured, alone
from benchmarks.pairs import Aim, Finding, Result, Rounds
from benchmarks.progress import say
from benchmarks.setting import Setting
from benchmarks.stub import stub

NAME = "growth"
MEASURES = (
    "telling {sizes} recipients, no limits, from the telling to the last row written down as sent; the CPU is the "
    "sender's process alone, without PostgreSQL's"
)

_SIZES = (1_000, 10_000, 100_000)
_TIMES = 10
"""How often the smallest is told."""
_AIM = 1.2
_AIM_MEGABYTES = 64
_MEGABYTE = 2**20

_Cost = tuple[float, float]
"""Milliseconds of the clock and of the CPU for each message."""


def run(setting: Setting) -> Result:
    """Milliseconds a message."""
    sizes = [setting.scaled(size) for size in _SIZES]
    tables = {title: Rounds("ms", {}) for title in ("clock, a message", "CPU, a message")}
    peaks = Rounds("MiB", {})
    for number in range(setting.rounds):
        for kind in sending.kinds(setting.postgres):
            for size, measured in _round(setting, kind, sizes).items():
                for rounds, value in zip(tables.values(), measured.value, strict=True):
                    rounds.values.setdefault(_name(kind, size), []).append(value)
                peaks.values.setdefault(_name(kind, size), []).append(measured.peak_bytes / _MEGABYTE)
            say(f"{NAME}: round {number + 1} of {setting.rounds}, {kind}")
    kinds, clock = sending.kinds(setting.postgres), tables["clock, a message"]
    aims = [Aim(_name(kind, size), _name(kind, sizes[0]), _AIM, at_most=True) for kind in kinds for size in sizes[1:]]
    judged = [(aim, clock.ratio(aim.ours, aim.other)) for aim in aims]
    findings = [_memory(kind, sizes, peaks) for kind in kinds]
    measures = MEASURES.format(sizes=", ".join(f"{size:,}" for size in sizes))
    return Result(NAME, measures, {**tables, "memory at most": peaks}, judged, findings)


def _round(setting: Setting, kind: str, sizes: Sequence[int]) -> dict[int, Measured[_Cost]]:
    with stub() as server, sending.many(setting.postgres, kind, len(sizes)) as urls:
        return {
            size: alone(partial(_once, server, url, size, _TIMES if size == sizes[0] else 1))
            for size, url in zip(sizes, urls, strict=True)
        }


def _once(server: str, url: str, size: int, times: int) -> _Cost:
    return uvloop.run(_told(server, url, size, times))


async def _told(server: str, url: str, size: int, times: int) -> _Cost:
    async with sending.post(url, server) as ready:
        seconds, used = 0.0, time.process_time()
        for _ in range(times):
            seconds += await sending.timed(ready, range(2, size + 2))
        used = time.process_time() - used
    return seconds * 1_000 / (size * times), used * 1_000 / (size * times)


def _memory(kind: str, sizes: Sequence[int], peaks: Rounds) -> Finding:
    few, many = peaks.median(_name(kind, sizes[0])), peaks.median(_name(kind, sizes[-1]))
    words = f"{kind}: {many - few:.0f} MiB more for {sizes[-1]:,} than for {sizes[0]:,} (<= 64)"
    return Finding(words, many - few <= _AIM_MEGABYTES)


def _name(kind: str, size: int) -> str:
    return f"{kind}, {size:,}"

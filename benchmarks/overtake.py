"""A red warning to 300 behind a hundred thousand blue ones: when the first leaves, and what leaves before the last.

About three minutes.
"""

from __future__ import annotations

import asyncio
import time

import uvloop

from benchmarks import sending
from benchmarks.pairs import Finding, Result, Rounds
from benchmarks.progress import say
from benchmarks.setting import Setting
from benchmarks.stub import control, stub
from bot.delivery.models import Lane
from bot.delivery.pacing import TELEGRAM

NAME = "overtake"
MEASURES = "red to {red} behind {blue:,} queued blue, at the platform's pace"

_RED = 300
_AIM_SECONDS = 1.0
_HEAD_START_SECONDS = 2.0


def run(setting: Setting) -> Result:
    """Seconds from the telling of red to its first message, and how many blue ones left before its last."""
    blue = setting.scaled(100_000)
    rounds = Rounds("s", {})
    between: dict[str, list[int]] = {}
    with stub() as server:
        for number in range(setting.rounds):
            say(f"{NAME}: round {number + 1} of {setting.rounds}")
            with sending.databases(setting.postgres) as urls:
                for name, url in urls.items():
                    waited, others = uvloop.run(_once(server, url, blue))
                    rounds.values.setdefault(name, []).append(waited)
                    between.setdefault(name, []).append(others)
    findings = [
        Finding(f"{name}: first red {max(found):.2f} s after the telling (<= 1 s)", max(found) <= _AIM_SECONDS)
        for name, found in rounds.values.items()
    ]
    findings += [
        Finding(f"{name}: {max(found)} blue left between the first red and the last", max(found) == 0)
        for name, found in between.items()
    ]
    return Result(NAME, MEASURES.format(red=_RED, blue=blue), {"first red": rounds}, (), findings)


async def _once(server: str, url: str, blue: int) -> tuple[float, int]:
    async with control(server) as platform, sending.post(url, server, TELEGRAM) as ready:
        await ready.tell(range(1_000, 1_000 + blue), Lane.ROUTINE)
        await asyncio.sleep(_HEAD_START_SECONDS)
        await platform.empty()
        told = time.monotonic()
        subject = await ready.tell(range(-_RED - 10, -10), Lane.URGENT)
        await ready.until_sent(subject)
        sent = await platform.sent()
    red = [at for at, chat, _ in sent if chat < 0]
    others = [at for at, chat, _ in sent if chat > 0 and red[0] < at < red[-1]]
    return red[0] - told, len(others)

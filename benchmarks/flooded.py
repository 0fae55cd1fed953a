"""Some groups answer 429 for a long time: what that costs the others.

The platform's clock is measured, not this machine, so the runs with and without go side by side, each with a token, a
database and a process of its own. Five rounds, two minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import uvloop

from benchmarks import sending
from benchmarks.apart import side_by_side
from benchmarks.pairs import Aim, Finding, Result, Rounds
from benchmarks.progress import say
from benchmarks.setting import Setting
from benchmarks.stub import control, stub
from bot.delivery.pacing import TELEGRAM

NAME = "flooded"
MEASURES = "red to {count} groups at the platform's pace; {closed} of them answer 429 for {seconds:.0f} s: the others"

_CLOSED = 5
_CLOSED_SECONDS = 600.0
_AIM = 1.05


def run(setting: Setting) -> Result:
    """Seconds until the last of the groups that are not closed is written down as sent."""
    count = max(_CLOSED * 2, setting.scaled(500))
    flooded = [-1_000 - n for n in range(count)]
    quiet = [-1_000_000 - n for n in range(count)]
    closed = flooded[:: count // _CLOSED][:_CLOSED]
    seconds, refused = Rounds("s", {}), Rounds("x 429", {})
    for number in range(setting.rounds):
        say(f"{NAME}: round {number + 1} of {setting.rounds}, all side by side")
        with stub() as server, sending.databases(setting.postgres) as one, sending.databases(setting.postgres) as other:
            uvloop.run(_close(server, closed))
            works = {_ours(kind): partial(_once, server, url, flooded, 1) for kind, url in one.items()}
            works |= {_without(kind): partial(_once, server, url, quiet, 2) for kind, url in other.items()}
            for name, measured in side_by_side(works).items():
                seconds.values.setdefault(name, []).append(measured.value[0])
                refused.values.setdefault(name, []).append(measured.value[1])
    kinds = list(sending.kinds(setting.postgres))
    aims = [Aim(_ours(kind), _without(kind), _AIM, at_most=True) for kind in kinds]
    judged = [(aim, seconds.ratio(aim.ours, aim.other)) for aim in aims]
    findings = [_tried_once(_ours(kind), refused.values[_ours(kind)]) for kind in kinds]
    measures = MEASURES.format(count=count, closed=_CLOSED, seconds=_CLOSED_SECONDS)
    return Result(NAME, measures, {"": seconds}, judged, findings)


def _ours(kind: str) -> str:
    return f"jiaoying, {kind}"


def _without(kind: str) -> str:
    return f"{kind}, no 429"


def _once(server: str, url: str, groups: Sequence[int], number: int) -> tuple[float, float]:
    """Seconds, and how many calls were answered with 429."""
    token = f"11000000{number}:{url.partition(':')[0]}"

    async def once() -> tuple[float, float]:
        async with control(server) as platform, sending.post(url, server, TELEGRAM, token) as ready:
            seconds = await sending.timed(ready, groups, but=_CLOSED)
            return seconds, await platform.refused(token)

    return uvloop.run(once())


async def _close(server: str, closed: Sequence[int]) -> None:
    async with control(server) as platform:
        await platform.empty(limits=True, floods=closed, seconds=_CLOSED_SECONDS)


def _tried_once(name: str, counts: Sequence[float]) -> Finding:
    words = f"{name}: {max(counts):.0f} calls answered with 429, one for each closed group"
    return Finding(words, set(counts) == {float(_CLOSED)})

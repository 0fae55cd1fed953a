"""A red warning to thousands of groups at a server that keeps the platform's limits: how close to what they allow.

Theory is arithmetic: 30 at once, then 30 a second. The platform's clock is what is measured and not this machine, so
all contenders run side by side, each in its process with a token of its own, and one round says what five would: its
seconds differ by thousandths. Two are run so that a disturbed one shows. Who sends one after the other at a fixed pace
gets a stated share of the list, and his seconds are multiplied. Two rounds, four minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import uvloop

from benchmarks import sending
from benchmarks.apart import side_by_side
from benchmarks.pairs import Aim, Finding, Result, Rounds
from benchmarks.progress import say
from benchmarks.setting import Setting
from benchmarks.stub import control, stub
from bot.delivery.pacing import TELEGRAM

NAME = "limits"
MEASURES = (
    "red to {count:,} groups, all at once, at a server with the platform's limits: theory is {theory:.1f} s. "
    "aiogram-broadcaster at a thirtieth of a second gets a fourth of the list, at the 0.4 s of its own example a "
    "twentieth; their pace is even, so their seconds are multiplied"
)

_AT_ONCE = 30
_PER_SECOND = 30
_ROUNDS = 2
_AIM = 1.03
_THEORY = "theory"
_OURS = "jiaoying, "
_EXAMPLE_SECONDS = 0.4

_Work = Callable[[], float]


def run(setting: Setting) -> Result:
    """Seconds as multiples of the theory's."""
    groups = [-1_000 - n for n in range(setting.scaled(3_000))]
    theory = max(len(groups) - _AT_ONCE, 1) / _PER_SECOND
    ratios, refused = Rounds("x theory", {}), Rounds("x 429", {})
    rounds = min(setting.rounds, _ROUNDS)
    for number in range(rounds):
        say(f"{NAME}: round {number + 1} of {rounds}, all side by side, {theory:.0f} s and more")
        with stub() as server, sending.databases(setting.postgres) as urls:
            uvloop.run(_with_limits(server))
            works = _works(server, urls, groups, beside=setting.beside)
            for name, measured in side_by_side(works).items():
                ratios.values.setdefault(name, []).append(measured.value / theory)
            for name, count in uvloop.run(_refused(server, list(works))).items():
                refused.values.setdefault(name, []).append(count)
    ours = [name for name in ratios.values if name.startswith(_OURS)]
    ratios.values[_THEORY] = [1.0] * rounds
    aims = [Aim(name, _THEORY, _AIM, at_most=True) for name in ours]
    judged = [(aim, ratios.ratio(aim.ours, aim.other)) for aim in aims]
    findings = [_none_refused(name, refused.values[name]) for name in ours]
    measures = MEASURES.format(count=len(groups), theory=theory)
    return Result(NAME, measures, {"": ratios, "answered with": refused}, judged, findings)


def _works(server: str, urls: dict[str, str], groups: Sequence[int], *, beside: bool) -> dict[str, _Work]:
    works: dict[str, Callable[..., float]] = {
        f"{_OURS}{kind}": partial(ours, server, url, groups) for kind, url in urls.items()
    }
    if beside:
        works["python-telegram-bot, AIORateLimiter"] = partial(rate_limiter, server, groups)
        works["aiogram-broadcaster, 1/30 s"] = partial(broadcaster, server, groups, 4, 1 / _PER_SECOND)
        works["aiogram-broadcaster, 0.4 s"] = partial(broadcaster, server, groups, 20, _EXAMPLE_SECONDS)
    return {name: partial(_with_token, work, number) for number, (name, work) in enumerate(works.items())}


def _token(number: int) -> str:
    return f"11000000{number}:bench"


def _with_token(work: Callable[..., float], number: int) -> float:
    return work(token=_token(number))


def ours(server: str, url: str, groups: Sequence[int], *, token: str) -> float:
    """Seconds from the telling to the last row written down as sent."""

    async def once() -> float:
        async with sending.post(url, server, TELEGRAM, token) as ready:
            return await sending.timed(ready, groups)

    return uvloop.run(once())


def rate_limiter(server: str, groups: Sequence[int], *, token: str) -> float:
    """Seconds for python-telegram-bot's own limiter."""
    from benchmarks import peers  # a process that sends nothing with it need not load it

    return uvloop.run(peers.rate_limiter(server, groups, token))


def broadcaster(server: str, groups: Sequence[int], share: int, pause: float, *, token: str) -> float:
    """Seconds for aiogram-broadcaster, as its share of the list lets expect for the whole."""
    from benchmarks import peers

    few = groups[: max(1, len(groups) // share)]
    return uvloop.run(peers.broadcaster(server, few, pause, token)) * len(groups) / len(few)


async def _with_limits(server: str) -> None:
    async with control(server) as platform:
        await platform.empty(limits=True)


async def _refused(server: str, names: Sequence[str]) -> dict[str, float]:
    async with control(server) as platform:
        return {name: float(await platform.refused(_token(number))) for number, name in enumerate(names)}


def _none_refused(name: str, counts: Sequence[float]) -> Finding:
    return Finding(f"{name}: {max(counts):.0f} answers of 429 of our own making", max(counts) == 0)

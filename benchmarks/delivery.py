"""From the signature to the last row written down as sent, no limits kept: beside loops that write nothing down.

About four minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import uvloop

from benchmarks import sending
from benchmarks.pairs import Aim, Contender, Result, interleaved
from benchmarks.setting import Setting
from benchmarks.stub import stub

NAME = "delivery"
MEASURES = "{count:,} recipients, from telling them to the last row written down as sent; no limits, 128 under way"

_AIMS = {
    "raw aiohttp loop": 0.65,
    "bare aiogram": 1.3,
    "bare python-telegram-bot": 1.0,
    "aiogram-broadcaster": 1.0,
}
_SLOW_SHARE = 10
"""What sends one after the other gets a tenth of the list: its rate is the same, and the run ends today."""


def run(setting: Setting) -> Result:
    """Rates in messages a second."""
    count = setting.scaled(10_000)
    chats = range(2, count + 2)
    with stub() as server, sending.databases(setting.postgres) as urls:
        ours = {f"jiaoying, {name}": _ours(server, url, chats) for name, url in urls.items()}
        others = _others(server, chats) if setting.beside else {}
        rounds = interleaved(NAME, {**ours, **others}, setting.rounds, "messages/s")
    aims = [Aim(name, other, limit) for name in ours for other, limit in _AIMS.items() if other in others]
    judged = [(aim, rounds.ratio(aim.ours, aim.other)) for aim in aims]
    return Result(NAME, MEASURES.format(count=count), {"": rounds}, judged)


def _others(server: str, chats: Sequence[int]) -> dict[str, Contender]:
    from benchmarks import peers  # five seconds of imports, and libraries that only this comparison needs

    return {
        "raw aiohttp loop": _rate(chats, lambda: peers.raw(server, chats)),
        "bare aiogram": _rate(chats, lambda: peers.aiogram(server, chats)),
        "bare python-telegram-bot": _rate(_few(chats), lambda: peers.python_telegram_bot(server, _few(chats))),
        "aiogram-broadcaster": _rate(_few(chats), lambda: peers.broadcaster(server, _few(chats))),
    }


def _ours(server: str, url: str, chats: Sequence[int]) -> Contender:
    async def once() -> float:
        async with sending.post(url, server) as ready:
            return await sending.timed(ready, chats)

    return _rate(chats, once)


def _rate(chats: Sequence[int], once: Callable[[], Coroutine[Any, Any, float]]) -> Contender:
    return lambda: len(chats) / uvloop.run(once())


def _few(chats: Sequence[int]) -> Sequence[int]:
    return chats[: max(1, len(chats) // _SLOW_SHARE)]

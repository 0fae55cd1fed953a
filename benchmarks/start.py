"""From the start of a process to its first answer at the platform: an update waits there already, nothing is warm.

`jiaoying run` on a migrated database, our sender alone with one message in its ledger, and beside them bare bots of two
libraries that answer the same update. Five rounds, two minutes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from benchmarks import sending, whole
from benchmarks.pairs import Aim, Contender, Finding, Result, Rounds, interleaved
from benchmarks.setting import Setting
from benchmarks.stub import control, stub
from bot.delivery.models import Lane
from bot.settings import Settings

NAME = "start"
MEASURES = "cold start to the first answered update, and of the sender alone to its first message; whole processes"

_PERSON = 4_001
_OTHER = "bare python-telegram-bot"
_SLOWER = "bare aiogram"
_AIM = 2.0
_AIM_SENDER_SECONDS = 2.0
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class _Start:
    """One program, started again and again on a database of its own."""

    server: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    cpu: list[float] = field(default_factory=list)

    def once(self) -> float:
        """Seconds of the clock; those of the CPU are kept."""
        self.prepare()
        with TemporaryDirectory() as folder:
            return uvloop.run(self._first_answer(Path(folder)))

    async def _first_answer(self, folder: Path) -> float:
        async with control(self.server) as platform:
            await platform.empty()
            await platform.add(sending.TOKEN, [whole.said(_PERSON, 1, "/start")])
            began = time.monotonic()
            with whole.started(self.command, folder, **self.environment) as program:
                while not (sent := await platform.sent()):
                    program.require_running()
                    await asyncio.sleep(_LOOK_SECONDS)
        self.cpu.append(program.cpu_seconds)
        return sent[0][0] - began


def run(setting: Setting) -> Result:
    """Seconds."""
    kinds = sending.kinds(setting.postgres)
    with stub() as server, sending.databases(setting.postgres) as urls, TemporaryDirectory() as files:
        starts = {_ours(kind): _whole(server, url, Path(files)) for kind, url in urls.items()}
        starts |= {_sender(kind): _sender_alone(server, url) for kind, url in urls.items()}
        if "role" in Settings.model_fields and "postgresql" in urls:
            starts["run --role sender"] = _whole(server, urls["postgresql"], Path(files), "--role", "sender")
        if setting.beside:
            starts[_OTHER] = _Start(server, whole.bare("bare_python_telegram_bot", server, sending.TOKEN))
            starts[_SLOWER] = _Start(server, whole.bare("bare_aiogram", server, sending.TOKEN))
        contenders: dict[str, Contender] = {name: start.once for name, start in starts.items()}
        rounds = interleaved(NAME, contenders, setting.rounds, "s")
    aims = [Aim(_ours(kind), _OTHER, _AIM, at_most=True) for kind in kinds]
    aims += [Aim(_ours(kind), _SLOWER, 1.0, at_most=True) for kind in kinds]
    judged = [(aim, rounds.ratio(aim.ours, aim.other)) for aim in aims if setting.beside]
    findings = [_soon(_sender(kind), rounds.median(_sender(kind))) for kind in kinds]
    cpu = Rounds("s", {name: start.cpu for name, start in starts.items()})
    return Result(NAME, MEASURES, {"clock": rounds, "CPU": cpu}, judged, findings)


def _whole(server: str, url: str, folder: Path, *words: str) -> _Start:
    environment = whole.settings(server, url, folder)
    prepare = _queued(url) if words else lambda: None
    return _Start(server, whole.jiaoying("run", *words), environment, prepare)


def _sender_alone(server: str, url: str) -> _Start:
    return _Start(server, whole.bare("bare_sender", server, url), {}, _queued(url))


def _queued(url: str) -> Callable[[], None]:
    return lambda: uvloop.run(sending.queue(url, [_PERSON], Lane.URGENT))


def _ours(kind: str) -> str:
    return f"jiaoying run, {kind}"


def _sender(kind: str) -> str:
    return f"sender alone, {kind}"


def _soon(name: str, seconds: float) -> Finding:
    return Finding(f"{name}: {seconds:.2f} s to its first message (<= 2 s)", seconds <= _AIM_SENDER_SECONDS)

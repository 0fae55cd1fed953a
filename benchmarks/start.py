"""From the start of a process to its first answer at the platform: an update waits there already, nothing is warm.

`jiaoying run` on a migrated database, our sender alone with one message in its ledger, and beside them bare bots of two
libraries that answer the same update. Five rounds, two minutes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from benchmarks import sending, whole
from benchmarks.pairs import Aim, Contender, Finding, Result, Rounds, interleaved
from benchmarks.setting import Setting
from benchmarks.stub import control, stub
from bot.delivery.models import Lane

NAME = "start"
MEASURES = "cold start to the first answered update, and of the sender alone to its first message; whole processes"

_PERSON = 4_001
_OTHER = "bare python-telegram-bot"
_SLOWER = "bare aiogram"
_AIM = 2.0
_AIM_SENDER_SECONDS = 2.0
_LOOK_SECONDS = 0.01
_COPIES = count(1)


@dataclass(frozen=True, slots=True)
class _Start:
    """One program, started again and again; what keeps anything finds a new database each time.

    A program is killed as soon as it has answered. On the same database the next one would repeat that answer, and take
    the update, whose number begins at 1 again, for one it has.
    """

    server: str
    command: Callable[[str], Sequence[str]]
    """From the URL of its database."""
    database: str | None = None
    has_waiting: bool = False
    """Whether a message waits in its ledger."""
    cpu: list[float] = field(default_factory=list)

    def once(self) -> float:
        """Seconds of the clock; those of the CPU are kept."""
        with ExitStack() as stack:
            folder, url, environment = Path(stack.enter_context(TemporaryDirectory())), "", {}
            if self.database:
                url = stack.enter_context(sending.copy(self.database, f"start_{next(_COPIES)}"))
                environment = whole.settings(self.server, url, folder)
            if self.has_waiting:
                uvloop.run(sending.queue(url, [_PERSON], Lane.URGENT))
            return uvloop.run(self._first_answer(self.command(url), folder, environment))

    async def _first_answer(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
        async with control(self.server) as platform:
            await platform.empty()
            await platform.add(sending.TOKEN, [whole.said(_PERSON, 1, "/start")])
            began = time.monotonic()
            with whole.started(command, folder, **environment) as program:
                while not (sent := await platform.sent()):
                    program.require_running()
                    await asyncio.sleep(_LOOK_SECONDS)
        self.cpu.append(program.cpu_seconds)
        return sent[0][0] - began


def run(setting: Setting) -> Result:
    """Seconds."""
    kinds = sending.kinds(setting.postgres)
    with stub() as server, sending.databases(setting.postgres) as urls:
        starts = {_ours(kind): _whole(server, url) for kind, url in urls.items()}
        starts |= {_sender(kind): _sender_alone(server, url) for kind, url in urls.items()}
        if "postgresql" in urls:
            starts["run --role sender"] = _whole(server, urls["postgresql"], "--role", "sender")
        if setting.beside:
            starts[_OTHER] = _bare(server, "bare_python_telegram_bot")
            starts[_SLOWER] = _bare(server, "bare_aiogram")
        contenders: dict[str, Contender] = {name: start.once for name, start in starts.items()}
        rounds = interleaved(NAME, contenders, setting.rounds, "s")
    aims = [Aim(_ours(kind), _OTHER, _AIM, at_most=True) for kind in kinds]
    aims += [Aim(_ours(kind), _SLOWER, 1.0, at_most=True) for kind in kinds]
    judged = [(aim, rounds.ratio(aim.ours, aim.other)) for aim in aims if setting.beside]
    findings = [_soon(_sender(kind), rounds.median(_sender(kind))) for kind in kinds]
    cpu = Rounds("s", {name: start.cpu for name, start in starts.items()})
    return Result(NAME, MEASURES, {"clock": rounds, "CPU": cpu}, judged, findings)


def _whole(server: str, url: str, *words: str) -> _Start:
    return _Start(server, lambda _: whole.jiaoying("run", *words), url, has_waiting=bool(words))


def _sender_alone(server: str, url: str) -> _Start:
    return _Start(server, lambda copied: whole.bare("bare_sender", server, copied), url, has_waiting=True)


def _bare(server: str, module: str) -> _Start:
    return _Start(server, lambda _: whole.bare(module, server, sending.TOKEN))


def _ours(kind: str) -> str:
    return f"jiaoying run, {kind}"


def _sender(kind: str) -> str:
    return f"sender alone, {kind}"


def _soon(name: str, seconds: float) -> Finding:
    return Finding(f"{name}: {seconds:.2f} s to its first message (<= 2 s)", seconds <= _AIM_SENDER_SECONDS)

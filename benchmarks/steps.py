"""Two hundred people file full reports while a broadcast leaves: how soon a tap is answered and a card has changed.

The whole product as one process on a migrated database, at a server without limits; people act from outside. Beside it
bare echo bots of two libraries under the same people: they keep nothing, judge nothing and send no broadcast. One run
has thousands of acts, and what is claimed is the wait that 95 of 100 did not exceed, so one round is enough. Nine
minutes.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from benchmarks import crowd, district, sending, whole
from benchmarks.pairs import Finding, Result, Rounds
from benchmarks.progress import say
from benchmarks.setting import Setting
from benchmarks.stub import Control, control, stub
from bot.delivery.models import Lane
from bot.plan.service import load_plan
from bot.settings import Settings

NAME = "steps"
MEASURES = (
    "{people} people, thinking {think:g} s (more or less by half) between two acts, file reports with all their fields "
    "for {seconds:.0f} s while every {every:.0f} s a text to {wave:,} others leaves; no limits; from the moment an act "
    "is there to be fetched until its tap is answered, and until its card is shown. *Meanwhile* are the acts while a "
    "broadcast was leaving; bare bots have none"
)

_SECONDS, _SECONDS_BESIDE = 180.0, 60.0
_WAVE, _EVERY_SECONDS = 5_000, 15.0
_AIM_TAP_SECONDS, _AIM_CARD_SECONDS = 0.3, 1.0
_LOOK_SECONDS = 0.2
_STRANGER, _OTHERS = 1, 5_000_001
_WRONG = re.compile(r"database is locked|Traceback|\[(?:error|critical)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    """Seconds until each tap was answered and each card shown; the same of the acts during a broadcast."""

    taps: list[float]
    cards: list[float]
    taps_meanwhile: list[float]
    cards_meanwhile: list[float]
    unanswered: int
    unshown: int
    filed: int
    cpu_seconds: float
    """Of the program from its start to its end, for each act."""
    wrong: Sequence[str]


def run(setting: Setting) -> Result:
    """Milliseconds."""
    people, seconds = setting.scaled(200), max(10.0, _SECONDS * setting.share)
    found = {}
    for kind in sending.kinds(setting.postgres):
        say(f"{NAME}: jiaoying, {kind}, {seconds:.0f} s and the time to make a district")
        found[f"jiaoying, {kind}"] = _ours(setting, kind, people, seconds)
    beside = {"bare python-telegram-bot": "bare_python_telegram_bot", "bare aiogram": "bare_aiogram"}
    for name, module in beside.items() if setting.beside else ():
        say(f"{NAME}: {name}")
        found[name] = _bare(module, people, min(seconds, _SECONDS_BESIDE))
    ours = {name: one for name, one in found.items() if name.startswith("jiaoying")}
    findings = [finding for name, one in ours.items() for finding in _judged(name, one)]
    measures = MEASURES.format(
        people=people, think=crowd.THINKS_SECONDS, seconds=seconds, every=_EVERY_SECONDS, wave=setting.scaled(_WAVE)
    )
    return Result(NAME, measures, _tables(found), (), findings)


def _tables(found: Mapping[str, _Found]) -> dict[str, Rounds]:
    tables = {title: Rounds("ms", {}) for title in ("tap answered", "card shown")}
    for name, one in found.items():
        for title, waits in (("tap answered", one.taps), ("card shown", one.cards)):
            tables[title].values |= _rows(name, waits)
        for title, waits in (("tap answered", one.taps_meanwhile), ("card shown", one.cards_meanwhile)):
            tables[title].values |= _rows(f"{name}, meanwhile", waits)
    tables["CPU of the program, from its start to its end, for each act"] = Rounds(
        "ms", {name: [one.cpu_seconds * 1_000] for name, one in found.items()}
    )
    return tables


def _rows(name: str, waits: Sequence[float]) -> dict[str, list[float]]:
    if not waits:
        return {}
    shown = {"p50": _part(waits, 0.5), "p95": _part(waits, 0.95), "longest": max(waits)}
    return {f"{name}, {which} of {len(waits):,}": [seconds * 1_000] for which, seconds in shown.items()}


def _judged(name: str, found: _Found) -> list[Finding]:
    taps, cards = found.taps_meanwhile or found.taps, found.cards_meanwhile or found.cards
    tap, card = _part(taps, 0.95), _part(cards, 0.95)
    return [
        Finding(f"{name}: taps answered within {tap * 1_000:.0f} ms (p95, <= 300)", tap <= _AIM_TAP_SECONDS),
        Finding(f"{name}: cards shown within {card:.2f} s (p95, <= 1 s)", card <= _AIM_CARD_SECONDS),
        Finding(
            f"{name}: {found.unanswered} taps never answered, {found.unshown} cards never shown",
            found.unanswered == found.unshown == 0,
        ),
        Finding(f"{name}: {len(found.wrong)} errors in the log {found.wrong[:1] or ''}".rstrip(), not found.wrong),
        Finding(f"{name}: {found.filed} reports filed with all their fields", found.filed > 0),
    ]


def _part(waits: Sequence[float], share: float) -> float:
    """The wait that so large a share did not exceed."""
    return sorted(waits)[math.ceil(len(waits) * share) - 1] if waits else math.inf


def _ours(setting: Setting, kind: str, people: int, seconds: float) -> _Found:
    with stub() as server, sending.many(setting.postgres, kind, 1) as (url,), TemporaryDirectory() as folder:
        return uvloop.run(_played(server, url, Path(folder), people, seconds, setting.scaled(_WAVE)))


async def _played(server: str, url: str, folder: Path, people: int, seconds: float, wave: int) -> _Found:
    chats = await district.enrol(url, load_plan(Settings.model_fields["pack"].default), people)
    command, environment = whole.jiaoying("run"), whole.settings(server, url, folder, "unlimited")
    waves = [range(_OTHERS + number * wave, _OTHERS + (number + 1) * wave) for number in range(_waves(seconds))]
    async with control(server) as platform:
        with whole.started(command, folder, **environment) as program:
            await _answers(platform, program)
            telling = asyncio.create_task(_tell(url, waves))
            found = await crowd.play(platform, sending.TOKEN, chats, seconds)
            await telling
            program.require_running()
            wrong = [line for line in program.log.read_text(encoding="utf-8").splitlines() if _WRONG.search(line)]
        return _of(found, program, _windows(await platform.sent(), waves), wrong)


async def _tell(url: str, waves: Sequence[range]) -> None:
    """Written into the ledger from outside, each in one transaction, as the program itself would on a signature."""
    for others in waves:
        await sending.queue(url, others, Lane.ROUTINE)
        await asyncio.sleep(_EVERY_SECONDS)


def _bare(module: str, people: int, seconds: float) -> _Found:
    with stub() as server, TemporaryDirectory() as folder:
        return uvloop.run(_played_beside(server, module, Path(folder), people, seconds))


async def _played_beside(server: str, module: str, folder: Path, people: int, seconds: float) -> _Found:
    async with control(server) as platform:
        with whole.started(whole.bare(module, server, sending.TOKEN), folder) as program:
            await _answers(platform, program)
            chats = range(district.FIRST_PERSON, district.FIRST_PERSON + people)
            found = await crowd.play(platform, sending.TOKEN, chats, seconds)
    return _of(found, program)


async def _answers(platform: Control, program: whole.Program) -> None:
    """Somebody whom nobody knows writes to it; when he has his answer it is up."""
    await platform.add(sending.TOKEN, [whole.said(_STRANGER, 1, "/start")])
    while not await platform.count():
        program.require_running()
        await asyncio.sleep(_LOOK_SECONDS)


def _waves(seconds: float) -> int:
    return math.ceil(seconds / _EVERY_SECONDS)


def _windows(sent: Sequence[tuple[float, int, str]], waves: Sequence[range]) -> list[tuple[float, float]]:
    """From when until when each text to many left."""
    found = []
    for others in waves:
        if left := [at for at, chat, _ in sent if chat in others]:
            found.append((min(left), max(left)))
    return found


def _of(
    people: Sequence[crowd.Person],
    program: whole.Program,
    windows: Sequence[tuple[float, float]] = (),
    wrong: Sequence[str] = (),
) -> _Found:
    """What the people saw; the program has ended."""
    deeds = [deed for person in people for deed in person.deeds]
    meanwhile = [deed for deed in deeds if any(begun <= deed.at <= ended for begun, ended in windows)]
    return _Found(
        taps=_answered(deeds),
        cards=_shown(deeds),
        taps_meanwhile=_answered(meanwhile),
        cards_meanwhile=_shown(meanwhile),
        unanswered=sum(1 for deed in deeds if deed.query and deed.answered_at is None),
        unshown=sum(1 for deed in deeds if deed.shown_at is None),
        filed=sum(person.filed for person in people),
        cpu_seconds=program.cpu_seconds / max(1, len(deeds)),
        wrong=wrong,
    )


def _answered(deeds: Sequence[crowd.Deed]) -> list[float]:
    return [deed.answered_at - deed.at for deed in deeds if deed.answered_at is not None]


def _shown(deeds: Sequence[crowd.Deed]) -> list[float]:
    return [deed.shown_at - deed.at for deed in deeds if deed.shown_at is not None]

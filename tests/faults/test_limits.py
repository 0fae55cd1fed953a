"""A red warning to a whole district at the platform's limits, in real time: `make faults`.

300 groups and 3,000 people are written straight into both databases. A blue text to all of them is already leaving when
the desk relays a red signal; from the tap on, only the platform's rates may decide when the last phone has it, and
whoever taps 收到 meanwhile is answered as if nothing else happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from typer import echo

from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Screen, Target, Telling
from bot.demo_bot import demo_plan
from sandbox.chats import Member, Person
from sandbox.client import Message
from tests.crowded import enrol
from tests.staging import Live, live, postgres_server

GROUPS, PEOPLE = 300, 3_000
CADRES = 200
TAPS_A_SECOND = 5.0
IDLE_TAPS = 12
RATE, BURST = 30.0, 30
"""What the platform takes over all chats (`sandbox/limits.py`): so many a second, and so many at once before."""
MOST_TIMES_THEORY = 1.05
MOST_SECONDS = 1.0
MOST_TIMES_IDLE = 40
"""On a machine where an idle tap takes longer than MOST_SECONDS / 40, that is what counts."""
LAST_BLUE_SECONDS = 1.0
"""What is on its way when the red is issued may still arrive."""
RED = "大足区气象台发布暴雨红色预警信号：预计未来3小时，我区降雨量将达100毫米以上。"
BLUE = "大足区气象台发布大雾蓝色预警信号：预计未来12小时，我区有大雾。"


_PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class Record:
    """What the bot called, as the platform wrote it down, with what it told whom."""

    red: dict[int, datetime] = field(default_factory=dict)
    repeats: int = 0
    blue: list[datetime] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    pins: list[datetime] = field(default_factory=list)
    read: int = 0

    def take(self, calls: list[dict[str, Any]]) -> None:
        """More of the platform's record, in its order."""
        for call in calls:
            self.read = call["n"]
            if code := call.get("error_code"):
                self.refused[code] += 1
            if not call["ok"]:
                continue
            at, told = datetime.fromisoformat(call["at"]), str(call["params"].get("text", ""))
            if call["method"] == "sendMessage" and RED in told:
                chat = int(call["params"]["chat_id"])
                self.repeats += chat in self.red
                self.red.setdefault(chat, at)
            elif call["method"] == "sendMessage" and BLUE in told:
                self.blue.append(at)
            elif call["method"] == "pinChatMessage":
                self.pins.append(at)


@pytest.mark.faults
async def test_a_red_warning_to_everybody_is_as_fast_as_the_platform_allows_on_sqlite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await _red_night(tmp_path, None, capsys)


@pytest.mark.faults
@pytest.mark.postgres
@pytest.mark.usefixtures("postgres")
async def test_a_red_warning_to_everybody_is_as_fast_as_the_platform_allows_on_postgresql(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await _red_night(tmp_path, postgres_server(), capsys)


async def _red_night(folder: Path, server: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    async with live(folder, server) as stage:
        groups, people = await _enrol(stage)
        # The platform is in this process: looked through for garbage, it would take in all of a second at once.
        gc.collect()
        gc.freeze()
        idle = await _idle(stage)
        card = await _pasted(stage)
        await _blue(stage, [*groups, *people])
        record, taps, awaited = Record(), list[float](), set(groups) | set(people)
        while len(record.blue) < BURST:
            await _read(stage, record)
        tapped = datetime.fromisoformat((await stage.control.clock())["now"])
        await stage.control.tap(stage.world.people["district_duty"], card.message_id, "核对无误，立即转发")
        async with asyncio.TaskGroup() as night:
            ends = night.create_task(_watch(stage, record, awaited))
            night.create_task(_answers(stage, record, people, taps, ends))
    began, done = min(record.red.values()), max(record.red.values())
    theory, seconds = (len(record.red) - BURST) / RATE, (done - tapped).total_seconds()
    late = [at for at in record.blue if (at - began).total_seconds() > LAST_BLUE_SECONDS and at < done]
    p99 = sorted(taps)[int(len(taps) * 0.99)]
    with capsys.disabled():
        echo(
            f"\n{len(record.red)} chats: theory {theory:.1f} s, done after {seconds:.1f} s ({seconds / theory:.3f}),"
            f" the first after {(began - tapped).total_seconds():.2f} s; {len(taps)} taps: median"
            f" {statistics.median(taps):.3f} s, 99 % {p99:.3f} s, longest {max(taps):.3f} s,"
            f" idle {statistics.median(idle):.3f} s; {len(record.blue)} blue before; refused {dict(record.refused)}"
        )
    assert awaited <= set(record.red), "everybody has it"
    assert record.repeats == 0
    assert 429 not in record.refused, "we never ask for more than we may"
    assert late == [], "no blue while a red waits"
    assert [at for at in record.pins if at < done] == [], "no pin before the last text"
    assert p99 <= max(MOST_SECONDS, MOST_TIMES_IDLE * statistics.median(idle))
    assert seconds <= MOST_TIMES_THEORY * theory


async def _enrol(stage: Live) -> tuple[list[int], list[int]]:
    """Groups and people, in the bot's database and on the platform."""
    database = Database(stage.database_url)
    plan, _demo = demo_plan(stage.bot.settings.pack)
    async with database.write() as session:
        groups, people = await enrol(
            session, plan, Clock().now(), groups=GROUPS, workers=PEOPLE - CADRES, cadres=CADRES
        )
    await database.close()
    world = stage.sandbox.world
    for number in people:
        world.add_person(Person(number, f"人员{number}", started=True))
    for chat, member in zip(groups, cycle(people), strict=False):
        group = world.add_group(chat, f"工作群{chat}")
        group.bot, group.members = "administrator", {member: Member()}
    return groups, people


async def _pasted(stage: Live) -> Message:
    """The desk has pasted the red signal; the card that asks to check it."""
    desk = stage.world.people["district_duty"]
    await stage.control.say(desk, RED)
    card = await stage.control.wait_for(desk, lambda message: "核对无误，立即转发" in message.buttons)
    await stage.control.settled(_PATIENCE_SECONDS)
    return card


async def _blue(stage: Live, chats: list[int]) -> None:
    """A blue text to everybody, written into the bot's own outbox: it is no different from one it writes."""
    database = Database(stage.database_url)
    async with database.write() as session:
        how = Telling("warning:blue", "warning", Lane.ROUTINE, critical=True)
        await delivery.show(session, Clock().now(), how, Screen(BLUE, plain=True), [Target(chat) for chat in chats])
    await database.close()


async def _idle(stage: Live) -> list[float]:
    """How long a tap takes when nothing else happens: on a button that is none of the bot's."""
    desk = stage.world.people["district_duty"]
    shown = (await stage.control.messages(desk))[-1]
    taps = [
        await stage.control.tap(desk, shown.message_id, data="w.received:0:0", forged=True) for _ in range(IDLE_TAPS)
    ]
    await stage.control.settled(_PATIENCE_SECONDS)
    return [tapped.seconds for tapped in taps]


async def _read(stage: Live, record: Record) -> None:
    record.take(await stage.control.calls(record.read))
    await _pause(0.2)


async def _watch(stage: Live, record: Record, awaited: set[int]) -> None:
    """Reads the platform's record until everybody has the red, or patience ends."""
    ends = time.monotonic() + MOST_TIMES_THEORY * len(awaited) / RATE + _PATIENCE_SECONDS
    while not awaited <= set(record.red) and time.monotonic() < ends:
        await _read(stage, record)


async def _answers(stage: Live, record: Record, people: list[int], taps: list[float], ends: asyncio.Task[None]) -> None:
    """Whoever has it taps 收到, one after the other, until all have it."""
    answered: set[int] = set()
    async with asyncio.TaskGroup() as hands:
        while not ends.done():
            ready = next((person for person in people if person in record.red and person not in answered), None)
            if ready is not None:
                answered.add(ready)
                hands.create_task(_tap(stage, ready, taps))
            await _pause(1 / TAPS_A_SECOND)


async def _tap(stage: Live, person: int, taps: list[float]) -> None:
    shown = next(message for message in await stage.control.messages(person) if RED in message.text)
    tapped = await stage.control.tap(person, shown.message_id, "收到")
    assert tapped.answered
    taps.append(tapped.seconds)


async def _pause(seconds: float) -> None:
    """Real time passes: what is measured here is real time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()

"""The line is cut for five minutes in the middle of everything: all waits, then goes. A step of the clock harms not.

Only what was under way when the line was cut is in doubt: what somebody depends on comes once more, marked, and what is
routine is never repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import col, select

from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery import service
from bot.delivery.gateway import Gateway
from bot.delivery.models import Chat, Lane, Message, MessageState
from bot.delivery.pacing import UNLIMITED
from bot.delivery.schemas import ChatChange, Screen, Target, Telling
from bot.delivery.sender import Sender, is_settled
from bot.inbox import poller
from bot.inbox.poller import Poller
from bot.inbox.taps import TapAnswerer
from tests.faults.exchange import Exchange
from tests.faults.seeds import seeded
from tests.integration.inbox.test_poller import until_stored
from tests.integration.series_story import StandingClock
from tests.integration.town import NIGHT
from tests.waiting import eventually

URGENT, ROUTINE = range(1, 201), range(1001, 1201)
CUT = timedelta(minutes=5)
STEP = timedelta(seconds=5)


@dataclass(slots=True)
class Wire:
    """The real gateway; notes what was called while the line was cut."""

    gateway: Gateway
    exchange: Exchange
    dead_calls: list[str] = field(default_factory=list)

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        if self.exchange.is_cut:
            self.dead_calls.append(method)
        return await self.gateway.call(method, params, timeout=timeout)

    def download(self, path: str) -> AsyncIterator[bytes]:
        return self.gateway.download(path)


async def _nobody(_session: Any, _now: Any, _change: ChatChange) -> None:
    return None


@asynccontextmanager
async def sending(database: Database, clock: StandingClock, random: Random) -> AsyncIterator[tuple[Exchange, Wire]]:
    """Sender and poller on a line that can be cut."""
    async with (
        Exchange(random, answers=0) as exchange,
        Gateway("1:cut", exchange.url) as gateway,
        Nursery() as nursery,
    ):
        wire = Wire(gateway, exchange)
        nursery.loop("sender", Sender(database, clock, wire, UNLIMITED, nursery, _nobody).run)
        nursery.loop("poller", Poller(database, clock, wire, TapAnswerer(wire, nursery)).run)
        yield exchange, wire


async def queued(database: Database) -> None:
    async with database.write() as session:
        for chats, lane in ((URGENT, Lane.URGENT), (ROUTINE, Lane.ROUTINE)):
            how = Telling(f"test:{lane}", "test", lane, critical=lane is Lane.URGENT)
            # Not one for so many that what is told to a few goes before it: both kinds are under way together.
            for part in (chats[::2], chats[1::2]):
                for at in range(0, len(part), 25):
                    await service.show(session, NIGHT, how, Screen("到岗"), [Target(n) for n in part[at : at + 25]])


async def rows(database: Database) -> Sequence[Message]:
    async with database.read() as session:
        return (await session.exec(select(Message).order_by(col(Message.id)))).all()


async def test_a_line_cut_for_five_minutes_costs_five_minutes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "_PAUSES_SECONDS", (0.01,))
    clock, (_, random) = StandingClock(NIGHT), seeded()
    await queued(database)

    async def idle() -> bool:
        return (await is_settled(database, clock.at))[0]

    async with sending(database, clock, random) as (exchange, wire):
        # More must be left than may be under way: where nothing waits, nobody asks whether the line is back.
        some = random.randrange(10, 200)
        await exchange.until(lambda: len(exchange.told) >= some, "some of it")
        exchange.cut()
        said = await exchange.say(7, "坡裂了")
        await eventually(database, idle, "rest on a dead line")
        # What was marked as being sent has left meanwhile, and failed.
        before = len(exchange.told)
        wire.dead_calls.clear()
        ends = clock.at + CUT
        while clock.at < ends:
            await eventually(database, idle, "rest on a dead line")
            clock.at += STEP
            database.bells.ring(["send"])
        waiting = await rows(database)
        assert len(exchange.told) == before, "nothing comes through a cut line"
        assert "sendMessage" not in wire.dead_calls, "and nothing is risked on it"
        assert wire.dead_calls.count("getMe") >= 3, "it is asked whether it is back"
        exchange.mend()
        while (due := (await is_settled(database, clock.at))[1]) is not None:
            clock.at = max(clock.at, due)
            database.bells.ring(["send"])
            await eventually(database, idle, "rest")
        assert await until_stored(database, 1) == [said]
        told = list(exchange.told)
    doubted = {row.id for row in waiting if row.repeated or row.state is MessageState.UNCERTAIN}
    times = Counter(message.chat for message in told)
    marked = {message.chat for message in told if message.is_marked}
    for row in await rows(database):
        if row.lane == Lane.ROUTINE:
            assert row.state is (MessageState.UNCERTAIN if row.id in doubted else MessageState.SENT)
            assert times[row.chat_id] <= 1, "routine is never repeated"
            continue
        assert row.state is MessageState.SENT
        assert (row.chat_id in marked) == (row.id in doubted), "what was under way comes once more, marked"
        assert times[row.chat_id] in ((1, 2) if row.id in doubted else (1,))
    assert len(doubted) <= 128
    assert len(doubted) < len(times), "most of it was not under way"


# --- steps of the clock ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-1, 1])
async def test_who_waits_for_the_line_or_for_a_flood_does_not_wait_an_hour_when_the_clock_is_set(
    database: Database, hours: int
) -> None:
    """Parked at the hour as it was: set back, the chats would be silent until that hour comes again."""
    clock, (_, random) = StandingClock(NIGHT), seeded()

    async def idle() -> bool:
        return (await is_settled(database, clock.at))[0]

    async with sending(database, clock, random) as (exchange, _wire):
        await exchange.until(lambda: exchange.calls > 0 or exchange.polls > 0, "the start")
        exchange.cut()
        await queued(database)
        database.bells.ring(["send"])
        await eventually(database, lambda: _is_parked(database), "a line that is down")
        exchange.mend()
        clock.at += timedelta(hours=hours)
        for _ in range(60):
            clock.at += timedelta(seconds=1)
            database.bells.ring(["send"])
            await eventually(database, idle, "rest")
        assert {row.state for row in await rows(database)} == {MessageState.SENT}
        assert Counter(message.chat for message in exchange.told) == Counter([*URGENT, *ROUTINE])


async def _is_parked(database: Database) -> bool:
    async with database.read() as session:
        return bool((await session.exec(select(Chat.chat_id).where(col(Chat.parked_until).is_not(None)))).all())

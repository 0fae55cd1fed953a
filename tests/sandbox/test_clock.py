"""Promises of the clock: what settled means, how advance stops, and what happens without a bot that reports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.client import Control, ControlError
from sandbox.clock import instant, parse_instant
from sandbox.server import Sandbox
from tests.sandbox.conftest import Wire


class Follower:
    """A small bot that follows the clock: takes updates, does what is due, and reports."""

    def __init__(self, wire: Wire, control: Control) -> None:
        self.wire = wire
        self.control = control
        self.due: list[datetime] = []
        self.done: list[datetime] = []
        self.last_update: int | None = None
        self.stuck = False
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        clock = await self.control.clock()
        await self.act(clock)
        self.tasks = [asyncio.create_task(self.follow(clock["rev"])), asyncio.create_task(self.poll())]

    async def follow(self, rev: int) -> None:
        while True:
            clock = await self.control.clock(rev)
            rev = clock["rev"]
            await self.act(clock)

    async def poll(self) -> None:
        offset = 0
        while True:
            for update in await self.wire.updates(offset, timeout=50):
                self.last_update = update["update_id"]
                offset = self.last_update + 1
            if self.last_update is not None:
                await self.act(await self.control.clock())

    async def act(self, clock: dict[str, Any]) -> None:
        now = parse_instant(clock["now"])
        ripe = [when for when in self.due if when <= now]
        self.due = [when for when in self.due if when > now]
        self.done += ripe
        next_due = instant(min(self.due)) if self.due else None
        await self.control.report(
            clock["rev"],
            settled=not self.stuck,
            next_due=next_due,
            last_update_id=self.last_update,
            waiting_for=["the outbox: 1 message"] if self.stuck else [],
        )

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def follower(wire: Wire, control: Control) -> AsyncIterator[Follower]:
    found = Follower(wire, control)
    yield found
    await found.stop()


async def now(control: Control) -> datetime:
    return parse_instant((await control.clock())["now"])


async def test_settled_waits_for_a_report_on_the_newest_update(
    follower: Follower, control: Control, worker: int
) -> None:
    await follower.start()
    said = await control.say(worker, "裂缝")
    await control.settled(5)
    assert follower.last_update == said.update_id


async def test_advance_stops_at_every_due_instant_in_order(follower: Follower, control: Control) -> None:
    began = await now(control)
    follower.due = [began + timedelta(minutes=minutes) for minutes in (30, 5, 90)]
    await follower.start()
    answer = await control.advance(60)
    assert [parse_instant(stop) for stop in answer["stops"]] == sorted(follower.done)
    assert follower.done == [began + timedelta(minutes=5), began + timedelta(minutes=30)]
    assert (answer["rev"], (await control.clock())["rev"]) == (3, 3)
    passed = await now(control) - began
    assert timedelta(minutes=60) <= passed < timedelta(minutes=61)


async def test_what_is_due_exactly_at_the_target_is_done_before_advance_returns(
    follower: Follower, control: Control
) -> None:
    follower.due = [await now(control) + timedelta(minutes=10)]
    await follower.start()
    await control.advance(10)
    assert len(follower.done) == 1


async def test_dates_and_messages_follow_the_clock(follower: Follower, control: Control, worker: int) -> None:
    await follower.start()
    before = await control.say(worker, "一")
    await control.advance(60)
    after = await control.say(worker, "二")
    first, second = await control.messages(worker)
    assert (first.message_id, second.message_id) == (before.message_id, after.message_id)
    assert 3600 <= second.date - first.date < 3660


async def test_a_bot_that_does_not_settle_is_a_504_that_says_what_is_missing(
    follower: Follower, control: Control
) -> None:
    follower.stuck = True
    await follower.start()
    with pytest.raises(ControlError, match=r"504: not settled; waiting for: the outbox: 1 message"):
        await control.advance(5)
    with pytest.raises(ControlError, match=r"504"):
        await control.settled(0.05)


async def test_a_report_for_an_old_clock_does_not_count(control: Control, wire: Wire) -> None:
    await control.report(0, settled=True)
    assert await control.settled(1) == 0
    with pytest.raises(ControlError, match="a report for clock rev 1; the last one is for 0"):
        await control.advance(1)
    await control.report(1, settled=True)
    assert await control.settled(1) == 1


async def test_unconfirmed_updates_are_not_settled(control: Control, wire: Wire, worker: int) -> None:
    said = await control.say(worker, "一")
    await control.report(0, settled=True, last_update_id=said.update_id)
    await wire.updates()
    with pytest.raises(ControlError, match="1 updates not taken or not confirmed"):
        await control.settled(0.05)
    await wire.confirm()
    await control.settled(1)


async def test_a_due_instant_in_the_past_is_not_settled(control: Control) -> None:
    past = instant(await now(control) - timedelta(minutes=1))
    await control.report(0, settled=True, next_due=past)
    with pytest.raises(ControlError, match="what was due at"):
        await control.settled(0.05)


async def test_without_a_bot_the_clock_jumps_at_once(control: Control, worker: int) -> None:
    await control.say(worker, "无人")
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = await control.advance(24 * 60)
    assert loop.time() - began < 1
    assert (answer["stops"], answer["rev"]) == ([], 1)


async def test_a_bot_that_polls_but_never_reports_is_waited_for_only_briefly(
    control: Control, wire: Wire, sandbox: Sandbox
) -> None:
    poll = asyncio.create_task(wire.updates(timeout=50))
    updates = sandbox.world.updates
    while not updates.polling:
        await updates.changed.wait()
    assert (await control.advance(60))["rev"] == 1
    poll.cancel()


async def test_while_offline_unread_updates_do_not_hold_the_clock_and_it_stops_when_the_line_is_back(
    control: Control, worker: int
) -> None:
    await control.fault("offline", minutes=30)
    await control.say(worker, "一")
    await control.report(0, settled=True)
    assert await control.settled(1) == 0
    advancing = asyncio.create_task(control.advance(60))
    clock = await control.clock(0)
    assert (await control.faults(), clock["rev"]) == ([], 1)
    with pytest.raises(ControlError, match="1 updates not taken"):
        await advancing


async def test_the_clock_can_be_awaited(control: Control) -> None:
    waiting = asyncio.create_task(control.clock(0))
    await control.advance(30)
    clock = await waiting
    assert (clock["rev"], clock["offset"] >= 1800) == (1, True)


@pytest.mark.parametrize(
    "body",
    [{}, {"rev": "x", "settled": True}, {"rev": 0, "settled": True, "next_due": "soon"}],
)
async def test_a_malformed_report_is_refused(wire: Wire, sandbox: Sandbox, body: dict[str, Any]) -> None:
    async with wire.session.post(f"{sandbox.url}/control/bot", json=body) as response:
        assert response.status == 400
        assert "a report has rev, settled" in (await response.json())["error"]


async def test_updates_that_expired_unread_do_not_hold_a_bot_that_comes_back(
    control: Control, wire: Wire, worker: int
) -> None:
    await control.say(worker, "无人听见")
    await control.advance(25 * 60)
    await control.report(1, settled=True)
    assert await control.settled(1) == 1

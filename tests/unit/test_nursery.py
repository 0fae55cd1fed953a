"""Nothing runs unwatched: what dies is logged and, if it is a loop, started again; nothing outlives the nursery."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.core.nursery import Nursery

PATIENCE = 5.0


class Rest:
    """Notes how long one should rest, and goes on at once."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)


class Dying:
    """A loop that dies so many times, living for `seconds` each time, and then ends."""

    def __init__(self, times: int, seconds: float = 0.0) -> None:
        self.left = times
        self.seconds = seconds
        self.now = 0.0
        self.ended = asyncio.Event()

    async def run(self) -> None:
        self.now += self.seconds
        if not self.left:
            self.ended.set()
            return
        self.left -= 1
        raise ValueError("died")

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
async def patience() -> AsyncIterator[None]:
    async with asyncio.timeout(PATIENCE):
        yield


async def test_a_loop_that_dies_is_logged_and_started_again_after_a_growing_pause() -> None:
    rest, dying = Rest(), Dying(9)
    with capture_logs() as lines:
        async with Nursery(rest, dying.monotonic) as nursery:
            nursery.loop("sender", dying.run)
            await dying.ended.wait()
    assert rest.pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert [(line["event"], line["loop"]) for line in lines] == [("loop_died", "sender")] * 9


async def test_a_loop_that_had_lived_for_a_minute_is_started_again_soon() -> None:
    rest, dying = Rest(), Dying(4, seconds=61)
    async with Nursery(rest, dying.monotonic) as nursery:
        nursery.loop("sender", dying.run)
        await dying.ended.wait()
    assert rest.pauses == [0.5, 0.5, 0.5, 0.5]


async def test_a_task_that_dies_is_logged_and_takes_nothing_with_it() -> None:
    went_on = asyncio.Event()

    async def die() -> None:
        raise ValueError("died")

    async def go_on() -> None:
        went_on.set()

    with capture_logs() as lines:
        async with Nursery() as nursery:
            nursery.once("ship", die())
            nursery.once("ship", go_on())
            await went_on.wait()
    assert [(line["event"], line["task"]) for line in lines] == [("task_died", "ship")]


async def test_nothing_outlives_the_nursery_not_even_what_is_started_while_it_closes() -> None:
    ends: list[str] = []
    started = asyncio.Event()

    async def stubborn(nursery: Nursery, name: str, heir: str | None) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ends.append(name)
            if heir:
                nursery.once(heir, stubborn(nursery, heir, None))
                await asyncio.sleep(0)
                await asyncio.sleep(0)

    async with Nursery() as nursery:
        nursery.once("first", stubborn(nursery, "first", "heir"))
        await started.wait()
    assert ends == ["first", "heir"]
    assert len(asyncio.all_tasks()) == 1


async def test_what_is_ended_before_it_began_is_closed_and_complains_of_nothing() -> None:
    async def work() -> None:
        raise AssertionError("it began")

    begun = work()
    async with Nursery() as nursery:
        nursery.once("work", begun)
    assert inspect.getcoroutinestate(begun) == inspect.CORO_CLOSED

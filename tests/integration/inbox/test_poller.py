"""Long polling: stored before it is confirmed, whatever dies between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from sqlmodel import col, select

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery.gateway import Gateway
from bot.inbox import poller, service
from bot.inbox.models import InboxUpdate
from bot.inbox.poller import Poller
from bot.inbox.taps import TapAnswerer
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.waiting import eventually


class Witness:
    """The real gateway; notes what was in the inbox when each request confirmed updates."""

    def __init__(self, gateway: Gateway, database: Database) -> None:
        self._gateway = gateway
        self._database = database
        self.confirmed_unstored: list[int] = []
        self.offsets: list[int | None] = []

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        if method == "getUpdates":
            self.offsets.append(params.get("offset"))
            stored = await stored_ids(self._database)
            if params.get("offset") and params["offset"] - 1 not in stored:
                self.confirmed_unstored.append(params["offset"] - 1)
        return await self._gateway.call(method, params, timeout=timeout)

    def download(self, path: str) -> AsyncIterator[bytes]:
        return self._gateway.download(path)


async def stored_ids(database: Database) -> list[int]:
    async with database.read() as session:
        return list((await session.exec(select(InboxUpdate.update_id).order_by(col(InboxUpdate.id)))).all())


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=None) as running:
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with Control(sandbox.url) as client:
        yield client


@pytest.fixture
async def witness(sandbox: Sandbox, database: Database) -> AsyncIterator[Witness]:
    async with Gateway(sandbox.token, sandbox.url) as gateway:
        yield Witness(gateway, database)


async def until_stored(database: Database, count: int) -> list[int]:
    async def look() -> bool:
        return len(await stored_ids(database)) >= count

    await eventually(database, look, f"{count} updates")
    return await stored_ids(database)


async def test_each_update_is_in_the_database_before_it_is_confirmed(
    database: Database, clock: Clock, control: Control, witness: Witness
) -> None:
    worker = await control.person("网格员", started=True)
    async with Nursery() as nursery:
        nursery.loop("poller", Poller(database, clock, witness, TapAnswerer(witness, nursery)).run)
        sent = [(await control.say(worker, f"{number}")).update_id for number in range(10)]
        assert await until_stored(database, 10) == sent
        await control.say(worker, "还有")
        await until_stored(database, 11)
    assert witness.confirmed_unstored == []
    assert len(witness.offsets) >= 2


async def test_a_poller_that_could_not_store_confirms_nothing_and_gets_it_again(
    database: Database, clock: Clock, control: Control, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, failures = service.receive, [OSError("disk full")] * 2

    async def failing(*given: Any) -> Any:
        if failures:
            raise failures.pop()
        return await receive(*given)

    monkeypatch.setattr(service, "receive", failing)
    worker = await control.person("网格员", started=True)
    sent = (await control.say(worker, "救命")).update_id

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    async with Nursery(rest=at_once) as nursery:
        nursery.loop("poller", Poller(database, clock, witness, TapAnswerer(witness, nursery)).run)
        assert await until_stored(database, 1) == [sent]
    assert witness.confirmed_unstored == []


async def test_what_the_platform_delivers_twice_is_stored_once(
    database: Database, clock: Clock, control: Control, witness: Witness
) -> None:
    worker = await control.person("网格员", started=True)
    async with Nursery() as nursery:
        nursery.loop("poller", Poller(database, clock, witness, TapAnswerer(witness, nursery)).run)
        first = (await control.say(worker, "一")).update_id
        await until_stored(database, 1)
        await control.fault("duplicate_update", count=1)
        second = (await control.say(worker, "二")).update_id
        assert await until_stored(database, 2) == [first, second]


async def test_a_line_that_is_down_or_slow_is_waited_out(
    database: Database, clock: Clock, control: Control, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "_PAUSES_SECONDS", (0.0,))
    worker = await control.person("网格员", started=True)
    await control.fault("error_500", method="getUpdates", count=2)
    await control.fault("reset", method="getUpdates", count=2)
    async with Nursery() as nursery:
        nursery.loop("poller", Poller(database, clock, witness, TapAnswerer(witness, nursery)).run)
        sent = (await control.say(worker, "一")).update_id
        assert await until_stored(database, 1) == [sent]


async def test_a_tap_is_answered_within_a_second_though_nobody_handles_it(
    database: Database, clock: Clock, control: Control, witness: Witness
) -> None:
    worker = await control.person("网格员", started=True)
    keyboard = {"inline_keyboard": [[{"text": "收到", "callback_data": "a:1"}]]}
    sent = await witness.call("sendMessage", {"chat_id": worker, "text": "x", "reply_markup": keyboard})
    async with Nursery() as nursery:
        nursery.loop("poller", Poller(database, clock, witness, TapAnswerer(witness, nursery)).run)
        tapped = await control.tap(worker, sent["message_id"], "收到")
    assert tapped.answered

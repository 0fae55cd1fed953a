"""Promises of webhook delivery: order, secret, repetition, and its quarrel with polling."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from sandbox.client import Control
from sandbox.server import Sandbox
from sandbox.waiting import Signal, until
from sandbox.webhook import SECRET_HEADER
from tests.sandbox.conftest import Wire


class Receiver:
    """A bot's webhook: what came, and what it answers next (200 when nothing is planned)."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: list[int] = []
        self.retry_after = ""
        self.came = Signal()

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        self.secrets.append(request.headers.get(SECRET_HEADER))
        self.came.notify()
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return web.Response(status=self.answers.pop(0) if self.answers else 200, headers=headers)

    async def has(self, count: int) -> None:
        assert await until(lambda: len(self.got) >= count, self.came, 5), self.got

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.got]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    app = web.Application()
    app.router.add_post("/hook", found.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


async def test_updates_are_posted_in_order_with_the_secret(
    client: Any, control: Control, worker: int, receiver: Receiver
) -> None:
    await control.say(worker, "一")
    assert await client.bot.set_webhook(url=receiver.url, secret_token="s-1")
    await control.say(worker, "二")
    await receiver.has(2)
    assert receiver.texts == ["一", "二"]
    assert receiver.secrets == ["s-1", "s-1"]
    assert (await client.bot.get_webhook_info()).url == receiver.url


async def test_a_failed_delivery_is_repeated_before_the_next(
    wire: Wire, control: Control, worker: int, receiver: Receiver
) -> None:
    receiver.answers = [500, 503, 302]
    await wire.result("setWebhook", url=receiver.url)
    await control.say(worker, "一")
    await receiver.has(1)
    await control.say(worker, "二")
    await receiver.has(5)
    assert receiver.texts == ["一", "一", "一", "一", "二"]
    info = await wire.result("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 302")


async def test_nothing_is_lost_while_nobody_listens(
    wire: Wire, control: Control, worker: int, receiver: Receiver
) -> None:
    await wire.result("setWebhook", url="http://127.0.0.1:9/hook")
    await control.say(worker, "一")
    info = await wire.result("getWebhookInfo")
    assert info["pending_update_count"] == 1
    await wire.result("setWebhook", url=receiver.url)
    await receiver.has(1)


async def test_polling_and_a_webhook_exclude_each_other(
    client: Any, control: Control, receiver: Receiver, sandbox: Sandbox
) -> None:
    updates = sandbox.world.updates
    poll = asyncio.ensure_future(client.refused(client.bot.get_updates(timeout=20)))
    assert await until(lambda: updates.polling, updates.changed, 5)
    await client.bot.set_webhook(url=receiver.url)
    ended = await asyncio.wait_for(poll, 5)
    assert (ended.code, "terminated by setwebhook request" in ended.text) == (409, True)
    refused = await client.refused(client.bot.get_updates())
    assert (refused.code, "can't use getupdates method while webhook is active" in refused.text) == (409, True)
    assert await client.bot.delete_webhook()
    assert len(await client.bot.get_updates()) == 0


async def test_an_empty_address_means_polling_and_pending_updates_can_be_dropped(
    wire: Wire, control: Control, worker: int
) -> None:
    await control.say(worker, "一")
    await wire.result("setWebhook", url="", drop_pending_updates=True)
    assert await wire.updates() == []


async def test_a_duplicated_update_is_posted_again(
    wire: Wire, control: Control, worker: int, receiver: Receiver
) -> None:
    await wire.result("setWebhook", url=receiver.url)
    await control.say(worker, "一")
    await receiver.has(1)
    await control.fault("duplicate_update", count=1)
    await receiver.has(2)
    assert receiver.got[0] == receiver.got[1]


async def test_offline_holds_deliveries_back(wire: Wire, control: Control, worker: int, receiver: Receiver) -> None:
    await wire.result("setWebhook", url=receiver.url)
    await control.fault("offline", minutes=30)
    await control.say(worker, "一")
    assert receiver.got == []
    await control.clear_faults()
    await control.advance(1)
    await receiver.has(1)


async def test_retry_after_is_honoured_on_the_sandboxs_clock(
    wire: Wire, control: Control, worker: int, receiver: Receiver
) -> None:
    receiver.answers = [429]
    receiver.retry_after = "600"
    await wire.result("setWebhook", url=receiver.url)
    await control.say(worker, "一")
    await receiver.has(1)
    await control.advance(9)
    assert len(receiver.got) == 1
    await control.advance(2)
    await receiver.has(2)

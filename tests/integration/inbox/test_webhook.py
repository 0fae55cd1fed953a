"""The webhook: stored before the platform is told it arrived, and nobody else brings anything."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery.gateway import Gateway
from bot.inbox import service, webhook
from bot.inbox.poller import Poller
from bot.inbox.taps import TapAnswerer
from bot.inbox.webhook import HEALTH, SECRET_HEADER, Address, Webhook, address_of
from bot.settings import Settings
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.integration.inbox.desk import said
from tests.integration.inbox.test_poller import stored_ids, until_stored
from tests.staging import free_address
from tests.waiting import eventually

SECRET = "a-secret_of-our-own"
TOO_LARGE = 1024 * 1024


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=None, webhook_wait=0.05) as running:
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with Control(sandbox.url) as client:
        yield client


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[Gateway]:
    async with Gateway(sandbox.token, sandbox.url) as opened:
        yield opened


@pytest.fixture
def address() -> Address:
    here = free_address()
    return Address(f"http://{here}/jiaoying/", here, SECRET)


@asynccontextmanager
async def brought(database: Database, clock: Clock, gateway: Gateway, address: Address) -> AsyncIterator[None]:
    """The webhook listens, and the platform knows where."""

    async def known() -> bool:
        return bool((await gateway.call("getWebhookInfo", {}))["url"])

    async with Nursery() as nursery:
        nursery.loop("webhook", Webhook(database, clock, gateway, TapAnswerer(gateway, nursery), address).run)
        await eventually(database, known, "the webhook")
        yield


async def knocks(url: str, secret: str | None, body: bytes) -> int:
    """Somebody calls; the status of the answer."""
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as response:
        return response.status


async def test_what_people_do_is_brought_in_order_and_what_waited_before_too(
    database: Database, clock: Clock, control: Control, gateway: Gateway, address: Address
) -> None:
    worker = await control.person("网格员", started=True)
    sent = [(await control.say(worker, "之前")).update_id]
    async with brought(database, clock, gateway, address):
        sent += [(await control.say(worker, f"{number}")).update_id for number in range(10)]
        assert await until_stored(database, 11) == sent


async def test_an_address_that_is_taken_is_named_and_tried_again_until_it_is_free(
    database: Database, clock: Clock, gateway: Gateway, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_AGAIN_SECONDS", 0.05)
    host, _, port = address.listen.rpartition(":")

    async def logged(event: str) -> bool:
        return event in [each["event"] for each in log]

    with socket.create_server((host, int(port))) as other, capture_logs() as log:
        async with Nursery() as nursery:
            nursery.loop("webhook", Webhook(database, clock, gateway, TapAnswerer(gateway, nursery), address).run)
            await eventually(database, lambda: logged("webhook_not_served"), "what is in the way")
            other.close()
            await eventually(database, lambda: logged("webhook_set"), "the webhook")
    first = log[0]
    assert (first["listen"], "in use" in first["said"]) == (address.listen, True)
    assert "JIAOYING_WEBHOOK_LISTEN" in first["mend"]
    assert not await logged("loop_died")


async def test_what_could_not_be_stored_is_brought_again_and_once_is_enough(
    database: Database,
    clock: Clock,
    control: Control,
    gateway: Gateway,
    address: Address,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receive, failures = service.receive, [OSError("disk full")] * 2

    async def failing(*given: Any) -> Any:
        if failures:
            raise failures.pop()
        return await receive(*given)

    monkeypatch.setattr(service, "receive", failing)
    worker = await control.person("网格员", started=True)
    async with brought(database, clock, gateway, address):
        first = (await control.say(worker, "救命")).update_id
        await until_stored(database, 1)
        await control.fault("duplicate_update", count=1)
        second = (await control.say(worker, "二")).update_id
        assert await until_stored(database, 2) == [first, second]
    assert failures == []


async def test_a_tap_is_answered_within_a_second_though_nobody_handles_it(
    database: Database, clock: Clock, control: Control, gateway: Gateway, address: Address
) -> None:
    worker = await control.person("网格员", started=True)
    keyboard = {"inline_keyboard": [[{"text": "收到", "callback_data": "a:1"}]]}
    sent = await gateway.call("sendMessage", {"chat_id": worker, "text": "x", "reply_markup": keyboard})
    async with brought(database, clock, gateway, address):
        tapped = await control.tap(worker, sent["message_id"], "收到")
    assert tapped.answered
    assert tapped.seconds < 1.0


@pytest.mark.parametrize(
    ("key", "secret", "body", "status"),
    [
        ("elsewhere", SECRET, orjson.dumps(said(1, 7)), 404),
        ("", SECRET, orjson.dumps(said(1, 7)), 404),
        (None, None, orjson.dumps(said(1, 7)), 403),
        (None, "", orjson.dumps(said(1, 7)), 403),
        (None, f"{SECRET}x", orjson.dumps(said(1, 7)), 403),
        (None, "密", orjson.dumps(said(1, 7)), 403),
        (None, SECRET, b"no JSON", 400),
        (None, SECRET, b"[1]", 400),
        (None, SECRET, b'{"update_id": "1"}', 400),
        (None, SECRET, b" " * TOO_LARGE, 413),
    ],
)
async def test_who_does_not_know_both_secrets_brings_nothing(
    sqlite_url: str,
    clock: Clock,
    gateway: Gateway,
    address: Address,
    key: str | None,
    secret: str | None,
    body: bytes,
    status: int,
) -> None:
    database = Database(sqlite_url)
    url = address.url if key is None else f"{address.public}{key}"
    async with brought(database, clock, gateway, address):
        assert await knocks(url, secret, body) == status
        assert await stored_ids(database) == []
        assert await knocks(address.url, SECRET, orjson.dumps(said(2, 7))) == 200
        assert await stored_ids(database) == [2]
    await database.close()


async def test_whoever_watches_sees_that_it_listens(
    database: Database, clock: Clock, gateway: Gateway, address: Address
) -> None:
    async with (
        brought(database, clock, gateway, address),
        aiohttp.ClientSession() as http,
        http.get(f"http://{address.listen}{HEALTH}") as response,
    ):
        assert (response.status, await response.text()) == (200, "ready")


async def test_a_platform_that_is_away_at_the_start_is_told_when_it_is_back(
    database: Database,
    clock: Clock,
    control: Control,
    gateway: Gateway,
    address: Address,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "_PAUSES_SECONDS", (0.0,))
    await control.fault("error_500", method="setWebhook", count=3)
    worker = await control.person("网格员", started=True)
    async with brought(database, clock, gateway, address):
        sent = (await control.say(worker, "一")).update_id
        assert await until_stored(database, 1) == [sent]


async def test_an_installation_that_fetches_again_takes_its_webhook_away_and_loses_nothing(
    database: Database, clock: Clock, control: Control, gateway: Gateway, address: Address
) -> None:
    async with brought(database, clock, gateway, address):
        pass
    worker = await control.person("网格员", started=True)
    sent = (await control.say(worker, "换了方式")).update_id
    async with Nursery() as nursery:
        nursery.loop("poller", Poller(database, clock, gateway, TapAnswerer(gateway, nursery)).run)
        assert await until_stored(database, 1) == [sent]
    assert (await gateway.call("getWebhookInfo", {}))["url"] == ""


def test_without_a_secret_one_is_made_of_the_token_and_does_not_show_it() -> None:
    settings = Settings(bot_token=SecretStr("110000001:sandbox"), webhook_url="https://bot.example/x")
    other = settings.model_copy(update={"bot_token": SecretStr("110000001:another")})
    made, theirs = address_of(settings), address_of(other)
    assert made is not None
    assert theirs is not None
    assert made.secret != theirs.secret
    assert "sandbox" not in made.url + made.secret
    assert made.secret not in made.url

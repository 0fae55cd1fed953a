"""A running sandbox, its control client, and both bot libraries behind one face."""

import functools
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiogram
import aiogram.exceptions as aio
import aiohttp
import pytest
import telegram
import telegram.error as ptb
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.request import HTTPXRequest

from sandbox.client import Control
from sandbox.server import Sandbox


@dataclass(frozen=True)
class Refusal:
    """What a client library made of a refusal: code, text in lower case, and the figure that came along."""

    code: int
    text: str
    figure: int | None = None


class Client:
    """One bot library: `bot` has the library's own typed methods, whose names and parameters are alike."""

    name: str
    bot: Any
    types: Any

    def inline(self, *rows: list[tuple[str, str]]) -> Any:
        button = self.types.InlineKeyboardButton
        keys = [[button(text=text, callback_data=data) for text, data in row] for row in rows]
        return self.types.InlineKeyboardMarkup(inline_keyboard=keys)

    def reply_keys(self, *rows: list[dict[str, Any]], **more: Any) -> Any:
        keys = [[self.types.KeyboardButton(**key) for key in row] for row in rows]
        return self.types.ReplyKeyboardMarkup(keyboard=keys, **more)

    def refusal(self, error: Exception) -> Refusal | None:
        raise NotImplementedError

    async def refused(self, call: Awaitable[object]) -> Refusal:
        """Await a call that must be refused."""
        try:
            answer = await call
        except Exception as error:  # each library has a tree of its own; what is none of it is raised again
            found = self.refusal(error)
            if found is None:
                raise
            return found
        raise AssertionError(f"accepted: {answer}")


class AiogramClient(Client):
    name = "aiogram"
    types = aiogram.types
    codes = (
        (aio.TelegramBadRequest, 400),
        (aio.TelegramUnauthorizedError, 401),
        (aio.TelegramForbiddenError, 403),
        (aio.TelegramNotFound, 404),
        (aio.TelegramConflictError, 409),
        (aio.TelegramServerError, 500),
    )

    def file(self, data: bytes, name: str, *, album: bool = False) -> Any:
        return aiogram.types.BufferedInputFile(data, name)

    def refusal(self, error: Exception) -> Refusal | None:
        if isinstance(error, aio.TelegramRetryAfter):
            return Refusal(429, error.message.lower(), error.retry_after)
        if isinstance(error, aio.TelegramMigrateToChat):
            return Refusal(400, error.message.lower(), error.migrate_to_chat_id)
        if isinstance(error, aio.TelegramNetworkError):
            return Refusal(0, "network")
        for kind, code in self.codes:
            if isinstance(error, kind):
                return Refusal(code, error.message.lower())
        return None


class QuickSession(AiohttpSession):
    """Closes without the quarter of a second that the original waits for TLS, which loopback does not use."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class PtbClient(Client):
    name = "python-telegram-bot"
    types = telegram
    codes = (
        (ptb.BadRequest, 400),
        (ptb.InvalidToken, 401),
        (ptb.Forbidden, 403),
        (ptb.EndPointNotFound, 404),
        (ptb.Conflict, 409),
    )

    def file(self, data: bytes, name: str, *, album: bool = False) -> Any:
        return telegram.InputFile(data, name, attach=album)

    def refusal(self, error: Exception) -> Refusal | None:
        if isinstance(error, ptb.RetryAfter):
            return Refusal(429, error.message.lower(), _retry_after(error))
        if isinstance(error, ptb.ChatMigrated):
            return Refusal(400, error.message.lower(), error.new_chat_id)
        for kind, code in self.codes:
            if isinstance(error, kind):
                return Refusal(code, error.message.lower())
        if isinstance(error, ptb.NetworkError):
            return Refusal(500 if "internal server error" in error.message.lower() else 0, error.message.lower())
        return None


@asynccontextmanager
async def connected(kind: type[Client], url: str, token: str) -> AsyncIterator[Any]:
    """One library's bot, talking to a sandbox."""
    client: Any = kind()
    if kind is AiogramClient:
        session = QuickSession(api=TelegramAPIServer.from_base(url))
        client.bot = aiogram.Bot(token, session=session)
        try:
            yield client
        finally:
            await session.close()
        return
    requests = [HTTPXRequest(httpx_kwargs={"trust_env": False, "verify": False}) for _ in range(2)]
    ask, poll = requests
    client.bot = telegram.Bot(token, f"{url}/bot", f"{url}/file/bot", request=ask, get_updates_request=poll)
    for request in requests:
        await request.initialize()
    try:
        yield client
    finally:
        for request in requests:
            await request.shutdown()


@pytest.fixture(autouse=True)
def _durations_as_they_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns about its own change of types unless told that we know."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


_tls = functools.cache(ssl.create_default_context)


@pytest.fixture(autouse=True)
def _one_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each aiogram session loads the root certificates anew: 40 ms a test for what loopback never uses."""
    monkeypatch.setattr(ssl, "create_default_context", _tls)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox without limits of rate that is quick to give up waiting."""
    async with Sandbox(limits=None, patience=1.0, webhook_wait=0.02) as running:
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with Control(sandbox.url) as client:
        yield client


@pytest.fixture(params=[AiogramClient, PtbClient], ids=["aiogram", "ptb"])
async def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Any]:
    """The same promise through both libraries."""
    async with connected(request.param, sandbox.url, sandbox.token) as found:
        yield found


def _retry_after(error: ptb.RetryAfter) -> int:
    seconds = error.retry_after
    return int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)


class Wire:
    """The Bot API without any library: raw bodies in, raw answers out."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.base}/{method}", json=params) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == (200 if answer["ok"] else answer["error_code"])
            return answer

    async def result(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def updates(self, offset: int = 0, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.result("getUpdates", offset=offset, **params)
        return found

    async def confirm(self) -> None:
        """Take and confirm everything queued."""
        found = await self.updates()
        if found:
            await self.updates(found[-1]["update_id"] + 1)


@pytest.fixture
async def wire(sandbox: Sandbox) -> AsyncIterator[Wire]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Wire(session, f"{sandbox.url}/bot{sandbox.token}")


@pytest.fixture
async def worker(control: Control) -> int:
    """A person who has opened the chat with the bot."""
    return await control.person("横店村网格员", phone="+86 13800000001", started=True)


def png(width: int, height: int, shade: int = 0) -> bytes:
    """A plain picture of a given size."""
    rows = (b"\x00" + bytes([shade]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.fixture
def picture() -> bytes:
    return png(640, 480)

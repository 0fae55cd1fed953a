"""A platform that keeps a record and lets people answer: what arrived where, what was tapped, what was confirmed.

It checks nothing and sets no limits: thousands of messages pass in seconds while whole programs are killed. A request
may be carried out before its answer is lost, or lost with the connection before it is carried out.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web

MARK = "（可能重复）"
LONGEST_SECONDS = 0.03
"""Between a request and its answer."""
THINKS_SECONDS = 1.0
_AT_MOST = 100
_POLL_SECONDS = 20.0
PATIENCE_SECONDS = 600.0


@dataclass(slots=True)
class Told:
    """A message on a phone, as it stands."""

    chat: int
    message_id: int
    text: str
    keys: list[tuple[str, str]]

    @property
    def is_marked(self) -> bool:
        """Whether it says that it may be a repeat."""
        return self.text.startswith(MARK)

    @property
    def words(self) -> str:
        """Without the mark."""
        return self.text.removeprefix(MARK).strip()


@dataclass(slots=True)
class Exchange:
    """`async with Exchange(random) as exchange:` listens at `exchange.url`. `answers`: how many of ten tap 收到."""

    random: Random
    answers: int = 4
    url: str = ""
    told: list[Told] = field(default_factory=list)
    by_place: dict[tuple[int, int], Told] = field(default_factory=dict)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Everything people did, by number."""
    calls: int = 0
    confirmed: int = 0
    is_cut: bool = False
    """Whether the line is cut: nothing comes through, in either direction."""
    polls: int = 0
    _open: dict[int, web.Request] = field(default_factory=dict)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _runner: web.AppRunner | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        if self._runner:
            await self._runner.cleanup()

    # what people do

    async def say(self, person: int, text: str) -> int:
        """Somebody writes to the bot; the update's number."""
        return await self._happens({"message": {**self._message(person, 10**6 + len(self.updates)), "text": text}})

    async def tap(self, told: Told, data: str) -> int:
        """Somebody taps a button under what he was told; the update's number."""
        number = len(self.updates) + 1
        message = {**self._message(told.chat, told.message_id), "text": told.text}
        query = {"id": f"q{number}", "from": _user(told.chat), "chat_instance": "1", "data": data, "message": message}
        return await self._happens({"callback_query": query})

    def cut(self) -> None:
        """The line is gone, with everything under way; nobody listens."""
        self.is_cut = True
        for request in self._open.values():
            if request.transport is not None:
                request.transport.abort()

    def mend(self) -> None:
        """It is back."""
        self.is_cut = False

    async def until(self, is_so: Callable[[], Any], what: str) -> Any:
        """The first thing found that counts as true; looked at again whenever anything was told.

        Raises:
            AssertionError: nothing of the kind in time.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._news:
                while not (found := is_so()):
                    await self._news.wait()
                return found
        except TimeoutError as error:
            raise AssertionError(f"{what} did not come") from error

    def with_key(self, chat: int, words: str) -> tuple[Told, str] | None:
        """The newest message of the chat with such a button, and the button's data."""
        for told in reversed(self.told):
            for label, data in told.keys:
                if told.chat == chat and label == words:
                    return told, data
        return None

    # what the bot does

    async def _answer(self, request: web.Request) -> web.Response:
        self._open[id(request)] = request
        try:
            return await self._answered(request)
        finally:
            del self._open[id(request)]

    async def _answered(self, request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read() or b"{}")
        method = request.match_info["method"]
        if self.is_cut:
            return await self._nothing(request)
        if method == "getUpdates":
            return _ok(await self._brought(asked))
        self.calls += 1
        async with self._news:
            self._news.notify_all()
        waits = self.random.uniform(0, LONGEST_SECONDS)
        if self.random.random() < 0.5:
            await pause(waits)
            if request.transport is None or request.transport.is_closing():
                return web.Response(status=499)
            return _ok(await self._does(method, asked))
        result = await self._does(method, asked)
        await pause(waits)
        return _ok(result)

    async def _nothing(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        raise web.HTTPServiceUnavailable

    async def _does(self, method: str, asked: dict[str, Any]) -> Any:
        if method == "getMe":
            return {"id": 1, "is_bot": True, "first_name": "叫应", "username": "jiaoying_bot"}
        if method not in ("sendMessage", "editMessageText"):
            return True
        chat, text = int(asked["chat_id"]), str(asked["text"])
        rows = (asked.get("reply_markup") or {}).get("inline_keyboard", [])
        keys = [(key["text"], key.get("callback_data", "")) for row in rows for key in row]
        if method == "editMessageText":
            told = self.by_place[chat, int(asked["message_id"])]
            told.text, told.keys = text, keys
        else:
            told = Told(chat, len(self.told) + 1, text, keys)
            self.told.append(told)
            self.by_place[chat, told.message_id] = told
            self._may_answer(told)
        async with self._news:
            self._news.notify_all()
        return {**self._message(chat, told.message_id), "text": text}

    def _may_answer(self, told: Told) -> None:
        data = next((data for _, data in told.keys if data.startswith("w.received:")), None)
        if data is None or told.chat < 0 or self.random.randrange(10) >= self.answers:
            return
        task = asyncio.get_running_loop().create_task(self._thinks(told, data))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _thinks(self, told: Told, data: str) -> None:
        await pause(self.random.uniform(0, THINKS_SECONDS))
        await self.tap(told, data)

    async def _brought(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """What is not confirmed; a newer poll ends the one before it."""
        self.confirmed = max(self.confirmed, int(asked.get("offset") or 0) - 1)
        self.polls += 1
        poll, waits = self.polls, min(float(asked.get("timeout", 0)), _POLL_SECONDS)
        try:
            async with asyncio.timeout(waits), self._news:
                self._news.notify_all()
                await self._news.wait_for(lambda: self._ends(poll) or len(self.updates) > self.confirmed)
        except TimeoutError:
            return []
        waiting = [self.updates[number] for number in sorted(self.updates) if number > self.confirmed]
        return [] if self._ends(poll) else waiting[:_AT_MOST]

    def _ends(self, poll: int) -> bool:
        return poll != self.polls or self.is_cut

    async def _happens(self, update: dict[str, Any]) -> int:
        number = len(self.updates) + 1
        self.updates[number] = {"update_id": number, **update}
        async with self._news:
            self._news.notify_all()
        return number

    def _message(self, chat: int, message_id: int) -> dict[str, Any]:
        of = {"id": chat, "type": "private", "first_name": "人员"}
        return {"message_id": message_id, "date": 1_790_000_000, "chat": of, "from": _user(chat)}


async def pause(seconds: float) -> None:
    """Real time passes: between a request and its answer, while something is really away."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


def _user(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": "人员"}


def _ok(result: Any) -> web.Response:
    return web.Response(body=orjson.dumps({"ok": True, "result": result}), content_type="application/json")

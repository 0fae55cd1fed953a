"""A lean Bot API server in a process of its own: so little work that it is never what is measured.

It answers every method at once with `ok`, hands out the updates it was given, writes down what was written to whom and
when, and on demand keeps the limits of the platform for each token: 30 + 30/s over all chats, 20 + 20/min in a group,
answered with 429. It is not the sandbox: it checks nothing. HTTP/1.1 with a Content-Length, keep-alive, one request at
a time on a connection.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
import orjson
import uvloop

from benchmarks.record import Answer, Record, ok

_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = b"content-length:"
_LONGEST_POLL_SECONDS = 25.0


@dataclass(slots=True)
class _Server:
    """The records by token; a bot that nobody has heard of begins with these limits and floods."""

    limits: bool = False
    floods: dict[int, float] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)

    def record(self, token: str) -> Record:
        if token not in self.records:
            self.records[token] = Record(self.limits, self.floods)
        return self.records[token]

    def control(self, what: str, asked: dict[str, Any]) -> Any:
        if what == "empty":
            now = time.monotonic()
            self.limits = bool(asked.get("limits"))
            self.floods = {int(chat): now + seconds for chat, seconds in asked.get("floods", {}).items()}
            self.records = {}
            return True
        token = str(asked.get("token", ""))
        if what == "add":
            return self.record(token).add(asked["updates"])
        if what == "acts":
            return self.record(token).acts[asked.get("after", 0) :]
        records = self._chosen(token)
        if what == "sent":
            return [row for record in records for row in record.sent]
        found = {"sent": sum(len(record.sent) for record in records), "refused": sum(r.refused for r in records)}
        return {**found, "cpu_seconds": time.process_time()}

    def _chosen(self, token: str) -> list[Record]:
        """That bot's, or everybody's."""
        return [self.record(token)] if token else list(self.records.values())


class _Connection(asyncio.Protocol):
    def __init__(self, server: _Server) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        for record in self._server.records.values():
            record.end_poll(self._reply)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_HEAD_ENDS)) >= 0:
            head = self._buffer[:end]
            whole = end + len(_HEAD_ENDS) + _length_of(head)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + len(_HEAD_ENDS) : whole], self._buffer[whole:]
            self._answer(head.split(b" ", 2)[1].decode(), body)

    def _answer(self, path: str, body: bytes) -> None:
        if path.startswith("/control/"):
            self._reply(ok(self._server.control(path.removeprefix("/control/"), orjson.loads(body or b"{}"))))
            return
        bot, _, method = path.removeprefix("/bot").rpartition("/")
        record = self._server.record(bot)
        if method != "getUpdates":
            self._reply(record.call(method, body))
        elif not record.poll(body, self._reply):
            asyncio.get_running_loop().call_later(_LONGEST_POLL_SECONDS, record.end_poll, self._reply)

    def _reply(self, answer: Answer) -> None:
        if self._transport is None:
            return
        payload = orjson.dumps(answer)
        status = b"200 OK" if answer["ok"] else b"429 Too Many Requests"
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(payload))
        self._transport.write(head + payload)


def _length_of(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    return int(lowered[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def _serve(pipe: Any) -> None:
    state = _Server()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(state), "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def _run(pipe: Any) -> None:
    uvloop.run(_serve(pipe))


@contextmanager
def stub() -> Iterator[str]:
    """The address of a server that lives as long as the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


@dataclass(frozen=True, slots=True)
class Control:
    """Acts on a stub from outside; without a token it is asked about all bots together."""

    session: aiohttp.ClientSession
    server: str

    async def empty(self, *, limits: bool = False, floods: Iterable[int] = (), seconds: float = 0.0) -> None:
        """Forgets everything; the chats of `floods` answer 429 for so many seconds."""
        await self._post("empty", limits=limits, floods={str(chat): seconds for chat in floods})

    async def sent(self, token: str = "") -> list[tuple[float, int, str]]:
        """When, to which chat, and the first words of everything sent."""
        return [(at, chat, words) for at, chat, words in await self._post("sent", token=token)]

    async def count(self, token: str = "") -> int:
        """How many messages were sent."""
        return int((await self._post("count", token=token))["sent"])

    async def refused(self, token: str = "") -> int:
        """How many calls were answered with 429."""
        return int((await self._post("count", token=token))["refused"])

    async def cpu_seconds(self) -> float:
        """What the server itself has used so far."""
        return float((await self._post("count"))["cpu_seconds"])

    async def add(self, token: str, updates: list[dict[str, Any]]) -> tuple[float, int]:
        """Gives the bot updates: when, and the number of the first."""
        at, first = await self._post("add", token=token, updates=updates)
        return at, first

    async def acts(self, token: str, after: int = 0) -> list[tuple[float, str, int | str, int, list[str]]]:
        """What concerned the people whom updates came from, from the so many-th on."""
        return [tuple(act) for act in await self._post("acts", token=token, after=after)]

    async def _post(self, what: str, **asked: Any) -> Any:
        async with self.session.post(f"{self.server}/control/{what}", data=orjson.dumps(asked)) as response:
            response.raise_for_status()
            return orjson.loads(await response.read())["result"]


@asynccontextmanager
async def control(server: str) -> AsyncIterator[Control]:
    """One to ask and tell the stub at that address."""
    async with aiohttp.ClientSession() as session:
        yield Control(session, server)

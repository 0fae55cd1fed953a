"""A lean Bot API server in a process of its own: so little work that it is never what is measured.

It answers every method at once with `ok`, writes down which chat was written to when, and on demand keeps the limits
of the platform: 30 + 30/s over all chats, 20 + 20/min in a group, answered with 429. It is not the sandbox: it checks
nothing. HTTP/1.1 with a Content-Length, keep-alive, one request at a time on a connection.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson
import uvloop

_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = b"content-length:"
_RESULTS = {"getMe": {"id": 1, "is_bot": True, "first_name": "stub", "username": "stub_bot"}, "getUpdates": []}


@dataclass(slots=True)
class Bucket:
    """`size` at once and `per_second` afterwards."""

    size: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """0 when one may pass, else the seconds until then."""
        self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.per_second


@dataclass(slots=True)
class Record:
    """What the server has seen since it was last emptied. Times are its own monotonic seconds."""

    limits: bool = False
    floods: dict[int, float] = field(default_factory=dict)
    sent: list[tuple[float, int, str]] = field(default_factory=list)
    refused: int = 0
    last_id: int = 0
    _overall: Bucket | None = None
    _groups: dict[int, Bucket] = field(default_factory=dict)

    def empty(self, *, limits: bool, floods: dict[int, float]) -> None:
        """Forgets everything, and keeps these limits from now on; the chats of `floods` are closed until then."""
        self.limits, self.floods = limits, floods
        self.sent, self.refused, self._overall, self._groups = [], 0, None, {}

    def may_pass(self, chat: int, now: float) -> float:
        """Seconds that the caller is told to wait; 0 for none."""
        if (until := self.floods.get(chat, 0.0)) > now:
            return until - now
        if not self.limits:
            return 0.0
        if self._overall is None:
            self._overall = Bucket(30, 30, 30, now)
        wait = self._overall.take(now)
        if not wait and chat < 0:
            wait = self._groups.setdefault(chat, Bucket(20, 20 / 60, 20, now)).take(now)
        return wait


class _Connection(asyncio.Protocol):
    def __init__(self, record: Record) -> None:
        self._record = record
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_HEAD_ENDS)) >= 0:
            head = self._buffer[:end]
            whole = end + len(_HEAD_ENDS) + _length_of(head)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + len(_HEAD_ENDS) : whole], self._buffer[whole:]
            path = head.split(b" ", 2)[1].decode()
            self._reply(_answer(self._record, path, body))

    def _reply(self, answer: dict[str, Any]) -> None:
        payload = orjson.dumps(answer)
        status = b"200 OK" if answer["ok"] else b"429 Too Many Requests"
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(payload))
        assert self._transport is not None
        self._transport.write(head + payload)


def _length_of(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    return int(lowered[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def _answer(record: Record, path: str, body: bytes) -> dict[str, Any]:
    if path.startswith("/control/"):
        return {"ok": True, "result": _control(record, path.removeprefix("/control/"), body)}
    method = path.rpartition("/")[2]
    if method in _RESULTS:
        return {"ok": True, "result": _RESULTS[method]}
    asked = _asked(body)
    chat, now = int(asked.get("chat_id", 0)), time.monotonic()
    if wait := record.may_pass(chat, now):
        record.refused += 1
        seconds = max(1, round(wait + 0.5))
        return {
            "ok": False,
            "error_code": 429,
            "description": f"Too Many Requests: retry after {seconds}",
            "parameters": {"retry_after": seconds},
        }
    if method == "answerCallbackQuery":
        return {"ok": True, "result": True}
    record.last_id += 1
    record.sent.append((now, chat, str(asked.get("text", ""))[:24]))
    kind = "private" if chat > 0 else "supergroup"
    return {
        "ok": True,
        "result": {"message_id": record.last_id, "date": 1, "chat": {"id": chat, "type": kind}, "text": "x"},
    }


def _asked(body: bytes) -> dict[str, Any]:
    """JSON, or the form that the other libraries send."""
    if body[:1] == b"{":
        found: dict[str, Any] = orjson.loads(body)
        return found
    if body[:2] == b"--":
        return _of_parts(body)
    return dict(parse_qsl(body.decode()))


def _of_parts(body: bytes) -> dict[str, Any]:
    boundary = body.split(b"\r\n", 1)[0]
    fields = {}
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(_HEAD_ENDS)
        fields[head.split(b'name="', 1)[1].split(b'"', 1)[0].decode()] = value[:-2].decode()
    return fields


def _control(record: Record, what: str, body: bytes) -> Any:
    if what == "empty":
        asked = orjson.loads(body or b"{}")
        now = time.monotonic()
        floods = {int(chat): now + seconds for chat, seconds in asked.get("floods", {}).items()}
        record.empty(limits=bool(asked.get("limits")), floods=floods)
        return True
    if what == "sent":
        return record.sent
    return {"sent": len(record.sent), "refused": record.refused}


async def _serve(pipe: Any) -> None:
    record = Record()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(record), "127.0.0.1", 0)
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

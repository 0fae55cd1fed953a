"""The other end of channels: an HTTP server on loopback that a robot or an SMS gateway would be, and a mailbox.

It keeps what arrived, and answers as told: a status, a body, silence, or a line that breaks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

from aiohttp import web

SECRET = "tOkEn-5f1d9c"  # in the path of every address, so that it can be looked for everywhere


class Silence:
    """No answer at all; the text has arrived."""


class Broken:
    """The line breaks before an answer; the text has arrived."""


@dataclass(slots=True)
class FarEnd:
    """What arrived at `/…`, oldest first, and what is answered next; 200 otherwise."""

    port: int = 0
    texts: list[str] = field(default_factory=list)
    answers: deque[tuple[int, str] | Silence | Broken] = field(default_factory=deque)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def address(self, name: str = "a") -> str:
        """An Apprise address of it with a secret in it."""
        return f"json://127.0.0.1:{self.port}/{SECRET}/{name}"

    async def take(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        self.texts.append(str(said["message"]))
        answer = self.answers.popleft() if self.answers else (200, "")
        if isinstance(answer, Silence):
            await self.ended.wait()
            return web.Response()
        if isinstance(answer, Broken):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=answer[0], text=answer[1])


@asynccontextmanager
async def far_end() -> AsyncIterator[FarEnd]:
    """Listens on a free port until the block ends."""
    end = FarEnd()
    site = web.Application()
    site.router.add_post("/{tail:.*}", end.take)
    runner = web.AppRunner(site, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    end.port = runner.addresses[0][1]
    try:
        yield end
    finally:
        end.ended.set()
        await runner.cleanup()


@dataclass(slots=True)
class Mailbox:
    """A mail server that takes everything, or says no to the reader at RCPT with `refusal`."""

    port: int = 0
    texts: list[str] = field(default_factory=list)
    refusal: str = ""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 mailbox")
        while line := (await reader.readline()).decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                say("354 go on")
                raw = await reader.readuntil(b"\r\n.\r\n")
                body = message_from_bytes(raw[:-3], policy=default).get_body(("plain", "html"))
                assert body is not None
                self.texts.append(str(body.get_content()).strip())
                say("250 taken")
            elif verb == "RCPT" and self.refusal:
                say(self.refusal)
            elif verb == "QUIT":
                say("221 bye")
                break
            else:
                say("250 mailbox")
        writer.close()


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """Listens on a free port until the block ends."""
    box = Mailbox()
    server = await asyncio.start_server(box.take, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box

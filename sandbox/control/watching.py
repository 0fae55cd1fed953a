"""Control API: reading the state, messages, files and calls, and following events."""

import asyncio
from typing import Any

import orjson
from aiohttp import web

from sandbox.bus import Change
from sandbox.chats import Chat
from sandbox.control import views
from sandbox.control.answers import answered
from sandbox.control.fields import figure, number, number_or_none
from sandbox.errors import unknown
from sandbox.settling import Settling
from sandbox.waiting import until
from sandbox.world import World

HEARTBEAT = 15.0
LONGEST_WAIT = 60.0


class WatchControl:
    """Handlers that change nothing."""

    def __init__(self, world: World, settling: Settling) -> None:
        self.world = world
        self.settling = settling

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/state", self.state),
            web.get("/control/chats/{id}/messages", self.messages),
            web.get("/control/events", self.events, allow_head=False),
            web.get("/control/files/{file_id}", self.file),
            web.get("/control/calls", self.calls),
        ]

    async def state(self, request: web.Request) -> web.Response:
        return answered(views.state(self.world, self.settling))

    async def messages(self, request: web.Request) -> web.Response:
        """Messages of a chat; with `rev` and `wait` it answers when the chat has changed since `rev`."""
        query = dict(request.query)
        chat = self.world.chat(number(dict(request.match_info), "id"))
        rev = number_or_none(query, "rev")
        if rev is not None:
            wait = min(figure(query, "wait", 0.0), LONGEST_WAIT)
            await until(lambda: chat.rev > rev, self.world.bus.changed, wait)
        return answered(self._messages(chat, number_or_none(query, "after") or 0, number_or_none(query, "person")))

    def _messages(self, chat: Chat, after: int, person: int | None) -> dict[str, Any]:
        numbers = range(max(after, 0) + 1, chat.last_id + 1)  # ids of a chat have no gaps; long chats stay cheap
        found = [chat.messages[number] for number in numbers]
        return {
            "messages": [views.message(self.world, record) for record in found],
            "reply_keyboard": views.reply_keyboard(chat, person),
            "rev": self.world.bus.rev,
        }

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events from `after` on, or from now."""
        wanted = number_or_none(dict(request.query), "after")
        if wanted is None:
            wanted = number_or_none({"id": request.headers.get("Last-Event-ID")}, "id")
        seen = self.world.bus.rev if wanted is None else wanted
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(b": connected\n\n")
        self.world.bus.listeners += 1
        try:
            await self._follow(response, seen)
        except ConnectionError:
            return response
        finally:
            self.world.bus.listeners -= 1
        return response

    async def _follow(self, response: web.StreamResponse, seen: int) -> None:
        bus = self.world.bus
        while True:
            changes = bus.since(seen)
            if changes:
                seen = changes[-1].rev
                await response.write(b"".join(self._event(item) for item in changes))
                continue
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await bus.changed.wait()
            except TimeoutError:
                await response.write(b": still here\n\n")

    def _event(self, item: Change) -> bytes:
        data = orjson.dumps(views.change(self.world, item))
        return b"event: change\nid: %d\ndata: %s\n\n" % (item.rev, data)

    async def file(self, request: web.Request) -> web.Response:
        stored = self.world.files.find(request.match_info["file_id"])
        if stored is None:
            raise unknown(f"there is no file {request.match_info['file_id']}")
        return web.Response(body=stored.data, content_type=stored.mime, headers={"Cache-Control": "no-store"})

    async def calls(self, request: web.Request) -> web.Response:
        after = number_or_none(dict(request.query), "after") or 0
        return answered({"calls": [call.shown() for call in self.world.calls.since(after)]})

"""Control API: groups, their members and topics."""

from typing import Any

from aiohttp import web

from sandbox.acts import groups
from sandbox.chats import Chat
from sandbox.control.answers import answered
from sandbox.control.fields import body_of, flag, number, number_or_none, numbers, text, words
from sandbox.errors import Refused
from sandbox.world import World


class GroupControl:
    """Handlers under `/control/groups`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/groups", self.make),
            web.post("/control/groups/{id}/members", self.members),
            web.post("/control/groups/{id}/topics", self.topics),
            web.delete("/control/groups/{id}", self.delete),
        ]

    async def make(self, request: web.Request) -> web.Response:
        chat = make_group(self.world, await body_of(request))
        return answered({"id": chat.id, "topics": list(chat.topics)} if chat.topics else {"id": chat.id})

    async def members(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        chat = self.world.current(self._group(request))
        action, by = text(body, "action"), number_or_none(body, "by")
        if flag(body, "bot"):
            groups.change_bot(self.world, chat, action, by)
            return answered({})
        person = self.world.person(number(body, "person"))
        groups.change_person(self.world, chat, person, action, flag(body, "anonymous"), by)
        return answered({})

    async def topics(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        chat = self.world.current(self._group(request))
        if flag(body, "deleted"):
            groups.remove_topic(self.world, chat, number(body, "thread"))
            return answered({})
        return answered({"thread": groups.add_topic(self.world, chat, text(body, "name"))})

    async def delete(self, request: web.Request) -> web.Response:
        chat = self.world.current(self._group(request))
        chat.deleted = True
        self.world.bus.publish("chat", chat)
        return answered({})

    def _group(self, request: web.Request) -> Chat:
        return self.world.group(number(dict(request.match_info), "id"))


def make_group(world: World, body: dict[str, Any]) -> Chat:
    """A group from the control API's fields; also read from a seed file."""
    title = text(body, "title").strip()
    if not title:
        raise Refused("a group needs a title")
    wanted = groups.NewGroup(
        title,
        tuple(numbers(body, "members")),
        flag(body, "forum"),
        groups.check_status(body.get("bot", "member")),
        number_or_none(body, "id"),
        number_or_none(body, "owner"),
        tuple(words(body, "topics")),
    )
    return groups.create(world, wanted)

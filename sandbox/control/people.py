"""Control API: people, and everything they do in chats."""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from sandbox.acts import sending, speaking, tapping
from sandbox.acts.speaking import Sent
from sandbox.chats import Chat, Person
from sandbox.control.answers import answered
from sandbox.control.fields import body_of, figure, flag, number, number_or_none, numbers, text, text_or_none
from sandbox.errors import Refused
from sandbox.world import World


class PeopleControl:
    """Handlers under `/control/people`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/people", self.make),
            web.post("/control/people/{id}/say", self.say),
            web.post("/control/people/{id}/edit", self.edit),
            web.post("/control/people/{id}/delete", self.delete),
            web.post("/control/people/{id}/forward", self.forward),
            web.post("/control/people/{id}/tap", self.tap),
            web.post("/control/people/{id}/send", self.send),
            web.post("/control/people/{id}/block", self.block),
            web.post("/control/people/{id}/deactivate", self.deactivate),
        ]

    async def make(self, request: web.Request) -> web.Response:
        person = make_person(self.world, await body_of(request))
        return answered({"id": person.id})

    async def say(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        chat, reply_to, thread = (
            self._chat(body, person),
            number_or_none(body, "reply_to"),
            number_or_none(body, "thread"),
        )
        return _sent(speaking.say(self.world, person, chat, text(body, "text"), reply_to, thread))

    async def edit(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        chat = self._chat(body, person)
        return _sent(speaking.edit(self.world, person, chat, number(body, "message_id"), text(body, "text")))

    async def delete(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        speaking.delete(self.world, person, self._chat(body, person), number(body, "message_id"))
        return answered({})

    async def forward(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        source = self.world.chat(number(body, "from_chat"))
        several = numbers(body, "message_ids")
        ids = several or [number(body, "message_id")]
        sent = speaking.forward(self.world, person, source, ids, self._chat(body, person))
        return _sent_all(sent) if several else _sent(sent[0])

    async def tap(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        touch = tapping.Tap(
            number_or_none(body, "message_id"),
            text_or_none(body, "text"),
            text_or_none(body, "data"),
            flag(body, "forged"),
            tapping.check_place(body.get("latitude"), body.get("longitude")),
        )
        if touch.text is None and touch.data is None:
            raise Refused("a tap names the button by text or by data")
        return answered(asdict(await tapping.tap(self.world, person, self._chat(body, person), touch)))

    async def send(self, request: web.Request) -> web.Response:
        person = self._person(request)
        fields, files = await _form(request)
        chat = self._chat(fields, person)
        around = sending.Around(
            str(fields.get("caption") or ""), number_or_none(fields, "reply_to"), number_or_none(fields, "thread")
        )
        return _sent_all(self._send(person, chat, fields, files, around))

    async def block(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        speaking.set_blocked(self.world, person, flag(body, "blocked", True))
        return answered({})

    async def deactivate(self, request: web.Request) -> web.Response:
        person, body = self._person(request), await body_of(request)
        person.deactivated = flag(body, "deactivated", True)
        self.world.bus.publish("person", self.world.chats[person.id], person=person.id)
        return answered({})

    def _send(
        self,
        person: Person,
        chat: Chat,
        fields: dict[str, Any],
        files: list[sending.Outgoing],
        around: sending.Around,
    ) -> list[Sent]:
        kind = str(fields.get("kind"))
        if kind == "location":
            accuracy = figure(fields, "accuracy", 0.0) or None
            at = figure(fields, "latitude"), figure(fields, "longitude")
            return [sending.send_location(self.world, person, chat, *at, accuracy, around)]
        if kind == "contact":
            return [self._send_contact(person, chat, fields, around)]
        if kind == "album":
            items = [(_album_kind(file), file) for file in files]
            return sending.send_album(self.world, person, chat, items, around)
        if len(files) != 1:
            raise Refused(f"{kind} needs exactly one part named file")
        return [sending.send_file(self.world, person, chat, kind, files[0], around)]

    def _send_contact(self, person: Person, chat: Chat, fields: dict[str, Any], around: sending.Around) -> Sent:
        phone, name = str(fields.get("phone") or ""), str(fields.get("first_name") or "")
        if not phone:
            return sending.own_contact(self.world, person, chat)
        user_id = number_or_none(fields, "user_id")
        return sending.send_contact(self.world, person, chat, phone, name or person.name, user_id, around)

    def _person(self, request: web.Request) -> Person:
        return self.world.person(number(dict(request.match_info), "id"))

    def _chat(self, body: dict[str, Any], person: Person) -> Chat:
        """The chat named; without one, the person's private chat with the bot."""
        chat_id = number_or_none(body, "chat")
        return self.world.chat(person.id if chat_id is None else chat_id)


def make_person(world: World, body: dict[str, Any]) -> Person:
    """A person from the control API's fields; also read from a seed file."""
    person_id = number_or_none(body, "id")
    if person_id is not None and (person_id <= 0 or person_id in world.people or person_id == world.bot.id):
        raise Refused(f"{person_id} cannot be a new person's id: it must be positive and free")
    name = text(body, "name").strip()
    if not name:
        raise Refused("a person needs a name")
    return world.add_person(
        Person(
            person_id if person_id is not None else world.free_person_id(),
            name,
            text_or_none(body, "phone"),
            text_or_none(body, "language") or "zh-hans",
            flag(body, "started"),
        )
    )


async def _form(request: web.Request) -> tuple[dict[str, Any], list[sending.Outgoing]]:
    """Fields and files of a multipart body; JSON is taken too, for what needs no file."""
    if request.content_type == "application/json":
        return await body_of(request), []
    form = await request.post()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    duration = number_or_none(fields, "duration") or 0
    files = [
        sending.Outgoing(value.file.read(), value.filename, _mime(value.content_type), duration)
        for name, value in form.items()
        if isinstance(value, web.FileField) and name == "file"
    ]
    return fields, files


def _mime(content_type: str | None) -> str | None:
    return None if content_type in (None, "", "application/octet-stream") else content_type


def _album_kind(file: sending.Outgoing) -> str:
    mime = file.mime or ""
    if mime.startswith("video/"):
        return "video"
    return "photo" if mime.startswith("image/") or file.name.lower().endswith((".jpg", ".jpeg", ".png")) else "document"


def _sent(sent: Sent) -> web.Response:
    return answered({"message_id": sent.message_id, "update_id": sent.update_id})


def _sent_all(sent: list[Sent]) -> web.Response:
    return answered(
        {"message_ids": [item.message_id for item in sent], "update_ids": [item.update_id for item in sent]}
    )

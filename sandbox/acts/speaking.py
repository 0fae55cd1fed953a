"""People write, correct, forward and delete. What the bot hears of it is `telling.py`'s to decide."""

from dataclasses import dataclass
from typing import Any

from sandbox import objects
from sandbox.acts.telling import tell, tell_bot_status
from sandbox.chats import Chat, Person, Record
from sandbox.entities import detect
from sandbox.errors import Refused, unknown
from sandbox.world import World

TEXT_CHARACTERS = 4096
CAPTION_CHARACTERS = 1024
CONTENT_KEYS = (
    "text",
    "entities",
    "caption",
    "caption_entities",
    "photo",
    "voice",
    "video",
    "document",
    "location",
    "contact",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a person; `update_id` is None when the bot does not get to see it."""

    message_id: int
    update_id: int | None


def say(
    world: World, person: Person, chat: Chat, text: str, reply_to: int | None = None, thread: int | None = None
) -> Sent:
    """Write a text.

    Raises:
        Refused: not in the chat, too long or empty, no such topic or message, or the bot is blocked.
    """
    text = text.strip()
    if not text:
        raise Refused("a message needs text")
    if len(text) > TEXT_CHARACTERS:
        raise Refused(f"a message has at most {TEXT_CHARACTERS} characters, this one has {len(text)}")
    enter(world, person, chat, opens=text.split()[0] == "/start")
    return put(world, person, chat, with_marks("text", text), reply_to, thread)


def put(
    world: World,
    person: Person,
    chat: Chat,
    content: dict[str, Any],
    reply_to: int | None = None,
    thread: int | None = None,
) -> Sent:
    """Put any content into a chat the person may write in, and tell the bot."""
    chat = world.current(chat)
    replied = required(chat, reply_to) if reply_to is not None else None
    if thread is None and replied is not None:
        thread = replied.body.get("message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise unknown(f"there is no topic {thread} in chat {chat.id}")
    record = world.post(chat, content, sender=person, reply_to=reply_to, thread=thread)
    return Sent(record.message_id, tell(world, record))


def edit(world: World, person: Person, chat: Chat, message_id: int, text: str) -> Sent:
    """Correct one's own text or caption."""
    record = _own(person, chat, message_id)
    text = text.strip()
    field = "text" if "text" in record.body else "caption"
    if field == "text" and not text:
        raise Refused("a message needs text")
    enter(world, person, chat)
    mark = "entities" if field == "text" else "caption_entities"
    world.revise(record, {field: None, mark: None} | with_marks(field, text))
    return Sent(record.message_id, tell(world, record, "edited_message"))


def delete(world: World, person: Person, chat: Chat, message_id: int) -> None:
    """Delete for everybody; the platform tells bots nothing of it. In a private chat also the bot's messages."""
    record = required(chat, message_id) if chat.kind == "private" else _own(person, chat, message_id)
    enter(world, person, chat)
    world.erase(record)


def forward(world: World, person: Person, source: Chat, message_ids: list[int], chat: Chat) -> list[Sent]:
    """Pass messages on, their author shown; parts of an album become one new album."""
    enter(world, person, source)
    enter(world, person, chat)
    records = [required(source, message_id) for message_id in message_ids]
    albums = {record.body["media_group_id"] for record in records if "media_group_id" in record.body}
    renamed = {album: world.album_id() for album in sorted(albums)}
    sent = []
    for record in records:
        content = forwarded(record)
        if "media_group_id" in record.body and len(records) > 1:
            content["media_group_id"] = renamed[record.body["media_group_id"]]
        sent.append(put(world, person, chat, content))
    return sent


def forwarded(record: Record) -> dict[str, Any]:
    """Content of a forward: what was said, and where it came from.

    Raises:
        Refused: service messages cannot be forwarded.
    """
    content = {key: value for key, value in record.body.items() if key in CONTENT_KEYS}
    if not content:
        raise Refused("a service message cannot be forwarded")
    return content | {"forward_origin": record.body.get("forward_origin") or _origin(record)}


def _origin(record: Record) -> dict[str, Any]:
    if "sender_chat" in record.body:
        return {"type": "chat", "date": record.body["date"], "sender_chat": record.body["sender_chat"]}
    return {"type": "user", "date": record.body["date"], "sender_user": record.body["from"]}


def enter(world: World, person: Person, chat: Chat, *, opens: bool = False) -> None:
    """Check that somebody may write here; the first word in a private chat starts it, /start also lifts a block.

    Raises:
        Refused: not a member, not this person's private chat, or the bot is blocked.
    """
    if person.deactivated:
        raise Refused(f"person {person.id} has deleted the account")
    chat = world.current(chat)
    if chat.kind != "private":
        if person.id not in chat.members:
            raise Refused(f"person {person.id} is not in chat {chat.id}")
        return
    if chat.id != person.id:
        raise Refused(f"chat {chat.id} is somebody else's private chat")
    if person.blocked and not opens:
        raise Refused(f"person {person.id} has blocked the bot; only /start or unblocking reopens the chat")
    if person.blocked:
        set_blocked(world, person, False)
    if not person.started:
        person.started = True
        world.bus.publish("person", chat, person=person.id)


def set_blocked(world: World, person: Person, blocked: bool) -> int | None:
    """Block the bot or let it in again; the bot hears of it, if the chat was ever open."""
    if person.blocked == blocked:
        return None
    person.blocked = blocked
    chat = world.chats[person.id]
    world.bus.publish("person", chat, person=person.id)
    if not person.started:
        return None
    by = objects.person_user(person)
    if blocked:
        return tell_bot_status(world, chat, by, "member", "kicked")
    return tell_bot_status(world, chat, by, "kicked", "member")


def with_marks(field: str, text: str) -> dict[str, Any]:
    """`{field: text}` with the entities the platform finds in plain text; empty for an empty text."""
    if not text:
        return {}
    entities = detect(text)
    mark = "entities" if field == "text" else "caption_entities"
    return {field: text, mark: entities} if entities else {field: text}


def required(chat: Chat, message_id: int) -> Record:
    """Raises Refused (404) if the chat has no such message any more."""
    record = chat.record(message_id)
    if record is None:
        raise unknown(f"there is no message {message_id} in chat {chat.id}")
    return record


def _own(person: Person, chat: Chat, message_id: int) -> Record:
    record = required(chat, message_id)
    if record.author != person.id:
        raise Refused(f"message {message_id} was not written by person {person.id}")
    return record

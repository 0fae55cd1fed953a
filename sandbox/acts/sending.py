"""People send pictures, voice, files, places and contact cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import files
from sandbox.acts.speaking import CAPTION_CHARACTERS, Sent, enter, put, with_marks
from sandbox.chats import Chat, Person
from sandbox.errors import ApiError, Refused
from sandbox.world import World

ALBUM = range(2, 11)
FILE_KINDS = ("photo", "voice", "video", "document")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file on its way; `mime` None: guessed from the name."""

    data: bytes
    name: str
    mime: str | None = None
    duration: int = 0


@dataclass(frozen=True, slots=True)
class Around:
    """What goes with any content."""

    caption: str = ""
    reply_to: int | None = None
    thread: int | None = None


def send_file(world: World, person: Person, chat: Chat, kind: str, file: Outgoing, around: Around) -> Sent:
    """One photo, voice note, video or document."""
    enter(world, person, chat)
    content = _content(world, kind, file) | _caption(around.caption)
    return put(world, person, chat, content, around.reply_to, around.thread)


def send_album(
    world: World, person: Person, chat: Chat, items: Sequence[tuple[str, Outgoing]], around: Around
) -> list[Sent]:
    """2 to 10 files under one `media_group_id`, each a message of its own; the caption is on the first."""
    if len(items) not in ALBUM:
        raise Refused(f"an album has 2 to 10 parts, not {len(items)}")
    enter(world, person, chat)
    contents = [_content(world, kind, file) for kind, file in items]
    contents[0] |= _caption(around.caption)
    album = {"media_group_id": world.album_id()}
    return [put(world, person, chat, content | album, around.reply_to, around.thread) for content in contents]


def send_location(
    world: World, person: Person, chat: Chat, latitude: float, longitude: float, accuracy: float | None, around: Around
) -> Sent:
    """A place: degrees, accuracy in metres."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused("latitude lies within ±90 and longitude within ±180 degrees")
    enter(world, person, chat)
    place: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
    if accuracy is not None:
        place["horizontal_accuracy"] = min(max(accuracy, 0.0), 1500.0)
    return put(world, person, chat, {"location": place}, around.reply_to, around.thread)


def send_contact(
    world: World, person: Person, chat: Chat, phone: str, first_name: str, user_id: int | None, around: Around
) -> Sent:
    """A contact card; only the person's own card, or that of somebody with an account, carries a `user_id`."""
    enter(world, person, chat)
    card: dict[str, Any] = {"phone_number": phone, "first_name": first_name}
    if user_id is not None:
        card["user_id"] = user_id
    return put(world, person, chat, {"contact": card}, around.reply_to, around.thread)


def own_contact(world: World, person: Person, chat: Chat) -> Sent:
    """The card a contact button shares: the person's own.

    Raises:
        Refused: the person was made without a phone.
    """
    if person.phone is None:
        raise Refused(f"person {person.id} has no phone to share")
    return send_contact(world, person, chat, person.phone, person.name, person.id, Around())


def _content(world: World, kind: str, file: Outgoing) -> dict[str, Any]:
    if kind not in FILE_KINDS:
        raise Refused(f"{kind} is none of {', '.join(FILE_KINDS)}")
    try:
        stored = world.files.add(kind, file.data, file.name, file.mime, file.duration)
    except ApiError as error:
        raise Refused(f"{file.name} cannot be sent as {kind}: {error.description}") from error
    return files.content(stored)


def _caption(text: str) -> dict[str, Any]:
    text = text.strip()
    if len(text) > CAPTION_CHARACTERS:
        raise Refused(f"a caption has at most {CAPTION_CHARACTERS} characters, this one has {len(text)}")
    return with_marks("caption", text)

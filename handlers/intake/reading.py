"""From the platform's message to what was sent: which file, which place, which words. Pure."""

from __future__ import annotations

from mimetypes import guess_type
from pathlib import PurePath

from telegram import Document, Location, Message
from telegram.ext import filters

from bot.core.geo import Point, is_plausible
from bot.intake.models import ItemKind
from bot.intake.schemas import Sent

CONTENT = (
    filters.PHOTO
    | filters.VOICE
    | filters.AUDIO
    | filters.VIDEO
    | filters.VIDEO_NOTE
    | filters.ANIMATION
    | filters.Document.ALL
    | filters.LOCATION
    | filters.VENUE
    | filters.TEXT
)
"""What a report may be made of; forwarded or not. Stickers, polls and other people's contact cards are not."""

_UNKNOWN_TYPES = (None, "", "application/octet-stream", "binary/octet-stream")
_PICTURES = {".heic", ".heif", ".dng", ".avif", ".jxl"}
"""Endings of pictures that not every machine's table of types knows."""


def read(message: Message, *, about: str | None, is_edit: bool = False) -> Sent:
    """One thing sent. `about` is the subject of the message it replies to. A moving location comes as edits."""
    kind, file_id, size, by_copy = _file(message)
    place, venue = _place(message), message.venue
    return Sent(
        chat_id=message.chat.id,
        message_id=message.message_id,
        kind=kind,
        sent_at=message.date,
        text=(message.text or message.caption or "").strip(),
        album=message.media_group_id,
        file_id=file_id,
        size=size,
        by_copy=by_copy,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        accuracy=place.horizontal_accuracy if place else None,
        place_name=(venue.title or venue.address) if venue else None,
        is_edit=is_edit,
        reply_about=about,
    )


def may_be_picture(name: str | None, mime: str | None) -> bool:
    """Whether a file may be a picture by what its sender's phone says: yes, unless that says it is something else."""
    ending = PurePath(name or "").suffix.lower()
    guessed = guess_type(f"x{ending}")[0]
    kinds = [kind for kind in (mime, guessed) if kind not in _UNKNOWN_TYPES]
    return ending in _PICTURES or not kinds or any(str(kind).startswith("image/") for kind in kinds)


def _place(message: Message) -> Location | None:
    """The position sent, unless nobody can be there: a phone without a fix writes 0, 0."""
    place = message.location
    return place if place and is_plausible(Point(place.latitude, place.longitude)) else None


def _file(message: Message) -> tuple[ItemKind, str | None, int | None, bool]:
    """Kind, id, bytes, and whether groups must be shown a copy of ours instead of the platform's file."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return ItemKind.PHOTO, largest.file_id, largest.file_size, False
    # A round video, an animation and a piece of music cannot be sent on by their id as what we show them as.
    for kind, held, by_copy in (
        (ItemKind.VOICE, message.voice, False),
        (ItemKind.VIDEO, message.video, False),
        (ItemKind.VIDEO, message.video_note or message.animation, True),
        (ItemKind.VOICE, message.audio, True),
        (ItemKind.DOCUMENT, message.document, _is_by_copy(message.document)),
    ):
        if held:
            return kind, held.file_id, held.file_size, by_copy
    return (ItemKind.LOCATION if message.location else ItemKind.TEXT), None, None, False


def _is_by_copy(document: Document | None) -> bool:
    return document is not None and may_be_picture(document.file_name, document.mime_type)

"""Texts, places, forwards and copies."""

from aiogram.methods import CopyMessage, ForwardMessage, SendLocation, SendMessage
from aiogram.types import Message, MessageId

from sandbox import objects
from sandbox.acts.speaking import CONTENT_KEYS, forwarded
from sandbox.chats import Record
from sandbox.errors import ApiError, Reason, Refused
from sandbox.methods.common import caption_of, charge, find_chat, open_chat, post, prepare, put, text_of
from sandbox.world import World


def send_message(world: World, method: SendMessage) -> Message:
    """A text."""
    content = text_of(world, method.text, method.parse_mode, method.entities)
    if method.protect_content is True:
        content["has_protected_content"] = True
    return objects.message(post(world, method, content))


def send_location(world: World, method: SendLocation) -> Message:
    """A point on the map; live locations are not simulated and arrive as a plain point."""
    if not (-90 <= method.latitude <= 90 and -180 <= method.longitude <= 180):
        raise ApiError(Reason.COORDINATES)
    place = {"latitude": method.latitude, "longitude": method.longitude}
    if method.horizontal_accuracy is not None:
        place["horizontal_accuracy"] = min(max(method.horizontal_accuracy, 0.0), 1500.0)
    return objects.message(post(world, method, {"location": place}))


def forward_message(world: World, method: ForwardMessage) -> Message:
    """Pass a message on with its author shown."""
    source = _source(world, method.from_chat_id, method.message_id, Reason.FORWARD_NOT_FOUND)
    chat = open_chat(world, method.chat_id)
    if method.message_thread_id is not None and method.message_thread_id not in chat.topics:
        raise ApiError(Reason.THREAD_NOT_FOUND)
    try:
        content = forwarded(source)
    except Refused as error:
        raise ApiError(Reason.FORWARD_NOT_FOUND) from error
    charge(world, chat)
    around = {"thread": method.message_thread_id, "silent": bool(method.disable_notification)}
    return objects.message(put(world, chat, content, around))


def copy_message(world: World, method: CopyMessage) -> MessageId:
    """Send the same content anew, without its author."""
    source = _source(world, method.from_chat_id, method.message_id, Reason.COPY_NOT_FOUND)
    content = {key: value for key, value in source.body.items() if key in CONTENT_KEYS}
    if not content:
        raise ApiError(Reason.CANT_COPY)
    if method.caption is not None and "text" not in content:
        content = {key: value for key, value in content.items() if not key.startswith("caption")}
        content |= caption_of(world, method.caption, method.parse_mode, method.caption_entities)
    chat, around = prepare(world, method)
    charge(world, chat)
    return MessageId(message_id=put(world, chat, content, around, method.reply_markup).message_id)


def _source(world: World, chat_id: int | str, message_id: int, missing: Reason) -> Record:
    record = find_chat(world, chat_id).record(message_id)
    if record is None:
        raise ApiError(missing)
    return record

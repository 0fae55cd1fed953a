"""Changing and removing what is there: edits, deletions, pins."""

from typing import Any

from aiogram.methods import (
    DeleteMessage,
    DeleteMessages,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    PinChatMessage,
    UnpinAllChatMessages,
    UnpinChatMessage,
)
from aiogram.types import Message

from sandbox import objects
from sandbox.acts.telling import SERVICE
from sandbox.chats import Chat, Record
from sandbox.errors import ApiError, Reason
from sandbox.markup import inline_body
from sandbox.methods.common import caption_of, charge, open_chat, text_of
from sandbox.world import World

DELETE_SECONDS = 48 * 3600
MOST_IDS = 100
CAPTIONED = ("photo", "voice", "video", "document")

Edit = EditMessageText | EditMessageCaption | EditMessageReplyMarkup


def edit_text(world: World, method: EditMessageText) -> Message:
    """A new text; a keyboard not sent along is taken away."""
    if method.text is None:
        raise ApiError(Reason.TEXT_EMPTY)
    content = text_of(world, method.text, method.parse_mode, method.entities)
    record = _editable(world, method)
    if "text" not in record.body:
        raise ApiError(Reason.NO_TEXT)
    return _revise(world, record, {"text": None, "entities": None} | content, method)


def edit_caption(world: World, method: EditMessageCaption) -> Message:
    """A new caption, or none."""
    content = caption_of(world, method.caption, method.parse_mode, method.caption_entities)
    record = _editable(world, method)
    if not any(kind in record.body for kind in CAPTIONED):
        raise ApiError(Reason.NO_CAPTION)
    return _revise(world, record, {"caption": None, "caption_entities": None} | content, method)


def edit_reply_markup(world: World, method: EditMessageReplyMarkup) -> Message:
    """A new inline keyboard, or none."""
    return _revise(world, _editable(world, method), {}, method, dated=False)


def delete_message(world: World, method: DeleteMessage) -> bool:
    """Remove one message."""
    chat = open_chat(world, method.chat_id)
    record = chat.record(method.message_id)
    if record is None:
        raise ApiError(Reason.DELETE_NOT_FOUND)
    if not _deletable(world, chat, record):
        raise ApiError(Reason.CANT_DELETE)
    world.erase(record)
    return True


def delete_messages(world: World, method: DeleteMessages) -> bool:
    """Remove up to 100; those that are gone or cannot go are passed over."""
    if not 1 <= len(method.message_ids) <= MOST_IDS:
        raise ApiError(Reason.IDS_COUNT)
    chat = open_chat(world, method.chat_id)
    for record in map(chat.record, method.message_ids):
        if record is not None and _deletable(world, chat, record):
            world.erase(record)
    return True


def pin(world: World, method: PinChatMessage) -> bool:
    """Pin a message; the chat sees a service message."""
    chat = _pinnable(world, method.chat_id)
    record = chat.record(method.message_id)
    if record is None or any(key in record.body for key in SERVICE):
        raise ApiError(Reason.PIN_NOT_FOUND)
    if not record.pinned:
        record.pinned = True
        world.bus.publish("pin", chat, record, pinned=True)
        world.post(chat, {"pinned_message": record.body}, sender=None, silent=bool(method.disable_notification))
    return True


def unpin(world: World, method: UnpinChatMessage) -> bool:
    """Unpin one message, or the newest pinned."""
    chat = _pinnable(world, method.chat_id)
    record = chat.record(method.message_id) if method.message_id is not None else next(iter(chat.pinned[::-1]), None)
    if record is None or not record.pinned:
        raise ApiError(Reason.UNPIN_NOT_FOUND)
    _unpin(world, chat, record)
    return True


def unpin_all(world: World, method: UnpinAllChatMessages) -> bool:
    """Unpin everything."""
    chat = _pinnable(world, method.chat_id)
    for record in chat.pinned:
        _unpin(world, chat, record)
    return True


def _unpin(world: World, chat: Chat, record: Record) -> None:
    record.pinned = False
    world.bus.publish("pin", chat, record, pinned=False)


def _pinnable(world: World, chat_id: int | str) -> Chat:
    chat = open_chat(world, chat_id)
    if chat.kind != "private" and chat.bot != "administrator":
        raise ApiError(Reason.PIN_RIGHTS)
    return chat


def _editable(world: World, method: Edit) -> Record:
    if method.inline_message_id is not None:
        raise ApiError(Reason.MESSAGE_ID_INVALID)
    if method.message_id is None:
        raise ApiError(Reason.MESSAGE_ID_MISSING)
    record = open_chat(world, method.chat_id).record(method.message_id)
    if record is None:
        raise ApiError(Reason.EDIT_NOT_FOUND)
    if not record.by_bot or "forward_origin" in record.body or any(key in record.body for key in SERVICE):
        raise ApiError(Reason.CANT_EDIT)
    return record


def _revise(world: World, record: Record, content: dict[str, Any], method: Edit, *, dated: bool = True) -> Message:
    """Replace content and keyboard, unless nothing would change. Edits count against the rate like messages."""
    changes = {**content, "reply_markup": inline_body(method.reply_markup)}
    if all(record.body.get(key) == value for key, value in changes.items()):
        raise ApiError(Reason.NOT_MODIFIED)
    charge(world, record.chat)
    world.revise(record, changes, dated=dated)
    record.keys = method.reply_markup if changes["reply_markup"] is not None else None
    return objects.message(record)


def _deletable(world: World, chat: Chat, record: Record) -> bool:
    """Own messages and, in private chats or as administrator, other people's; nothing older than 48 hours."""
    if world.clock.unix() - record.body["date"] > DELETE_SECONDS:
        return False
    return record.by_bot or chat.kind == "private" or chat.bot == "administrator"

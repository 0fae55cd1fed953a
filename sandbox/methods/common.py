"""What every sending method checks and does alike: the chat, the topic, the reply, the keyboard, the rate, the post."""

from typing import Any

from aiogram.methods import (
    CopyMessage,
    SendDocument,
    SendLocation,
    SendMediaGroup,
    SendMessage,
    SendPhoto,
    SendVideo,
    SendVoice,
)
from aiogram.types import MessageEntity, ReplyKeyboardMarkup, ReplyKeyboardRemove

from sandbox import objects
from sandbox.chats import Chat, Keyboard, Record
from sandbox.entities import Entity, formatted
from sandbox.errors import ApiError, Reason, flood
from sandbox.markup import for_chat, inline_body
from sandbox.world import World

TEXT_CHARACTERS = 4096
CAPTION_CHARACTERS = 1024

Sending = SendMessage | SendPhoto | SendDocument | SendVoice | SendVideo | SendLocation | SendMediaGroup | CopyMessage


def find_chat(world: World, chat_id: int | str | None) -> Chat:
    """The chat a method names.

    Raises:
        ApiError: no id, a chat the bot has never met, or a group that was upgraded (with the new id).
    """
    if chat_id is None or chat_id == "":
        raise ApiError(Reason.CHAT_ID_EMPTY)
    chat = world.chats.get(_number(chat_id))
    if chat is None or (chat.kind != "private" and chat.bot == "absent"):
        raise ApiError(Reason.CHAT_NOT_FOUND)
    if chat.migrated_to is not None:
        raise ApiError(Reason.MIGRATED, {"migrate_to_chat_id": chat.migrated_to})
    return chat


def _number(chat_id: int | str) -> int:
    try:
        return int(chat_id)
    except ValueError as error:
        raise ApiError(Reason.CHAT_NOT_FOUND) from error


def require_access(chat: Chat) -> None:
    """Raises ApiError (403) if the bot may not act in this chat: blocked, kicked, never started and so on."""
    if chat.deleted:
        raise ApiError(Reason.GROUP_DELETED)
    if chat.person is None:
        if chat.bot == "kicked":
            raise ApiError(Reason.KICKED, kind=chat.kind)
        if chat.bot == "left":
            raise ApiError(Reason.NOT_MEMBER, kind=chat.kind)
        return
    if chat.person.deactivated:
        raise ApiError(Reason.DEACTIVATED)
    if chat.person.blocked:
        raise ApiError(Reason.BLOCKED)
    if not chat.person.started:
        raise ApiError(Reason.NOT_STARTED)


def open_chat(world: World, chat_id: int | str | None) -> Chat:
    """A chat the bot may write in."""
    chat = find_chat(world, chat_id)
    require_access(chat)
    return chat


def charge(world: World, chat: Chat, cost: int = 1) -> None:
    """Raises ApiError (429) if the rate limits leave no room now."""
    wait = world.pacer.take(chat.id, cost)
    if wait:
        raise flood(wait)


def post(world: World, method: Sending, content: dict[str, Any]) -> Record:
    """Check everything around a message, charge one, and put it into the chat."""
    chat, around = prepare(world, method)
    charge(world, chat)
    return put(world, chat, content, around, getattr(method, "reply_markup", None))


def prepare(world: World, method: Sending) -> tuple[Chat, dict[str, Any]]:
    """The chat to write in, and how: reply, topic, silence."""
    chat = open_chat(world, method.chat_id)
    for_chat(getattr(method, "reply_markup", None), chat.kind == "private")
    reply_to = _reply(chat, method)
    thread = method.message_thread_id
    if thread is None and reply_to is not None:
        thread = chat.messages[reply_to].body.get("message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise ApiError(Reason.THREAD_NOT_FOUND)
    return chat, {"reply_to": reply_to, "thread": thread, "silent": bool(method.disable_notification)}


def put(world: World, chat: Chat, content: dict[str, Any], around: dict[str, Any], markup: Any = None) -> Record:
    """Put a checked message into the chat, with its keyboard."""
    inline = inline_body(markup)
    if inline is not None:
        content = {**content, "reply_markup": inline}
    record = world.post(chat, content, sender=None, **around)
    record.keys = markup if inline is not None else None
    _hand_out(chat, record, markup)
    return record


def text_of(world: World, text: str | None, parse_mode: Any, entities: list[MessageEntity] | None) -> dict[str, Any]:
    """`{"text", "entities"?}` of a message.

    Raises:
        ApiError: empty, longer than 4096 characters after parsing, or broken marks.
    """
    bare, marks = _marked(world, text or "", parse_mode, entities)
    if not bare:
        raise ApiError(Reason.TEXT_EMPTY)
    if len(bare) > TEXT_CHARACTERS:
        raise ApiError(Reason.TEXT_TOO_LONG)
    return {"text": bare, "entities": marks} if marks else {"text": bare}


def caption_of(
    world: World, caption: str | None, parse_mode: Any, entities: list[MessageEntity] | None
) -> dict[str, Any]:
    """`{"caption"?, "caption_entities"?}` of a file.

    Raises:
        ApiError: longer than 1024 characters after parsing, or broken marks.
    """
    bare, marks = _marked(world, caption or "", parse_mode, entities)
    if not bare:
        return {}
    if len(bare) > CAPTION_CHARACTERS:
        raise ApiError(Reason.CAPTION_TOO_LONG)
    return {"caption": bare, "caption_entities": marks} if marks else {"caption": bare}


def _marked(world: World, text: str, parse_mode: Any, entities: list[MessageEntity] | None) -> tuple[str, list[Entity]]:
    own = [entity.model_dump(mode="json", exclude_none=True, exclude_unset=True) for entity in entities or []]
    bare, marks = formatted(text, parse_mode if isinstance(parse_mode, str) else None, own)
    if any("user_id" in mark for mark in marks):
        marks = [found for mark in marks if (found := _mention(world, mark)) is not None]
    return bare, marks


def _mention(world: World, mark: Entity) -> Entity | None:
    """A mention by id becomes one by user; nobody known by that id: the mark goes, the words stay."""
    if "user_id" not in mark:
        return mark
    person = world.people.get(mark["user_id"])
    if person is None:
        return None
    return {key: value for key, value in mark.items() if key != "user_id"} | {"user": objects.person_user(person)}


def _reply(chat: Chat, method: Sending) -> int | None:
    """Id of the message replied to.

    Raises:
        ApiError: it does not exist, and sending without it was not allowed.
    """
    parameters = method.reply_parameters
    wanted = parameters.message_id if parameters is not None else getattr(method, "reply_to_message_id", None)
    if wanted is None:
        return None
    elsewhere = parameters is not None and parameters.chat_id not in (None, chat.id, str(chat.id))
    if chat.record(wanted) is not None and not elsewhere:
        return int(wanted)
    lenient = parameters.allow_sending_without_reply if parameters is not None else None
    if lenient is True or getattr(method, "allow_sending_without_reply", None) is True:
        return None
    raise ApiError(Reason.REPLY_NOT_FOUND)


def _hand_out(chat: Chat, record: Record, markup: Any) -> None:
    """Reply keyboards appear on, or vanish from, the phones concerned."""
    if not isinstance(markup, ReplyKeyboardMarkup | ReplyKeyboardRemove):
        return
    for person_id in _concerned(chat, record, bool(markup.selective)):
        if isinstance(markup, ReplyKeyboardRemove):
            chat.keyboards.pop(person_id, None)
        else:
            keys = markup.model_dump(mode="json", exclude_none=True, exclude_unset=True)
            chat.keyboards[person_id] = Keyboard(record.message_id, keys)


def _concerned(chat: Chat, record: Record, selective: bool) -> list[int]:
    if chat.person is not None:
        return [chat.person.id]
    if not selective:
        return list(chat.members)
    replied = chat.record(record.reply_to)
    named = [entity["user"]["id"] for entity in record.body.get("entities", []) if "user" in entity]
    return [*named, *([replied.author] if replied is not None else [])]

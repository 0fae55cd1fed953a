"""The sandbox's records as aiogram's types, and those as the platform's JSON.

Everything the bot is given passes through here, so a shape the platform does not have cannot leave the house: dates
are whole seconds, nothing is null, `from` is called `from`.
"""

from functools import lru_cache
from typing import Any

import orjson
from aiogram.types import Chat as ChatObject
from aiogram.types import Message, TelegramObject, Update, User

from sandbox.chats import ANONYMOUS_BOT, BotAccount, BotStatus, Chat, Member, Person, Record

ANONYMOUS = {"id": ANONYMOUS_BOT, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

ADMIN_RIGHTS = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": True,
    "can_restrict_members": True,
    "can_promote_members": False,
    "can_change_info": True,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_send_welcome_messages": True,
    "can_pin_messages": True,
    "can_manage_topics": True,
}


def dump(value: object) -> bytes:
    """An answer's `result` as JSON: aiogram objects, lists of them, or plain values."""
    if isinstance(value, TelegramObject):
        return value.model_dump_json(by_alias=True, exclude_none=True, exclude_unset=True).encode()
    if isinstance(value, list) and value and isinstance(value[0], TelegramObject):
        return b"[" + b",".join(dump(item) for item in value) + b"]"
    return orjson.dumps(value)


def person_user(person: Person) -> dict[str, Any]:
    """A person as a user object."""
    if person.deactivated:
        return {"id": person.id, "is_bot": False, "first_name": ""}
    return {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": person.language}


def bot_user(bot: BotAccount) -> dict[str, Any]:
    """The bot as a user object in messages."""
    return {"id": bot.id, "is_bot": True, "first_name": bot.name, "username": bot.username}


def chat_object(chat: Chat) -> dict[str, Any]:
    """A chat as it stands in messages."""
    if chat.person is not None:
        return {"id": chat.id, "type": "private", "first_name": chat.person.name}
    body: dict[str, Any] = {"id": chat.id, "type": chat.kind, "title": chat.title}
    if chat.forum:
        body["is_forum"] = True
    return body


def message(record: Record) -> Message:
    """A message with the one it replies to (whose own reply is left out, as on the platform)."""
    content = body(record)
    known: dict[str, Any] = {"from": _user(*content["from"].items()), "chat": _chat(*content["chat"].items())}
    if record.keys is not None:
        known["reply_markup"] = record.keys
    return Message.model_validate({**content, **known})


@lru_cache(maxsize=4096)
def _user(*items: tuple[str, Any]) -> User:
    """The same few authors stand in every message: checked once, not once a message."""
    return User.model_validate(dict(items))


@lru_cache(maxsize=4096)
def _chat(*items: tuple[str, Any]) -> ChatObject:
    return ChatObject.model_validate(dict(items))


def body(record: Record) -> dict[str, Any]:
    """A message's JSON object, the replied one included while it exists.

    What is said in a topic and replies to nothing replies, on the wire, to the service message that opened the topic.
    """
    replied = record.chat.record(record.reply_to or record.body.get("message_thread_id"))
    if replied is None or replied is record:
        return record.body
    return {**record.body, "reply_to_message": replied.body}


def inaccessible(chat: Chat, message_id: int) -> dict[str, Any]:
    """A message that is gone: its date is 0."""
    return {"chat": chat_object(chat), "message_id": message_id, "date": 0}


def update(update_id: int, kind: str, content: dict[str, Any]) -> bytes:
    """An update as JSON, checked by aiogram's type on its way."""
    return dump(Update.model_validate({"update_id": update_id, kind: content}))


def member_object(user: dict[str, Any], member: Member | None) -> dict[str, Any]:
    """A person's membership; None: not there (any more)."""
    if member is None:
        return {"status": "left", "user": user}
    if member.status == "creator":
        return {"status": "creator", "user": user, "is_anonymous": member.anonymous}
    if member.status == "administrator":
        return {"status": "administrator", "user": user, **ADMIN_RIGHTS, "is_anonymous": member.anonymous}
    return {"status": "member", "user": user}


def bot_member(bot: BotAccount, status: BotStatus) -> dict[str, Any]:
    """The bot's own membership."""
    user = bot_user(bot)
    if status == "administrator":
        return {"status": status, "user": user, **ADMIN_RIGHTS}
    if status == "kicked":
        return {"status": status, "user": user, "until_date": 0}
    return {"status": "left" if status == "absent" else status, "user": user}

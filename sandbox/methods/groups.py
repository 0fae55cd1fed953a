"""Chats as the bot asks about them, and leaving one."""

from typing import Any

from aiogram.methods import GetChat, GetChatAdministrators, GetChatMember, GetChatMemberCount, LeaveChat
from aiogram.types import ChatFullInfo, ResultChatMemberUnion, TelegramObject
from pydantic import TypeAdapter

from sandbox import objects
from sandbox.acts.groups import set_bot
from sandbox.chats import Chat
from sandbox.errors import ApiError, Reason
from sandbox.methods.common import find_chat, open_chat
from sandbox.world import World

NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
_MEMBER: TypeAdapter[Any] = TypeAdapter(ResultChatMemberUnion)


def get_chat(world: World, method: GetChat) -> ChatFullInfo:
    """Everything about a chat, its newest pinned message included."""
    chat = _readable(world, method.chat_id)
    body = objects.chat_object(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": NO_GIFTS,
    }
    if chat.pinned:
        body["pinned_message"] = chat.pinned[-1].body
    if chat.kind != "private":
        body["permissions"] = {"can_send_messages": True, "can_pin_messages": False, "can_invite_users": True}
    return ChatFullInfo.model_validate(body)


def get_chat_member(world: World, method: GetChatMember) -> TelegramObject:
    """One member; people known but not there have left."""
    chat = _readable(world, method.chat_id)
    if method.user_id == world.bot.id:
        return _member(objects.bot_member(world.bot, chat.bot if chat.kind != "private" else "member"))
    person = world.people.get(method.user_id)
    if person is None:
        raise ApiError(Reason.USER_NOT_FOUND)
    if chat.person is person:
        return _member({"status": "member", "user": objects.person_user(person)})
    return _member(objects.member_object(objects.person_user(person), chat.members.get(person.id)))


def get_chat_administrators(world: World, method: GetChatAdministrators) -> list[TelegramObject]:
    """The owner, the administrators, and the bot if it is one."""
    chat = _readable(world, method.chat_id)
    if chat.kind == "private":
        raise ApiError(Reason.NO_PRIVATE_ADMINS)
    found = [
        _member(objects.member_object(objects.person_user(world.people[person_id]), member))
        for person_id, member in chat.members.items()
        if member.status != "member"
    ]
    return [*found, *([_member(objects.bot_member(world.bot, chat.bot))] if chat.bot == "administrator" else [])]


def get_chat_member_count(world: World, method: GetChatMemberCount) -> int:
    """How many, the bot included."""
    chat = _readable(world, method.chat_id)
    return 2 if chat.kind == "private" else len(chat.members) + int(chat.has_bot)


def leave_chat(world: World, method: LeaveChat) -> bool:
    """The bot goes; from then on it may not write there."""
    chat = open_chat(world, method.chat_id)
    if chat.kind == "private":
        raise ApiError(Reason.LEAVE_PRIVATE)
    bot = objects.bot_user(world.bot)
    world.post(chat, {"left_chat_member": bot}, sender=None)
    set_bot(world, chat, "left", bot)
    return True


def _readable(world: World, chat_id: int | str) -> Chat:
    """A chat the bot may ask about: groups it is in, and people even if they blocked it."""
    chat = find_chat(world, chat_id)
    return chat if chat.kind == "private" else open_chat(world, chat_id)


def _member(body: dict[str, Any]) -> TelegramObject:
    found: TelegramObject = _MEMBER.validate_python(body)
    return found

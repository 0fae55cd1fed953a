"""Telling the bot: which messages of a group reach it, and updates made of what happened.

Privacy mode after the platform's documentation ("Bot features, Privacy mode"): in groups a bot that is no
administrator gets commands not meant for another bot, replies to its own messages, and service messages. A mention
alone is not enough.
"""

from typing import Any

from sandbox import objects
from sandbox.chats import BotStatus, Chat, Member, Person, Record
from sandbox.entities import utf16
from sandbox.world import World

SERVICE = (
    "new_chat_members",
    "left_chat_member",
    "pinned_message",
    "group_chat_created",
    "supergroup_chat_created",
    "forum_topic_created",
    "forum_topic_edited",
    "new_chat_title",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
)


def tell(world: World, record: Record, kind: str = "message") -> int | None:
    """Queue a message (or `edited_message`) for the bot.

    Returns:
        The update's id; None if the bot may not see it or did not ask for it.
    """
    if not _sees(world, record):
        return None
    return world.updates.add(kind, lambda update_id: objects.update(update_id, kind, objects.body(record)))


def tell_bot_status(world: World, chat: Chat, by: dict[str, Any], old: BotStatus, new: BotStatus) -> int | None:
    """`my_chat_member`: the bot was added, removed, promoted, demoted, blocked or let in again."""
    content = {
        "chat": objects.chat_object(chat),
        "from": by,
        "date": world.clock.unix(),
        "old_chat_member": objects.bot_member(world.bot, old),
        "new_chat_member": objects.bot_member(world.bot, new),
    }
    return world.updates.add("my_chat_member", lambda number: objects.update(number, "my_chat_member", content))


def tell_member(
    world: World, chat: Chat, by: dict[str, Any], person: Person, old: Member | None, new: Member | None
) -> int | None:
    """`chat_member`: somebody else's place changed; only for an administrator that asked for it."""
    if chat.bot != "administrator":
        return None
    user = objects.person_user(person)
    content = {
        "chat": objects.chat_object(chat),
        "from": by,
        "date": world.clock.unix(),
        "old_chat_member": objects.member_object(user, old),
        "new_chat_member": objects.member_object(user, new),
    }
    return world.updates.add("chat_member", lambda number: objects.update(number, "chat_member", content))


def _sees(world: World, record: Record) -> bool:
    chat = record.chat
    if chat.kind == "private":
        return True
    if not chat.has_bot:
        return False
    if chat.bot == "administrator" or not world.privacy or any(key in record.body for key in SERVICE):
        return True
    replied = chat.record(record.reply_to)
    return (replied is not None and replied.by_bot) or _commands(record.body, world.bot.username)


def _commands(body: dict[str, Any], username: str) -> bool:
    text = body.get("text") or body.get("caption") or ""
    entities = body.get("entities") or body.get("caption_entities") or []
    if not any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities):
        return False
    first = entities[0]
    word = text[: first["length"]] if utf16(text) == len(text) else text.split()[0]
    return "@" not in word or word.partition("@")[2].lower() == username.lower()

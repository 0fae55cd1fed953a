"""People, chats and messages as plain records. They hold state; every rule about it is elsewhere.

A message keeps its content as the platform's own JSON object (`body`), which `objects.py` checks with aiogram's types
before it goes anywhere.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from aiogram.types import InlineKeyboardMarkup

Kind = Literal["private", "group", "supergroup"]
BotStatus = Literal["member", "administrator", "left", "kicked", "absent"]
Status = Literal["creator", "administrator", "member"]

ANONYMOUS_BOT = 1087968824
SUPERGROUPS_BELOW = -1_000_000_000_000


@dataclass(frozen=True, slots=True)
class BotAccount:
    """The one bot this sandbox serves."""

    id: int
    username: str
    name: str


@dataclass(slots=True)
class Person:
    """Somebody with a phone; the private chat with the bot has the same id."""

    id: int
    name: str
    phone: str | None = None
    language: str = "zh-hans"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False


@dataclass(slots=True)
class Member:
    """A person's place in a group."""

    status: Status = "member"
    anonymous: bool = False


@dataclass(slots=True)
class Keyboard:
    """A reply keyboard as one person has it on the phone now."""

    message_id: int
    markup: dict[str, Any]
    hidden: bool = False


@dataclass(slots=True)
class Record:
    """One message of a chat.

    Attributes:
        author: id of the person or bot that really wrote it (an anonymous administrator included).
        body: the platform's message object without `reply_to_message`.
        former: earlier versions: when it was replaced, and its body then.
        keys: its inline keyboard as the bot's call was checked, so that the answer need not check it again.
    """

    chat: "Chat"
    message_id: int
    author: int
    by_bot: bool
    body: dict[str, Any]
    reply_to: int | None = None
    silent: bool = False
    deleted: bool = False
    pinned: bool = False
    rev: int = 0
    former: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    keys: InlineKeyboardMarkup | None = None

    @property
    def inline(self) -> list[list[dict[str, Any]]]:
        """Rows of its inline keyboard now."""
        rows: list[list[dict[str, Any]]] = self.body.get("reply_markup", {}).get("inline_keyboard", [])
        return rows


@dataclass(slots=True)
class Chat:
    """A private chat, a basic group or a supergroup."""

    id: int
    kind: Kind
    title: str = ""
    person: Person | None = None
    forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    bot: BotStatus = "absent"
    topics: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Record] = field(default_factory=dict)
    keyboards: dict[int, Keyboard] = field(default_factory=dict)
    last_id: int = 0
    migrated_to: int | None = None
    deleted: bool = False
    rev: int = 0

    def record(self, message_id: int | None) -> Record | None:
        """The message with this id, unless it is deleted."""
        found = self.messages.get(message_id) if message_id is not None else None
        return None if found is None or found.deleted else found

    @property
    def pinned(self) -> list[Record]:
        return [record for record in self.messages.values() if record.pinned and not record.deleted]

    @property
    def has_bot(self) -> bool:
        return self.bot in ("member", "administrator")

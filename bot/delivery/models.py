"""The ledger's tables: texts (stored once), messages (one per recipient), cards (desired state), chats, channels."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.core.columns import Json, PlatformId, Secret, UtcDateTime, text_enum


class Lane(IntEnum):
    """Who goes first. Stored as its number so that the queue sorts by it."""

    URGENT = 0
    """Call-outs, danger signs, red and orange warnings."""
    INTERACTIVE = 1
    """The answer to something a person has just done."""
    ROUTINE = 2
    """Yellow and blue warnings, reminders."""
    BULK = 3
    """Digests."""


class MessageState(StrEnum):
    """States of a row of the outbox; see docs/decisions on duplicate-or-lose."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    HELD = "held"
    DEAD = "dead"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


LEAVING_STATES = (MessageState.QUEUED, MessageState.RETRY)
"""A row in one of these may be sent when its turn comes."""

OPEN_STATES = (*LEAVING_STATES, MessageState.SENDING)
"""A row in one of these still has to reach its reader."""


class CardState(StrEnum):
    """What the sender is doing with a card."""

    IDLE = "idle"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    """Sent twice without an answer; waits for the next change of its subject."""
    DEAD = "dead"


class ChatState(StrEnum):
    """Whether a chat can be written to."""

    OPEN = "open"
    BLOCKED = "blocked"
    GONE = "gone"


_IS_SENT = text("sent_at is not null")


class ChannelKind(StrEnum):
    """What people call a channel that is no chat."""

    SMS = "sms"
    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    OTHER = "other"


class ChannelState(StrEnum):
    """A channel is asked for its address, attached, and once detached never comes back."""

    ASKED = "asked"
    ATTACHED = "attached"
    DETACHED = "detached"


class Channel(SQLModel, table=True):
    """A way to somebody beside the chat: an SMS gateway, a mailbox, a robot of another platform.

    It belongs to a person, a unit or a group (by the chat it had then): one of the three. `url` is Apprise's address of
    it and a secret; a detached one has none any more. `fingerprint` tells two addresses apart and gives nothing away.
    `failing_since`: nothing has got through since then; `error` says why in our words. `answered_at`: when the other
    end answered last, either way.
    """

    __tablename__ = "delivery_channel"
    __table_args__ = (
        CheckConstraint(
            "(person_id is not null and group_chat is null and unit_key is null)"
            " or (person_id is null and group_chat is not null and unit_key is null)"
            " or (person_id is null and group_chat is null and unit_key is not null)",
            name="delivery_channel_owner",
        ),
        Index("ix_delivery_channel_state", "state"),
    )

    id: int = Field(default=None, primary_key=True)
    kind: ChannelKind = Field(sa_type=text_enum(ChannelKind, "delivery_channel_kind"))
    state: ChannelState = Field(default=ChannelState.ASKED, sa_type=text_enum(ChannelState, "delivery_channel_state"))
    person_id: int | None = Field(default=None, foreign_key="directory_person.id")
    group_chat: int | None = Field(default=None, sa_type=PlatformId)
    unit_key: str | None = None
    region_code: str
    locale: str = "zh"
    is_urgent_only: bool = True
    url: str | None = Field(default=None, sa_type=Secret)
    scheme: str = ""
    fingerprint: str = ""
    created_by: int | None = Field(default=None, foreign_key="directory_person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    attached_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    detached_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None


class Text(SQLModel, table=True):
    """A rendered body, once per subject, version, purpose and locale however many read it."""

    __tablename__ = "delivery_text"
    __table_args__ = (UniqueConstraint("subject", "version", "purpose", "locale"),)

    id: int = Field(default=None, primary_key=True)
    subject: str
    version: int
    purpose: str
    locale: str
    body: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))


class Message(SQLModel, table=True):
    """One text on its way to one chat. The unique key is what makes telling somebody twice impossible.

    `mass`: one of so many that what is told to a few in the same lane goes before it. `reported_at`: when the desk was
    told that it did not arrive, or knew it already.
    """

    __tablename__ = "delivery_message"
    __table_args__ = (
        UniqueConstraint("subject", "version", "chat_id", "purpose", "seq"),
        CheckConstraint("lane between 0 and 3", name="delivery_message_lane"),
        Index("ix_delivery_message_queue", "state", "lane", "mass", "id"),
        Index("ix_delivery_message_order", "chat_id", "subject", "id"),
        Index("ix_delivery_message_platform", "chat_id", "message_id"),
        # Of what has arrived alone: telling costs nothing more for it.
        Index("ix_delivery_message_sent", "sent_at", sqlite_where=_IS_SENT, postgresql_where=_IS_SENT),
    )

    id: int = Field(default=None, primary_key=True)
    subject: str
    version: int = 1
    purpose: str
    seq: int = 0
    chat_id: int = Field(sa_type=PlatformId)
    thread_id: int | None = Field(default=None, sa_type=PlatformId)
    text_id: int = Field(foreign_key="delivery_text.id", index=True)
    lane: int = Field(sa_type=Integer)
    mass: bool = False
    critical: bool = False
    silent: bool = False
    drill: bool = False
    reply_to: int | None = Field(default=None, sa_type=PlatformId)
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=text_enum(MessageState, "delivery_message_state"))
    attempts: int = 0
    repeated: bool = False
    plain: bool = False
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sending_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=PlatformId)
    error: str | None = None
    reported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def _cards_that(name: str, are_behind: str) -> Index:
    """Of all cards there ever were these are few, and they are asked for at every turn."""
    few = text(are_behind)
    return Index(f"ix_delivery_card_{name}", "lane", "id", sqlite_where=few, postgresql_where=few)


class Card(SQLModel, table=True):
    """A message that is kept up to date: what it should show, what it shows, and where."""

    __tablename__ = "delivery_card"
    __table_args__ = (
        UniqueConstraint("subject", "role", "chat_id"),
        Index("ix_delivery_card_platform", "chat_id", "message_id"),
        _cards_that("unpainted", "wanted_rev > painted_rev"),
        _cards_that("unshown", "painted_rev > shown_rev"),
    )

    id: int = Field(default=None, primary_key=True)
    subject: str
    role: str
    chat_id: int = Field(sa_type=PlatformId)
    thread_id: int | None = Field(default=None, sa_type=PlatformId)
    locale: str = "zh"
    lane: int = Field(sa_type=Integer)
    silent: bool = False
    drill: bool = False
    wanted_rev: int = 1
    painted_rev: int = 0
    shown_rev: int = 0
    body: dict[str, Any] | None = Field(default=None, sa_column=Column(Json))
    message_id: int | None = Field(default=None, sa_type=PlatformId)
    state: CardState = Field(default=CardState.IDLE, sa_type=text_enum(CardState, "delivery_card_state"))
    attempts: int = 0
    repeated: bool = False
    plain: bool = False
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None


class Chat(SQLModel, table=True):
    """What the sender learned about a chat: parked after a flood answer, blocked by its person, or gone."""

    __tablename__ = "delivery_chat"

    chat_id: int = Field(primary_key=True, sa_type=PlatformId)
    state: ChatState = Field(default=ChatState.OPEN, sa_type=text_enum(ChatState, "delivery_chat_state"))
    parked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)

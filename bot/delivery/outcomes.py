"""What an answer of the platform means for a row of the ledger.

One table, compared by code and key phrase, never by whole texts.
Source: the Telegram Bot API reference and the Bot API server's own texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.gateway import GatewayError, Refused, Unsent


class Meaning(StrEnum):
    """What became of a shipment."""

    DELIVERED = "delivered"
    FLOODED = "flooded"
    """Too fast for this chat: park it for `retry_after` seconds; not an attempt."""
    MIGRATED = "migrated"
    """The group has a new id: rewrite it everywhere and ship again."""
    BLOCKED = "blocked"
    """The person blocked the bot, never started it, or is gone; or the chat is unknown to the platform."""
    GONE = "gone"
    """The group is gone for us, or we may not write there."""
    EDIT_LOST = "edit_lost"
    """The message to edit is not there any more: ship a new one."""
    THREAD_LOST = "thread_lost"
    """The topic is gone or closed: ship to the general one."""
    REPLY_LOST = "reply_lost"
    """The message to reply to is not there any more: ship without a reply."""
    BROKEN_MARKUP = "broken_markup"
    """The text could not be parsed: ship it plain."""
    MISCONFIGURED = "misconfigured"
    """The token is wrong: stop and shout."""
    REJECTED = "rejected"
    """Refused for another reason: repeating would not help."""
    UNSENT = "unsent"
    """Certainly not delivered; try again."""
    UNCERTAIN = "uncertain"
    """Nobody knows."""
    INTERRUPTED = "interrupted"
    """Nobody knows, because we died meanwhile; it says nothing about the platform."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The meaning, with what the platform said. `retry_after` in seconds."""

    meaning: Meaning
    text: str = ""
    retry_after: int = 0
    migrate_to: int | None = None
    message_id: int | None = None


_PHRASES: tuple[tuple[int, str, Meaning], ...] = (
    (400, "message is not modified", Meaning.DELIVERED),
    (400, "message to edit not found", Meaning.EDIT_LOST),
    (400, "message can't be edited", Meaning.EDIT_LOST),
    (400, "message_id_invalid", Meaning.EDIT_LOST),
    (400, "message thread not found", Meaning.THREAD_LOST),
    (400, "topic_closed", Meaning.THREAD_LOST),
    (400, "topic_deleted", Meaning.THREAD_LOST),
    (400, "to be replied not found", Meaning.REPLY_LOST),
    (400, "can't parse entities", Meaning.BROKEN_MARKUP),
    (400, "chat not found", Meaning.BLOCKED),
    (400, "peer_id_invalid", Meaning.BLOCKED),
    (400, "rights to send", Meaning.GONE),
    (400, "chat_write_forbidden", Meaning.GONE),
    (403, "blocked by the user", Meaning.BLOCKED),
    (403, "user is deactivated", Meaning.BLOCKED),
    (403, "can't initiate conversation", Meaning.BLOCKED),
    (403, "", Meaning.GONE),
    (401, "", Meaning.MISCONFIGURED),
    (404, "", Meaning.MISCONFIGURED),
)


def delivered(message_id: int | None) -> Outcome:
    """The platform has it, under this id."""
    return Outcome(Meaning.DELIVERED, message_id=message_id)


def outcome_of(error: GatewayError) -> Outcome:
    """Reads a failed call."""
    if isinstance(error, Unsent):
        return Outcome(Meaning.UNSENT, str(error))
    if not isinstance(error, Refused):
        return Outcome(Meaning.UNCERTAIN, str(error))
    if error.code == 429:
        return Outcome(Meaning.FLOODED, error.description, retry_after=error.retry_after or 1)
    if error.migrate_to:
        return Outcome(Meaning.MIGRATED, error.description, migrate_to=error.migrate_to)
    return Outcome(_meaning(error.code, error.description.lower()), error.description)


def _meaning(code: int, description: str) -> Meaning:
    for known_code, phrase, meaning in _PHRASES:
        if code == known_code and phrase in description:
            return meaning
    return Meaning.REJECTED

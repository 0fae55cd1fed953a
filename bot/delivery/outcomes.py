"""What an answer of the platform means for a row of the ledger.

One table, compared by code and key phrase, never by whole texts. The same table reads the words that a row keeps of
its failure (`meaning_of_words`), so that people are told in their own language; the platform's stay in the ledger.
Source: the Telegram Bot API reference and the Bot API server's own texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.delivery.gateway import GatewayError, Refused, Unsent
from bot.delivery.models import MessageState

INTERRUPTED_WORDS = "interrupted while sending"
"""What is written of a row that was on its way when we died."""


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
    """The text could not be parsed, or has too much mark-up: ship it plain."""
    TOO_LONG = "too_long"
    """The text, its buttons or its file are more than the platform takes: repeating would not help."""
    FILE_REFUSED = "file_refused"
    """The chat takes no such file, or the file is not good; the chat itself can be written to."""
    MISCONFIGURED = "misconfigured"
    """The token is wrong, or the bot's account is frozen: stop and shout."""
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


_ONE_KIND_OF_FILE = re.compile(r"rights to send (?!(?:a )?message|text message)")
"""A group may let words in and no photos: it is not lost for that."""

# What the platform says no with: 400 and 403, of which the same reason has had now the one and now the other.
# The first phrase found counts: what speaks of one file stands before what speaks of the chat.
_NO: tuple[tuple[str, Meaning], ...] = (
    ("message is not modified", Meaning.DELIVERED),
    ("slowmode_wait", Meaning.FLOODED),
    ("frozen_method_invalid", Meaning.MISCONFIGURED),
    ("message to edit not found", Meaning.EDIT_LOST),
    ("message can't be edited", Meaning.EDIT_LOST),
    ("no text in the message to edit", Meaning.EDIT_LOST),
    ("message_id_invalid", Meaning.EDIT_LOST),
    ("message_edit_time_expired", Meaning.EDIT_LOST),
    ("message_author_required", Meaning.EDIT_LOST),
    ("thread not found", Meaning.THREAD_LOST),
    ("invalid message thread", Meaning.THREAD_LOST),
    ("topic_closed", Meaning.THREAD_LOST),
    ("topic_deleted", Meaning.THREAD_LOST),
    ("topic_id_invalid", Meaning.THREAD_LOST),
    ("to be replied not found", Meaning.REPLY_LOST),
    ("replied message not found", Meaning.REPLY_LOST),
    ("reply message not found", Meaning.REPLY_LOST),
    ("can't parse entities", Meaning.BROKEN_MARKUP),
    ("can't parse message text", Meaning.BROKEN_MARKUP),
    ("entities_too_long", Meaning.BROKEN_MARKUP),
    ("entities too long", Meaning.BROKEN_MARKUP),
    ("entity_bounds_invalid", Meaning.BROKEN_MARKUP),
    ("too long", Meaning.TOO_LONG),
    ("too_long", Meaning.TOO_LONG),
    ("too big", Meaning.TOO_LONG),
    ("chat_send_plain_forbidden", Meaning.GONE),
    ("chat_send_", Meaning.FILE_REFUSED),
    ("voice_messages_forbidden", Meaning.FILE_REFUSED),
    ("file identifier", Meaning.FILE_REFUSED),
    ("file must be non-empty", Meaning.FILE_REFUSED),
    ("file_reference", Meaning.FILE_REFUSED),
    ("photo_invalid_dimensions", Meaning.FILE_REFUSED),
    ("image_process_failed", Meaning.FILE_REFUSED),
    ("our copy", Meaning.FILE_REFUSED),
    ("chat not found", Meaning.BLOCKED),
    ("user not found", Meaning.BLOCKED),
    ("no access to the user", Meaning.BLOCKED),
    ("peer_id_invalid", Meaning.BLOCKED),
    ("user_id_invalid", Meaning.BLOCKED),
    ("blocked by the user", Meaning.BLOCKED),
    ("user_is_blocked", Meaning.BLOCKED),
    ("you_blocked_user", Meaning.BLOCKED),
    ("user is deactivated", Meaning.BLOCKED),
    ("user_deactivated", Meaning.BLOCKED),
    ("can't initiate conversation", Meaning.BLOCKED),
    ("can't send messages to bots", Meaning.BLOCKED),
    ("user_is_bot", Meaning.BLOCKED),
    ("rights to send", Meaning.GONE),
    ("administrator rights", Meaning.GONE),
    ("upgraded to a supergroup", Meaning.GONE),
    ("chat_write_forbidden", Meaning.GONE),
    ("chat_restricted", Meaning.GONE),
    ("chat_admin_required", Meaning.GONE),
    ("chat_guest_send_forbidden", Meaning.GONE),
    ("user_banned_in_channel", Meaning.GONE),
    ("channel_private", Meaning.GONE),
    ("channel_invalid", Meaning.GONE),
    ("deactivated", Meaning.GONE),
    ("kicked", Meaning.GONE),
    ("not a member", Meaning.GONE),
    ("was deleted", Meaning.GONE),
)

_BY_CODE = {
    401: Meaning.MISCONFIGURED,
    403: Meaning.GONE,
    404: Meaning.MISCONFIGURED,
    406: Meaning.MISCONFIGURED,
    413: Meaning.TOO_LONG,
    420: Meaning.FLOODED,
    429: Meaning.FLOODED,
}
"""What a code means by itself. 406 is a frozen account's; a method nobody knows is a 404, too, and no fault of ours."""

_CODES = {
    "bad request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not found": 404,
    "request entity too large": 413,
    "too many requests": 429,
}
"""The word the platform begins with names the code."""

_SECONDS = re.compile(r"(?:retry after |wait_)(\d+)")


def delivered(message_id: int | None) -> Outcome:
    """The platform has it, under this id."""
    return Outcome(Meaning.DELIVERED, message_id=message_id)


def outcome_of(error: GatewayError) -> Outcome:
    """Reads a failed call."""
    if isinstance(error, Unsent):
        return Outcome(Meaning.UNSENT, str(error))
    if not isinstance(error, Refused):
        return Outcome(Meaning.UNCERTAIN, str(error))
    if error.migrate_to is not None:
        return Outcome(Meaning.MIGRATED, error.description, migrate_to=error.migrate_to)
    meaning = _meaning(error.code, error.description.lower())
    wait = error.retry_after or _seconds_in(error.description) if meaning is Meaning.FLOODED else 0
    return Outcome(meaning, error.description, retry_after=wait)


def meaning_of_words(words: str | None) -> Meaning:
    """What the words mean that a row, a card or a chat keeps of its last failure; uncertain if they are no refusal."""
    said = (words or "").lower()
    if said == INTERRUPTED_WORDS:
        return Meaning.INTERRUPTED
    for beginning, code in _CODES.items():
        if said.startswith(beginning):
            return _meaning(code, said)
    return _read(said) or Meaning.UNCERTAIN


def meaning_of_row(state: MessageState, words: str | None) -> Meaning:
    """Why a row did not arrive, or may not have. What is doubtful says no more than that it is."""
    found = meaning_of_words(words)
    if state is MessageState.UNCERTAIN:
        return found if found is Meaning.INTERRUPTED else Meaning.UNCERTAIN
    return Meaning.REJECTED if found in (Meaning.UNCERTAIN, Meaning.DELIVERED) else found


def _meaning(code: int, said: str) -> Meaning:
    if code == 404 and "method not found" in said:
        return Meaning.REJECTED
    found = _read(said) if code in (400, 403) else None
    return found or _BY_CODE.get(code, Meaning.REJECTED)


def _read(said: str) -> Meaning | None:
    if _ONE_KIND_OF_FILE.search(said):
        return Meaning.FILE_REFUSED
    return next((meaning for phrase, meaning in _NO if phrase in said), None)


def _seconds_in(description: str) -> int:
    found = _SECONDS.search(description.lower())
    return int(found.group(1)) if found else 1

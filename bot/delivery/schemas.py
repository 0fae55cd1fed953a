"""What other rooms hand to delivery and get from it: plain data in Telegram's terms, no chat library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import median_low
from typing import Any

from bot.delivery.models import ChannelKind, ChannelState, Lane


@dataclass(frozen=True, slots=True)
class Target:
    """One chat and how it is spoken to. A person's private chat has his platform id."""

    chat_id: int
    locale: str = "zh"
    thread_id: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: `data` comes back when it is tapped (64 bytes at most), `url` opens a link."""

    text: str
    data: str | None = None
    url: str | None = None

    def as_json(self) -> dict[str, Any]:
        action = {"url": self.url} if self.url else {"callback_data": self.data}
        return {"text": self.text, **action}


@dataclass(frozen=True, slots=True)
class InlineKeyboard:
    """Rows of buttons below the message they belong to."""

    rows: Sequence[Sequence[Button]] = ()

    def as_json(self) -> dict[str, Any]:
        return {"inline_keyboard": [[button.as_json() for button in row] for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the reply keyboard: says its text, or hands over the person's contact or location."""

    text: str
    wants_contact: bool = False
    wants_location: bool = False

    def as_json(self) -> dict[str, Any]:
        wants = {"request_contact": self.wants_contact, "request_location": self.wants_location}
        return {"text": self.text, **{name: True for name, wanted in wants.items() if wanted}}


@dataclass(frozen=True, slots=True)
class ReplyKeyboard:
    """The keyboard in place of the letters, in private chats. No rows removes it."""

    rows: Sequence[Sequence[Key]] = ()

    def as_json(self) -> dict[str, Any]:
        if not self.rows:
            return {"remove_keyboard": True}
        keyboard = [[key.as_json() for key in row] for row in self.rows]
        return {"keyboard": keyboard, "resize_keyboard": True, "is_persistent": True}


Keyboard = InlineKeyboard | ReplyKeyboard


@dataclass(frozen=True, slots=True)
class Screen:
    """What a card or a message shows: Telegram HTML and a keyboard.

    A `plain` text is somebody else's and goes as it is: no character of it is mark-up.
    """

    text: str
    keyboard: Keyboard | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """A file to show: `kind` is photo, voice, video or document.

    One on the platform is sent again by its `file_id`; one of our own, kept by its `sha256`, is uploaded, under `name`
    where it has one that its readers should see.
    """

    kind: str
    file_id: str | None = None
    sha256: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """Among the parameters of a call: the kept file of that SHA-256 goes along, under that name."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Telling:
    """How one text is to be told.

    `subject`, `version`, `purpose` and `seq` with the chat make the unique key: telling the same again does nothing.
    `critical` rows are repeated once, marked, when it is not known whether they arrived; others only in the lanes where
    a person waits. With `pin` the message is pinned once it is there, silently; that may fail without harm.
    """

    subject: str
    purpose: str
    lane: Lane
    version: int = 1
    seq: int = 0
    critical: bool = False
    drill: bool = False
    valid_until: datetime | None = None
    reply_to: int | None = None
    media: Media | None = None
    pin: bool = False


@dataclass(frozen=True, slots=True)
class CardView:
    """The card a painter is asked to paint."""

    id: int
    subject: str
    role: str
    chat_id: int
    locale: str
    drill: bool

    @property
    def subject_id(self) -> int:
        """The number behind the colon of the subject, `incident:12` -> 12."""
        return int(self.subject.partition(":")[2])


@dataclass(frozen=True, slots=True)
class Shipment:
    """One thing the sender may ship now: a message row, or a card in its newest painted state."""

    is_card: bool
    id: int
    chat_id: int
    thread_id: int | None
    lane: Lane
    subject: str
    locale: str
    body: dict[str, Any]
    rev: int = 0
    edits: int | None = None
    silent: bool = False
    reply_to: int | None = None
    repeated: bool = False
    plain: bool = False
    attempts: int = 0
    mass: bool = False
    critical: bool = True
    drill: bool = False
    told_at: datetime | None = None
    """When a message was told; None for a card."""

    @property
    def key(self) -> tuple[bool, int]:
        """Which row it is: whether a card, and its id."""
        return self.is_card, self.id

    @property
    def pins(self) -> bool:
        """Whether it pins the message it replies to and says nothing itself."""
        return bool(self.body.get("pins"))

    @property
    def tidies(self) -> bool:
        """Whether it takes away the message it replies to, or the pin on it, and says nothing itself."""
        return bool(self.body.get("deletes") or self.body.get("unpins"))


@dataclass(frozen=True, slots=True)
class ChatChange:
    """What the sender learned about a chat by writing to it.

    `moved_to` is its new id if the platform has moved it; else nothing can be written there, for the `reason` the
    platform gave in its own words. `regained`: that was told at this instant and is not believed any more. With
    `disbelieved`, so many chats at once said they were lost that none is believed; `chat_id` is 0, for all of them.
    """

    chat_id: int
    reason: str
    moved_to: int | None = None
    regained: datetime | None = None
    disbelieved: int = 0


class Fate(StrEnum):
    """What became of a text in a chat."""

    DROPPED = "dropped"
    """Cancelled or superseded before it could have been sent."""
    SENT = "sent"
    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    """It may be on the phone: no answer came, or it was dropped after it had begun to leave."""
    FAILED = "failed"
    """Nobody got it: the platform refused, or it came too late and is held."""


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """What became of a text in one chat; of several parts the one that went worst counts. `error` as the platform said.

    `sent_at` is when the last part of it was written down as sent; None unless `fate` is sent.
    """

    chat_id: int
    fate: Fate
    sent_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of one version of a subject, chat by chat in the order they were told in."""

    chats: tuple[ChatOutcome, ...] = ()

    @property
    def counts(self) -> dict[Fate, int]:
        """How many chats had each fate; every fate is named."""
        found = Counter(chat.fate for chat in self.chats)
        return {fate: found[fate] for fate in Fate}

    @property
    def first_sent_at(self) -> datetime | None:
        return min(self._times(), default=None)

    @property
    def median_sent_at(self) -> datetime | None:
        """When half of the chats that got it had it."""
        times = self._times()
        return median_low(times) if times else None

    @property
    def last_sent_at(self) -> datetime | None:
        return max(self._times(), default=None)

    def _times(self) -> list[datetime]:
        return [chat.sent_at for chat in self.chats if chat.sent_at]


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many texts and cards go once more, marked, and how many are left as uncertain."""

    again: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel as screens show it; its address is not part of it. `error` in our own words."""

    id: int
    kind: ChannelKind
    state: ChannelState
    owner: str
    scheme: str
    fingerprint: str
    attached_at: datetime | None
    answered_at: datetime | None
    failing_since: datetime | None
    error: str | None

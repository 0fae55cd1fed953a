"""What the stub knows of one bot: its limits, what was written to whom and when, and the updates it has for it.

Times are the machine's monotonic seconds, the same in every process. It checks nothing: the sandbox does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

Answer = dict[str, Any]
Act = tuple[float, str, int | str, int, list[str]]
"""When, what (handed, answered, sent, edited), which update or query or chat, message id, the buttons' data."""

_WORDS_KEPT = 24
_IDENTITY = {"id": 1, "is_bot": True, "first_name": "stub", "username": "stub_bot"}
_YES = frozenset(
    ("deleteWebhook", "setWebhook", "setMyCommands", "pinChatMessage", "deleteMessage", "sendChatAction", "logOut")
)
_LISTS = frozenset(("sendMediaGroup", "getMyCommands", "getChatAdministrators"))


@dataclass(slots=True)
class Bucket:
    """`size` at once and `per_second` afterwards."""

    size: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """0 when one may pass, else the seconds until then."""
        self.level = min(self.size, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.per_second


@dataclass(slots=True)
class Record:
    """One bot. With `limits` it has the platform's buckets; chats of `floods` are closed until then."""

    limits: bool = False
    floods: Mapping[int, float] = field(default_factory=dict)
    sent: list[tuple[float, int, str]] = field(default_factory=list)
    refused: int = 0
    acts: list[Act] = field(default_factory=list)
    """What concerns the people updates came from; a broadcast to others is only in `sent`."""
    _last_id: int = 0
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _last_update: int = 0
    _people: set[int] = field(default_factory=set)
    _poll: Callable[[Answer], None] | None = None
    _overall: Bucket | None = None
    _groups: dict[int, Bucket] = field(default_factory=dict)

    def call(self, method: str, body: bytes) -> Answer:
        """The answer to every method but getUpdates."""
        if method == "getMe":
            return ok(_IDENTITY)
        if method in _YES:
            return ok(True)
        asked = _asked(body)
        if method == "answerCallbackQuery":
            self.acts.append((time.monotonic(), "answered", str(asked.get("callback_query_id")), 0, []))
            return ok(True)
        chat, now = int(asked.get("chat_id", 0)), time.monotonic()
        if wait := self._wait(chat, now):
            self.refused += 1
            return _too_many(wait)
        if method in _LISTS:
            return ok([])
        return ok(self._written(method, asked, chat, now))

    def poll(self, body: bytes, reply: Callable[[Answer], None]) -> bool:
        """Answers getUpdates through `reply`, at once or when there is something; whether it was at once."""
        asked = _asked(body)
        offset = int(asked.get("offset") or 0)
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        former, self._poll = self._poll, None
        if former:
            former(ok([]))
        if self._updates or not int(asked.get("timeout") or 0):
            reply(ok(self._handed()))
            return True
        self._poll = reply
        return False

    def end_poll(self, reply: Callable[[Answer], None]) -> None:
        """It has waited long enough, or its connection is gone: it is answered with nothing."""
        if self._poll == reply:
            self._poll = None
            reply(ok([]))

    def add(self, updates: Sequence[dict[str, Any]]) -> tuple[float, int]:
        """Has these for the bot, as they are but for their number: when, and the number of the first."""
        first = self._last_update + 1
        for number, update in enumerate(updates, start=first):
            self._updates.append({**update, "update_id": number})
            self._people.add(_chat_of(update))
        self._last_update += len(updates)
        now = time.monotonic()
        if self._poll and self._updates:
            poll, self._poll = self._poll, None
            poll(ok(self._handed()))
        return now, first

    def _handed(self) -> list[dict[str, Any]]:
        now = time.monotonic()
        batch = self._updates[:100]
        self.acts.extend((now, "handed", update["update_id"], 0, []) for update in batch)
        return batch

    def _written(self, method: str, asked: Mapping[str, Any], chat: int, now: float) -> dict[str, Any]:
        is_edit = method.startswith("edit")
        if is_edit:
            number = int(asked.get("message_id", 0))
        else:
            self._last_id += 1
            number = self._last_id
            self.sent.append((now, chat, str(asked.get("text", ""))[:_WORDS_KEPT]))
        if chat in self._people:
            self.acts.append((now, "edited" if is_edit else "sent", chat, number, _buttons(asked)))
        kind = "private" if chat > 0 else "supergroup"
        return {"message_id": number, "date": 1, "chat": {"id": chat, "type": kind, "title": "x"}, "text": "x"}

    def _wait(self, chat: int, now: float) -> float:
        """Seconds that the caller is told to wait; 0 for none."""
        if (until := self.floods.get(chat, 0.0)) > now:
            return until - now
        if not self.limits:
            return 0.0
        if self._overall is None:
            self._overall = Bucket(30, 30, 30, now)
        wait = self._overall.take(now)
        if not wait and chat < 0:
            wait = self._groups.setdefault(chat, Bucket(20, 20 / 60, 20, now)).take(now)
        return wait


def ok(result: Any) -> Answer:
    """The platform's yes."""
    return {"ok": True, "result": result}


def _too_many(wait: float) -> Answer:
    seconds = max(1, round(wait + 0.5))
    return {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {seconds}",
        "parameters": {"retry_after": seconds},
    }


def _chat_of(update: Mapping[str, Any]) -> int:
    message = update.get("message") or update["callback_query"]["message"]
    return int(message["chat"]["id"])


def _buttons(asked: Mapping[str, Any]) -> list[str]:
    """The data of each inline button; the other libraries send the keyboard as JSON within the form."""
    markup = asked.get("reply_markup") or {}
    keyboard = orjson.loads(markup) if isinstance(markup, str) else markup
    rows = (keyboard or {}).get("inline_keyboard") or []
    return [str(button.get("callback_data") or "") for row in rows for button in row]


def _asked(body: bytes) -> dict[str, Any]:
    """JSON, or the form that the other libraries send."""
    if body[:1] == b"{":
        found: dict[str, Any] = orjson.loads(body)
        return found
    if body[:2] == b"--":
        return _of_parts(body)
    return dict(parse_qsl(body.decode()))


def _of_parts(body: bytes) -> dict[str, Any]:
    boundary = body.split(b"\r\n", 1)[0]
    fields = {}
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        fields[head.split(b'name="', 1)[1].split(b'"', 1)[0].decode()] = value[:-2].decode(errors="replace")
    return fields

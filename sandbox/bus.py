"""What changed, numbered: the page follows it as events, and everybody who waits for a state is woken by it.

Changes name a message, they do not copy it: a reader always gets the message as it is when the event is written.
Calls of the bot are events only while somebody listens; `GET /control/calls` keeps them anyway.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.waiting import Signal

if TYPE_CHECKING:
    from sandbox.chats import Chat, Record

KEPT = 5000


@dataclass(slots=True)
class Change:
    """One event; `chat` and `record` are what it is about, `extra` goes into the event as it is."""

    rev: int
    kind: str
    chat: "Chat | None" = None
    record: "Record | None" = None
    extra: dict[str, Any] = field(default_factory=dict)


class Bus:
    """`rev` is the number of the newest change."""

    def __init__(self) -> None:
        self.rev = 0
        self.listeners = 0
        self.changed = Signal()
        self._kept: deque[Change] = deque(maxlen=KEPT)

    def publish(self, kind: str, chat: "Chat | None" = None, record: "Record | None" = None, **extra: Any) -> int:
        """Record a change, stamp what it is about with its number, and wake those who wait."""
        self.rev += 1
        if chat is not None:
            chat.rev = self.rev
        if record is not None:
            record.rev = self.rev
        self._kept.append(Change(self.rev, kind, chat, record, extra))
        self.changed.notify()
        return self.rev

    def since(self, rev: int) -> list[Change]:
        """Changes after `rev`, oldest first; at most the newest 5,000 are kept."""
        count = min(self.rev - rev, len(self._kept))
        if count <= 0:
            return []
        return [self._kept[index] for index in range(len(self._kept) - count, len(self._kept))]

"""The sandbox's clock: real time plus an offset that only grows. The only place that asks the machine for the time.

Dates in messages, lives of updates, links and queries, and the buckets of the rate limits all follow it; waiting for
a slow client or an answer to a tap does not (that is real time).
"""

import time
from datetime import UTC, datetime, timedelta

from sandbox.waiting import Signal


class Clock:
    """`offset` in seconds; `rev` counts the jumps."""

    def __init__(self) -> None:
        self.offset = 0.0
        self.rev = 0
        self.changed = Signal()

    def now(self) -> datetime:
        """The sandbox's instant, aware UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def unix(self) -> int:
        """Whole seconds since 1970, as the platform dates things."""
        return int(time.time() + self.offset)

    def monotonic(self) -> float:
        """Seconds that never run backwards: for limits and lifetimes."""
        return time.monotonic() + self.offset

    def jump(self, seconds: float) -> None:
        """Move on by `seconds` (never back) and tell everyone who follows."""
        self.offset += max(0.0, seconds)
        self.rev += 1
        self.changed.notify()


def instant(value: datetime) -> str:
    """ISO 8601 in UTC with microseconds, as the control API writes instants."""
    return value.astimezone(UTC).isoformat()


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant.

    Raises:
        ValueError: not ISO 8601, or without an offset from UTC.
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"{text} lacks its offset from UTC")
    return value.astimezone(UTC)

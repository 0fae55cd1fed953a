"""The platform's rates as token buckets: pure arithmetic on a clock handed in.

The figures are the platform's published rule of thumb (bots FAQ: about one message a second in a chat, 20 a minute in
a group, 30 a second over all); its exact limits are unpublished. A refused call costs nothing. Which calls count is
decided by the methods: every message, every edit, every part of an album.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` messages at once, then `per_second`."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What is enforced; `Limits()` is the platform's rule of thumb.

    Attributes:
        grace: seconds by which a message may come early. A bot that paces itself to the very figure would else be
            refused for the different times its calls spend on the way. What came early is owed: the rate holds.
    """

    overall: Rate = Rate(30, 30)
    private: Rate = Rate(5, 1)
    group: Rate = Rate(20, 20 / 60)
    grace: float = 0.25


@dataclass(slots=True)
class Bucket:
    """Starts full; refills continuously up to the burst."""

    rate: Rate
    level: float = field(init=False)
    at: float

    def __post_init__(self) -> None:
        self.level = self.rate.burst

    def wait(self, cost: float, now: float) -> float:
        """Seconds until `cost` fits; 0 if it fits now. More than the burst waits for a full bucket."""
        self.level = min(self.rate.burst, self.level + (now - self.at) * self.rate.per_second)
        self.at = now
        missing = min(cost, self.rate.burst) - self.level
        return max(0.0, missing / self.rate.per_second)

    def take(self, cost: float) -> None:
        self.level -= cost


class Pacer:
    """All buckets of one bot: one over all chats, one per chat."""

    def __init__(self, limits: Limits | None, monotonic: Callable[[], float]) -> None:
        self.limits = limits
        self._monotonic = monotonic
        self._overall: Bucket | None = None
        self._chats: dict[int, Bucket] = {}

    def take(self, chat_id: int, cost: int = 1) -> int:
        """Charge `cost` messages to a chat.

        Returns:
            0 if they may go, else the whole seconds to wait (nothing is charged then).
        """
        if self.limits is None:
            return 0
        now = self._monotonic()
        buckets = (self._whole(self.limits, now), self._chat(self.limits, chat_id, now))
        wait = max(bucket.wait(cost, now) for bucket in buckets)
        if wait > self.limits.grace:
            return math.ceil(wait)
        for bucket in buckets:
            bucket.take(cost)
        return 0

    def forget(self, chat_id: int) -> None:
        """The chat is gone (migrated): its bucket goes too."""
        self._chats.pop(chat_id, None)

    def _whole(self, limits: Limits, now: float) -> Bucket:
        if self._overall is None:
            self._overall = Bucket(limits.overall, now)
        return self._overall

    def _chat(self, limits: Limits, chat_id: int, now: float) -> Bucket:
        bucket = self._chats.get(chat_id)
        if bucket is None:
            bucket = self._chats[chat_id] = Bucket(limits.group if chat_id < 0 else limits.private, now)
        return bucket

"""How fast we may speak: token buckets over all chats, per private chat and per group, and who goes first.

Pure: time comes in as monotonic seconds. Edits count as messages. Telegram's limits are unpublished; its FAQ says about
30 a second over all chats, one a second in a chat, 20 a minute in a group. We stay a hair below, because what leaves
evenly need not arrive evenly. A lane may not draw a bucket below its floor: that is the reserve of the lanes before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.delivery.addressing import is_channel
from bot.delivery.models import Lane


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket's size in messages and how many a second come back; `floors` is what each lane must leave."""

    size: float
    per_second: float
    floors: Mapping[Lane, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """The budgets of one token. `share`: of answers that go though a warning to thousands would use up all there is.

    Channels use none of it. A robot takes 20 a minute (DingTalk, WeCom); of all channels together no more begin than
    slow ones may keep under way while others ship.
    """

    overall: Rate
    private: Rate
    group: Rate
    share: Rate = Rate(2, 0.25)
    channel: Rate = Rate(19, 19.6 / 60)
    channels: Rate = Rate(32, 5)

    def rate_of(self, chat_id: int) -> Rate:
        """Groups and the platform's channels have negative ids; ours, too, far below."""
        if is_channel(chat_id):
            return self.channel
        return self.group if chat_id < 0 else self.private

    def overall_of(self, chat_id: int) -> Rate:
        """What all that go the same way share."""
        return self.channels if is_channel(chat_id) else self.overall


TELEGRAM = Policy(
    overall=Rate(29, 29.5, {Lane.INTERACTIVE: 2, Lane.ROUTINE: 8, Lane.BULK: 12}),
    private=Rate(4, 0.98),
    group=Rate(19, 19.6 / 60, {Lane.INTERACTIVE: 4, Lane.ROUTINE: 6, Lane.BULK: 10}),
)
_ENDLESS = Rate(1e9, 1e9)
UNLIMITED = Policy(_ENDLESS, _ENDLESS, _ENDLESS, channel=_ENDLESS, channels=_ENDLESS)
"""For a server without limits, as in benchmarks of our own speed."""


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float

    def refill(self, rate: Rate, now: float) -> None:
        if now == self.at:
            return
        # A clock set back (the demo's, when its sandbox starts anew) gives nothing and takes nothing.
        self.level = min(rate.size, self.level + max(0.0, now - self.at) * rate.per_second)
        self.at = now


class Pacer:
    """Says how long a shipment must wait, and counts those that left."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._overall = _Bucket(policy.overall.size, 0.0)
        self._channels = _Bucket(policy.channels.size, 0.0)
        self._share = _Bucket(policy.share.size, 0.0)
        self._chats: dict[int, _Bucket] = {}

    def wait(self, chat_id: int, lane: Lane, now: float) -> float:
        """Seconds until a message of the lane may go to the chat; 0 for now."""
        shared = _missing(self._shared(chat_id), self._policy.overall_of(chat_id), lane, now)
        return max(self.wait_in_chat(chat_id, lane, now), shared)

    def wait_in_chat(self, chat_id: int, lane: Lane, now: float) -> float:
        """Seconds until the chat's own budget lets a message of the lane go."""
        return _missing(self._chat(chat_id, now), self._policy.rate_of(chat_id), lane, now)

    def wait_overall(self, lane: Lane, now: float) -> float:
        """Seconds until a message of the lane may go to any chat. The lanes behind it wait as long at least."""
        return _missing(self._overall, self._policy.overall, lane, now)

    def share_is_due(self, now: float) -> bool:
        """Whether an answer may go before what is told to thousands."""
        return _missing(self._share, self._policy.share, Lane.URGENT, now) == 0

    def count_share(self, now: float) -> None:
        """It does."""
        self._share.refill(self._policy.share, now)
        self._share.level -= 1

    def count(self, chat_id: int, now: float) -> None:
        """One message leaves for the chat."""
        chat, shared = self._chat(chat_id, now), self._shared(chat_id)
        chat.refill(self._policy.rate_of(chat_id), now)
        chat.level -= 1
        shared.refill(self._policy.overall_of(chat_id), now)
        shared.level -= 1

    def delay(self, chat_ids: Sequence[int], now: float) -> None:
        """Those just counted leave only now, because the database took its time.

        What a full bucket would have got back meanwhile is lost: else they would go together with what it pays for.
        """
        buckets = [self._chat(chat_id, now) for chat_id in chat_ids]
        rates = [self._policy.rate_of(chat_id) for chat_id in chat_ids]
        in_chats = sum(not is_channel(chat_id) for chat_id in chat_ids)
        self._overall.level += in_chats
        self._overall.refill(self._policy.overall, now)
        self._overall.level -= in_chats
        for bucket, rate in zip(buckets, rates, strict=True):
            bucket.level += 1
            bucket.refill(rate, now)
            bucket.level -= 1

    def forget_idle(self, now: float) -> None:
        """Drops the buckets that are full again, so that memory follows the traffic and not the town."""
        for chat_id, bucket in list(self._chats.items()):
            rate = self._policy.rate_of(chat_id)
            bucket.refill(rate, now)
            if bucket.level >= rate.size:
                del self._chats[chat_id]

    def _shared(self, chat_id: int) -> _Bucket:
        return self._channels if is_channel(chat_id) else self._overall

    def _chat(self, chat_id: int, now: float) -> _Bucket:
        bucket = self._chats.get(chat_id)
        if bucket is None:
            bucket = self._chats[chat_id] = _Bucket(self._policy.rate_of(chat_id).size, now)
        return bucket


def _missing(bucket: _Bucket, rate: Rate, lane: Lane, now: float) -> float:
    bucket.refill(rate, now)
    short = 1 + rate.floors.get(lane, 0.0) - bucket.level
    return max(0.0, short / rate.per_second)

"""The queue of updates as the platform keeps it: confirmed by offset, alive for 24 hours, one poller at a time.

It knows nothing of chats: whoever makes an update decides that the bot may see it. Webhook delivery takes from the
same queue (`webhook.py`).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from sandbox.clock import Clock
from sandbox.errors import ApiError, Reason
from sandbox.waiting import Signal

LIFETIME = 24 * 3600
LONGEST_POLL = 50
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
KEPT_FOR_DUPLICATES = 1000


@dataclass(slots=True)
class Pending:
    """One update as bytes of JSON; `born` on the sandbox's monotonic clock."""

    update_id: int
    kind: str
    data: bytes
    born: float


class Updates:
    """Updates of one bot.

    Ids start at the machine's seconds since 1970, so that a new sandbox never repeats the ids a bot has seen from an
    earlier one. `told_id` is the newest update the bot has been given (0: none yet).
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pending: deque[Pending] = deque()
        self._again: list[Pending] = []
        self._seen: deque[Pending] = deque(maxlen=KEPT_FOR_DUPLICATES)
        self._next_id = int(time.time())
        self._stop_poll: Callable[[Reason], None] | None = None
        self.last_poll: float | None = None
        self.allowed: frozenset[str] | None = None
        self.webhook_active = False
        self.told_id = 0
        self.changed = Signal()

    @property
    def polling(self) -> bool:
        """A long poll is open at this moment."""
        return self._stop_poll is not None

    @property
    def waiting(self) -> int:
        """How many are unread or unconfirmed."""
        self._expire()
        return len(self._pending) + len(self._again)

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def allow(self, kinds: list[str] | None) -> None:
        """Remember the bot's `allowed_updates`; None keeps the former choice, an empty list is the default choice."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, render: Callable[[int], bytes]) -> int | None:
        """Queue an update.

        Args:
            render: given the update's id, the update as JSON.

        Returns:
            Its id, or None if the bot did not ask for this kind.
        """
        if not self.wants(kind):
            return None
        update_id = self._next_id
        self._next_id += 1
        pending = Pending(update_id, kind, render(update_id), self._clock.monotonic())
        self._pending.append(pending)
        self._seen.append(pending)
        self.changed.notify()
        return update_id

    def repeat(self, count: int) -> None:
        """Deliver the newest updates once more, confirmed or not."""
        self._again.extend(islice(self._seen, max(0, len(self._seen) - count), None))
        self.changed.notify()

    def drop(self) -> None:
        """Forget everything queued (`drop_pending_updates`)."""
        self._pending.clear()
        self._again.clear()
        self.changed.notify()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[bytes]:
        """One getUpdates.

        Args:
            offset: confirms everything below it; negative: forget all but the newest -offset.
            limit: cut to 1..100.
            timeout: seconds of real time, cut to 0..50.

        Raises:
            ApiError: 409 if a webhook is active, or when another poll or a webhook takes over meanwhile.
        """
        if self.webhook_active:
            raise ApiError(Reason.WEBHOOK_ACTIVE)
        self.end_poll(Reason.OTHER_POLL)
        self._confirm(offset)
        self.last_poll = time.monotonic()
        limit = min(max(limit, 1), 100)
        if not self._deliverable() and timeout > 0:
            await self._arrival(min(timeout, LONGEST_POLL))
        return self._take(limit)

    def end_poll(self, reason: Reason) -> None:
        """End the open poll, if there is one, with a 409."""
        if self._stop_poll is not None:
            self._stop_poll(reason)
            self._stop_poll = None

    def oldest(self) -> Pending | None:
        """What a webhook is to be told next."""
        self._expire()
        if self._again:
            return self._again[0]
        return self._pending[0] if self._pending else None

    def done(self, pending: Pending) -> None:
        """The webhook has taken it."""
        self.told_id = max(self.told_id, pending.update_id)
        if self._again and self._again[0] is pending:
            self._again.pop(0)
        elif self._pending and self._pending[0] is pending:
            self._pending.popleft()
        self.changed.notify()

    def _deliverable(self) -> bool:
        self._expire()
        return bool(self._pending or self._again)

    def _take(self, limit: int) -> list[bytes]:
        again, self._again = self._again[:limit], self._again[limit:]
        if again:
            self.changed.notify()
        taken = [*again, *islice(self._pending, limit - len(again))]
        if taken:
            self.told_id = max(self.told_id, taken[-1].update_id)
        return [item.data for item in taken]

    def _confirm(self, offset: int) -> None:
        before = len(self._pending)
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while self._pending and self._pending[0].update_id < offset:
            self._pending.popleft()
        if len(self._pending) != before:
            self.changed.notify()

    def _expire(self) -> None:
        horizon = self._clock.monotonic() - LIFETIME
        while self._pending and self._pending[0].born < horizon:
            self._pending.popleft()

    async def _arrival(self, timeout: float) -> None:
        """Wait for an update, the end of the timeout, or another poll (409). Cancelled: the slot is free at once."""
        with self._slot() as ended:
            try:
                async with asyncio.timeout(timeout):
                    while not self._deliverable() and not ended:
                        await self.changed.wait()
            except TimeoutError:
                pass
            if ended:
                raise ApiError(ended[0])

    @contextmanager
    def _slot(self) -> Iterator[list[Reason]]:
        ended: list[Reason] = []

        def stop(reason: Reason) -> None:
            ended.append(reason)
            self.changed.notify()

        self._stop_poll = stop
        self.changed.notify()
        try:
            yield ended
        finally:
            if self._stop_poll is stop:
                self._stop_poll = None
            self.last_poll = time.monotonic()
            self.changed.notify()

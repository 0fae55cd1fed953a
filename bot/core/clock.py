"""The only place that asks the machine what time it is.

Everything else takes `now` as a parameter or holds a `Clock`. The clock can be shifted (the demo's clock moves by
jumps); waits end at once when it is, so nobody sleeps through a jump. It does not schedule anything.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC wall time and monotonic seconds, both moved by one offset."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._rev = 0
        self._moved = asyncio.Event()

    @property
    def rev(self) -> int:
        """Revision of the offset last applied; 0 for a clock nobody has moved."""
        return self._rev

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def monotonic(self) -> float:
        """Seconds that never run backwards as long as the offset does not; what limits are counted in."""
        return time.monotonic() + self._offset

    def shift(self, offset: float, rev: int) -> None:
        """Sets the offset in seconds against real time and wakes everybody who waits."""
        self._offset = offset
        self._rev = rev
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds` of this clock's time, less if the clock jumps meanwhile."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            await self._real_wait(left)

    async def wait_moved(self, seconds: float) -> None:
        """Waits until the clock is shifted, at most `seconds` of real time."""
        await self._real_wait(seconds)

    async def _real_wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return

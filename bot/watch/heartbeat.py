"""心跳: tells somebody outside, every minute, that the parts are really alive. Who is dead tells nobody anything.

The convention of the usual services: a GET of the address is a beat, a POST to the address with `/fail` at its end says
at once what is not well. What becomes of a beat harms nothing here: a beat that is not heard is what is noticed there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.inbox import service as inbox

log = structlog.get_logger()

EVERY_SECONDS = 60.0
_ANSWER_SECONDS = 10.0
_UNHANDLED = timedelta(minutes=5)
"""An update waits for a fault to be tried three times, or for a long broadcast; not longer."""


@dataclass(frozen=True, slots=True)
class Part:
    """A loop that says when it was last well, in the clock's monotonic seconds; None before the first time.

    A poll takes up to half a minute, a pass over a district some seconds.
    """

    name: str
    well_at: Callable[[], float | None]
    patience: float = 120.0


class Heartbeat:
    """`run()` until cancelled. `fail_url` is made of `url` where none is given."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        url: str,
        parts: Sequence[Part],
        *,
        fail_url: str | None = None,
        proxy: str | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._url = url
        self._fail_url = fail_url or f"{url.rstrip('/')}/fail"
        self._parts = parts
        self._proxy = proxy
        self._born = clock.monotonic()

    async def run(self) -> None:
        """Beats every minute."""
        timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                await self._beat(http, await self.not_well())
                await self._clock.sleep(EVERY_SECONDS)

    def ages(self) -> list[tuple[Part, float]]:
        """For how many seconds each part has not been well; since we began if it never was."""
        now = self._clock.monotonic()
        return [(part, now - (part.well_at() or self._born)) for part in self._parts]

    async def not_well(self) -> list[str]:
        """The parts that have not been well for longer than they may."""
        silent = [part.name for part, age in self.ages() if age > part.patience]
        return silent + await self._unhandled()

    async def _unhandled(self) -> list[str]:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), self._database.read() as session:
                oldest = await inbox.oldest_waiting(session)
        except (Unavailable, SQLAlchemyError, OSError) as error:
            log.warning("heartbeat_without_database", said=type(error).__name__)
            return ["database"]
        if self._database.trouble is not None:
            return ["database"]
        return ["worker"] if oldest is not None and self._clock.now() - oldest > _UNHANDLED else []

    async def _beat(self, http: aiohttp.ClientSession, not_well: Sequence[str]) -> None:
        """One beat, or what is not well. The address is a secret of its own: it is not logged."""
        if not_well:
            log.error("not_well", parts=list(not_well))
        words = f"jiaoying: {', '.join(not_well)}"
        request = (
            http.post(self._fail_url, data=words, proxy=self._proxy)
            if not_well
            else http.get(self._url, proxy=self._proxy)
        )
        try:
            async with request as response:
                if response.status >= 400:
                    log.warning("heartbeat_refused", status=response.status)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log.warning("heartbeat_not_heard", said=type(error).__name__)

"""Follows the clock of a sandbox and tells it when the bot has settled. Never used in service.

Settled means: nothing received is unhandled, nothing is due, nothing is to be painted, shipped or fetched now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import structlog

from bot.core.clock import Clock
from bot.core.database import Database

log = structlog.get_logger()

_PAUSE_SECONDS = 0.5
_HEARTBEAT_SECONDS = 3.0
_DEBOUNCE_SECONDS = 0.02
_BELLS = ("inbox", "paint", "send", "fetch", "tick")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the bot stands at an instant; `waiting_for` says in words what keeps it from being settled."""

    settled: bool
    next_due: datetime | None
    last_update_id: int
    waiting_for: tuple[str, ...]


Look = Callable[[datetime], Awaitable[Standing]]


class ClockFollower:
    """`adopt()` once before anything else runs, then `follow()` and `report()` until cancelled."""

    def __init__(self, base_url: str, clock: Clock, database: Database, look: Look) -> None:
        self._url = base_url
        self._clock = clock
        self._database = database
        self._look = look

    async def adopt(self) -> None:
        """Sets our clock to the sandbox's. Raises aiohttp.ClientError if it does not answer."""
        async with aiohttp.ClientSession() as http:
            self._apply(await _json(http.get(f"{self._url}/control/clock")))

    async def follow(self) -> None:
        """Moves our clock whenever theirs moves."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as http:
            while True:
                try:
                    self._apply(await _json(http.get(f"{self._url}/control/clock?rev={self._clock.rev}")))
                except (aiohttp.ClientError, TimeoutError):
                    await asyncio.sleep(_PAUSE_SECONDS)

    async def report(self) -> None:
        """Says where we stand after everything that happens, and every few seconds."""
        said: dict[str, Any] = {}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while True:
                body = await self._standing()
                if body != said:
                    try:
                        await _json(http.post(f"{self._url}/control/bot", json=body))
                        said = body
                    except (aiohttp.ClientError, TimeoutError):
                        said = {}
                        await asyncio.sleep(_PAUSE_SECONDS)
                # What another process does need not ring here.
                patience = _HEARTBEAT_SECONDS if body["settled"] else _PAUSE_SECONDS
                if not await self._database.bells.wait_any(patience):
                    said = {}
                await asyncio.sleep(_DEBOUNCE_SECONDS)

    async def _standing(self) -> dict[str, Any]:
        rev = self._clock.rev
        standing = await self._look(self._clock.now())
        return {
            "rev": rev,
            "settled": standing.settled,
            "next_due": standing.next_due.isoformat() if standing.next_due else None,
            "last_update_id": standing.last_update_id,
            "waiting_for": list(standing.waiting_for),
        }

    def _apply(self, told: dict[str, Any]) -> None:
        if told["rev"] == self._clock.rev and self._clock.rev:
            return
        self._clock.shift(float(told["offset"]), int(told["rev"]))
        self._database.bells.ring(_BELLS)


async def _json(request: Any) -> dict[str, Any]:
    async with request as response:
        response.raise_for_status()
        body: dict[str, Any] = await response.json()
        return body

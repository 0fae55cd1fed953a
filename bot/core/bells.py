"""Bells: how a commit wakes the loop that has work now.

A use case names a bell on its session; it rings only after the commit. A bell that rings while nobody waits is
remembered. Bells carry no data: what is to be done is always a query, so a bell lost with the process loses nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlmodel.ext.asyncio.session import AsyncSession

_KEY = "bells"


def ring_after_commit(session: AsyncSession, *names: str) -> None:
    """Asks for the bells to ring when this session's transaction has been committed."""
    session.info.setdefault(_KEY, set()).update(names)


def asked_for(session: AsyncSession) -> set[str]:
    """The bells this session has asked for."""
    names: set[str] = session.info.get(_KEY, set())
    return names


class Bells:
    """Named events, each heard by one of those who wait for it, plus a count everybody can watch."""

    def __init__(self) -> None:
        self._events: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._any = asyncio.Event()
        self._rung: Counter[str] = Counter()

    def rung(self, name: str) -> int:
        """How often the bell has rung so far."""
        return self._rung[name]

    def ring(self, names: Iterable[str]) -> None:
        """Wakes the listener of each bell, and those who wait for any."""
        for name in names:
            self._events[name].set()
            self._rung[name] += 1
        self._any.set()

    def ring_all(self) -> None:
        """Wakes everybody: any of the bells may have been missed."""
        self.ring(list(self._events))

    async def wait(self, name: str, seconds: float) -> bool:
        """Waits for the bell at most `seconds` of real time; True if it rang. It wakes one of those who wait for it."""
        event = self._events[name]
        try:
            async with asyncio.timeout(seconds):
                while not event.is_set():
                    await event.wait()
        except TimeoutError:
            return False
        event.clear()
        return True

    async def wait_any(self, seconds: float) -> bool:
        """Waits for any bell at most `seconds` of real time; for the one loop that watches the whole."""
        try:
            async with asyncio.timeout(seconds):
                await self._any.wait()
        except TimeoutError:
            return False
        self._any.clear()
        return True

"""Bells across processes: LISTEN and NOTIFY of PostgreSQL.

A bell rings far in the transaction that asks for it, so that it is heard when there is something to be seen and not at
all when it is rolled back. Nothing depends on it: every loop looks by itself now and then, and whoever could not listen
for a while rings all his bells when he can again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import Bells

log = structlog.get_logger()

_CHANNEL = "jiaoying_bells"
_RING = text("SELECT pg_notify(:channel, :words)")
_PAUSE_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 15.0
_ANSWER_SECONDS = 5.0


class FarBells:
    """`run()` until cancelled: rings `bells` when another process asks for it."""

    def __init__(self, url: str, bells: Bells) -> None:
        self._url = url
        self._bells = bells
        # What we ring ourselves has rung here already.
        self._mark = secrets.token_hex(4)
        self._silent = False

    async def ring(self, session: AsyncSession, names: Collection[str]) -> None:
        """Rings them in the other processes when the session's transaction is committed."""
        if not names:
            return
        connection = await session.connection()
        words = " ".join([self._mark, *sorted(names)])
        await connection.execute(_RING, {"channel": _CHANNEL, "words": words})

    async def run(self) -> None:
        """Listens until cancelled, on a connection of its own that is made anew when it is lost."""
        while True:
            try:
                await self._listen()
            except Exception as error:
                # A database that is away is everybody's trouble and said by others; this one only comes back.
                self._note(error)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self) -> None:
        engine = create_async_engine(self._url, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                await self._heed(connection)
        finally:
            await engine.dispose()

    async def _heed(self, connection: AsyncConnection) -> None:
        gone = asyncio.Event()
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_termination_listener(lambda _connection: gone.set())
        await driver.add_listener(_CHANNEL, self._heard)
        self._silent = False
        self._bells.ring_all()
        while not gone.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_SECONDS):
                    await gone.wait()
                    return
            # A connection that a router in between has forgotten says nothing for ever.
            await driver.execute("SELECT 1", timeout=_ANSWER_SECONDS)

    def _heard(self, _connection: object, _pid: int, _channel: str, words: str) -> None:
        mark, *names = words.split()
        if mark != self._mark:
            self._bells.ring(names)

    def _note(self, error: Exception) -> None:
        if not self._silent:
            log.warning("bells_not_heard", said=f"{type(error).__name__}: {error}")
        self._silent = True

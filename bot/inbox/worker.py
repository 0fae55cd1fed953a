"""Handles updates: takes the first of a chat, runs its handler and marks it done in one transaction.

A refusal leaves no trace but the sentence that explains it. A fault is tried again and then set aside with an id, so
that one poisonous update holds up neither its chat nor the others. Knows no chat library; the handler is given to it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.core.clock import Clock
from bot.core.counting import Event, Timed, add_after_commit
from bot.core.database import Database
from bot.core.errors import Refusal, Unavailable
from bot.core.trouble import Trouble
from bot.inbox import repository
from bot.inbox.models import InboxUpdate, UpdateState
from bot.inbox.taps import TapAnswerer

log = structlog.get_logger()

_NAP_SECONDS = 5.0
_TRIES = 3
_PAUSE_SECONDS = 0.2
_TROUBLED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Handling:
    """What the worker is given: how to handle an update, to explain a refusal, to apologise for a fault."""

    handle: Callable[[AsyncSession, InboxUpdate], Awaitable[None]]
    explain: Callable[[AsyncSession, InboxUpdate, Refusal], Awaitable[None]]
    apologise: Callable[[AsyncSession, InboxUpdate, str], Awaitable[None]]


class Worker:
    """`run()` until cancelled. Several may run; the database keeps them apart."""

    def __init__(self, database: Database, clock: Clock, handling: Handling, taps: TapAnswerer) -> None:
        self._database = database
        self._clock = clock
        self._handling = handling
        self._taps = taps
        self._more = True
        """Whether something may wait, as far as it knows from the last it has handled."""

    async def run(self) -> None:
        """Handles updates until cancelled.

        It takes another when it has seen one, or was rung for meanwhile: so nobody else need be rung for the chat it
        has just freed. After a long silence it asks the readers, who take no writer's time.
        """
        anything = await self._anything()
        while True:
            while anything:
                anything = await self.handle_next() and self._more
            anything = await self._database.bells.wait("inbox", _NAP_SECONDS) or await self._anything()

    async def handle_next(self) -> bool:
        """Handles one update; whether there was one."""
        row_id: int | None = None
        began, heard = self._clock.monotonic(), self._database.bells.rung("inbox")
        self._more = True
        try:
            async with self._database.write() as session:
                taken = await repository.take_next(session)
                if taken is None:
                    return False
                row, others = taken
                row_id = row.id
                if others:
                    # A bell wakes one worker, and he the next.
                    self._database.bells.ring(["inbox"])
                    heard += 1
                self._taps.answer(row.payload)
                await self._handling.handle(session, row)
                self._finish(session, row, "done")
            self._more = others or self._database.bells.rung("inbox") != heard
        except Exception as error:
            if row_id is None:
                raise
            await self._account_for(row_id, error)
        self._database.counts.took(Timed.UPDATE, self._clock.monotonic() - began)
        return True

    async def _anything(self) -> bool:
        async with self._database.read() as session:
            return await repository.anything_waits(session)

    async def _put_off(self, row_id: int, error: Unavailable) -> None:
        """That says nothing about the update, and is none of its tries."""
        log.info("update_put_off", update=row_id, said=str(error))
        await asyncio.sleep(_PAUSE_SECONDS if error.trouble == Trouble.DEADLOCK else _TROUBLED_SECONDS)

    async def _account_for(self, row_id: int, error: Exception) -> None:
        """A refusal is explained; anything else, also a failure to explain, is a fault, unless the database cannot."""
        if isinstance(error, Refusal):
            try:
                await self._explain(row_id, error)
                return
            except Exception as fault:
                error = fault
        if isinstance(error, Unavailable):
            await self._put_off(row_id, error)
            return
        await self._set_back(row_id, error)

    async def _explain(self, row_id: int, refusal: Refusal) -> None:
        log.info("refused", update=row_id, reason=str(refusal))
        async with self._database.write() as session:
            row = await repository.retake(session, row_id)
            if row is None:
                return
            await self._handling.explain(session, row, refusal)
            self._finish(session, row, "refused")

    async def _set_back(self, row_id: int, error: Exception) -> None:
        fault = secrets.token_hex(4)
        log.error("update_failed", update=row_id, fault=fault, exc_info=error)
        async with self._database.write() as session:
            row = await repository.retake(session, row_id)
            if row is None:
                return
            row.attempts += 1
            row.fault = fault
            add_after_commit(session, Event.UPDATE, "failed" if row.attempts >= _TRIES else "set_back")
            if row.attempts >= _TRIES:
                row.state = UpdateState.FAILED
                row.done_at = self._clock.now()
                await self._apologise(session, row, fault)
        await asyncio.sleep(_PAUSE_SECONDS)

    async def _apologise(self, session: AsyncSession, row: InboxUpdate, fault: str) -> None:
        try:
            async with session.begin_nested():
                await self._handling.apologise(session, row, fault)
        except Exception:
            # Setting the update aside matters more than saying so: it must not stop its chat.
            log.exception("not_apologised", update=row.id, fault=fault)

    def _finish(self, session: AsyncSession, row: InboxUpdate, how: str) -> None:
        add_after_commit(session, Event.UPDATE, how)
        row.state = UpdateState.DONE
        row.done_at = self._clock.now()
        ring_after_commit(session, "handled")

"""A desk at which updates arrive and are handled: what was handled, explained and apologised for, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.audit.models import AuditEntry
from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Refusal
from bot.core.nursery import Nursery
from bot.inbox import service
from bot.inbox.models import InboxUpdate, UpdateState
from bot.inbox.taps import TapAnswerer
from bot.inbox.worker import Handling, Worker
from tests.waiting import eventually


def said(number: int, chat: int, text: str = "x") -> dict[str, Any]:
    """An update with a message."""
    return {"update_id": number, "message": {"message_id": number, "chat": {"id": chat}, "text": text}}


def tapped(number: int, chat: int, query: str) -> dict[str, Any]:
    """An update with a tap."""
    message = {"message_id": 1, "chat": {"id": chat}}
    return {"update_id": number, "callback_query": {"id": query, "from": {"id": 7}, "message": message, "data": "a:1"}}


class Answers:
    """A platform that only notes which taps were answered."""

    def __init__(self) -> None:
        self.taps: list[str] = []

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 0) -> Any:
        assert method == "answerCallbackQuery"
        self.taps.append(str(params["callback_query_id"]))
        return True

    def download(self, path: str) -> AsyncIterator[bytes]:
        raise AssertionError(path)


@dataclass(slots=True)
class Desk:
    """`fails[text]`: how often handling that text fails, and with what."""

    database: Database
    clock: Clock
    platform: Answers = field(default_factory=Answers)
    handled: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    tried: list[int] = field(default_factory=list)
    fails: dict[str, tuple[int, Exception]] = field(default_factory=dict)
    explained: list[int] = field(default_factory=list)
    apologised: list[tuple[int, str]] = field(default_factory=list)
    explaining_fails: bool = False
    apologising_fails: bool = False
    busy: set[int] = field(default_factory=set)
    meet: Callable[[InboxUpdate], Awaitable[object]] | None = None
    """Awaited in the middle of handling."""
    overlaps: list[int] = field(default_factory=list)
    """Updates that were handled while another of their chat was."""

    async def receive(self, *updates: dict[str, Any]) -> int:
        """They arrive in one batch; how many were new."""
        async with self.database.write() as session:
            return await service.receive(session, self.clock.now(), updates)

    @asynccontextmanager
    async def working(self, workers: int = 1) -> AsyncIterator[list[Worker]]:
        """So many workers handle what arrives."""
        async with Nursery() as nursery:
            taps = TapAnswerer(self.platform, nursery)
            handling = Handling(self._handle, self._explain, self._apologise)
            all_of_them = [Worker(self.database, self.clock, handling, taps) for _ in range(workers)]
            for worker in all_of_them:
                nursery.loop("worker", worker.run)
            yield all_of_them

    async def emptied(self) -> None:
        """Everything that arrived has been handled or set aside."""

        async def look() -> bool:
            async with self.database.read() as session:
                return await service.is_empty(session)

        await eventually(self.database, look, "an empty inbox")

    async def done(self, workers: int = 1) -> None:
        """Handles all there is."""
        async with self.working(workers):
            await self.emptied()

    async def rows(self) -> list[InboxUpdate]:
        async with self.database.read() as session:
            return list((await session.exec(select(InboxUpdate).order_by(col(InboxUpdate.id)))).all())

    async def states(self) -> list[UpdateState]:
        return [row.state for row in await self.rows()]

    async def traces(self) -> int:
        """How many rows handling and explaining have left beside the inbox."""
        async with self.database.read() as session:
            return len((await session.exec(select(AuditEntry))).all())

    async def _handle(self, session: AsyncSession, row: InboxUpdate) -> None:
        if row.chat_id in self.busy:
            self.overlaps.append(row.update_id)
        self.busy.add(row.chat_id)
        try:
            await self._leave_a_trace(session, row)
            self.tried.append(row.update_id)
            if self.meet:
                await self.meet(row)
            left, error = self.fails.get(row.payload.get("message", {}).get("text", ""), (0, ValueError()))
            if left:
                self.fails[row.payload["message"]["text"]] = (left - 1, error)
                raise error
            self.handled[row.chat_id].append(row.update_id)
        finally:
            self.busy.discard(row.chat_id)

    async def _explain(self, session: AsyncSession, row: InboxUpdate, _refusal: Refusal) -> None:
        await self._leave_a_trace(session, row)
        if self.explaining_fails:
            raise ValueError("no words")
        self.explained.append(row.update_id)

    async def _apologise(self, session: AsyncSession, row: InboxUpdate, fault: str) -> None:
        await self._leave_a_trace(session, row)
        if self.apologising_fails:
            raise ValueError("no words")
        self.apologised.append((row.update_id, fault))

    async def _leave_a_trace(self, session: AsyncSession, row: InboxUpdate) -> None:
        audit.record(session, self.clock.now(), SYSTEM, "test", f"update:{row.update_id}")
        await session.flush()

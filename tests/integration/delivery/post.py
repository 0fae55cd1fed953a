"""The product's sender and painter against a sandbox: what a test tells, what arrives, what the ledger says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery import service
from bot.delivery.gateway import Gateway, Platform
from bot.delivery.models import Card, Chat, Lane, Message, MessageState, Text
from bot.delivery.pacing import UNLIMITED, Policy
from bot.delivery.painter import Painter
from bot.delivery.queue import LONGEST_PAUSE_SECONDS
from bot.delivery.schemas import CardView, ChatChange, Screen, Target, Telling
from bot.delivery.sender import Sender, is_settled
from sandbox.client import Control
from sandbox.seen import Message as Seen
from sandbox.server import Sandbox
from tests.waiting import eventually

REPEATED = "（可能重复）"
PUT_OFF = timedelta(seconds=LONGEST_PAUSE_SECONDS)
"""As long as any row is put off."""


@dataclass(slots=True)
class Post:
    """Everything between a use case and the phones."""

    database: Database
    clock: Clock
    sandbox: Sandbox
    control: Control
    heard: list[ChatChange] = field(default_factory=list)
    shows: dict[str, str] = field(default_factory=dict)
    """What the card of a subject shows; a subject that is not here cannot be painted."""
    policy: Policy = UNLIMITED
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def tell(self, chat: int, text: str, lane: Lane = Lane.INTERACTIVE, **how: Any) -> int:
        """Queues a text; the row's id. `thread` and `silent` are the target's, the rest is Telling's."""
        target = Target(chat, thread_id=how.pop("thread", None), silent=how.pop("silent", False))
        telling = Telling(how.pop("subject", f"test:{next(self._numbers)}"), how.pop("purpose", text), lane, **how)
        async with self.database.write() as session:
            await service.show(session, self.clock.now(), telling, Screen(text), [target])
            return max((await session.exec(select(Message.id))).all())

    async def tell_all(self, chats: Sequence[int], text: str, lane: Lane) -> None:
        """Queues one text for all of them at once."""
        telling = Telling(f"test:{next(self._numbers)}", text, lane)
        async with self.database.write() as session:
            await service.show(session, self.clock.now(), telling, Screen(text), [Target(chat) for chat in chats])

    async def wish(self, subject: str, chat: int, shows: str, lane: Lane = Lane.INTERACTIVE, **more: Any) -> None:
        """Wishes for a card."""
        self.shows[subject] = shows
        target = Target(chat, thread_id=more.get("thread"), locale=more.get("locale", "zh"))
        async with self.database.write() as session:
            await service.wish_card(session, self.clock.now(), subject=subject, role="test", target=target, lane=lane)

    async def touch(self, subject: str, shows: str | None = None) -> None:
        """What the card shows has changed."""
        if shows is not None:
            self.shows[subject] = shows
        async with self.database.write() as session:
            await service.touch(session, subject)

    @asynccontextmanager
    async def sending(self, platform: Platform | None = None) -> AsyncIterator[Sender]:
        """Sender and painter run; at the end they die as a process dies, with nothing drained."""
        async with Gateway(self.sandbox.token, self.sandbox.url) as gateway, Nursery() as nursery:
            sender = Sender(self.database, self.clock, platform or gateway, self.policy, nursery, self._heed)
            nursery.loop("sender", sender.run)
            nursery.loop("painter", Painter(self.database, {"test": self._paint}).run)
            yield sender

    async def settled(self) -> datetime | None:
        """Waits until nothing is to be painted or shipped now; when something will be."""
        found: list[datetime | None] = []

        async def look() -> bool:
            idle, due = await is_settled(self.database, self.clock.now())
            found[:] = [due]
            return idle

        await eventually(self.database, look, "an idle outbox")
        return found[0]

    async def sent(self) -> None:
        """Ships everything there is, in a run of its own."""
        async with self.sending():
            await self.settled()

    def pass_time(self, seconds: float) -> None:
        """Moves our clock on; the sandbox's stays."""
        self.clock.shift(self.clock.monotonic() - Clock().monotonic() + seconds, self.clock.rev + 1)
        self.database.bells.ring(["send", "paint"])

    # what the ledger says

    async def rows(self) -> list[Message]:
        async with self.database.read() as session:
            return list((await session.exec(select(Message).order_by(col(Message.id)))).all())

    async def row(self, number: int) -> Message:
        return next(row for row in await self.rows() if row.id == number)

    async def states(self) -> list[MessageState]:
        return [row.state for row in await self.rows()]

    async def set_row(self, number: int, **values: Any) -> None:
        """What another use case does to a row."""
        async with self.database.write() as session:
            row = await session.get_one(Message, number)
            for name, value in values.items():
                setattr(row, name, value)

    async def set_text(self, number: int, body: dict[str, Any]) -> None:
        """What no use case would store."""
        async with self.database.write() as session:
            row = await session.get_one(Message, number)
            (await session.get_one(Text, row.text_id)).body = body

    async def cards(self) -> list[Card]:
        async with self.database.read() as session:
            return list((await session.exec(select(Card).order_by(col(Card.id)))).all())

    async def chat(self, chat_id: int) -> Chat | None:
        async with self.database.read() as session:
            return await session.get(Chat, chat_id)

    # what the phones show

    async def seen(self, chat: int) -> list[Seen]:
        """What the bot said in the chat and still stands there."""
        there = await self.control.messages(chat)
        return [message for message in there if message.by_bot and message.kind != "service" and not message.deleted]

    async def texts(self, chat: int) -> list[str]:
        return [message.text for message in await self.seen(chat)]

    async def calls(self, *methods: str) -> Sequence[Mapping[str, Any]]:
        return [call for call in await self.control.calls() if call["method"] in methods]

    async def _heed(self, _session: AsyncSession, _now: datetime, change: ChatChange) -> None:
        self.heard.append(change)

    async def _paint(self, _session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        return Screen(self.shows[card.subject])


class Gate:
    """A platform behind a gate: sends are held there until it opens."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.open = asyncio.Event()
        self.reached = asyncio.Event()

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        if method != "getMe":
            self.reached.set()
            await self.open.wait()
        return await self._gateway.call(method, params, timeout=timeout)

    def download(self, path: str) -> AsyncIterator[bytes]:
        return self._gateway.download(path)

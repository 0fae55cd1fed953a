"""Our sender on a database of its own, as benchmarks drive it: tell, and wait until all is written down as sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import TextClause, text
from sqlalchemy.engine import make_url
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery import service as delivery
from bot.delivery.gateway import Gateway
from bot.delivery.models import Lane
from bot.delivery.pacing import UNLIMITED, Policy
from bot.delivery.schemas import ChatChange, Screen, Target, Telling
from bot.delivery.sender import Sender

TOKEN = "110000001:bench"
WORDS = (
    "大足区气象台2026年7月12日21时40分发布暴雨黄色预警信号：预计未来6小时，我区大部地区降雨量将达50毫米以上，"
    "山洪、滑坡等灾害风险较高，请注意防范。"
)
_LOOK_SECONDS = 0.02
_LAST = text("select max(id) from delivery_message where subject = :subject")
_UNSENT_ROW = text("select id from delivery_message where id = :id and state <> 'sent'")
_UNSENT = text("select 1 from delivery_message where subject = :subject and state <> 'sent' limit 1 offset :but")


def kinds(postgres: str | None) -> tuple[str, ...]:
    """Which databases there are, by name."""
    return ("sqlite", "postgresql") if postgres else ("sqlite",)


@contextmanager
def databases(postgres: str | None) -> Iterator[dict[str, str]]:
    """A migrated database of each kind that there is: its name and URL. `postgres` is a server's URL."""
    from migrations import run as migrations  # a sender that is started alone needs no Alembic

    with TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"}
        name = f"bench_{uuid4().hex[:8]}"
        if postgres:
            _on(postgres, f"create database {name}")
            urls["postgresql"] = make_url(postgres).set(database=name).render_as_string(hide_password=False)
        try:
            for url in urls.values():
                migrations.upgrade(url)
            yield urls
        finally:
            if postgres:
                _on(postgres, f"drop database {name} with (force)")


@contextmanager
def many(postgres: str | None, kind: str, count: int) -> Iterator[list[str]]:
    """The URLs of so many migrated databases of one kind, copies of one that was migrated."""
    with databases(postgres if kind == "postgresql" else None) as urls, ExitStack() as stack:
        yield [stack.enter_context(copy(urls[kind], f"copy_{number}")) for number in range(count)]


@contextmanager
def copy(url: str, suffix: str) -> Iterator[str]:
    """The URL of a copy of a database nobody is connected to; it lives as long as the block."""
    made = make_url(url)
    name = f"{made.database}_{suffix}"
    copied = made.set(database=name).render_as_string(hide_password=False)
    if made.get_backend_name() == "sqlite":
        # The folder goes as a whole.
        copyfile(str(made.database), name)
        yield copied
        return
    _on(url, f"create database {name} template {made.database}", database="postgres")
    try:
        yield copied
    finally:
        _on(url, f"drop database {name} with (force)", database="postgres")


@dataclass(frozen=True, slots=True)
class Post:
    """A running sender and the ledger it serves."""

    database: Database
    clock: Clock

    async def tell(self, chats: Sequence[int], lane: Lane) -> str:
        """Queues one text for the chats; its subject."""
        subject = f"bench:{uuid4().hex}"
        how = Telling(subject, "bench", lane, critical=lane is Lane.URGENT)
        targets = [Target(chat) for chat in chats]
        async with self.database.write() as session:
            await delivery.show(session, self.clock.now(), how, Screen(WORDS), targets)
        return subject

    async def until_sent(self, subject: str, but: int = 0) -> None:
        """Returns when every row of the subject, or all but so many, is written down as sent.

        Looks at the last row first: asking after thousands again and again would be most of what is measured.
        """
        last = await self._first(_LAST, {"subject": subject})
        while await self._first(_UNSENT_ROW, {"id": last}):  # noqa: ASYNC110  # what was written down rings no bell
            await asyncio.sleep(_LOOK_SECONDS)
        while await self._first(_UNSENT, {"subject": subject, "but": but}):  # noqa: ASYNC110  # as above
            await asyncio.sleep(_LOOK_SECONDS)

    async def _first(self, statement: TextClause, named: dict[str, Any]) -> int | None:
        async with self.database.read() as session:
            connection = await session.connection()
            found: int | None = (await connection.execute(statement, named)).scalar()
            return found


async def queue(url: str, chats: Sequence[int], lane: Lane) -> None:
    """Leaves messages in the ledger for whichever sender comes."""
    database = Database(url)
    await Post(database, Clock()).tell(chats, lane)
    await database.close()


@asynccontextmanager
async def post(
    url: str, server: str, policy: Policy = UNLIMITED, token: str = TOKEN, *, is_warm: bool = True
) -> AsyncIterator[Post]:
    """A sender that runs as long as the block; unless it `is_warm`, it has not been asked anything yet."""
    database, clock = Database(url), Clock()
    async with Gateway(token, server) as gateway, Nursery() as nursery:
        sender = Sender(database, clock, gateway, policy, nursery, _heed)
        nursery.loop("sender", sender.run)
        if is_warm:
            await _warm(Post(database, clock))
        yield Post(database, clock)
        await sender.drain()
    await database.close()


async def _warm(ready: Post) -> None:
    """One message: the line has been asked, and every statement compiled, before anything is timed."""
    await ready.until_sent(await ready.tell([1], Lane.URGENT))


async def timed(ready: Post, chats: Sequence[int], lane: Lane = Lane.URGENT, but: int = 0) -> float:
    """Seconds from the telling to the last row (or the last but so many) written down as sent."""
    began = time.perf_counter()
    await ready.until_sent(await ready.tell(chats, lane), but)
    return time.perf_counter() - began


async def _heed(_session: AsyncSession, _now: datetime, _change: ChatChange) -> None:
    """Nobody is lost here."""


def _on(server: str, statement: str, database: str | None = None) -> None:
    url = make_url(server).set(drivername="postgresql+asyncpg")
    url = url.set(database=database) if database else url
    asyncio.run(_execute(url.render_as_string(hide_password=False), statement))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

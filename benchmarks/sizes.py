"""What the books weigh: bytes of database for a message row and for a report, as docs/operating.md says.

`python -m benchmarks.sizes` on a SQLite file, and on a PostgreSQL where TEST_DATABASE_URL is set. The rows are written
by the product itself: a warning told to many, and danger signs that people of the demo send, take in hand and verify in
a sandbox. Attachments are files and not counted here.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url
from sqlmodel import col, select

from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery import ledger_repository
from bot.delivery import service as delivery
from bot.delivery.models import Lane, Message, MessageState
from bot.delivery.schemas import Screen, Target, Telling
from bot.demo import BotProcess, staged
from migrations import run as migrations
from migrations.fresh import fresh_database
from scenarios.stage import Stage

CHATS, REPORTS = 100_000, 12
_TEXT = "【黄色预警】暴雨：未来六小时内降雨量将达五十毫米以上。" * 4
_AN_HOUR = 61


def main() -> None:
    """Prints a line for each."""
    named = os.environ.get("TEST_DATABASE_URL")
    servers = [None, make_url(named).set(drivername="postgresql+asyncpg")] if named else [None]
    for server in servers:
        url = server.render_as_string(hide_password=False) if server else None
        kind = "PostgreSQL" if url else "SQLite"
        for what, measured in (("a message row", _rows), ("a report", _reports)):
            with tempfile.TemporaryDirectory() as folder:
                print(f"{kind}: {asyncio.run(measured(url, Path(folder))):.0f} bytes {what}", flush=True)


async def _rows(server: str | None, folder: Path) -> float:
    async with fresh_database(server, folder) as url:
        await asyncio.to_thread(migrations.upgrade, url)
        before = await _size(url)
        database, now = Database(url), Clock().now()
        how = Telling("warning:1", "warning", Lane.ROUTINE, critical=True)
        async with database.write() as session:
            await delivery.show(session, now, how, Screen(_TEXT), [Target(1_000_000_000 + n) for n in range(CHATS)])
            ids = list((await session.exec(select(Message.id))).all())
        for first in range(0, CHATS, 500):
            await _arrive(database, ids[first : first + 500])
        await database.close()
        return (await _size(url) - before) / CHATS


async def _arrive(database: Database, ids: list[int]) -> None:
    """As the sender writes it down: marked as being sent, then as sent."""
    now = Clock().now()
    async with database.write() as session:
        for row in (await session.exec(select(Message).where(col(Message.id).in_(ids)))).all():
            row.state, row.sending_at = MessageState.SENDING, now
    async with database.write() as session:
        await ledger_repository.write_sent(session, now, {row: row + 5_000_000 for row in ids})


async def _reports(server: str | None, folder: Path) -> float:
    async with staged(server, folder=folder, write=lambda line: None) as (stage, _page):
        assert isinstance(stage.bot, BotProcess)
        url = stage.bot.settings.database_url
        await _one(stage)
        before = await _size(url)
        for _ in range(REPORTS):
            await _one(stage)
        return (await _size(url) - before) / REPORTS


async def _one(stage: Stage) -> None:
    """A photo, people threatened, taken in hand and verified at once; then an hour in which nothing happens."""
    await stage.photo("hengdian_worker")
    await stage.tap("hengdian_worker", await stage.sees("hengdian_worker", "有人受威胁吗？"), "有，先撤人")
    await stage.tap("longshui_duty", await stage.sees("longshui", "尚无人接手"), "我来处理", chat="longshui")
    await stage.tap("longshui_duty", await stage.sees("longshui", "已接手"), "属实", chat="longshui")
    await stage.advance(_AN_HOUR)


async def _size(url: str) -> int:
    """Tables and indexes on the disk."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(parts.database))) as there:
            # Not the files: how much of the log is in them already is chance.
            return int(
                there.execute("PRAGMA page_count").fetchone()[0] * there.execute("PRAGMA page_size").fetchone()[0]
            )
    connection = await asyncpg.connect(parts.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        return int(await connection.fetchval("SELECT pg_database_size(current_database())"))
    finally:
        await connection.close()


if __name__ == "__main__":
    main()

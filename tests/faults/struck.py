"""A whole program that is killed again and again, and what it was sending each time it died."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

import asyncpg
from sqlalchemy.engine import make_url

from bot.demo_process import BotProcess

_SENDING = {
    "messages": "SELECT id FROM delivery_message WHERE state = 'sending'",
    "cards": "SELECT id FROM delivery_card WHERE state = 'sending' AND message_id IS NULL",
}


@dataclass(slots=True)
class Struck(BotProcess):
    """`doubted`: what was marked as being sent at each of its deaths. `sends`: whether it is the one that sends."""

    sends: bool = True
    doubted: dict[str, list[set[int]]] = field(default_factory=lambda: {"messages": [], "cards": []})

    def _fork(self) -> None:
        if self.sends and self.kills:
            for what, ids in _sending(self.settings.database_url).items():
                self.doubted[what].append(ids)
        BotProcess._fork(self)


def _sending(url: str) -> dict[str, set[int]]:
    """Asked while nobody sends: in a thread, between a death and the next birth."""
    if make_url(url).get_backend_name() == "sqlite":
        with closing(sqlite3.connect(make_url(url).database or "", timeout=30)) as file:
            return {what: {number for (number,) in file.execute(query)} for what, query in _SENDING.items()}
    return asyncio.run(_sending_on_postgres(url))


async def _sending_on_postgres(url: str) -> dict[str, set[int]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        return {what: {row["id"] for row in await connection.fetch(query)} for what, query in _SENDING.items()}
    finally:
        await connection.close()

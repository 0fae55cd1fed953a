"""A database of the demo's own, without tables: a new SQLite file, or one made and dropped on PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url


@contextlib.asynccontextmanager
async def fresh_database(server: str | None, folder: Path) -> AsyncIterator[str]:
    """The URL of a new database: beside `server`'s if that is a PostgreSQL URL, else a file in `folder`."""
    if server is None or make_url(server).get_backend_name() == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'jiaoying.db'}"
        return
    name = f"jiaoying_demo_{os.getpid()}_{secrets.token_hex(3)}"
    await _on_server(server, f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await _on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _on_server(server: str, statement: str) -> None:
    plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

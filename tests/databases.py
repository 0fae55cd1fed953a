"""Making, emptying and dropping the databases tests run on. Fixtures are in conftest; here is what they do.

One PostgreSQL database per worker is emptied by DELETE between tests: that takes 7 ms here, a copy of a template 50 ms,
TRUNCATE of all tables 90 ms. What alters tables gets a database of its own.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncpg
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrations import run
from migrations.metadata import METADATA

T = TypeVar("T")

LOCAL_DEFAULT = "postgresql+asyncpg://postgres@127.0.0.1:5432/test"
_PATIENCE_SECONDS = 10


def server_url() -> URL:
    """Where tests look for a PostgreSQL: TEST_DATABASE_URL with or without its driver, else the local default."""
    return make_url(os.environ.get("TEST_DATABASE_URL") or LOCAL_DEFAULT).set(drivername="postgresql+asyncpg")


def shown(url: URL) -> str:
    """The URL without its password."""
    return url.render_as_string(hide_password=True)


def unreachable(url: URL) -> str | None:
    """Why the server does not answer; None if it does."""

    async def ask(_connection: Any) -> None:
        return None

    try:
        _on(url, ask)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def create_tables(url: str) -> None:
    """All tables of the models in one go, stamped as the newest revision."""

    async def create() -> None:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        await engine.dispose()

    _aside(create)
    _aside_plainly(lambda: run.stamp(url))


class Postgres:
    """The databases of one worker on one server. `with Postgres(url) as server:` drops them at the end."""

    def __init__(self, server: URL) -> None:
        self._server = server
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self._prefix = f"jiaoying_test_{worker}_{secrets.token_hex(3)}"
        self._main = server.set(database=self._prefix)
        self._bare = 0

    def __enter__(self) -> Self:
        self._run(f'CREATE DATABASE "{self._prefix}"')
        create_tables(_text(self._main))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop(self._prefix)

    def emptied(self) -> str:
        """This worker's database with all tables and no rows. Whoever still holds a connection to it loses it."""
        tables = [f'DELETE FROM "{table.name}"' for table in reversed(METADATA.sorted_tables)]

        async def empty(connection: Any) -> None:
            await connection.execute(_HANG_UP)
            await connection.execute(";".join(["SET synchronous_commit = off", *tables, _RESTART]))

        _on(self._main, empty)
        return _text(self._main)

    @contextmanager
    def bare(self) -> Iterator[str]:
        """A database without tables, gone afterwards."""
        self._bare += 1
        name = f"{self._prefix}_{self._bare}"
        self._run(f'CREATE DATABASE "{name}"')
        try:
            yield _text(self._server.set(database=name))
        finally:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        async def execute(connection: Any) -> None:
            await connection.execute(statement)

        _on(self._server, execute)


# A killed bot of an earlier test may have left a transaction open; its locks would hold up the next test.
_HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_RESTART = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"


def _on(url: URL, work: Callable[[Any], Awaitable[T]]) -> T:
    async def connected() -> T:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain, timeout=_PATIENCE_SECONDS)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return _aside(connected)


def _aside(work: Callable[[], Awaitable[T]]) -> T:
    """Runs a coroutine on a loop in a thread of its own: a fixture may be set up while the test's loop exists."""

    async def run_it() -> T:
        return await work()

    return _aside_plainly(lambda: asyncio.run(run_it()))


def _aside_plainly(work: Callable[[], T]) -> T:
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)

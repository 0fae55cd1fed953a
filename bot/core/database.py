"""The database: one code path on SQLite and PostgreSQL.

`write()` is the only place that commits. On SQLite there is one writer connection that begins IMMEDIATE (a plain BEGIN
that reads first and writes later gets "database is locked" under load), readers run beside it in WAL; on PostgreSQL
both are the pool. A session must not outlive its block nor hold any await but the database's own.

On PostgreSQL other processes hear the bells too (`far_bells`), and what only one of them may do is written through a
connection that is its right to do it (`through`, `sole`).
"""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import structlog
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import Bells, asked_for
from bot.core.counting import Counts, Event, Unheard, hand_over
from bot.core.errors import Unavailable
from bot.core.far_bells import FarBells
from bot.core.logging import write_lines
from bot.core.sqlite_driver import driver
from bot.core.trouble import MEND, POSSIBLY, Trouble, trouble_of

log = structlog.get_logger()

# How long a use case waits for a connection before it gives up: longer than any burst we accept.
_PATIENCE_SECONDS = 120
# A server takes 100 connections by default, for all its clients: beyond this we wait for each other instead.
_POSTGRES_CONNECTIONS = 20
# Who is frozen, or on a machine that is gone, must not keep his locks: nothing we do pauses in a transaction.
_LONGEST_PAUSE_MILLISECONDS = 8000

# Said by each connection once it is made: a pooler takes few settings from whoever connects. Rows that are known are
# looked up by their key, and the table is not read for them, however little the server has counted of it yet.
_KEYS_FIRST = "SET random_page_cost = 1.1"

_CONNECTION = "connection"


async def connection_of(session: AsyncSession) -> AsyncConnection:
    """The session's connection, for statements about rows rather than objects: asking the session each time costs."""
    known: AsyncConnection | None = session.info.get(_CONNECTION)
    return known or await session.connection()


@dataclass(slots=True)
class _Condition:
    """How the one database stands, whichever connection noticed it."""

    trouble: Trouble | None = None


class Database:
    """Engines and transactions for one URL. `bells` ring after each commit that asked for them, `counts` hears what
    it counted; nobody does unless put there.

    `trouble` is what somebody must mend before it goes on, told in the log when it begins and when it is over.
    """

    def __init__(self, url: str, bells: Bells | None = None) -> None:
        self.url = url
        self.bells = bells or Bells()
        self.counts: Counts = Unheard()
        self._condition = _Condition()
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._writer, self._reader = _sqlite_engines(url) if self.is_sqlite else _postgres_engines(url)
        self.far_bells = None if self.is_sqlite else FarBells(url, self.bells)
        """Rings our bells when another process has committed; to be run once in a process."""
        self._own_bells: frozenset[str] = frozenset()

    @property
    def trouble(self) -> Trouble | None:
        """What somebody must mend; None when all is well."""
        return self._condition.trouble

    def through(self, writer: AsyncEngine, own_bells: Iterable[str] = ()) -> Self:
        """The same database, written to by that engine only. Nobody in another process listens to `own_bells`."""
        twin = copy.copy(self)
        twin._writer, twin._own_bells = writer, frozenset(own_bells)
        return twin

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises; then log lines and bells.

        Raises:
            Unavailable: the database cannot now.
        """
        async with AsyncSession(self._writer, expire_on_commit=False) as session:
            with self.watched(writes=True):
                async with session.begin():
                    session.info[_CONNECTION] = await session.connection()
                    yield session
                    if self.far_bells:
                        await self.far_bells.ring(session, asked_for(session) - self._own_bells)
            write_lines(session)
            hand_over(session, self.counts)
            self.bells.ring(asked_for(session))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading, all of it as at its first query; whatever it changes is rolled back."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            # Closing rolls back without emptying the rows, so that what was read can be used outside.
            with self.watched(writes=False):
                yield session

    @contextmanager
    def watched(self, *, writes: bool) -> Iterator[None]:
        """Says once in the log that the database cannot, with what to do, and once that it can again.

        Whoever can read knows that it is there; only who writes knows that there is room.

        Raises:
            Unavailable: the database cannot now.
        """
        try:
            yield
        except POSSIBLY as error:
            if isinstance(error, SQLAlchemyError):
                self.counts.add(Event.DATABASE_ERROR, "write" if writes else "read")
            found = trouble_of(error)
            if found is None:
                raise
            said = str(error).partition("\n")[0]
            if found in MEND and found is not self.trouble:
                self._condition.trouble = found
                log.error(found, said=said, mend=MEND[found])
            raise Unavailable(found, said) from error
        if self.trouble is not None and (writes or self.trouble is Trouble.AWAY):
            log.warning("database_well_again", after=self.trouble)
            self._condition.trouble = None

    async def close(self) -> None:
        """Closes all connections."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


def _postgres_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    engine = create_async_engine(
        url,
        pool_size=8,
        max_overflow=_POSTGRES_CONNECTIONS - 8,
        pool_timeout=_PATIENCE_SECONDS,
        # PgBouncer refuses this until it is told to ignore it, which is right only where it keeps sessions.
        connect_args={
            "server_settings": {"idle_in_transaction_session_timeout": str(_LONGEST_PAUSE_MILLISECONDS)},
        },
    )
    look_up_by_keys(engine)
    event.listen(engine.sync_engine, "checkout", _must_be_open)
    # As in SQLite: two queries of one reader must not see two different states ("inbox empty", "newest update 7").
    return engine, engine.execution_options(isolation_level="REPEATABLE READ")


def look_up_by_keys(engine: AsyncEngine) -> None:
    """Lets each connection of an engine for PostgreSQL plan so."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.run_async(lambda driver: driver.execute(_KEYS_FIRST))


def _must_be_open(connection: Any, _record: Any, _proxy: Any) -> None:
    # The driver hears when the server ends a connection: to ask each time took three ways there and back.
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server has ended it")


def _sqlite_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    database = make_url(url).database
    if database and database != ":memory:":
        _write_ahead(Path(database))
    # A session ends its transaction itself: rolling back once more on return only costs a way to the driver's thread.
    pool: dict[str, Any] = {
        "poolclass": AsyncAdaptedQueuePool,
        "pool_timeout": _PATIENCE_SECONDS,
        "pool_reset_on_return": None,
        "module": driver(),
    }
    writer = create_async_engine(url, pool_size=1, max_overflow=0, **pool)
    reader = create_async_engine(url, pool_size=4, max_overflow=4, **pool)
    _prepare_sqlite(writer, begin="BEGIN IMMEDIATE")
    _prepare_sqlite(reader, begin="BEGIN")
    return writer, reader


def _write_ahead(path: Path) -> None:
    """Makes a file keep a log before two connections ask for it at once: one of them would be told it is locked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        # What is no database says so when it is opened.
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path, timeout=_PATIENCE_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def _prepare_sqlite(engine: AsyncEngine, *, begin: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction control begins late and deferred; ours is explicit.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

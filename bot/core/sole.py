"""What only one program at a time may do on one database: the right to it is a lock of the connection that writes.

PostgreSQL passes a session's lock on when that session has ended, and its transactions with it. Who has lost his
connection can therefore write nothing more as the one who was alone, however late he notices: no lease to be renewed,
no number to be compared in every statement, no clocks. A session that says nothing for some seconds is ended by the
server, so a frozen program or a machine that is gone is succeeded as soon as one that was killed.

What leaves to the outside is not held back by this: what is to be sent is written down before. On SQLite there is
nothing to do, one program has the file (`alone`).
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, Protocol, TypeVar

import structlog
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.clock import Clock
from bot.core.database import Database, look_up_by_keys
from bot.core.errors import Fault
from bot.core.nursery import Nursery

log = structlog.get_logger()

_SILENT_MILLISECONDS = 6000
"""So long a session may say nothing. With the second between two looks and a start this stays under ten seconds."""

ENDS_THE_SILENT = 14
"""The version of PostgreSQL that first ends a session that says nothing."""

_BEAT_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 1.0
_SOON_SECONDS = 0.05
"""Whoever was killed and started again at once finds his own session just ending."""

_ANSWER_SECONDS = 5.0
_STATEMENT_SECONDS = 30.0
_PATIENCE_SECONDS = 120.0

# Asked of the server's own list: one before PostgreSQL 14 lacks the first, and serves without it.
_END_WHEN_SILENT = (
    "SELECT count(set_config(name, $1, false)) FROM pg_settings WHERE name IN"
    " ('idle_session_timeout', 'idle_in_transaction_session_timeout', 'tcp_user_timeout')"
)
_TAKE = "SELECT pg_try_advisory_lock($1)"
_BEAT = "SELECT 1"
_VERSION = text("SELECT current_setting('server_version_num')")
_HOLDERS = text(
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
    " AND starts_with(application_name, :prefix) ORDER BY backend_start"
)


class Runs(Protocol):
    """A part of the program: `run()` until cancelled."""

    async def run(self) -> None:
        """Does it."""


PartT = TypeVar("PartT", bound=Runs)
Make = Callable[[Database, Nursery], PartT]
"""Makes the part that is run alone; it writes through the database, and its tasks are the nursery's."""


class Lost(Fault):
    """The connection is gone, and with it the right: somebody else may have it."""


class Sole(Generic[PartT]):
    """One part of one bot, run by one program at a time: `run()` until cancelled, in as many of them as you like.

    `own_bell` is the bell that only this part listens to.
    """

    def __init__(
        self, database: Database, clock: Clock, bot: str, what: str, make: Make[PartT], own_bell: str | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._bot, self._what = bot, what
        self._make = make
        self._own_bells = [own_bell] if own_bell else []
        self._troubled = False
        self._began_at: float | None = None
        self.part: PartT | None = None
        """What runs here; None while it is another program's."""

    def well_at(self, said: Callable[[PartT], float | None]) -> float | None:
        """When the part was well last, by what it says of itself; now, where it is another program's."""
        return self._clock.monotonic() if self.part is None else said(self.part) or self._began_at

    async def run(self) -> None:
        """Waits until nobody else runs it, then does; begins anew when the right was lost.

        A new part each time: what the former one had in hand may be somebody else's by now.
        """
        while True:
            try:
                async with self._held() as database, Nursery() as nursery:
                    self._began_at, self.part = self._clock.monotonic(), self._make(database, nursery)
                    nursery.loop(self._what, self.part.run)
                    await asyncio.Event().wait()
            except Lost as lost:
                self._note(lost)
            finally:
                self.part = None
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[Database]:
        """The database, written to through the connection that has the lock. The block is cancelled when it is lost."""
        if self._database.is_sqlite:
            yield self._database
            return
        engine = _one_connection(self._database.url, _name(self._bot, self._what))
        try:
            await self._take(engine)
            async with Nursery() as nursery, asyncio.timeout(None) as until:
                nursery.once("beat", _beat(engine, until))
                yield self._database.through(engine, self._own_bells)
        except TimeoutError as error:
            raise Lost("the connection is gone") from error
        finally:
            await engine.dispose()

    async def _take(self, engine: AsyncEngine) -> None:
        """Waits for the lock by looking again: one who waits in a statement would keep the server from tidying up."""
        try:
            await self._ask(engine, _END_WHEN_SILENT, str(_SILENT_MILLISECONDS))
            pause = _SOON_SECONDS
            while not await self._ask(engine, _TAKE, _key(self._bot, self._what)):
                self._troubled = False
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LOOK_AGAIN_SECONDS)
        except Exception as error:
            raise Lost(f"{type(error).__name__}: {error}") from error
        self._troubled = False
        log.info("alone", what=self._what)

    async def _ask(self, engine: AsyncEngine, statement: str, given: object) -> Any:
        # A program without a part asks for nothing else: it would never say that the database is away.
        with self._database.watched(writes=False):
            return await _asked(engine, statement, given)

    def _note(self, lost: Lost) -> None:
        """Once, however long the database is away."""
        if not self._troubled:
            log.warning("not_alone", what=self._what, said=str(lost))
        self._troubled = True


async def server_version(session: AsyncSession) -> int:
    """The main version of PostgreSQL; see ENDS_THE_SILENT."""
    connection = await session.connection()
    return int((await connection.execute(_VERSION)).scalar_one()) // 10_000


async def holders(session: AsyncSession, bot: str) -> dict[str, str]:
    """Which program runs each part now, as it calls itself. Empty on SQLite."""
    connection = await session.connection()
    if connection.dialect.name != "postgresql":
        return {}
    prefix = _name(bot, "")
    names = (await connection.execute(_HOLDERS, {"prefix": prefix})).scalars()
    told = (name.removeprefix(prefix).partition(" ")[::2] for name in names)
    return dict(told)


def _one_connection(url: str, name: str) -> AsyncEngine:
    """An engine that connects once: a second connection would write without the lock."""
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_PATIENCE_SECONDS,
        connect_args={
            "timeout": _ANSWER_SECONDS,
            "command_timeout": _STATEMENT_SECONDS,
            "server_settings": {"application_name": f"{name} {socket.gethostname()}, process {os.getpid()}"},
        },
    )
    look_up_by_keys(engine)
    connected: list[object] = []

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(*asked: object) -> None:
        if connected:
            raise Lost("the connection is gone")
        connected.append(asked)

    return engine


async def _beat(engine: AsyncEngine, until: asyncio.Timeout) -> None:
    """Keeps the session from being silent; ends what is done with it when it is gone."""
    gone = asyncio.Event()
    try:
        async with _driver(engine) as driver:
            # Heard at once, also while nothing is asked: a frozen program that wakes up stops where it is.
            driver.add_termination_listener(lambda _connection: gone.set())
        while not gone.is_set():
            await _asked(engine, _BEAT)
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEAT_SECONDS):
                    await gone.wait()
    except Exception as error:
        log.info("beat_failed", said=type(error).__name__)
    # It may be ending by itself in this moment.
    with suppress(RuntimeError):
        until.reschedule(asyncio.get_running_loop().time())


@asynccontextmanager
async def _driver(engine: AsyncEngine) -> AsyncIterator[Any]:
    """The driver's own connection, in no transaction: what is set or taken there belongs to the session."""
    async with engine.connect() as connection:
        yield (await connection.get_raw_connection()).driver_connection


async def _asked(engine: AsyncEngine, statement: str, *given: object) -> Any:
    async with _driver(engine) as driver:
        return await driver.fetchval(statement, *given, timeout=_ANSWER_SECONDS)


def _key(bot: str, what: str) -> int:
    digest = hashlib.sha256(_name(bot, what).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _name(bot: str, what: str) -> str:
    return f"jiaoying/{bot}/{what}"

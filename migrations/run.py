"""Migrating a database from inside the program: up, down, where it stands and what is missing.

All functions take a URL as the settings have it and wait until it is done; on an event loop call them in a thread
(`await asyncio.to_thread(upgrade, url)`). A run is one transaction on both databases: failing halfway leaves nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.core.errors import ConfigurationFault

T = TypeVar("T")

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")

_HERE = Path(__file__).resolve().parent
# Any number nobody else takes on this database: two programs that migrate at once do it one after the other.
_LOCK = 7_023_110_611


class Unreachable(ConfigurationFault):
    """The database does not let us in, or there is none."""


def upgrade(url: str, revision: str = "head") -> None:
    """Brings the database to the revision; makes a SQLite file and its folder.

    Raises:
        Unreachable: it cannot be opened.
        ConfigurationFault: the database was migrated by a newer version of the program.
    """
    require_known(url)
    _make_folder(url)
    _connected(url, lambda connection: command.upgrade(_config(connection), revision))


def downgrade(url: str, revision: str) -> None:
    """Takes the database back to the revision (`base`: no tables, and nothing that was in them).

    Raises:
        Unreachable, ConfigurationFault: as for `upgrade`.
    """
    require_known(url)
    _connected(url, lambda connection: command.downgrade(_config(connection), revision))


def stamp(url: str, revision: str = "head") -> None:
    """Says that the tables are already as the revision makes them, without touching them."""
    _connected(url, lambda connection: command.stamp(_config(connection), revision))


def write(url: str, message: str, revision: str) -> Path:
    """Writes the revision that leads from this database to the models; where it was written."""
    made = _connected(
        url,
        lambda connection: command.revision(_config(connection), message, autogenerate=True, rev_id=revision),
    )
    if made is None or isinstance(made, list):
        raise LookupError("one revision was asked for")
    return Path(made.path)


def current(url: str) -> str | None:
    """The revision the database stands at; None for one without tables. Makes no file."""
    path = _sqlite_path(url)
    if path is not None and not path.exists():
        return None
    return _connected(url, lambda connection: MigrationContext.configure(connection).get_current_revision())


def revisions() -> list[str]:
    """All revisions there are, oldest first."""
    return [script.revision for script in reversed(list(_scripts().walk_revisions()))]


def pending(url: str) -> list[str]:
    """The revisions the database lacks, oldest first; empty when it stands at head.

    Raises:
        Unreachable, ConfigurationFault: as for `upgrade`.
    """
    known, at = revisions(), require_known(url)
    return known[known.index(at) + 1 :] if at else known


def require_known(url: str) -> str | None:
    """The revision the database stands at, if this program knows it.

    Raises:
        ConfigurationFault: it does not.
    """
    at = current(url)
    if at is not None and at not in revisions():
        raise ConfigurationFault(
            f"the database is at revision {at}, which this version does not know: "
            "it was migrated by a newer one; run that, or restore the backup made before it"
        )
    return at


def require_driver(url: str) -> None:
    """Raises ConfigurationFault for the URL of a database or driver the program does not have."""
    if url.partition("://")[0] not in DRIVERS:
        wanted = " or ".join(f"{driver}://" for driver in DRIVERS)
        raise ConfigurationFault(f"a database URL begins with {wanted}, this one with {url.partition(':')[0]!r}")


def shown(url: str) -> str:
    """The URL without its password, for people."""
    return make_url(url).render_as_string(hide_password=True)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _connected(url: str, work: Callable[[Connection], T]) -> T:
    """Does the work in one transaction on a connection of its own."""

    async def run() -> T:
        async with _opened(url) as connection:
            return await connection.run_sync(lambda plain: _locked(plain, work))

    return asyncio.run(run())


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction. Only what goes wrong before it stands is Unreachable."""
    engine = _engine(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        try:
            _try_file(url)
            connection = await stack.enter_async_context(engine.begin())
        except (OSError, TimeoutError, SQLAlchemyError, sqlite3.Error, asyncpg.PostgresError) as error:
            raise Unreachable(f"{shown(url)} cannot be opened: {_first_line(error)}") from error
        yield connection


def _try_file(url: str) -> None:
    """Opens the file once in plain: where that fails, aiosqlite's thread outlives the loop and prints a traceback."""
    if (path := _sqlite_path(url)) is not None:
        sqlite3.connect(path).close()


def _locked(connection: Connection, work: Callable[[Connection], T]) -> T:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    done = work(connection)
    if connection.dialect.name == "sqlite":
        _require_whole(connection)
    return done


def _require_whole(connection: Connection) -> None:
    """Foreign keys are not enforced while SQLite's tables are rebuilt; they are counted before the commit instead."""
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise ConfigurationFault(
            f"the migration would leave {len(broken)} rows that point at nothing; nothing was changed"
        )


def _engine(url: str) -> AsyncEngine:
    require_driver(url)
    engine = create_async_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        _begin_by_ourselves(engine)
    return engine


def _begin_by_ourselves(engine: AsyncEngine) -> None:
    """The driver would commit before each CREATE or ALTER; with BEGIN of our own, all of it is one transaction."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_folder(url: str) -> None:
    path = _sqlite_path(url)
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unreachable(f"the folder of {shown(url)} cannot be made: {error}") from error


def _sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL; None for PostgreSQL and for a database in memory."""
    require_driver(url)
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or parts.database in {None, "", ":memory:"}:
        return None
    return Path(str(parts.database))


def _first_line(error: Exception) -> str:
    """What the driver said, without the statement and the links that SQLAlchemy adds."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__

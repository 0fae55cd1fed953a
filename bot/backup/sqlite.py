"""A SQLite file saved while the bot writes to it, and put back."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.backup.manifest import DUMPS, Manifest, Tables
from bot.backup.named import digests_in, named_in
from bot.core.alone import alone
from bot.core.errors import ConfigurationFault

_BESIDE = ("-wal", "-shm", "-journal")


def snapshot(url: str, home: Path) -> tuple[Tables, set[str]]:
    """The database as at one instant, and the attachments its rows name. Waits for the disk.

    Copied in one step: with several, every write of the bot's would make SQLite begin anew.
    """
    path, target = _path(url), home / DUMPS["sqlite"]
    if not path.exists():
        raise ConfigurationFault(f"{path} does not exist: there is nothing to save")
    try:
        with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            return _described(copy), _named(copy)
    except sqlite3.DatabaseError as error:
        raise ConfigurationFault(f"{path} cannot be saved: {error}") from error


@asynccontextmanager
async def loading(url: str, home: Path, manifest: Manifest, *, stamp: str, replace: bool) -> AsyncIterator[str]:
    """The URL under which the backup is made ready; with the end of the block it stands in its place.

    `replace`: what is there is kept under a name with `stamp` in it. Without, what holds something is not touched.

    Raises:
        ConfigurationFault: a program runs on the file, or it holds something.
    """
    path = _path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    async with alone(url):
        held = _holds(path)
        if held and not replace:
            raise ConfigurationFault(f"{path} holds something: --replace keeps it aside and puts the backup there")
        part = path.with_name(f"{path.name}.restoring")
        try:
            _clear(part)
            shutil.copyfile(home / DUMPS["sqlite"], part)
            _require_same(part, manifest)
            yield f"sqlite+aiosqlite:///{part}"
            _settle(part)
            if held:
                _settle(path)
                path.replace(kept_as(url, stamp))
            _clear(path)
            part.replace(path)
        finally:
            _clear(part)
    os.sync()


def kept_as(url: str, stamp: str) -> Path:
    """Under which name what was there is kept."""
    path = _path(url)
    return path.with_name(f"{path.name}.before-{stamp}")


def _path(url: str) -> Path:
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ConfigurationFault("a database in memory cannot be saved or put back")
    return Path(database)


def _described(copy: sqlite3.Connection) -> Tables:
    if (verdict := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
        raise ConfigurationFault(f"the database is damaged, and nothing was saved: {verdict}")
    tables = _tables(copy)
    if "alembic_version" not in tables:
        raise ConfigurationFault("the database has no tables of ours: there is nothing to save")
    (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    counts = {table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}
    return Tables(kind="sqlite", revision=revision, server=sqlite3.sqlite_version, counts=counts)


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in rows)


def _named(copy: sqlite3.Connection) -> set[str]:
    found = set()
    for table in _tables(copy):
        for column in (row[1] for row in copy.execute(f'PRAGMA table_info("{table}")')):
            if sql := named_in(table, column):
                found |= {str(value) for (value,) in copy.execute(sql)}
    return digests_in(found)


def _holds(path: Path) -> bool:
    """Whether a row stands in any table; a file that is no database holds something too."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            tables = [table for table in _tables(connection) if table != "alembic_version"]
            return any(connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() for table in tables)
    except sqlite3.DatabaseError:
        return True


def _require_same(part: Path, manifest: Manifest) -> None:
    with closing(sqlite3.connect(part)) as connection:
        if _described(connection).counts != manifest.database.counts:
            raise ConfigurationFault("the database in the backup is not the one its manifest describes")


def _settle(path: Path) -> None:
    """Everything in one file: no log is left beside it that another file of the name would be read with."""
    try:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError:
        return


def _clear(path: Path) -> None:
    for name in (path.name, *(f"{path.name}{suffix}" for suffix in _BESIDE)):
        path.with_name(name).unlink(missing_ok=True)

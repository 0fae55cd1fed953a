"""A PostgreSQL database saved while the bot writes to it, and put back: by pg_dump and pg_restore.

What the dump holds and what the manifest says of it are one state: both are read on one exported snapshot. Passwords
go to the tools by their environment, never by their arguments, which everybody on the machine can read.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from bot.backup.manifest import DUMPS, Manifest, Tables
from bot.backup.named import digests_in, named_in
from bot.core.errors import ConfigurationFault
from migrations.run import Unreachable, shown

_ASIDE = "before_"
_FOREIGN = ("--no-owner", "--no-privileges")
_VERSION = re.compile(r"\) (\d+)")
_TO_MEND = "install the one that fits your server (Debian: apt-get install postgresql-client)"


async def snapshot(url: str, home: Path) -> tuple[Tables, set[str]]:
    """The database as at one instant, and the attachments its rows name.

    Raises:
        ConfigurationFault: the client tools are missing or older than the server, or it cannot be saved.
    """
    program = _require_program("pg_dump")
    async with _connected(url, "REPEATABLE READ") as connection:
        server = await _one(connection, "SHOW server_version")
        client = await _require_not_older(program, url, server)
        known = await _one(connection, "SELECT pg_export_snapshot()")
        words = (f"--snapshot={known}", f"--exclude-schema={_ASIDE}*", f"--file={home / DUMPS['postgresql']}")
        await _run(program, url, "--format=custom", *_FOREIGN, *words)
        return await _described(connection, server, client), await _named(connection)


@asynccontextmanager
async def loading(url: str, home: Path, manifest: Manifest, *, stamp: str, replace: bool) -> AsyncIterator[str]:
    """The backup in its place; what was there is put back if the block fails. `stamp`, `replace` as for SQLite.

    Raises:
        ConfigurationFault: tools or server are too old, somebody is connected, or the database holds something.
    """
    program = _require_program("pg_restore")
    kept = kept_as(stamp)
    async with _connected(url, "AUTOCOMMIT") as connection:
        await _require_able(connection, program, url, manifest)
        await _require_nobody_else(connection)
        held = await _holds(connection)
        if held and not replace:
            raise ConfigurationFault(f"{shown(url)} holds something: --replace keeps it aside, in a schema of its own")
        await connection.execute(text(_MOVE_ASIDE.format(kept=kept)))
        try:
            words = (f"--dbname={make_url(url).database}", str(home / DUMPS["postgresql"]))
            await _run(program, url, "--single-transaction", "--exit-on-error", *_FOREIGN, *words)
            await _require_same(connection, manifest)
            yield url
        except BaseException:
            await connection.execute(text(_PUT_BACK.format(kept=kept)))
            raise
        if not held:
            await connection.execute(text(f'DROP SCHEMA "{kept}" CASCADE'))


_MOVE_ASIDE = """
DO $$ DECLARE name text; BEGIN
  CREATE SCHEMA "{kept}";
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
    EXECUTE format('ALTER TABLE %I SET SCHEMA "{kept}"', name);
  END LOOP;
END $$
"""

_PUT_BACK = """
DO $$ DECLARE name text; here text := current_schema(); BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = here LOOP
    EXECUTE format('DROP TABLE %I CASCADE', name);
  END LOOP;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '{kept}' LOOP
    EXECUTE format('ALTER TABLE "{kept}".%I SET SCHEMA %I', name, here);
  END LOOP;
  DROP SCHEMA "{kept}";
END $$
"""


def kept_as(stamp: str) -> str:
    """The schema in which what was there is kept."""
    return f"{_ASIDE}{stamp.lower()}"


@asynccontextmanager
async def _connected(url: str, isolation: str) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as stack:
        engine = create_async_engine(url, poolclass=NullPool, isolation_level=isolation)
        stack.push_async_callback(engine.dispose)
        try:
            connection = await stack.enter_async_context(engine.connect())
        except (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError) as error:
            raise Unreachable(f"{shown(url)} cannot be opened: {error}") from error
        yield connection


# --- the tools -------------------------------------------------------------------------------------------------------


def _require_program(name: str) -> str:
    if (found := shutil.which(name)) is None:
        raise ConfigurationFault(f"{name} is not on this machine: {_TO_MEND}")
    return found


async def _require_not_older(program: str, url: str, server: str) -> int:
    """The tool's major version. Raises ConfigurationFault where the server's is newer."""
    said = await _run(program, url, "--version")
    found = _VERSION.search(said)
    if found is None or int(found[1]) < _major(server):
        raise ConfigurationFault(f"{said.strip()} is older than the server ({server}): {_TO_MEND}")
    return int(found[1])


async def _require_able(connection: AsyncConnection, program: str, url: str, manifest: Manifest) -> None:
    server = await _one(connection, "SHOW server_version")
    if _major(server) < _major(manifest.database.server):
        made_on = f"PostgreSQL {manifest.database.server}"
        raise ConfigurationFault(f"the backup was made on {made_on}, and this server is older: {server}")
    if await _require_not_older(program, url, server) < manifest.database.client:
        raise ConfigurationFault(f"the dump was made by pg_dump {manifest.database.client}: {_TO_MEND}")


def _major(version: str) -> int:
    return int(version.split(".")[0].split()[0])


async def _run(program: str, url: str, *words: str) -> str:
    """What it says. Raises ConfigurationFault with its complaint."""
    process = await asyncio.create_subprocess_exec(
        program, *words, env=_environment(url), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await process.communicate()
    if process.returncode:
        raise ConfigurationFault(f"{Path(program).name} failed: {complained.decode(errors='replace').strip()}")
    return said.decode(errors="replace")


def _environment(url: str) -> dict[str, str]:
    """Where the tools connect to, as libpq is told."""
    parts, asked = make_url(url), make_url(url).query
    given: Mapping[str, object] = {
        "PGHOST": parts.host or asked.get("host"),
        "PGPORT": parts.port or asked.get("port"),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database,
        "PGSSLMODE": asked.get("ssl"),
    }
    return {**os.environ, "PGCONNECT_TIMEOUT": "10", **{name: str(value) for name, value in given.items() if value}}


# --- what is in there ------------------------------------------------------------------------------------------------


async def _one(connection: AsyncConnection, sql: str) -> str:
    return str((await connection.execute(text(sql))).scalar_one())


async def _tables(connection: AsyncConnection) -> list[str]:
    sql = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    return list((await connection.execute(text(sql))).scalars())


async def _described(connection: AsyncConnection, server: str, client: int) -> Tables:
    tables = await _tables(connection)
    if "alembic_version" not in tables:
        raise ConfigurationFault("the database has no tables of ours: there is nothing to save")
    revision = await _one(connection, "SELECT version_num FROM alembic_version")
    counts = {table: int(await _one(connection, f'SELECT count(*) FROM "{table}"')) for table in tables}
    return Tables(kind="postgresql", revision=revision, server=server, client=client, counts=counts)


async def _named(connection: AsyncConnection) -> set[str]:
    sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    found: set[str] = set()
    for table, column in (await connection.execute(text(sql))).all():
        if query := named_in(table, column):
            found |= set((await connection.execute(text(query))).scalars())
    return digests_in(found)


async def _holds(connection: AsyncConnection) -> bool:
    for table in await _tables(connection):
        sql = f'SELECT EXISTS (SELECT 1 FROM "{table}")'
        if table != "alembic_version" and await _one(connection, sql) == "True":
            return True
    return False


async def _require_same(connection: AsyncConnection, manifest: Manifest) -> None:
    saved = manifest.database
    if (await _described(connection, saved.server, saved.client)).counts != saved.counts:
        raise ConfigurationFault("the database in the backup is not the one its manifest describes")


async def _require_nobody_else(connection: AsyncConnection) -> None:
    who = "coalesce(nullif(application_name, ''), usename)"
    sql = (
        f"SELECT coalesce(string_agg(DISTINCT {who}, ', '), '') FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    if others := await _one(connection, sql):
        raise ConfigurationFault(f"others are connected to the database ({others}): stop jiaoying on every machine")

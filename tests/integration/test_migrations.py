"""Migrations climb the stairs on both databases, and give exactly the tables the models say."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.core.errors import ConfigurationFault
from migrations import metadata, run

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
REVISIONS = run.revisions()


def test_every_room_with_tables_is_in_the_metadata() -> None:
    found = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in ROOT.glob("bot/**/models.py")}
    assert {room.__name__ for room in metadata.ROOMS} == found


def test_every_key_check_and_index_has_a_name() -> None:
    assert [thing for thing, name in named_things() if not name] == []


def test_names_fit_postgresql_which_cuts_at_63_bytes() -> None:
    assert [name for _, name in named_things() if len(str(name).encode()) > 63] == []


def test_revisions_are_numbered_without_a_gap_and_their_files_begin_with_the_number() -> None:
    files = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    assert [f"{number:04}" for number in range(1, len(files) + 1)] == REVISIONS
    assert [name[:4] for name in files] == REVISIONS


def test_the_migrations_give_exactly_the_tables_of_the_models(bare_database_url: str) -> None:
    run.upgrade(bare_database_url)
    differences = on(bare_database_url, lambda connection: compare_metadata(context(connection), metadata.METADATA))
    assert differences == []


def test_checks_and_partial_indexes_are_the_models_too(bare_database_url: str) -> None:
    """Alembic compares neither; so what the migrations made is compared with what the models make, as reflected."""
    run.upgrade(bare_database_url)
    migrated = on(bare_database_url, shape)
    run.downgrade(bare_database_url, "base")
    on(bare_database_url, metadata.METADATA.create_all)
    assert migrated == on(bare_database_url, shape)
    assert any(table["checks"] for table in migrated.values())


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_goes_up_down_and_up_again(bare_database_url: str, revision: str) -> None:
    below = before(revision)
    run.upgrade(bare_database_url, revision)
    above = on(bare_database_url, shape)
    run.downgrade(bare_database_url, below)
    assert run.current(bare_database_url) == (None if below == "base" else below)
    run.upgrade(bare_database_url, revision)
    assert run.current(bare_database_url) == revision
    assert on(bare_database_url, shape) == above


def test_going_down_to_the_ground_leaves_nothing(bare_database_url: str) -> None:
    run.upgrade(bare_database_url)
    run.downgrade(bare_database_url, "base")
    assert on(bare_database_url, lambda connection: inspect(connection).get_table_names()) == ["alembic_version"]


def test_what_is_pending_is_told_oldest_first(bare_database_url: str) -> None:
    assert run.pending(bare_database_url) == REVISIONS
    run.upgrade(bare_database_url, REVISIONS[0])
    assert run.pending(bare_database_url) == REVISIONS[1:]
    run.upgrade(bare_database_url)
    assert run.pending(bare_database_url) == []


def test_a_database_of_tests_counts_as_migrated(database_url: str) -> None:
    assert run.pending(database_url) == []


def test_a_database_from_a_newer_version_is_left_alone(bare_database_url: str) -> None:
    run.upgrade(bare_database_url)
    on(bare_database_url, lambda connection: connection.execute(text("update alembic_version set version_num='9999'")))
    for attempt in (run.pending, run.upgrade):
        with pytest.raises(ConfigurationFault, match="9999, which this version does not know"):
            attempt(bare_database_url)
    with pytest.raises(ConfigurationFault, match="9999"):
        run.downgrade(bare_database_url, "base")


def test_asking_where_a_missing_file_stands_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "jiaoying.db"
    assert run.current(f"sqlite+aiosqlite:///{path}") is None
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://somebody:secret@127.0.0.1:1/test",
        "sqlite+aiosqlite:///{folder}",
        "sqlite+aiosqlite:///{folder}/text",
        "sqlite+aiosqlite:///{folder}/text/below",
    ],
)
def test_a_database_that_cannot_be_opened_is_a_sentence_without_its_password(url: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a file of another kind, longer than the header of a database", encoding="utf-8")
    with pytest.raises(run.Unreachable) as raised:
        run.upgrade(url.format(folder=tmp_path))
    assert "secret" not in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://x/y", "sqlite:///x.db", "nonsense", ""])
def test_a_url_for_another_driver_is_refused_with_those_there_are(url: str) -> None:
    with pytest.raises(ConfigurationFault, match=r"sqlite\+aiosqlite:// or postgresql\+asyncpg://"):
        run.pending(url)


def test_a_migration_that_fails_halfway_leaves_nothing(bare_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last revision's last table stands in the way, so everything before it has been made when it fails."""
    last = metadata.METADATA.sorted_tables[-1].name
    on(bare_database_url, lambda connection: connection.execute(text(f"create table {last} (id integer)")))
    with pytest.raises(SQLAlchemyError, match=f"{last}.* already exists"):
        run.upgrade(bare_database_url)
    assert on(bare_database_url, lambda connection: inspect(connection).get_table_names()) == [last]


async def test_two_programs_that_migrate_at_once_do_it_one_after_the_other(bare_database_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(run.upgrade, bare_database_url) for _ in range(2)))
    assert await asyncio.to_thread(run.pending, bare_database_url) == []


def test_a_database_in_use_can_be_migrated(tmp_path: Path) -> None:
    """WAL mode, as the running program leaves it."""
    path = tmp_path / "used.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    run.upgrade(f"sqlite+aiosqlite:///{path}")
    assert run.pending(f"sqlite+aiosqlite:///{path}") == []


def test_the_next_revision_is_empty_while_the_models_are_the_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a copy of the folder: other tests count the revisions meanwhile."""
    monkeypatch.setattr(run, "_HERE", shutil.copytree(ROOT / "migrations", tmp_path / "migrations"))
    url = f"sqlite+aiosqlite:///{tmp_path / 'revisions.db'}"
    run.upgrade(url)
    written = run.write(url, "Nothing changes", "9000")
    module = load(written)
    assert written.name == "9000_nothing_changes.py"
    assert (module.revision, module.down_revision) == ("9000", REVISIONS[-1])
    assert written.read_text(encoding="utf-8").count("    pass\n") == 2


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("a_revision", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named_things() -> Iterator[tuple[object, object]]:
    for table in metadata.METADATA.sorted_tables:
        for constraint in table.constraints:
            yield constraint, constraint.name
        for index in table.indexes:
            yield index, index.name


def before(revision: str) -> str:
    position = REVISIONS.index(revision)
    return REVISIONS[position - 1] if position else "base"


def on(url: str, work: Callable[[Connection], T]) -> T:
    async def connected() -> T:
        engine = create_async_engine(url, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(work)
        finally:
            await engine.dispose()

    return asyncio.run(connected())


def context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": True})


def shape(connection: Connection) -> dict[str, dict[str, Any]]:
    """Everything a database can tell about its tables, in an order of its own."""
    inspector = inspect(connection)
    return {name: table_shape(inspector, name) for name in inspector.get_table_names() if name != "alembic_version"}


def table_shape(inspector: Inspector, name: str) -> dict[str, Any]:
    return {
        "columns": [(str(c["name"]), str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(name)],
        "primary": inspector.get_pk_constraint(name),
        "foreign": by_name(inspector.get_foreign_keys(name)),
        "uniques": by_name(inspector.get_unique_constraints(name)),
        "checks": by_name(inspector.get_check_constraints(name)),
        "indexes": by_name(inspector.get_indexes(name)),
    }


def by_name(things: Any) -> list[dict[str, Any]]:
    return sorted((plain(thing) for thing in things), key=lambda thing: thing["name"])


def plain(thing: dict[str, Any]) -> dict[str, Any]:
    """Values that can be compared: the condition of a partial index is reflected as an object."""
    return {key: plain(value) if isinstance(value, dict) else str(value) for key, value in thing.items()}

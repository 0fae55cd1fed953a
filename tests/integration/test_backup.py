"""Backup and restore by the command line, on both databases: what is saved, what is refused, what is kept aside."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import asyncpg
import pytest
from sqlmodel import select

from bot.core import shelf
from bot.core.access import SYSTEM
from bot.core.alone import alone
from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery import service as delivery
from bot.delivery.models import Lane, Message, MessageState
from bot.delivery.schemas import Media, Screen, Target, Telling
from bot.directory import roster
from bot.directory.models import Person
from bot.intake import repository as intake
from bot.intake.rules import day_of
from bot.plan.service import Plan
from migrations import run as migrations
from tests.conftest import PACK
from tests.integration.command_line import jiaoying

ROSTER = "name,phone,post,region\n龙水镇值班员,138 0000 0001,town_duty,龙水镇\n"
PHOTO, OTHER = b"\x89PNG one", b"\x89PNG two"

ON_POSTGRES = pytest.mark.parametrize(
    "bare_database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, bare_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with settings for a database that has nothing in it."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("JIAOYING_")]:
        monkeypatch.delenv(name)
    values = {
        "BOT_TOKEN": "110000001:secret",
        "DATABASE_URL": bare_database_url,
        "FILES": str(folder / "files"),
        "WEBHOOK_SECRET": "hidden",
        "PROXY": "http://user:hidden@127.0.0.1:3128",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"JIAOYING_{name}", value)
    return folder


@pytest.fixture
def saved(place: Path, tmp_path: Path, bare_database_url: str, plan: Plan) -> Path:
    """A folder with one backup: a person, a photo that a text carries, one that no row names."""
    jiaoying("migrate")
    asyncio.run(live(bare_database_url, place / "files", plan))
    done = jiaoying("backup", str(tmp_path / "backups"))
    assert done.exit_code == 0, done.output
    return tmp_path / "backups"


async def live(url: str, files: Path, plan: Plan) -> None:
    """Somebody is on the roster and a photo is on its way to him."""
    digest = shelf.keep(files, PHOTO)
    shelf.keep(files, OTHER)
    database, now = Database(url), Clock().now()
    async with database.write() as session:
        assert not (await roster.import_csv(session, SYSTEM, now, plan, ROSTER)).errors
        how = Telling("incident:1", "media", Lane.URGENT, critical=True, media=Media("photo", sha256=digest))
        await delivery.show(session, now, how, Screen("佐证"), [Target(7)])
    await database.close()


async def names_in(url: str) -> list[str]:
    database = Database(url)
    async with database.read() as session:
        found = list((await session.exec(select(Person.name))).all())
    await database.close()
    return found


async def states_in(url: str) -> list[tuple[MessageState, bool]]:
    database = Database(url)
    async with database.read() as session:
        found = [(row.state, row.repeated) for row in (await session.exec(select(Message))).all()]
    await database.close()
    return found


async def next_serial(url: str) -> int:
    database = Database(url)
    async with database.write() as session:
        serial = await intake.next_serial(session, "龙水", day_of(Clock().now()))
    await database.close()
    return serial


def emptied(url: str, place: Path) -> None:
    """The machine is gone: no tables, no attachments."""
    migrations.downgrade(url, "base")
    shutil.rmtree(place / "files")


# --- what is saved ---------------------------------------------------------------------------------------------------


def test_everything_comes_back_where_there_is_nothing(saved: Path, place: Path, bare_database_url: str) -> None:
    emptied(bare_database_url, place)
    done = jiaoying("restore", str(saved))
    assert done.exit_code == 0, done.output
    assert asyncio.run(names_in(bare_database_url)) == ["龙水镇值班员"]
    assert migrations.pending(bare_database_url) == []
    kept = {path.name: path.read_bytes() for path in (place / "files").glob("??/??/*")}
    assert sorted(kept.values()) == [PHOTO, OTHER]
    assert "goes out once more at the start, marked: 1; left uncertain: 0" in done.stdout
    assert asyncio.run(states_in(bare_database_url)) == [(MessageState.QUEUED, True)]


def test_after_a_move_what_was_queued_goes_out_as_if_nothing_had_happened(
    saved: Path, place: Path, bare_database_url: str
) -> None:
    emptied(bare_database_url, place)
    assert jiaoying("restore", str(saved), "--moved").exit_code == 0
    assert asyncio.run(states_in(bare_database_url)) == [(MessageState.QUEUED, False)]
    assert asyncio.run(next_serial(bare_database_url)) == 1


def test_a_number_given_out_after_the_backup_is_not_given_out_again(
    saved: Path, place: Path, bare_database_url: str
) -> None:
    told = asyncio.run(next_serial(bare_database_url))
    emptied(bare_database_url, place)
    jiaoying("restore", str(saved))
    assert asyncio.run(next_serial(bare_database_url)) > told


def test_secrets_stay_out_unless_they_are_asked_for(saved: Path, tmp_path: Path) -> None:
    (plain,) = saved.glob("*/env")
    assert "TOKEN" not in plain.read_text(encoding="utf-8")
    assert "hidden" not in plain.read_text(encoding="utf-8")
    assert "JIAOYING_PROXY='http://user@127.0.0.1:3128'" in plain.read_text(encoding="utf-8")
    assert "guard it" in jiaoying("backup", str(tmp_path / "more"), "--with-secrets").stdout
    (full,) = (tmp_path / "more").glob("*/env")
    assert "JIAOYING_BOT_TOKEN='110000001:secret'" in full.read_text(encoding="utf-8")
    assert "user:hidden@" in full.read_text(encoding="utf-8")


def test_nobody_else_on_the_machine_can_look_into_a_backup(saved: Path) -> None:
    assert [path.stat().st_mode & 0o077 for path in (saved, *saved.iterdir())] == [0, 0, 0]


def test_a_second_backup_copies_only_what_is_new_and_old_ones_are_removed_without_their_photos(
    saved: Path, place: Path
) -> None:
    (first,) = saved.glob("*/manifest.json")
    first.parent.rename(saved / "20200101T000000Z")
    shelf.keep(place / "files", b"three")
    done = jiaoying("backup", str(saved), "--keep", "1")
    assert "attachments: 3, new 1" in done.stdout
    assert "removed: 20200101T000000Z" in done.stdout
    assert len(list(saved.glob("*/manifest.json"))) == 1
    assert len(list(saved.glob("files/??/??/*"))) == 3


def test_sha256sum_reads_the_list_of_attachments(saved: Path) -> None:
    (listed,) = saved.glob("*/files.sha256")
    checked = subprocess.run(["sha256sum", "-c", listed.name], cwd=listed.parent, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout.count(b": OK")) == (0, 2)


def test_a_lost_photo_does_not_keep_the_rest_from_being_saved_and_is_named(
    saved: Path, place: Path, tmp_path: Path
) -> None:
    for path in (place / "files").glob("??/??/*"):
        if path.read_bytes() == PHOTO:
            path.write_bytes(b"other bytes")
    done = jiaoying("backup", str(tmp_path / "more"))
    assert (done.exit_code, "that rows name and that are nowhere: 1" in done.stdout) == (1, True)
    assert jiaoying("restore", str(tmp_path / "more"), "--check").exit_code == 0
    # A folder that saved it before has it still.
    assert jiaoying("backup", str(saved)).exit_code == 0


def test_settings_and_pack_come_back_where_there_are_none_and_are_left_alone_where_there_are(
    saved: Path, place: Path, tmp_path: Path, bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied(bare_database_url, place)
    monkeypatch.setenv("JIAOYING_PACK", str(tmp_path / "pack"))
    monkeypatch.delenv("JIAOYING_BOT_TOKEN")
    done = jiaoying("restore", str(saved))
    assert jiaoying("pack", "check", str(tmp_path / "pack")).exit_code == 0
    assert (PACK / "posts.yaml").read_bytes() == (tmp_path / "pack" / "posts.yaml").read_bytes()
    assert "JIAOYING_FILES" in (place / ".env").read_text(encoding="utf-8")
    assert "write JIAOYING_BOT_TOKEN into .env" in done.stdout
    before = (place / ".env").read_bytes()
    (tmp_path / "pack" / "posts.yaml").write_text((PACK / "posts.yaml").read_text(encoding="utf-8") + "\n", "utf-8")
    again = jiaoying("restore", str(saved), "--replace")
    assert "is another than that of the backup" in again.stdout
    assert (place / ".env").read_bytes() == before


# --- what is refused -------------------------------------------------------------------------------------------------


def test_what_holds_something_is_not_overwritten_and_is_kept_aside_when_it_is_replaced(
    saved: Path, place: Path, bare_database_url: str
) -> None:
    refused = jiaoying("restore", str(saved))
    assert (refused.exit_code, "holds something: --replace" in refused.stderr) == (2, True)
    assert asyncio.run(states_in(bare_database_url)) == [(MessageState.QUEUED, False)]
    done = jiaoying("restore", str(saved), "--replace")
    assert done.exit_code == 0, done.output
    assert asyncio.run(states_in(bare_database_url)) == [(MessageState.QUEUED, True)]
    assert asyncio.run(kept_aside(bare_database_url)) == ["龙水镇值班员"]


async def kept_aside(url: str) -> list[str]:
    """Who is in the database that was there before."""
    if url.startswith("sqlite"):
        path = Path(url.partition(":///")[2])
        (old,) = path.parent.glob(f"{path.name}.before-*")
        return await names_in(f"sqlite+aiosqlite:///{old}")
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    schema = await connection.fetchval("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_%'")
    found = [row["name"] for row in await connection.fetch(f'SELECT name FROM "{schema}".directory_person')]
    await connection.close()
    return found


@pytest.mark.parametrize("part", ["database.*", "pack/posts.yaml", "env", "files.sha256", "../files/??/??/*"])
def test_a_damaged_part_is_found_before_anything_is_changed(
    saved: Path, place: Path, bare_database_url: str, part: str
) -> None:
    emptied(bare_database_url, place)
    (home,) = (path.parent for path in saved.glob("*/manifest.json"))
    damaged = next(iter(home.glob(part)))
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    for words in (["--check"], []):
        refused = jiaoying("restore", str(saved), *words)
        assert refused.exit_code == 2
        assert damaged.name in refused.stderr
    assert migrations.current(bare_database_url) is None
    assert not (place / "files").exists()


def test_a_backup_from_a_newer_version_is_refused(saved: Path, place: Path, bare_database_url: str) -> None:
    emptied(bare_database_url, place)
    (path,) = saved.glob("*/manifest.json")
    path.write_text(path.read_text(encoding="utf-8").replace(f'"{migrations.revisions()[-1]}"', '"4711"'), "utf-8")
    refused = jiaoying("restore", str(saved))
    assert (refused.exit_code, "4711, which this version does not know" in refused.stderr) == (2, True)


def test_a_backup_of_an_older_revision_is_brought_to_this_one(
    place: Path, tmp_path: Path, bare_database_url: str
) -> None:
    migrations.upgrade(bare_database_url, migrations.revisions()[-2])
    assert jiaoying("backup", str(tmp_path / "backups")).exit_code == 0
    done = jiaoying("restore", str(tmp_path / "backups"), "--replace")
    assert done.exit_code == 0, done.output
    assert migrations.pending(bare_database_url) == []


def test_a_backup_of_the_other_kind_of_database_is_refused(
    saved: Path, place: Path, bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_sqlite = bare_database_url.startswith("sqlite")
    other = "postgresql+asyncpg://127.0.0.1:1/x" if is_sqlite else f"sqlite+aiosqlite:///{place}/x.db"
    monkeypatch.setenv("JIAOYING_DATABASE_URL", other)
    refused = jiaoying("restore", str(saved))
    assert (refused.exit_code, "JIAOYING_DATABASE_URL names" in refused.stderr) == (2, True)


def test_nothing_is_restored_under_a_program_that_runs(saved: Path, bare_database_url: str) -> None:
    async def while_it_runs() -> int:
        database = Database(bare_database_url)
        async with alone(bare_database_url), database.read() as session:
            await session.exec(select(Person.id))
            refused = await asyncio.to_thread(jiaoying, "restore", str(saved), "--replace")
        await database.close()
        assert "stop" in refused.stderr
        return refused.exit_code

    assert asyncio.run(while_it_runs()) == 2
    assert asyncio.run(names_in(bare_database_url)) == ["龙水镇值班员"]


def test_where_there_is_no_backup_that_is_said(tmp_path: Path) -> None:
    refused = jiaoying("restore", str(tmp_path))
    assert (refused.exit_code, "holds no backup" in refused.stderr) == (2, True)


def test_a_database_without_our_tables_is_not_saved_and_nothing_is_left_behind(tmp_path: Path) -> None:
    refused = jiaoying("backup", str(tmp_path / "backups"))
    assert (refused.exit_code, "nothing to save" in refused.stderr) == (2, True)
    assert list((tmp_path / "backups").iterdir()) == []


# --- the tools of PostgreSQL -----------------------------------------------------------------------------------------


@ON_POSTGRES
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_missing_tools_are_named_with_what_to_install(
    saved: Path, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = jiaoying(command, str(saved))
    assert (refused.exit_code, "apt-get install postgresql-client" in refused.stderr) == (2, True)


@ON_POSTGRES
@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_tools_older_than_the_server_are_refused(
    saved: Path, command: str, tool: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / tool
    old.write_text(f"#!/bin/sh\necho '{tool} (PostgreSQL) 9.6.24'\n", encoding="utf-8")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    refused = jiaoying(command, str(saved))
    assert (refused.exit_code, "9.6.24 is older than the server" in refused.stderr) == (2, True)


@ON_POSTGRES
def test_what_was_there_is_back_when_pg_restore_fails_halfway(
    saved: Path, bare_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failing, real = tmp_path / "pg_restore", shutil.which("pg_restore")
    failing.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec {real} --version\nexit 1\n', encoding="utf-8")
    failing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert jiaoying("restore", str(saved), "--replace").exit_code == 2
    assert asyncio.run(names_in(bare_database_url)) == ["龙水镇值班员"]

"""The command line: every command does what it says, refuses in a sentence, and tells by its exit code."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import cli
from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.directory import people
from bot.plan.service import Plan
from bot.settings import ROOT
from migrations import run as migrations
from tests.databases import Postgres
from tests.integration.command_line import PATIENCE_SECONDS, Beside, jiaoying, read_until, sandbox_beside, started

PACK = ROOT / "packs" / "dazu"
ROSTER = (
    "姓名,电话,岗位,区划\n龙水镇值班员,138 0000 0001,town_duty,龙水镇\n古龙镇值班员,138 0000 0002,town_duty,古龙镇\n"
)


@pytest.fixture(autouse=True)
def _an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("JIAOYING_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def beside() -> Iterator[Beside]:
    with sandbox_beside() as running:
        yield running


@pytest.fixture
def on_sandbox(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> Beside:
    """Settings for a program on the sandbox, following its clock."""
    for name, value in beside.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JIAOYING_SANDBOX_URL", beside.sandbox.url)
    return beside


# --- run -------------------------------------------------------------------------------------------------------------


def test_run_serves_until_it_is_told_to_stop(
    on_sandbox: Beside, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", database_url)
    assert served_until(signal.SIGTERM) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("role", ["web", "sender", "timetable"])
def test_run_does_a_part_of_the_work_where_programs_share_it(
    on_sandbox: Beside, postgres: Postgres, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", postgres.emptied())
    assert served_until(signal.SIGTERM, "--role", role) == 0


@pytest.mark.parametrize("how", ["option", "setting"])
def test_run_refuses_a_part_of_the_work_on_sqlite(sqlite_url: str, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAOYING_BOT_TOKEN", "1:abc")
    monkeypatch.setenv("JIAOYING_DATABASE_URL", sqlite_url)
    if how == "setting":
        monkeypatch.setenv("JIAOYING_ROLE", "sender")
    refused = jiaoying("run", *(["--role", "sender"] if how == "option" else []))
    assert refused.exit_code == 2
    assert "on SQLite one program does all the work" in refused.stderr


def test_run_ends_as_cleanly_with_ctrl_c(on_sandbox: Beside, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", sqlite_url)
    assert served_until(signal.SIGINT) == 0


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        ([], {}, "@BotFather"),
        ([], {"BOT_TOKEN": "1:abc", "SANDBOX_URL": "http://127.0.0.1:1"}, "say --sandbox"),
        (["--sandbox"], {"BOT_TOKEN": "1:abc"}, "needs JIAOYING_SANDBOX_URL"),
        (["--sandbox"], {"BOT_TOKEN": "1:abc", "SANDBOX_URL": "http://192.0.2.1:1"}, "must be on this machine"),
        (["--sandbox"], {"BOT_TOKEN": "1:abc", "SANDBOX_URL": "http://127.0.0.1:1"}, "API_URL must be on this machine"),
        ([], {"BOT_TOKEN": "1:abc", "DATABASE_URL": "mysql://x"}, "begins with sqlite+aiosqlite://"),
        ([], {"BOT_TOKEN": "1:abc", "DATABASE_URL": "postgresql+asyncpg://127.0.0.1:1/x"}, "cannot be opened"),
        ([], {"BOT_TOKEN": "1:abc", "PACK": "nowhere"}, "pack.yaml:1"),
        ([], {"BOT_TOKEN": "1:abc", "WORKERS": "0"}, "JIAOYING_WORKERS: Input should be greater than"),
    ],
)
def test_run_refuses_what_it_cannot_run_with(
    words: list[str], settings: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"JIAOYING_{name}", value)
    refused = jiaoying("run", *words)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_run_does_not_migrate_but_says_what_does(bare_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAOYING_BOT_TOKEN", "1:abc")
    monkeypatch.setenv("JIAOYING_DATABASE_URL", bare_database_url)
    refused = jiaoying("run")
    assert refused.exit_code == 2
    assert "jiaoying migrate" in refused.stderr
    assert migrations.current(bare_database_url) is None


def test_run_on_a_sandbox_that_is_not_there_says_so(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_URL", "SANDBOX_URL"):
        monkeypatch.setenv(f"JIAOYING_{name}", "http://127.0.0.1:1")
    monkeypatch.setenv("JIAOYING_BOT_TOKEN", "1:abc")
    monkeypatch.setenv("JIAOYING_DATABASE_URL", sqlite_url)
    refused = jiaoying("run", "--sandbox")
    assert (refused.exit_code, "does not answer" in refused.stderr) == (2, True)


# --- demo, sandbox, bench --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1])
def test_demo_hands_its_options_on_and_its_code_back(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[object] = []

    async def run_demo(scenario: str | None, **options: object) -> int:
        called.append((scenario, options))
        return code

    monkeypatch.setattr("bot.demo.run_demo", run_demo)
    done = jiaoying("demo", "--scenario", "danger-sign", "--exit", "--kill-every-step", "--port", "8090")
    assert done.exit_code == code
    options = {"exit_": True, "kill_every_step": True, "database": None, "port": 8090}
    assert called == [("danger-sign", options)]


def test_sandbox_starts_the_sandbox_with_the_words_given() -> None:
    with started("sandbox", "--port", "0", "--username", "some_bot") as process:
        assert read_until(process.stdout, "ready").startswith("ready http://127.0.0.1:")
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0


def test_sandbox_passes_on_even_a_cry_for_help() -> None:
    with started("sandbox", "--help") as helped:
        assert helped.communicate(timeout=PATIENCE_SECONDS)[0].startswith("usage: python -m sandbox")


def test_bench_runs_the_benchmarks_with_the_words_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "source" / "benchmarks"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text("def main(argv):\n    return len(argv)\n", encoding="utf-8")
    monkeypatch.setattr(cli, "ROOT", folder.parent)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("benchmarks", "benchmarks.__main__"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    done = jiaoying("bench", "outbox", "--json", "3")
    for name in ("benchmarks", "benchmarks.__main__"):
        sys.modules.pop(name)
    assert done.exit_code == 3


def test_bench_in_an_installed_package_says_where_benchmarks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    refused = jiaoying("bench", "outbox")
    assert (refused.exit_code, "come with the source" in refused.stderr) == (2, True)


# --- migrate, doctor -------------------------------------------------------------------------------------------------


def test_migrate_goes_up_tells_what_it_did_and_does_it_once(
    bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", bare_database_url)
    assert ", ".join(migrations.revisions()) in jiaoying("migrate").stdout
    assert "nothing to do" in jiaoying("migrate").stdout


def test_migrate_goes_down_only_after_a_yes(bare_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", bare_database_url)
    jiaoying("migrate")
    assert jiaoying("migrate", "--down", "0001", answers="n\n").exit_code == 1
    assert migrations.pending(bare_database_url) == []
    assert jiaoying("migrate", "--down", "0001", answers="y\n").exit_code == 0
    assert migrations.current(bare_database_url) == "0001"
    assert jiaoying("migrate", "--down", "base", "--yes").exit_code == 0
    assert migrations.current(bare_database_url) is None


def test_migrate_to_a_revision_there_is_not_names_those_there_are() -> None:
    refused = jiaoying("migrate", "--down", "4711", "--yes")
    assert refused.exit_code == 2
    assert ", ".join(migrations.revisions()) in refused.stderr


def test_doctor_says_each_thing_on_a_line_of_its_own_and_fails_if_one_is_bad(
    on_sandbox: Beside, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", sqlite_url)
    looked = jiaoying("doctor", "--sandbox")
    lines = looked.stdout.splitlines()
    assert looked.exit_code == 1
    assert "ok  token: we are @jiaoying_bot" in lines
    assert [line for line in lines if not line.startswith(("ok  ", "bad "))] == []
    assert [line for line in lines if line.startswith("bad ")] == [
        "bad administrator: nobody who has come in holds the post. To mend: `jiaoying init` prints a link for one"
    ]


# --- pack, roster ----------------------------------------------------------------------------------------------------


def test_pack_check_is_content_with_the_shipped_pack() -> None:
    done = jiaoying("pack", "check", str(PACK))
    assert (done.exit_code, done.stdout.startswith("dazu ")) == (0, True)


def test_pack_check_names_file_line_and_field(tmp_path: Path) -> None:
    broken = shutil.copytree(PACK, tmp_path / "broken")
    text = (broken / "pack.yaml").read_text(encoding="utf-8")
    (broken / "pack.yaml").write_text(text.replace("duty_unit: emergency", "duty_unit: nobody"), encoding="utf-8")
    line = text.splitlines().index("duty_unit: emergency") + 1
    checked = jiaoying("pack", "check", str(broken))
    assert checked.exit_code == 1
    assert f"pack.yaml:{line}: duty_unit: " in checked.stdout


def test_a_roster_comes_in_whole_and_a_second_time_changes_nothing(
    database_url: str, tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", database_url)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="gb18030")
    assert "new 2, changed 0, unchanged 0" in jiaoying("roster", "import", "roster.csv").stdout
    assert "new 0, changed 0, unchanged 2" in jiaoying("roster", "import", "roster.csv").stdout
    assert names_in(database_url, plan) == ["古龙镇值班员", "龙水镇值班员"]


def test_a_roster_with_mistakes_names_line_and_field_and_brings_nobody_in(
    database_url: str, tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", database_url)
    (tmp_path / "roster.csv").write_text(f"{ROSTER}宝顶镇值班员,12,town_duty,宝顶\n某人,138 0000 0003,emperor,\n")
    refused = jiaoying("roster", "import", "roster.csv")
    assert refused.exit_code == 1
    assert 'roster.csv:4: phone: "12"' in refused.stdout
    assert 'roster.csv:5: post: "emperor"' in refused.stdout
    assert "nothing was brought in" in refused.stdout
    assert names_in(database_url, plan) == []


def test_a_roster_that_takes_a_post_from_somebody_says_that_he_must_be_told(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", database_url)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    jiaoying("roster", "import", "roster.csv")
    (tmp_path / "roster.csv").write_text(ROSTER.replace("0001", "0009"), encoding="utf-8")
    assert (
        "people who gave up a post to somebody the roster names: 1" in jiaoying("roster", "import", "roster.csv").stdout
    )


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xff\xff\xff", "neither UTF-8 nor GBK"), (None, "cannot be read")]
)
def test_a_roster_that_is_no_text_is_a_sentence(
    content: bytes | None, said: str, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_DATABASE_URL", sqlite_url)
    if content is not None:
        (tmp_path / "roster.csv").write_bytes(content)
    refused = jiaoying("roster", "import", "roster.csv")
    assert (refused.exit_code, said in refused.stderr) == (2, True)


def test_a_roster_for_a_database_without_tables_waits_for_migrate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    refused = jiaoying("roster", "import", "roster.csv")
    assert (refused.exit_code, "jiaoying migrate" in refused.stderr) == (2, True)


# --- the whole -------------------------------------------------------------------------------------------------------


def test_version_says_which() -> None:
    assert jiaoying("version").stdout.startswith("jiaoying 0.")


def test_help_names_every_command_and_loads_neither_bot_nor_sandbox() -> None:
    """Looked at from a new process: what tests have imported here says nothing."""
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom bot.cli import app\n"
        "print(CliRunner().invoke(app, ['--help']).stdout)\n"
        "heavy = {'telegram', 'aiogram', 'sandbox', 'sqlmodel'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    for command in ("demo", "run", "init", "doctor", "migrate", "pack", "roster", "sandbox", "bench", "version"):
        assert f"│ {command} " in said
    assert said.splitlines()[-1] == "[]"


def served_until(number: signal.Signals, *words: str) -> int:
    """The exit code of a program that was told to stop once it served."""
    with started("run", "--sandbox", *words) as process:
        assert "database=" in read_until(process.stderr, "running")
        process.send_signal(number)
        read_until(process.stderr, "stopped")
        return process.wait(PATIENCE_SECONDS)


def names_in(url: str, plan: Plan) -> list[str]:
    async def look() -> list[str]:
        database = Database(url)
        async with database.read() as session:
            found = await people.in_regions(session, plan, SYSTEM, Clock().now())
        await database.close()
        return sorted(person.name for person in found)

    return asyncio.run(look())

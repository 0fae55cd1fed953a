"""The danger sign, played whole from outside on both databases, also with the bot killed at every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo import run_demo
from tests import databases
from tests.conftest import ON_BOTH
from tests.databases import Postgres


@pytest.fixture(params=ON_BOTH)
def server(request: pytest.FixtureRequest) -> str | None:
    """Where the story's databases are made: None for a SQLite file."""
    if request.param == "sqlite":
        return None
    assert isinstance(request.getfixturevalue("postgres"), Postgres)
    return databases.server_url().render_as_string(hide_password=False)


async def test_a_danger_sign_killed_at_every_step_ends_as_if_nothing_had_happened(
    server: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await run_demo("danger-sign", exit_=True, kill_every_step=True, database=server, port=0, folder=tmp_path)

    said = capsys.readouterr()
    assert code == 0, said.err
    assert said.out.count("every expectation held, silence included") == 2
    assert said.out.endswith("killed at every step, the end is the same\n")

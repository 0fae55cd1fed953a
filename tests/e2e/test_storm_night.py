"""The storm night as far as the station's signal goes: on both databases, and killed at every step on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo import run_demo
from tests.e2e.conftest import ends_the_same


async def test_a_night_of_warnings_reaches_whom_it_concerns_and_nobody_else(
    server: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = server is None
    code = await run_demo("storm-night", exit_=True, kill_every_step=killed, database=server, port=0, folder=tmp_path)

    if killed:
        ends_the_same(code, capsys)
    else:
        assert code == 0, capsys.readouterr().err

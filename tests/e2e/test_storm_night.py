"""The storm night, 21:40 to 07:30: on both databases, and killed at every step (`make faults`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo import run_demo
from tests.conftest import AT_LENGTH_ON_BOTH
from tests.e2e.conftest import ends_the_same


@pytest.mark.parametrize("server", AT_LENGTH_ON_BOTH, indirect=True)
async def test_a_night_of_warnings_reaches_whom_it_concerns_and_nobody_else(
    server: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await run_demo("storm-night", exit_=True, kill_every_step=False, database=server, port=0, folder=tmp_path)

    assert code == 0, capsys.readouterr().err


@pytest.mark.faults
async def test_a_night_of_warnings_killed_at_every_step_ends_as_if_nothing_had_happened(
    server: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await run_demo("storm-night", exit_=True, kill_every_step=True, database=server, port=0, folder=tmp_path)

    ends_the_same(code, capsys)

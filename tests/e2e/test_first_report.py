"""Reports from the first photo to what became of them, played whole on both databases; killed in `make faults`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo import run_demo
from tests.e2e.conftest import ends_the_same


async def test_reports_are_followed_from_the_first_photo_to_what_became_of_them(
    server: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await run_demo("first-report", exit_=True, kill_every_step=False, database=server, port=0, folder=tmp_path)

    assert code == 0, capsys.readouterr().err


@pytest.mark.faults
async def test_reports_killed_at_every_step_end_as_if_nothing_had_happened(
    server: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await run_demo("first-report", exit_=True, kill_every_step=True, database=server, port=0, folder=tmp_path)

    ends_the_same(code, capsys)

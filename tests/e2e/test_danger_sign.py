"""The danger sign, played whole from outside on both databases, also with the bot killed at every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.demo import run_demo
from tests.conftest import AT_LENGTH_ON_BOTH
from tests.e2e.conftest import ends_the_same


@pytest.mark.parametrize("server", AT_LENGTH_ON_BOTH, indirect=True)
async def test_a_danger_sign_killed_at_every_step_ends_as_if_nothing_had_happened(
    server: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await run_demo("danger-sign", exit_=True, kill_every_step=True, database=server, port=0, folder=tmp_path)

    ends_the_same(code, capsys)

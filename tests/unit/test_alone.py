"""One running program per SQLite file."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bot.core.alone import alone
from bot.core.errors import ConfigurationFault

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such locks there")


async def test_a_second_program_on_the_same_file_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/new/jiaoying.db"
    async with alone(url):
        with pytest.raises(ConfigurationFault, match=r"jiaoying\.db: stop it first"):
            await alone(url, patience=0).__aenter__()
    async with alone(url, patience=0):
        pass


async def test_who_waits_for_one_that_is_just_ending_gets_in(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/jiaoying.db"
    first, second = alone(url), alone(url, patience=10)
    await first.__aenter__()
    waiting = asyncio.ensure_future(second.__aenter__())
    await asyncio.sleep(0)
    assert not waiting.done()
    await first.__aexit__(None, None, None)
    await waiting
    await second.__aexit__(None, None, None)


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "postgresql+asyncpg://postgres@127.0.0.1/test"])
async def test_where_there_is_no_file_nobody_is_refused(url: str) -> None:
    async with alone(url, patience=0), alone(url, patience=0):
        pass

"""The same story with updates fetched and with updates brought: nobody sees a difference."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from scenarios import danger_sign
from tests.staging import free_address, live


async def test_a_danger_sign_looks_the_same_by_polling_and_by_webhook(tmp_path: Path) -> None:
    (fetched, polls), (brought, no_polls) = await asyncio.gather(
        _played(tmp_path / "polling", None), _played(tmp_path / "webhook", free_address())
    )
    assert fetched == brought
    assert (polls > 0, no_polls) == (True, 0)


async def _played(folder: Path, webhook: str | None) -> tuple[dict[str, Any], int]:
    """What everybody sees at the end, and how often the bot asked for updates."""
    async with live(folder, webhook=webhook) as stage:
        await danger_sign.play(stage.stage)
        await stage.stage.end()
        return await stage.stage.picture(), len(await stage.control.calls(method="getUpdates"))

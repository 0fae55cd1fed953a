"""Waiting for what the product will do, without sleeping: looked at again at every bell, with a limit in real time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.core.database import Database

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
_LOOK_AGAIN_SECONDS = 0.1


async def eventually(database: Database, look: Callable[[], Awaitable[T | None]], what: str = "it") -> T:
    """The first thing `look` finds that counts as true; asked again whenever anything was committed.

    Raises:
        AssertionError: nothing of the kind within PATIENCE_SECONDS.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := await look()):
                await database.bells.wait_any(_LOOK_AGAIN_SECONDS)
    except TimeoutError as error:
        raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS} s") from error
    return found

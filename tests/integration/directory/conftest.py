"""A world to act in, for the directory's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.database import Database
from bot.plan.service import Plan
from tests.integration.directory.world import World


@pytest.fixture
async def world(database: Database, plan: Plan) -> AsyncIterator[World]:
    """A world in one transaction, committed when the test ends."""
    async with database.write() as session:
        yield World(session, plan)

"""What falls due for incidents: saying again that nobody has taken one in hand."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.incident import chasing, repository
from bot.plan.service import Plan

_AT_ONCE = 100
"""Those of one pass are told together."""


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Chases the incidents due, each once however long nobody looked; how many."""
    due = await repository.due_for_chase(session, now, _AT_ONCE)
    return await chasing.chase(session, plan, now, due)


async def next_due(session: AsyncSession) -> datetime | None:
    """The next instant at which there is something to do."""
    return await repository.next_chase(session)

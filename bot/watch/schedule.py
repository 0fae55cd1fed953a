"""What comes at hours of the day, once each: after hours of silence the newest is caught up with, the others are not.

The hours are the pack's. How far it was told stands in a watermark; where there is none yet, it begins now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.duty.rules import following, newest
from bot.plan.service import Plan
from bot.watch import repository

_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Before the first watermark is made there is always something to do: making it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour that has come. Of a stale one nobody is told: it has passed for longer than half the way to the next, or
    stands for the beginning of the watch.
    """

    hour: datetime
    is_stale: bool


async def next_due(
    session: AsyncSession, plan: Plan, key: str, hours: Sequence[time], lead: timedelta = timedelta()
) -> datetime:
    """When it comes next: `lead` before one of the hours."""
    mark = await repository.watermark(session, key)
    return _AT_ONCE if mark is None else following(hours, plan.zone, mark.at + lead) - lead


async def come(
    session: AsyncSession, plan: Plan, now: datetime, key: str, hours: Sequence[time], lead: timedelta = timedelta()
) -> Slot | None:
    """The newest hour that has come and was not told yet, taken by this very call; None if there is none."""
    if await repository.watermark(session, key) is None:
        await repository.require_watermark(session, key, now)
        return Slot(now, is_stale=True)
    mark = await repository.require_watermark(session, key, now)
    hour = newest(hours, plan.zone, now + lead)
    if mark.at >= hour - lead:
        return None
    mark.at = now
    late = now - (hour - lead)
    return Slot(hour, late > (following(hours, plan.zone, hour) - hour) / 2)

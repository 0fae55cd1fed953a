"""What falls due for warnings: asking again who has not answered, and asking the publisher before one ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import service as delivery
from bot.delivery.schemas import Fate
from bot.plan.service import Plan
from bot.warning import answering, issuing, repository, signing, validity
from bot.warning.models import Series, SeriesState, Version
from bot.warning.rules import is_missing

_AT_ONCE = 100
_AGAIN = timedelta(minutes=1)


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Asks again who has not answered, once however long nobody looked; then what ends soon. How many."""
    rows = await repository.due_for_nudge(session, now, _AT_ONCE)
    asked_last: dict[int, tuple[Series, Version]] = {}
    for row in rows:
        row.nudge_due_at = None
        series, _ = await issuing.existing(session, row.series_id)
        version = await repository.newest_issued(session, row.series_id)
        if version is not None and series.state is SeriesState.IN_FORCE and is_missing(row):
            if await answering.nudge(session, plan, now, series, version, row):
                asked_last[series.id] = (series, version)
            await delivery.touch(session, issuing.subject_of(series.id), role=issuing.BOARD)
    for series, version in asked_last.values():
        await _telephone(session, plan, now, series, version)
    asked = await validity.run_due(session, plan, now) + await signing.due_countersign(session, plan, now)
    return len(rows) + asked + await _repaint_boards(session, now)


async def next_due(session: AsyncSession, plan: Plan) -> datetime | None:
    """The next instant at which there is something to do."""
    due = [
        moment
        for moment in (
            await repository.next_nudge(session),
            await repository.next_board(session),
            await signing.next_countersign(session),
            await validity.next_due(session),
        )
        if moment
    ]
    return min(due, default=None)


async def _telephone(session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version) -> None:
    """The list of whom to telephone; once, when the last of those who are due now have been asked."""
    reach = plan.reach(version.level, series.kind_key)
    if not await repository.any_due_for_nudge(session, series.id, now, len(reach.nudge_after) - 1):
        await answering.tell_phone_list(session, plan, now, series, version)


async def _repaint_boards(session: AsyncSession, now: datetime) -> int:
    """Sent and failed change without anybody's act: looked at every minute until nothing waits to be sent."""
    due = await repository.boards_due(session, now, _AT_ONCE)
    for series in due:
        version = await repository.newest_issued(session, series.id)
        waiting = 0
        if version is not None:
            outcomes = await delivery.outcomes_of(session, issuing.subject_of(series.id), version.number)
            waiting = outcomes.counts[Fate.WAITING]
        series.board_due_at = now + _AGAIN if waiting else None
        await delivery.touch(session, issuing.subject_of(series.id), role=issuing.BOARD)
    return len(due)

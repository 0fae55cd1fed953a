"""What falls due for warnings: asking again who has not answered, and asking the publisher before one ends."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from bot.warning import answering, issuing, repository
from bot.warning.models import SeriesState
from bot.warning.rules import is_missing
from messages import warning as texts

_AT_ONCE = 100


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Asks again who has not answered, once however long nobody looked; then what ends soon. How many."""
    rows = await repository.due_for_nudge(session, now, _AT_ONCE)
    for row in rows:
        row.nudge_due_at = None
        series, _ = await issuing.existing(session, row.series_id)
        version = await repository.newest_issued(session, row.series_id)
        if version is not None and series.state is SeriesState.IN_FORCE and is_missing(row):
            await answering.nudge(session, plan, now, series, version, row)
            await delivery.touch(session, issuing.subject_of(series.id))
    return len(rows) + await _ask_whether_valid(session, plan, now)


async def next_due(session: AsyncSession, plan: Plan) -> datetime | None:
    """The next instant at which there is something to do."""
    end = await repository.next_end(session)
    asked = end - plan.wait(WaitKey.VALID_UNTIL_ASKED) if end else None
    due = [moment for moment in (await repository.next_nudge(session), asked) if moment]
    return min(due, default=None)


async def _ask_whether_valid(session: AsyncSession, plan: Plan, now: datetime) -> int:
    versions = await repository.ending(session, now + plan.wait(WaitKey.VALID_UNTIL_ASKED), _AT_ONCE)
    for version in versions:
        version.asked_valid_at = now
        series, _ = await issuing.existing(session, version.series_id)
        kind = plan.warning_kind(series.kind_key)
        words = texts.AskValid(
            number=series.number or "",
            kind=kind.name,
            kind_en=kind.name_en,
            level=version.level.value,
            valid_until=version.valid_until or now,
            past=version.valid_until is not None and version.valid_until <= now,
        )
        how = Telling(
            issuing.subject_of(series.id),
            "ask_valid",
            Lane.INTERACTIVE,
            version=version.number,
            critical=True,
            drill=series.drill,
        )
        await delivery.tell(session, now, how, words, [Target(series.opened_chat, series.opened_locale)])
    return len(versions)

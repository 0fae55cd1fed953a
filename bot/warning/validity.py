"""有效期: whoever published a warning is asked before it ends, when it has ended, and again until somebody decides.

A warning that names no end is asked about after the pack's time. A station's signal that has run out without another
text can be laid aside: nobody is told, because its own words said so.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Target, Telling
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from bot.warning import issuing, repository
from bot.warning.errors import Overtaken
from bot.warning.models import Origin, Series, SeriesState, Version
from bot.warning.rules import ENDS, end_of
from messages import warning as texts
from messages.engine import label

_AT_ONCE = 100


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Asks the publishers of what ends soon or has ended; how many."""
    versions = await repository.to_be_asked_about(session, now, _AT_ONCE)
    for version in versions:
        series, _ = await issuing.existing(session, version.series_id)
        await _ask(session, plan, now, series, version)
    return len(versions)


async def next_due(session: AsyncSession) -> datetime | None:
    """When a publisher is asked next."""
    return await repository.next_to_be_asked_about(session)


async def lay_aside(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series_id: int, number: int
) -> None:
    """到期收起: a relayed warning whose time is over and whose station says no more is no longer in force.

    Raises:
        NotAllowed.
        Overtaken: it is not over, has changed, or is the district's own, which is lifted.
    """
    actor.require(Permission.WARNING_RELAY)
    series, _ = await issuing.existing(session, series_id, lock=True)
    version = await repository.newest_issued(session, series.id)
    if version is None or version.number != number or not _may_be_laid_aside(plan, now, series, version):
        raise Overtaken(series.number or "")
    series.state, version.valid_ask_due_at = SeriesState.LAPSED, None
    for row in await repository.recipients(session, series.id):
        row.must_answer, row.nudge_due_at = False, None
    subject = issuing.subject_of(series.id)
    await delivery.unpin(session, now, subject, version.number + 1)
    await delivery.touch(session, subject, role=issuing.BOARD)
    audit.record(session, now, actor, "warning.lapse", subject, drill=series.drill, version=version.number)


async def _ask(session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version) -> None:
    end = end_of(version, version.issued_at or now, plan.wait(WaitKey.WARNING_VALID))
    asked_at, version.asked_valid_at = version.valid_ask_due_at or now, now
    version.valid_ask_due_at = end if now < end else now + plan.wait(WaitKey.VALID_UNTIL_AGAIN)
    kind = plan.warning_kind(series.kind_key)
    words = texts.AskValid(
        number=series.number or "",
        kind=kind.words,
        kind_en=kind.name_en,
        level=version.level.value,
        valid_until=end,
        named=version.valid_until is not None,
        past=end <= now,
        own=series.origin is Origin.OWN,
    )
    how = Telling(
        issuing.subject_of(series.id),
        "ask_valid",
        Lane.INTERACTIVE,
        version=version.number,
        seq=int(asked_at.timestamp()),
        critical=True,
        drill=series.drill,
    )
    target = Target(series.opened_chat, series.opened_locale)
    await delivery.tell(session, now, how, words, [target], lambda locale: _keys(plan, now, series, version, locale))


def _keys(plan: Plan, now: datetime, series: Series, version: Version, locale: str) -> InlineKeyboard | None:
    ways: tuple[tuple[str, str], ...] = ()
    if series.origin is Origin.OWN:
        ways = (("w.adjust", "warning.adjust"), ("w.lift", "warning.lift"))
    elif _may_be_laid_aside(plan, now, series, version):
        ways = (("w.lapse", "warning.lapse"),)
    row = [Button(label(words, locale), f"{action}:{series.id}:{version.number}") for action, words in ways]
    return InlineKeyboard([row]) if row else None


def _may_be_laid_aside(plan: Plan, now: datetime, series: Series, version: Version) -> bool:
    relayed = series.origin is Origin.RELAYED and series.state is SeriesState.IN_FORCE
    return (
        relayed
        and version.act not in ENDS
        and end_of(version, version.issued_at or now, plan.wait(WaitKey.WARNING_VALID)) <= now
    )

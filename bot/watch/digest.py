"""早报: what the night has left, told to the desks in the morning. Only what somebody still has to see to.

The district's desk gets it every day, one line after a quiet night; a town's only where it has something to do. Drills
stand by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Fate, Telling
from bot.directory import rules
from bot.duty.rules import newest
from bot.incident import listing
from bot.incident.listing import UnderWay
from bot.incident.pressing import Standing
from bot.plan.schema import HourKey, Level, WarningLevel
from bot.plan.service import Plan
from bot.warning import issuing, overnight
from bot.warning import service as warnings
from bot.warning.schemas import RecipientView, SeriesView
from bot.watch import schedule
from bot.watch.readiness import desk_targets
from messages import watch as texts

KEY = "digest"
_SHOWN = 5
_A_MOMENT = timedelta(minutes=1)

_UNDONE = (
    Standing.UNTAKEN,
    Standing.UNVERIFIED,
    Standing.VERIFIED_UNTAKEN,
    Standing.DOUBTED,
    Standing.REOPEN_ASKED,
)
"""Standings in which somebody has a step to take; who has one in hand is not asked every morning."""


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Tells the desks if it is time; how many hours that were, never more than one."""
    slot = await schedule.come(session, plan, now, KEY, plan.hours(HourKey.DIGEST))
    if slot is None:
        return 0
    if not slot.is_stale:
        await _tell(session, plan, now, slot.hour)
    return 1


async def next_due(session: AsyncSession, plan: Plan) -> datetime | None:
    """When the desks are told next."""
    return await schedule.next_due(session, plan, KEY, plan.hours(HourKey.DIGEST))


async def _tell(session: AsyncSession, plan: Plan, now: datetime, hour: datetime) -> None:
    # The shift that ends now began before it: its night is what is told.
    since = newest(plan.hours(HourKey.SHIFTS), plan.zone, hour - _A_MOMENT)
    in_force = await warnings.in_force(session)
    drills = await warnings.in_force(session, drill=True)
    cases = await listing.under_way(session, plan)
    whole = await _of_district(session, plan, since, hour, in_force, drills, cases)
    await _say(session, plan, now, Level.DISTRICT, plan.district.code, whole)
    for town in plan.children(plan.district.code):
        own = _of_town(plan, town.code, since, hour, in_force, drills, cases)
        if not own.is_quiet:
            await _say(session, plan, now, Level.TOWN, town.code, own)


async def _say(session: AsyncSession, plan: Plan, now: datetime, level: Level, code: str, words: texts.Digest) -> None:
    how = Telling(f"{KEY}:{code}", KEY, Lane.BULK, seq=int(words.at.timestamp()) // 60)
    await delivery.tell(session, now, how, words, await desk_targets(session, plan, now, level, code))


async def _of_district(
    session: AsyncSession,
    plan: Plan,
    since: datetime,
    at: datetime,
    in_force: Sequence[SeriesView],
    drills: Sequence[SeriesView],
    cases: Sequence[UnderWay],
) -> texts.Digest:
    night = await overnight.look(session, since)
    came, closed = await listing.came_and_closed(session, plan, since)
    return texts.Digest(
        place=plan.district.name,
        is_district=True,
        since=since,
        at=at,
        in_force=tuple([await _with_fate(session, plan, series) for series in in_force]),
        ended=tuple(
            texts.DigestEnded(what=_what(plan, each.number, each.kind_key, each.level), act=each.act.value)
            for each in night.ended
        ),
        unsigned=tuple(_what(plan, each.number, each.kind_key, each.level) for each in night.unsigned),
        drafts=tuple(_what(plan, each.number, each.kind_key, each.level) for each in night.drafts),
        undone=_undone(plan, cases),
        in_hand=sum(case.standing is Standing.IN_HAND for case in cases),
        came=came,
        closed=closed,
        drills=tuple([_warning(plan, series, series.recipients) for series in drills]),
    )


def _of_town(
    plan: Plan,
    code: str,
    since: datetime,
    at: datetime,
    in_force: Sequence[SeriesView],
    drills: Sequence[SeriesView],
    cases: Sequence[UnderWay],
) -> texts.Digest:
    """What concerns the town alone: who of its own has not answered, and what nobody there has done."""
    return texts.Digest(
        place=rules.place_name(plan, code),
        is_district=False,
        since=since,
        at=at,
        in_force=_unanswered(plan, code, in_force),
        undone=_undone(plan, (case for case in cases if case.region_code.startswith(code))),
        drills=_unanswered(plan, code, drills),
    )


def _unanswered(plan: Plan, code: str, in_force: Sequence[SeriesView]) -> tuple[texts.DigestWarning, ...]:
    told = ((series, [row for row in series.recipients if row.region_code.startswith(code)]) for series in in_force)
    return tuple(_warning(plan, series, rows) for series, rows in told if any(row.is_missing for row in rows))


async def _with_fate(session: AsyncSession, plan: Plan, series: SeriesView) -> texts.DigestWarning:
    """The warning with what did not arrive of its newest text."""
    version = series.issued.number if series.issued else 0
    outcomes = await delivery.outcomes_of(session, issuing.subject_of(series.id), version)
    counts = outcomes.counts
    return _warning(plan, series, series.recipients, failed=counts[Fate.FAILED], uncertain=counts[Fate.UNCERTAIN])


def _warning(
    plan: Plan, series: SeriesView, rows: Sequence[RecipientView], *, failed: int = 0, uncertain: int = 0
) -> texts.DigestWarning:
    asked = [row for row in rows if row.must_answer]
    missing = [row.name for row in asked if row.is_missing]
    level = series.issued.level if series.issued else series.newest.level
    return texts.DigestWarning(
        what=_what(plan, series.number or "", series.kind_key, level),
        answered=len(asked) - len(missing),
        asked=len(asked),
        missing=texts.Some(shown=tuple(missing[:_SHOWN]), count=len(missing)),
        failed=failed,
        uncertain=uncertain,
    )


def _undone(plan: Plan, cases: Iterable[UnderWay]) -> tuple[texts.DigestCases, ...]:
    """By standing, those with people threatened first."""
    rows = list(cases)
    found = []
    for standing in _UNDONE:
        here = sorted((case for case in rows if case.standing is standing), key=lambda case: not case.threatened)
        names = [f"{case.number} {rules.place_name(plan, case.region_code)}" for case in here]
        if here:
            found.append(
                texts.DigestCases(
                    standing=standing.value, cases=texts.Some(shown=tuple(names[:_SHOWN]), count=len(names))
                )
            )
    return tuple(found)


def _what(plan: Plan, number: str, kind_key: str, level: WarningLevel) -> texts.DigestWhat:
    kind = plan.warning_kind(kind_key)
    return texts.DigestWhat(number=number, kind=kind.words, kind_en=kind.name_en, level=level.value)

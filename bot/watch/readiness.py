"""班前检查: before each shift the desks hear who is on duty and whom a message would not reach.

The district's desk gets one list at every shift, silently; a town's only where something is missing, and again when
that has changed or a week later: the same list twice a day is read by nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.logging import log_after_commit
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import people, rules
from bot.directory.schemas import PersonView
from bot.drill import service as drills
from bot.drill.schemas import LinkTestView
from bot.duty import service as duty
from bot.duty.rules import desk_posts
from bot.duty.schemas import Coverage, DistrictCoverage, Seat
from bot.plan.schema import HourKey, Level, WaitKey
from bot.plan.service import Plan
from bot.watch import repository, schedule
from messages import watch as texts

KEY = "readiness"
_SHOWN = 5
_SAID_AGAIN = timedelta(days=7)


class _Linked(TypedDict):
    """What the last link test adds to a list."""

    silent_groups: texts.Some
    tested_at: datetime | None


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Tells the desks if a shift is about to begin; how many hours that were, never more than one."""
    slot = await schedule.come(session, plan, now, KEY, plan.hours(HourKey.SHIFTS), plan.wait(WaitKey.READINESS))
    if slot is None:
        return 0
    if not slot.is_stale:
        await _tell(session, plan, now, slot.hour)
    return 1


async def next_due(session: AsyncSession, plan: Plan) -> datetime | None:
    """When the next shift is looked at."""
    return await schedule.next_due(session, plan, KEY, plan.hours(HourKey.SHIFTS), plan.wait(WaitKey.READINESS))


async def desk_targets(session: AsyncSession, plan: Plan, now: datetime, level: Level, code: str) -> list[Target]:
    """Who is on duty at the region's desk and can be written to; for the district's else the administrators."""
    on_post = await people.on_post(session, desk_posts(plan, level), code, now)
    found = on_post[:1]
    if not found and level is Level.DISTRICT:
        found = await people.administrators(session, now, code)
    return [target for person in found if (target := _target(person))]


async def _tell(session: AsyncSession, plan: Plan, now: datetime, shift: datetime) -> None:
    coverage = await duty.coverage(session, plan, now)
    own = await desk_targets(session, plan, now, Level.DISTRICT, plan.district.code)
    if not own:
        log_after_commit(session, "readiness_untold", region=plan.district.code)
    links = await drills.last_link_test(session)
    await _say(session, now, plan.district.code, of_district(plan, coverage, shift, links), own, shift)
    for town in coverage.with_gaps:
        if town.desk is None:
            continue
        targets = await desk_targets(session, plan, now, Level.TOWN, town.code)
        if await _is_news(session, now, town):
            await _say(session, now, town.code, of_town(plan, town, shift, links), targets, shift)


async def _is_news(session: AsyncSession, now: datetime, town: Coverage) -> bool:
    """Whether the town's desk has not been told the same within a week."""
    mark = await repository.require_watermark(session, f"{KEY}:{town.code}", now)
    gaps = _fingerprint(town)
    if mark.told == gaps and now - mark.at < _SAID_AGAIN:
        return False
    mark.told, mark.at = gaps, now
    return True


async def _say(
    session: AsyncSession,
    now: datetime,
    code: str,
    words: texts.Readiness,
    targets: Sequence[Target],
    shift: datetime,
) -> None:
    how = Telling(f"{KEY}:{code}", KEY, Lane.BULK, seq=int(shift.timestamp()) // 60)
    await delivery.tell(session, now, how, words, targets)


def of_district(
    plan: Plan, coverage: DistrictCoverage, shift: datetime, links: LinkTestView | None = None
) -> texts.Readiness:
    """The district's list: its own desk, the towns nobody sits in, and how many people and places are missing."""
    everywhere = (coverage.own, *coverage.towns)
    empty = [rules.short_place_name(plan, town.code) for town in coverage.towns if town.desk is None]
    return texts.Readiness(
        place=plan.district.name,
        is_district=True,
        shift_at=shift,
        desk=_name(coverage.own.desk),
        towns=len(coverage.towns),
        empty_towns=_some(empty),
        vacant=tuple(rules.kind_name(plan.post_kind(kind)) for kind in coverage.own.vacant),
        lost=_some([title for each in everywhere for title in each.lost]),
        lacks_group=coverage.own.lacks_group,
        **_unanswered(links, plan.info.tenant, {title for each in everywhere for title in each.lost}),
        never_joined=_people([seat for each in everywhere for seat in each.never_joined]),
        blocked=_people([seat for each in everywhere for seat in each.blocked]),
        villages=sum(town.villages for town in coverage.towns),
        silent_villages=_some([rules.place_name(plan, v) for town in coverage.towns for v in town.silent_villages]),
        grids=sum(town.grids for town in coverage.towns),
        silent_grids=_some([rules.place_name(plan, g) for town in coverage.towns for g in town.silent_grids]),
    )


def of_town(plan: Plan, town: Coverage, shift: datetime, links: LinkTestView | None = None) -> texts.Readiness:
    """A town's own list."""
    return texts.Readiness(
        place=rules.place_name(plan, town.code),
        is_district=False,
        shift_at=shift,
        desk=_name(town.desk),
        towns=0,
        empty_towns=texts.Some(),
        vacant=tuple(rules.kind_name(plan.post_kind(kind)) for kind in town.vacant),
        lost=_some(town.lost),
        lacks_group=town.lacks_group,
        **_unanswered(links, (town.code,), set(town.lost)),
        never_joined=_people(town.never_joined),
        blocked=_people(town.blocked),
        villages=town.villages,
        silent_villages=_some([rules.short_place_name(plan, code) for code in town.silent_villages]),
        grids=town.grids,
        silent_grids=_some([rules.place_name(plan, code).partition(" ")[2] for code in town.silent_grids]),
    )


def _unanswered(links: LinkTestView | None, places: Sequence[str], lost: Collection[str]) -> _Linked:
    """Where nobody answered the last link test that has ended; a lost group is named already."""
    if links is None or links.is_open:
        return _Linked(silent_groups=texts.Some(), tested_at=None)
    silent = [
        group.title for group in links.silent if group.region_code.startswith(tuple(places)) and group.title not in lost
    ]
    return _Linked(silent_groups=_some(silent), tested_at=links.started_at)


def _fingerprint(town: Coverage) -> str:
    """Stands for everything missing: the same as long as nothing of it changes."""
    people_ = [seat.person_id for seat in (*town.never_joined, *town.blocked)]
    parts = (town.vacant, town.lost, town.lacks_group, people_, town.silent_villages, town.silent_grids)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _some(names: Sequence[str]) -> texts.Some:
    return texts.Some(shown=tuple(names[:_SHOWN]), count=len(names))


def _people(seats: Sequence[Seat]) -> texts.SomePeople:
    shown = tuple(texts.Person(name=seat.name, phone=seat.phone or "") for seat in seats[:_SHOWN])
    return texts.SomePeople(shown=shown, count=len(seats))


def _name(seat: Seat | None) -> str:
    return seat.name if seat else ""


def _target(person: PersonView) -> Target | None:
    return Target(person.platform_id, person.locale, silent=True) if person.platform_id else None

"""Use cases of looking who is on duty and who could not be reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission
from bot.directory import posts, taking_part
from bot.directory.errors import ChangedMeanwhile
from bot.directory.models import GroupState, PersonState
from bot.directory.rules import may_at, turn
from bot.directory.schemas import SeatView
from bot.duty import rules
from bot.duty.schemas import Coverage, DistrictCoverage, Expected, PlacedGroup, Reach, Seat, Town
from bot.plan.schema import Level, Region
from bot.plan.service import Plan


async def coverage(session: AsyncSession, plan: Plan, now: datetime) -> DistrictCoverage:
    """The whole district's, for the program itself."""
    return rules.coverage(
        plan.district.code,
        [Town(town.code, tuple(each.code for each in plan.children(town.code))) for town in _towns(plan)],
        await _seats(session, plan, now),
        await _groups(session),
        await posts.all_grids(session),
        expected(plan),
    )


async def seen(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> DistrictCoverage:
    """What the actor may see of it: the towns where he holds the right, the worst first.

    Raises:
        NotAllowed: without coverage.see anywhere.
    """
    actor.require(Permission.COVERAGE_SEE)
    whole = await coverage(session, plan, now)
    towns = tuple(town for town in whole.towns if may_at(plan, actor, Permission.COVERAGE_SEE, town.code))
    return DistrictCoverage(whole.own, towns)


async def of_town(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, code: str) -> Coverage:
    """One town's, or with its own code the district's.

    Raises:
        NotAllowed: without coverage.see there.
        ChangedMeanwhile: the pack has no such town any more.
    """
    if plan.get_region(code) is None:
        raise ChangedMeanwhile
    if not may_at(plan, actor, Permission.COVERAGE_SEE, code):
        actor.require(Permission.COVERAGE_SEE, code)
    whole = await coverage(session, plan, now)
    found = next((each for each in (whole.own, *whole.towns) if each.code == code), None)
    if found is None:
        raise ChangedMeanwhile
    return found


def expected(plan: Plan) -> Expected:
    """What the pack expects at each level."""
    levels = (Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID)
    return Expected(
        desk={level: rules.desk_posts(plan, level) for level in levels},
        answering={level: rules.answering_posts(plan, level) for level in levels},
    )


def _towns(plan: Plan) -> Sequence[Region]:
    return plan.children(plan.district.code)


async def _seats(session: AsyncSession, plan: Plan, now: datetime) -> list[Seat]:
    """Everybody on a post of a region now; a unit's posts answer for no place."""
    return [_seat(view, view.region_code) for view in await posts.seats(session, now) if view.region_code]


async def _groups(session: AsyncSession) -> list[PlacedGroup]:
    return [
        PlacedGroup(group.title, group.region_code, Level(group.tier.value), group.state is GroupState.LOST)
        for group in await taking_part.with_a_place(session)
        if group.region_code and group.tier
    ]


def _seat(view: SeatView, region_code: str) -> Seat:
    return Seat(view.person_id, view.name, view.phone, view.kind, region_code, turn(view.role), _reach(view))


def _reach(view: SeatView) -> Reach:
    if view.platform_id is None or view.state is PersonState.INVITED:
        return Reach.NEVER_JOINED
    return Reach.OPEN if view.state is PersonState.ACTIVE and view.reachable else Reach.BLOCKED

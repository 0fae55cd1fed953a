"""Coverage: the list of towns, and one town."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.duty.schemas import Coverage, DistrictCoverage, Reach, Seat
from bot.plan.service import Plan
from handlers.duty import screens
from tests.screens.scene import GRID, NIGHT, OFFICER, TOWN, VILLAGE, Scene

DESK = Seat(1, OFFICER, "+861000000301", "town_duty", TOWN, 0, Reach.OPEN)


def scenes(plan: Plan) -> list[Scene]:
    """Every screen of this room."""
    now = NIGHT + timedelta(hours=3)
    villages = tuple(region.code for region in plan.children(TOWN))
    longshui = Coverage(
        code=TOWN,
        desk=DESK,
        vacant=("town_leader",),
        never_joined=(replace(DESK, name="横店村干部", kind="village_cadre", region_code=VILLAGE),),
        blocked=(replace(DESK, name="横店村第3网格员", kind="grid_worker", region_code=GRID),),
        groups=1,
        lost=("龙水镇防汛群",),
        villages=len(villages),
        villages_with_group=1,
        silent_villages=villages[:22],
        grids=3,
        silent_grids=(GRID,),
    )
    empty = [_empty(plan, town.code) for town in plan.children(plan.district.code) if town.code != TOWN]
    own = replace(longshui, code=plan.district.code, vacant=(), never_joined=(), blocked=(), lost=(), villages=0)
    own = replace(own, silent_villages=(), silent_grids=(), grids=0)
    well = replace(own, code=TOWN, villages=len(villages), villages_with_group=len(villages))
    district = DistrictCoverage(own, (*empty[:4], longshui, *empty[4:], well))
    return [
        Scene("duty", "coverage", screens.coverage_list, (plan, district, now, 1)),
        Scene("duty", "coverage, last page", screens.coverage_list, (plan, district, now, 9)),
        Scene("duty", "coverage of a town", screens.coverage_town, (plan, longshui, now, 1)),
        Scene("duty", "coverage of a town nobody answers for", screens.coverage_town, (plan, empty[0], now, 1)),
        Scene("duty", "coverage without a gap", screens.coverage_town, (plan, well, now, 1)),
    ]


def _empty(plan: Plan, code: str) -> Coverage:
    villages = tuple(region.code for region in plan.children(code))
    return Coverage(
        code=code,
        desk=None,
        vacant=("town_duty", "town_leader"),
        never_joined=(),
        blocked=(),
        groups=0,
        lost=(),
        villages=len(villages),
        villages_with_group=0,
        silent_villages=villages,
        grids=0,
        silent_grids=(),
    )

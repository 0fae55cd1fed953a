"""Coverage: the list of towns, and one town. The delivery, on a quiet day and on a bad one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery.lateness import NotArrived
from bot.delivery.models import Lane
from bot.delivery.outcomes import Meaning
from bot.delivery.overview import LaneView, Overview, ParkedChat, Spread, Told, Trouble
from bot.duty.schemas import Coverage, DistrictCoverage, Reach, Seat
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning.schemas import IssuedView
from bot.watch.auditing import by_text
from bot.watch.outbox import Outbox, Parked
from handlers.duty import screens
from messages.watch import Failure
from tests.screens.scene import GRID, NIGHT, OFFICER, TOWN, VILLAGE, Scene

IDLE = Overview(tuple(LaneView(lane) for lane in Lane), 0, Trouble(), 0, Trouble(), (), None, 0)
QUIET = Outbox(IDLE, (), (), {}, ())
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
        Scene("duty", "delivery", screens.delivery, (plan, QUIET, now)),
        Scene("duty", "delivery, a bad day", screens.delivery, (plan, _bad(plan, now), now)),
    ]


def _bad(plan: Plan, now: datetime) -> Outbox:
    lost = [
        NotArrived(1, "warning:7", 2, -5, is_uncertain=False, is_known=False, meaning=Meaning.TOO_LONG),
        NotArrived(2, "incident:9", 1, -5, is_uncertain=True, is_known=False, meaning=Meaning.UNCERTAIN),
    ]
    parked = ParkedChat(-5, now + timedelta(minutes=2), Meaning.FLOODED)
    kind = next(iter(plan.warning_kinds))
    issued = IssuedView("warning:7", 2, "预0712-7", kind, WarningLevel.RED, drill=False)
    urgent = LaneView(Lane.URGENT, 12, 2, now - timedelta(minutes=3), Spread(1280, 0.3, 2.6, 75))
    stands = replace(
        QUIET.stands,
        lanes=(urgent, *QUIET.stands.lanes[1:]),
        in_flight=5,
        trouble=Trouble(1, 1, 0, now - timedelta(minutes=9), ((Meaning.TOO_LONG, 1), (Meaning.UNCERTAIN, 1))),
        drill_waiting=4,
        parked=(parked,),
    )
    failures = (
        Failure(about="预0712-7", failed=1, uncertain=0, chats=("龙水镇防汛群",)),
        Failure(about="龙水0712-3", failed=0, uncertain=1, chats=("龙水镇防汛群",)),
    )
    versions = ((issued, Told(120, 118, Spread(118, 1.9, 4.2, 134))),)
    return Outbox(stands, (Parked(parked, "龙水镇防汛群"),), versions, by_text(lost), failures)


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

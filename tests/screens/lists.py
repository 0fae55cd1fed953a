"""Lists, telephone calls, stopping work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.directory.models import Role
from bot.incident.calls import CITY, Callee, Calling
from bot.incident.listing import Found, Listed, Shift, Successor, ToDo
from bot.incident.models import Call, CallResult, Threat, Wanted
from bot.incident.pressing import Standing, Why
from bot.incident.sight import Desk
from bot.plan.schema import Nature
from bot.plan.service import Plan
from handlers.calls import screens as calls
from handlers.lists import screens as lists
from handlers.work_stop import screens as work_stop
from messages.directory import Name
from tests.screens.desk import ALL_KNOWN
from tests.screens.scene import NIGHT, NUMBER, OFFICER, PLACE, REV, TOWN, Scene

POST = Name(zh="镇街值班员", en="Town duty officer")
DESK = Desk("龙水镇值班室", TOWN, POST, Role.HOLDER)
DISTRICT = Callee("r500111", "大足区应急局值班室", "+862343761995")
REPORTER = Callee("p3", "龙水镇横店村第3网格员", "+861000000103", upward=False)
ROW = Listed(
    id=1,
    number=NUMBER,
    nature=Nature.DANGER_SIGN,
    threat=Threat.YES,
    kind_key=None,
    what="屋后坡裂了一条缝，两指宽，下面住三户",
    place=PLACE,
    standing=Standing.UNTAKEN,
    taken_name=None,
    arrive_by=None,
    opened_at=NIGHT,
    merged_number=None,
    drill=False,
)
CALLING = Calling(
    incident_id=1,
    number=NUMBER,
    nature=Nature.DANGER_SIGN,
    threat=Threat.YES,
    place=PLACE,
    facts=ALL_KNOWN,
    is_verified=False,
    opened_at=NIGHT,
    desk=DESK,
    next_report_by=NIGHT + timedelta(hours=1),
    callees=(DISTRICT, CITY, REPORTER),
    drill=False,
)


def scenes(plan: Plan) -> list[Scene]:
    """Every list and every screen of a call."""
    return [*_lists(plan), *_calls(plan), *_stops(plan)]


def _lists(plan: Plan) -> list[Scene]:
    now = NIGHT + timedelta(minutes=8)
    rows = tuple(_standing(standing) for standing in Standing)
    stand = (Standing.UNTAKEN, Standing.UNVERIFIED, Standing.UNVERIFIED, Standing.DOUBTED, Standing.REOPEN_ASKED)
    whys = zip(Why, (*stand, Standing.IN_HAND), strict=True)
    to_do = tuple(
        ToDo(_standing(standing), why, now + timedelta(minutes=3 * n - 4), Wanted.PHOTO if why is Why.ENQUIRY else None)
        for n, (why, standing) in enumerate(whys)
    )
    successors = (Successor(8, "龙水镇值班员（B）", Role.DEPUTY), Successor(9, "龙水镇副镇长", Role.ACTING))
    shift = Shift(DESK, rows[:5], 5, 1, ((NUMBER, _call(CallResult.NO_ANSWER)),), successors)
    alone = replace(shift, rows=(), unreached=(), successors=())
    return [
        Scene("lists", "to do", lists.todo, (plan, to_do, 2, 12, now)),
        Scene("lists", "nothing to do", lists.todo, (plan, (), 0, None, now)),
        Scene("lists", "found", lists.found, (plan, "龙水", Found(rows[:8], 3))),
        Scene("lists", "found nothing", lists.found, (plan, "龙水", Found((), 0))),
        Scene("lists", "shift", lists.shift, (plan, shift, now)),
        Scene("lists", "shift, alone", lists.shift, (plan, alone, now)),
    ]


def _calls(plan: Plan) -> list[Scene]:
    unknown = replace(CALLING, facts=type(ALL_KNOWN)(), callees=(DISTRICT,), nature=Nature.ACCIDENT)
    noted = [
        Scene("calls", f"noted: {result.value}", calls.noted, (plan, CALLING, _call(result), DISTRICT.key, REV))
        for result in CallResult
    ]
    return [
        Scene("calls", "read out", calls.read_out, (plan, CALLING, REV)),
        Scene("calls", "read out, little known", calls.read_out, (plan, unknown, REV)),
        *noted,
    ]


def _stops(plan: Plan) -> list[Scene]:
    units = list(plan.units.values())[:2]
    return [
        Scene("work_stop", "one unit", work_stop.confirm, (plan, units[:1])),
        Scene("work_stop", "two units", work_stop.confirm, (plan, units)),
        Scene("work_stop", "no unit", work_stop.confirm, (plan, ())),
    ]


def _standing(standing: Standing) -> Listed:
    taken = None if standing in (Standing.UNTAKEN, Standing.VERIFIED_UNTAKEN) else OFFICER
    merged = "龙水0712-1" if standing is Standing.MERGED else None
    kind = "landslide" if standing is Standing.IN_HAND else None
    arrive = NIGHT if standing is Standing.UNVERIFIED else None
    return replace(ROW, standing=standing, taken_name=taken, merged_number=merged, kind_key=kind, arrive_by=arrive)


def _call(result: CallResult) -> Call:
    return Call(
        id=5, incident_id=1, at=NIGHT, callee=DISTRICT.name or "", phone=DISTRICT.phone, result=result, name=OFFICER
    )

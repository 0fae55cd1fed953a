"""What the desks see of an incident: the card in every state, and what an officer chooses from in private."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.incident.models import EntryKind, Facts, Incident, IncidentState, PlaceSource, Threat
from bot.incident.rules import open_deeds
from bot.incident.schemas import Doubt, EntryView, IncidentView, LikelySame, Reporter
from bot.intake.models import ItemKind
from bot.intake.schemas import Evidence
from bot.plan.schema import Level, Nature
from bot.plan.service import Plan
from handlers.incident import choices
from handlers.incident.screens import desk_card
from messages import desk_private as texts
from tests.screens.scene import GRID, NIGHT, NUMBER, OFFICER, PLACE, REV, Scene, holding

SHOWN = Evidence(Counter({ItemKind.PHOTO: 1, ItemKind.VOICE: 1}), missing=0)
REPORTER = Reporter(3, "龙水镇横店村第3网格员", "+861000000103", 70001, "zh", NUMBER)
DOUBT = Doubt(OFFICER, "reason:not_dangerous", None, wants_second=True)
ALL_KNOWN = Facts(
    kind_key="landslide",
    place_words="屋后小路",
    place_source=PlaceSource.LOCATION,
    latitude=29.70123,
    longitude=105.72114,
    accuracy=18.4,
    occurred_at=NIGHT,
    dead=0,
    missing=1,
    trapped=None,
    what="屋后坡裂了一条缝，两指宽，下面住三户",
    measures="已撤人；已拉警戒线",
    reinforcement=True,
    contact_name="社区干部",
    contact_phone="+861000000002",
)


def incident(plan: Plan, **changed: Any) -> IncidentView:
    """A danger sign of the night; its deeds are those its state leaves open."""
    view = IncidentView(
        id=1234,
        number=NUMBER,
        nature=Nature.DANGER_SIGN,
        threat=Threat.YES,
        region_code=GRID,
        facts=Facts(),
        state=IncidentState.REPORTED,
        opened_at=NIGHT,
        taken_name=None,
        away=None,
        arrive_by=None,
        verified_name=None,
        reporters=(REPORTER,),
        entries=(),
        unreached=(),
        chases=0,
        deeds=(),
        drill=False,
        unit_key=None,
        doubt=None,
        closed_name=None,
        closed_at=None,
        reopen_asked=False,
        numbers=(NUMBER,),
        merged_number=None,
        others_in=False,
    )
    changed_view = replace(view, **changed)
    return replace(changed_view, deeds=_deeds(changed_view))


def scenes(plan: Plan) -> list[Scene]:
    """The card and the lists."""
    return [*_cards(plan), *_choices(plan)]


def _deeds(view: IncidentView) -> tuple[Any, ...]:
    row = Incident(
        number=view.number,
        nature=view.nature,
        threat=view.threat,
        region_code=view.region_code,
        state=view.state,
        opened_at=view.opened_at,
        taken_by=7 if view.taken_name else None,
        away=view.away,
        verified_by=7 if view.verified_name else None,
        arrive_by=view.arrive_by,
        seconded_by=8 if view.doubt and view.doubt.seconded_name else None,
        reopen_asked_at=NIGHT if view.reopen_asked else None,
        merged_into=1 if view.merged_number else None,
    )
    return open_deeds(row, people=view.threat.counts)


def _cards(plan: Plan) -> list[Scene]:
    taken = {"taken_name": OFFICER}
    verified = {**taken, "arrive_by": NIGHT, "state": IncidentState.VERIFIED, "verified_name": OFFICER}
    closed = {**verified, "state": IncidentState.CLOSED, "closed_name": "区应急局值班员", "closed_at": NIGHT}
    doubted = {**taken, "state": IncidentState.DOUBTED, "doubt": DOUBT}
    seconded = {**doubted, "doubt": replace(DOUBT, seconded_name="龙水镇镇领导", wants_second=False)}
    states: dict[str, dict[str, Any]] = {
        "nobody has it": {"unreached": (Level.VILLAGE,)},
        "chased": {"chases": 2},
        "accident": {"nature": Nature.ACCIDENT},
        "accident, nobody threatened": {"nature": Nature.ACCIDENT, "threat": Threat.NO},
        "taken": taken,
        "on the way": {**taken, "arrive_by": NIGHT},
        "verified, nobody has it": {"state": IncidentState.VERIFIED, "verified_name": OFFICER},
        "verified": verified,
        "everything known": {
            **verified,
            "nature": Nature.ACCIDENT,
            "facts": ALL_KNOWN,
            "entries": _entries(),
            "unit_key": "natural_resources" if "natural_resources" in plan.units else next(iter(plan.units)),
            "numbers": (NUMBER, "龙水0712-5"),
            "reporters": (REPORTER, replace(REPORTER, name="龙水镇横店村第5网格员", phone=None)),
        },
        "doubted": doubted,
        "doubted, seconded": seconded,
        "dismissed": {**seconded, "state": IncidentState.DISMISSED, "closed_name": OFFICER, "closed_at": NIGHT},
        "closed": closed,
        "closed, reporter not content": {**closed, "reopen_asked": True},
        "withdrawn": {"state": IncidentState.WITHDRAWN},
        "merged": {"merged_number": "龙水0712-1"},
    }
    cards = [
        Scene("incident", name, desk_card, (plan, incident(plan, **changed), SHOWN, PLACE, REV))
        for name, changed in states.items()
    ]
    gone = (plan, incident(plan), SHOWN, "宝顶镇", REV)
    return [*cards, Scene("incident", "gone elsewhere", desk_card, gone, {"is_gone": True})]


def _entries() -> tuple[EntryView, ...]:
    told = {
        EntryKind.SUPPLEMENT: "3户11人",
        EntryKind.ASKED: "position",
        EntryKind.KIND: "landslide",
        EntryKind.REROUTED: "region:500111102",
        EntryKind.JOINED: "龙水0712-5",
        EntryKind.UPHELD: "",
    }
    return tuple(
        EntryView(NIGHT + timedelta(minutes=n), kind, OFFICER, text) for n, (kind, text) in enumerate(told.items())
    )


def _choices(plan: Plan) -> list[Scene]:
    view, rev = incident(plan, taken_name=OFFICER), str(REV)
    held = incident(plan, taken_name=OFFICER, state=IncidentState.VERIFIED, verified_name=OFFICER)
    duty = holding(plan, "district_duty", plan.district.code)
    others = [LikelySame(2, "龙水0712-1", GRID, NIGHT, "屋后坡裂了", 120)]
    named = {"number": NUMBER, "place": PLACE}
    merging = texts.MergeWith(
        **named, others=(texts.Likely(number="龙水0712-1", place=PLACE, opened_at=NIGHT, what="坡裂了", metres=120),)
    )
    towns = texts.Choose(**named, what="town")
    units = texts.Choose(**named, what="unit")
    kind = texts.Choose(**named, what="kind")
    return [
        Scene("desk", "asking", choices.asking, (view, rev), payload=texts.AskWhat(**named)),
        Scene("desk", "reasons", choices.reasons, (view, rev), payload=texts.WhyDoubt(**named, people=True)),
        Scene("desk", "more", choices.more, (held, duty, rev), payload=texts.More(**named, any=True)),
        Scene("desk", "sectors", choices.sectors, (plan, view, rev, 1), payload=texts.Choose(**named, what="sector")),
        *(
            Scene("desk", f"kinds: {sector}", choices.kinds, (plan, view, rev, sector, 1), payload=kind)
            for sector in ("natural", "work_safety", "natural_resources")
            if any(each.sector == sector for each in plan.kinds.values())
        ),
        Scene(
            "desk",
            "natures",
            choices.natures,
            (plan, view, rev, "landslide"),
            payload=texts.Choose(**named, what="nature"),
        ),
        Scene("desk", "whither", choices.whither, (view, rev), payload=texts.Choose(**named, what="whither")),
        *(Scene("desk", f"towns {n}", choices.towns, (plan, view, rev, n), payload=towns) for n in (1, 2)),
        *(Scene("desk", f"units {n}", choices.units, (plan, view, rev, n), payload=units) for n in (1, 2)),
        Scene("desk", "others", choices.others, (view, rev, others), payload=merging),
    ]

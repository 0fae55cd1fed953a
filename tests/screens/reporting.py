"""What a reporter sees, and a duty officer who writes a telephone report down: the draft's card in all its states."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bot.incident.models import Facts, IncidentState, PlaceSource
from bot.intake.answers import FIGURES
from bot.intake.models import Asked, DraftState, ItemKind, Question, Via
from bot.intake.schemas import DraftView, Evidence, Likely
from bot.plan.schema import Nature
from bot.plan.service import Plan
from handlers.form import screens as form
from handlers.intake import screens as intake
from tests.screens.desk import incident
from tests.screens.scene import GRID, NIGHT, NUMBER, OFFICER, PLACE, REV, TOWN, Scene

PHOTO = Evidence(Counter({ItemKind.PHOTO: 1}), missing=0)
EMPTY = Evidence(Counter(), missing=0)
KNOWN = Facts(
    kind_key="landslide",
    place_words="屋后小路",
    place_source=PlaceSource.WORDS,
    latitude=29.70123,
    longitude=105.72114,
    accuracy=18.4,
    occurred_at=NIGHT,
    dead=0,
    missing=1,
    what="屋后坡裂了一条缝，两指宽，下面住三户",
    measures="已撤人；已拉警戒线",
    reinforcement=True,
    contact_name="社区干部",
    contact_phone="+861000000002",
)
DRAFT = DraftView(
    id=12345,
    state=DraftState.OPEN,
    question=Question.THREAT,
    asking=None,
    at_step="",
    via=Via.CHAT,
    region_code=GRID,
    opened_at=NIGHT,
    facts=Facts(),
    evidence=PHOTO,
    number=None,
    nature=None,
    incident_id=None,
    withdrawn=False,
    may_join=None,
    recent_kinds=("landslide", "flash_flood", "house"),
    likely=(),
)
FORM = replace(DRAFT, question=Question.OUTCOME)
CALL = replace(FORM, via=Via.TELEPHONE, evidence=EMPTY, region_code=TOWN)
FILED = replace(DRAFT, state=DraftState.FILED, facts=KNOWN, number=NUMBER, nature=Nature.DANGER_SIGN, incident_id=1)
LIKELY = Likely(1, NUMBER, Nature.DANGER_SIGN, "landslide", GRID, "屋后小路", NIGHT, None)


def scenes(plan: Plan) -> list[Scene]:
    """Every state of the card a reporter looks at."""
    return [*_beginning(plan), *_fields(plan), *_figures(plan), *_lists(plan), *_likeness(plan), *_reports(plan)]


def _beginning(plan: Plan) -> list[Scene]:
    joining = replace(DRAFT, may_join="龙水0712-1")
    missing = replace(DRAFT, evidence=Evidence(Counter({ItemKind.PHOTO: 2, ItemKind.VOICE: 1}), missing=1))
    views = {
        "begun by the menu": replace(DRAFT, evidence=EMPTY),
        "one photo": missing,
        "may belong to an earlier report": joining,
        "given up": replace(DRAFT, state=DraftState.DISCARDED),
        "added to an earlier report": replace(DRAFT, state=DraftState.JOINED, number=NUMBER),
    }
    cards = [
        Scene("intake", f"draft: {name}", intake.draft_card, (plan, view, None, (PLACE,), REV))
        for name, view in views.items()
    ]
    forms = {
        "nothing known": FORM,
        "may belong to an earlier report": replace(FORM, may_join="龙水0712-1"),
        "everything known": replace(FORM, facts=KNOWN),
        "telephone": CALL,
        "telephone, everything known": replace(CALL, facts=KNOWN),
    }
    return [
        *cards,
        *(Scene("form", f"form: {name}", form.form_card, (plan, view, "", PLACE, REV)) for name, view in forms.items()),
        Scene("form", "resume", form.resume_card, (plan, replace(FORM, facts=KNOWN), "照片1", REV)),
        Scene("form", "kept", form.kept_card, (replace(DRAFT, state=DraftState.KEPT), "照片1", REV)),
    ]


def _fields(plan: Plan) -> list[Scene]:
    asked = {
        "": FORM,
        ", answered": replace(FORM, facts=KNOWN),
        ", after filing": FILED,
        ", telephone": CALL,
    }
    return [
        _question(plan, f"{field.value}{how}", replace(view, asking=field))
        for field in Asked
        for how, view in asked.items()
    ]


def _figures(plan: Plan) -> list[Scene]:
    return [
        _question(plan, f"casualties: {figure}", replace(CALL, asking=Asked.CASUALTIES, at_step=figure))
        for figure in FIGURES
    ]


def _lists(plan: Plan) -> list[Scene]:
    sectors = {kind.sector for kind in plan.kinds.values()}
    steps = {
        **{f"kind: {sector}": (Asked.KIND, f"s.{sector}.1") for sector in plan.sectors if sector in sectors},
        "kind: natural, page 2": (Asked.KIND, "s.natural.2"),
        "kind: searched": (Asked.KIND, "q.火"),
        "kind: searched in vain": (Asked.KIND, "q.牛"),
        "place: towns": (Asked.PLACE, f"r.{plan.district.code}.1"),
        "place: villages": (Asked.PLACE, f"r.{TOWN}.1"),
    }
    return [_question(plan, name, replace(FORM, asking=field, at_step=step)) for name, (field, step) in steps.items()]


def _likeness(plan: Plan) -> list[Scene]:
    two = (LIKELY, replace(LIKELY, report_id=2, number="龙水0712-4", kind_key=None, place_words=None))
    views = {
        "one": replace(FORM, likely=two[:1]),
        "two": replace(FORM, likely=two),
        "after filing": replace(FILED, number="龙水0712-5", likely=two),
    }
    return [
        Scene("form", f"likeness: {name}", form.likeness_card, (plan, view, (PLACE,) * len(view.likely), REV))
        for name, view in views.items()
    ]


def _reports(plan: Plan) -> list[Scene]:
    case = incident(plan, facts=KNOWN)
    hazard = replace(FILED, nature=Nature.HAZARD, incident_id=None, facts=Facts())
    taken = replace(case, taken_name=OFFICER, arrive_by=NIGHT)
    cases = {
        "reported": (FILED, case),
        "taken": (FILED, taken),
        **{state.value: (FILED, replace(taken, state=state)) for state in list(IncidentState)[1:-1]},
        "withdrawn": (replace(FILED, withdrawn=True), replace(case, state=IncidentState.WITHDRAWN)),
        "hazard": (hazard, None),
        "hazard, withdrawn": (replace(hazard, withdrawn=True), None),
    }
    return [
        Scene("form", f"report: {name}", form.report_card, (plan, view, seen, "照片1", PLACE, REV))
        for name, (view, seen) in cases.items()
    ]


def _question(plan: Plan, name: str, view: DraftView) -> Scene:
    return Scene("form", f"asks {name}", form.question_card, (plan, view, PLACE, REV))

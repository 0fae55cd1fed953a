"""Warnings: the signal to be checked, the board, who has answered, a draft and its signing card."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.delivery.schemas import ChatOutcome, Fate, Outcomes
from bot.paper.models import PaperKind
from bot.plan.schema import Level, WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning.models import Answer, Audience, Origin, Series, SeriesState, VersionState
from bot.warning.schemas import (
    CheckView,
    DraftView,
    PlaceView,
    Preview,
    RecipientView,
    SeriesName,
    SeriesView,
    SignerView,
    Unfinished,
    VersionView,
)
from handlers.paper import screens as paper
from handlers.warning import screens as warning
from handlers.warning_draft import screens as draft
from tests.screens.scene import NIGHT, OFFICER, REV, TOWN, VILLAGE, Scene

_SIGNAL = "大足区气象台2026年7月12日21时40分发布暴雨黄色预警信号：预计未来6小时，我区大部降雨量将达50毫米以上。"
_VERSION = VersionView(
    id=1,
    number=1,
    act=WarningAct.ISSUE,
    state=VersionState.DRAFT,
    level=WarningLevel.YELLOW,
    text=_SIGNAL,
    scope_words="",
    starts_at=None,
    valid_until=NIGHT + timedelta(hours=6),
    matters="",
    measures="",
    issuer="大足区气象台",
    consultation="",
    authority="",
    platform_number="",
    document_number=None,
    published_at=NIGHT,
    drafted_name="区应急局值班员",
    signed_name=None,
    oral_words=None,
    countersigned=False,
    return_reason=None,
    issued_at=None,
    places=(PlaceView("500111", WarningLevel.YELLOW),),
)
_DISCARDED = replace(_VERSION, state=VersionState.DISCARDED)
_ISSUED = replace(_VERSION, state=VersionState.ISSUED, issued_at=NIGHT)
_ANSWERED = RecipientView(
    id=1,
    chat_id=301,
    name=OFFICER,
    phone="+861000000301",
    region_code=TOWN,
    tier=Level.TOWN,
    must_answer=True,
    is_missing=False,
    is_cut_off=False,
    is_group=False,
    has_answered=True,
    answer=Answer.ON_POST,
    answered_name=OFFICER,
    answered_at=NIGHT,
    phoned=None,
    phoned_by=None,
)
_SILENT = replace(
    _ANSWERED, id=2, chat_id=302, name="龙水镇横店村值班员", is_missing=True, answer=None, answered_at=None
)
_CUT_OFF = replace(_SILENT, id=3, chat_id=303, name="宝顶镇值班员", region_code="500111102", is_cut_off=True)
_SERIES = SeriesView(
    id=1,
    number="预0712-1",
    kind_key="rainstorm",
    origin=Origin.RELAYED,
    state=SeriesState.IN_FORCE,
    source_words="大足区气象台",
    newest=_ISSUED,
    issued=_ISSUED,
    recipients=(_ANSWERED, _SILENT, _CUT_OFF),
    drill=False,
)
_OUTCOMES = Outcomes(
    tuple(
        ChatOutcome(number, fate, NIGHT if fate is Fate.SENT else None, None)
        for number, fate in enumerate((Fate.SENT, Fate.SENT, Fate.UNCERTAIN, Fate.FAILED), 301)
    )
)
_OWN = replace(
    _VERSION,
    text="",
    scope_words="龙水镇、宝顶镇沿河低洼处",
    starts_at=NIGHT,
    matters="河道水位上涨，沿河低洼地可能进水。",
    measures="沿河村社加强巡查，不下河、不涉水过桥。",
    issuer="大足区人民政府防汛抗旱指挥部",
    consultation="00:40 水利、气象、规自、应急 建议Ⅲ级",
    authority="授权书2026-3号，有效至2026-12-31",
    published_at=None,
    places=(PlaceView(TOWN, WarningLevel.YELLOW), PlaceView("500111102", WarningLevel.BLUE)),
)
_CHECK = CheckView(asking="", also=(), unplaced=(), groups=31, people=60, others=(), advice=3)
_LEADER = SignerView(9, "区应急局副局长", "+861000000402", 402, "zh", reachable=True)
_DRAFT = DraftView(
    series_id=2,
    series_number=None,
    kind_key="flood",
    version=_OWN,
    audience=Audience.INTERNAL,
    asking="",
    drafted_by=8,
    signed_at=None,
    seen="ab12cd34ef",
    missing=(),
    wants_number=False,
    is_past=False,
    preview=Preview(groups=4, people=12, minutes=1, unreachable=("高坡村",), unreachable_count=2),
    signers=(_LEADER,),
    levels=(WarningLevel.BLUE, WarningLevel.YELLOW),
)


def scenes(plan: Plan) -> list[Scene]:
    """Every screen of warnings."""
    return [*_relayed(plan), *_drafted(plan), *_papers(plan)]


def _relayed(plan: Plan) -> list[Scene]:
    lifting = replace(_VERSION, act=WarningAct.LIFT)
    ended = replace(_SERIES, state=SeriesState.LIFTED)
    names = {TOWN: "龙水镇", "500111102": "宝顶镇", "500111": "大足区", VILLAGE: "横店村"}
    levels = (PlaceView(TOWN, WarningLevel.ORANGE), PlaceView(VILLAGE, WarningLevel.RED))
    unclear = replace(
        _CHECK,
        asking="levels",
        also=("lightning",),
        unplaced=(WarningLevel.BLUE,),
        others=(SeriesName(3, "预0712-2", "大足区气象局"),),
    )
    several = (replace(_VERSION, level=WarningLevel.RED, places=levels, document_number="渝防指〔2026〕12号"), unclear)
    kinds = replace(_CHECK, asking="kinds:")
    return [
        Scene("warning", "a signal to check", warning.relay_card, (plan, _SERIES, _VERSION, _CHECK, names, REV)),
        Scene("warning", "a signal with several levels", warning.relay_card, (plan, _SERIES, *several, names, REV)),
        Scene("warning", "a lifting to check", warning.relay_card, (plan, _SERIES, lifting, _CHECK, names, REV)),
        Scene("warning", "which kind it is", warning.relay_card, (plan, _SERIES, _VERSION, kinds, names, REV)),
        Scene("warning", "no warning", warning.relay_card, (plan, _SERIES, _DISCARDED, _CHECK, names, REV)),
        Scene("warning", "relayed", warning.relay_card, (plan, _SERIES, _ISSUED, _CHECK, names, REV)),
        Scene("warning", "board", warning.board_card, (plan, _SERIES, _OUTCOMES, names, REV)),
        Scene("warning", "board, lifted", warning.board_card, (plan, ended, _OUTCOMES, names, REV)),
        Scene("warning", "answers", warning.answers_card, (_SERIES, 301)),
    ]


def _drafted(plan: Plan) -> list[Scene]:
    flood = plan.warning_kind("flood")
    lying = (Unfinished(1, "flood", WarningLevel.YELLOW, NIGHT),)
    empty = replace(
        _DRAFT, version=replace(_OWN, places=(), matters="", consultation=""), missing=("places", "matters")
    )
    open_fields = [
        Scene("warning_draft", f"draft, {field} open", draft.draft_card, (plan, replace(_DRAFT, asking=field), 8))
        for field in (*draft.LISTED, "places:in", f"places:in:{TOWN}")
    ]
    proposed = replace(_DRAFT, version=replace(_OWN, state=VersionState.PROPOSED))
    return [
        Scene("warning_draft", "kinds", draft.choose_kind, (plan, [flood], lying)),
        Scene("warning_draft", "levels", draft.choose_level, (flood, list(_DRAFT.levels))),
        Scene("warning_draft", "draft, complete", draft.draft_card, (plan, _DRAFT, 8)),
        Scene("warning_draft", "draft, something missing", draft.draft_card, (plan, empty, 8)),
        *open_fields,
        Scene("warning_draft", "proposed", draft.draft_card, (plan, proposed, 8)),
        Scene("warning_draft", "to sign", draft.sign_card, (plan, proposed)),
    ]


def _papers(plan: Plan) -> list[Scene]:
    series = Series(
        id=1,
        number="预0712-1",
        kind_key="rainstorm",
        origin=Origin.RELAYED,
        state=SeriesState.LIFTED,
        opened_name=OFFICER,
        opened_chat=301,
        opened_at=NIGHT,
    )
    drill = series.model_copy(update={"id": 2, "number": "预0712-2", "state": SeriesState.IN_FORCE, "drill": True})
    return [
        Scene("paper", "which warning", paper.warnings, (plan, [drill, series])),
        Scene("paper", "no warning yet", paper.warnings, (plan, [])),
        Scene("paper", "which paper", paper.papers, (plan, series, tuple(PaperKind))),
        Scene("paper", "which paper, administrator", paper.papers, (plan, series, (PaperKind.ARCHIVE,))),
    ]

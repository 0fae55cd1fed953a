"""Texts on the district's own warnings: the form they are written on, and the text itself."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, TypedDict

from messages.engine import Payload, render


class What(TypedDict):
    """Which warning a text is about: the kind in both languages, and the level's key."""

    kind: str
    kind_en: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """The towns of one notice at one level."""

    level: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Payload):
    """The text of a warning as it is issued. Sent without mark-up; use `text`. The Chinese one is what was signed."""

    template: ClassVar[str] = "warning_draft/text"
    act: str
    kind: str
    level: str
    places: tuple[LevelLine, ...]
    scope_words: str
    starts_at: datetime | None
    valid_until: datetime | None
    matters: str
    measures: str
    issuer: str
    published_at: datetime | None
    number: str
    former_at: datetime | None
    former_level: str


def text(payload: Text, locale: str = "zh") -> str:
    """The text itself, plain."""
    return html.unescape(render(payload, locale))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseKind(Payload):
    """Which kind; `stations` issue the others, which the district passes on."""

    template: ClassVar[str] = "warning_draft/choose_kind"
    any: bool
    stations: tuple[str, ...]
    stations_en: tuple[str, ...]
    unfinished: int
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseLevel(Payload):
    """Which level."""

    template: ClassVar[str] = "warning_draft/choose_level"
    kind: str
    kind_en: str
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who may sign, and the number to call."""

    name: str
    phone: str | None
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Payload):
    """The drafter's card in every state. `state`: draft, returned, proposed, signed, issued, discarded."""

    template: ClassVar[str] = "warning_draft/draft"
    number: str | None
    kind: str
    kind_en: str
    level: str
    act: str
    state: str
    places: tuple[LevelLine, ...]
    scope_words: str
    starts_at: datetime | None
    valid_until: datetime | None
    matters: str
    measures: str
    issuer: str
    consultation: str
    authority: str
    platform_number: str
    public: bool
    missing: tuple[str, ...]
    groups: int
    people: int
    minutes: int
    unreachable: tuple[str, ...]
    unreachable_count: int
    advice: int
    signers: tuple[Signer, ...]
    return_reason: str | None
    signed_name: str | None
    signed_at: datetime | None
    asking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWords(Payload):
    """The question for one field; `value` is what stands there."""

    template: ClassVar[str] = "warning_draft/ask_words"
    kind: str
    kind_en: str
    level: str
    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUnread(Payload):
    """What was typed is no time to come."""

    template: ClassVar[str] = "warning_draft/time_unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsWanted(Payload):
    """The answer must be text."""

    template: ClassVar[str] = "warning_draft/words_wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong(Payload):
    """More than a warning holds."""

    template: ClassVar[str] = "warning_draft/too_long"
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TapAField(Payload):
    """A reply to the card itself names no field."""

    template: ClassVar[str] = "warning_draft/tap_a_field"


_AT = datetime(2026, 7, 11, 18, 15, tzinfo=UTC)
_LATER = datetime(2026, 7, 12, 6, 15, tzinfo=UTC)
_KIND, _KIND_EN, _LEVEL = "洪水", "Flood", "yellow"
_PLACES = (LevelLine(level="yellow", places=("龙水镇", "宝顶镇")), LevelLine(level="blue", places=("古龙镇",)))
_MATTERS = "濑溪河龙水段水位将超警戒 <0.5米>，沿河低洼处可能进水。"
_MEASURES = "沿河住户准备转移，停止涉水作业，值班人员到岗。"
_CONSULTATION = "00:40 水利、气象、规自、应急会商，建议Ⅲ级"
_AUTHORITY = "授权书〔2026〕3号，洪水Ⅲ、Ⅳ级，有效至2026-12-31"
_LEADER = "区应急局副局长"
_SIGNERS = (
    Signer(name=_LEADER, phone="+861000000402", reachable=True),
    Signer(name="区应急局局长", phone=None, reachable=False),
)
_TEXT = Text(
    act="issue",
    kind=_KIND,
    level=_LEVEL,
    places=_PLACES,
    scope_words="濑溪河沿岸",
    starts_at=_AT,
    valid_until=_LATER,
    matters=_MATTERS,
    measures=_MEASURES,
    issuer="区应急局",
    published_at=_AT,
    number="",
    former_at=None,
    former_level="",
)
_UPGRADED = replace(_TEXT, act="upgrade", number="预0712-1", former_at=_AT, former_level="blue", scope_words="")
_LIFTED = replace(
    _UPGRADED, act="lift", former_level="yellow", matters="濑溪河水位已退到警戒以下。", places=_PLACES[:1]
)
_DRAFT = Draft(
    number=None,
    kind=_KIND,
    kind_en=_KIND_EN,
    level=_LEVEL,
    act="issue",
    state="draft",
    places=_PLACES,
    scope_words="濑溪河沿岸",
    starts_at=None,
    valid_until=_LATER,
    matters=_MATTERS,
    measures=_MEASURES,
    issuer="区应急局",
    consultation=_CONSULTATION,
    authority=_AUTHORITY,
    platform_number="",
    public=True,
    missing=(),
    groups=5,
    people=12,
    minutes=1,
    unreachable=("龙水镇 高坡村", "宝顶镇 东岳村"),
    unreachable_count=12,
    advice=3,
    signers=_SIGNERS,
    return_reason=None,
    signed_name=None,
    signed_at=None,
    asking="",
)
_EMPTY = replace(
    _DRAFT,
    places=(),
    scope_words="",
    valid_until=None,
    consultation="",
    authority="",
    public=False,
    missing=("valid_until", "places", "consultation", "authority"),
    groups=0,
    people=0,
    minutes=0,
    unreachable=(),
    unreachable_count=0,
    advice=0,
)
_FIELDS = (
    *("scope_words", "matters", "measures", "issuer", "consultation", "authority", "platform_number"),
    *("valid_until", "starts_at", "reason"),
)

SAMPLES: list[Payload] = [
    _TEXT,
    replace(_TEXT, published_at=None, starts_at=None),
    _UPGRADED,
    replace(_UPGRADED, act="extend", former_level="yellow"),
    _LIFTED,
    replace(_LIFTED, act="withdraw", matters="误发。"),
    ChooseKind(any=True, stations=("气象台站",), stations_en=("the weather stations",), unfinished=0),
    ChooseKind(any=True, stations=("气象台站",), stations_en=("the weather stations",), unfinished=2),
    ChooseKind(any=False, stations=(), stations_en=(), unfinished=0),
    ChooseKind(any=True, stations=("气象台站",), stations_en=("the weather stations",), unfinished=1, drill=True),
    ChooseLevel(kind=_KIND, kind_en=_KIND_EN),
    ChooseLevel(kind=_KIND, kind_en=_KIND_EN, drill=True),
    _DRAFT,
    _EMPTY,
    *(replace(_EMPTY, asking=asking) for asking in ("level", "places", "valid_until", "audience")),
    replace(_DRAFT, state="returned", return_reason="范围太大，只发两个镇"),
    replace(_DRAFT, state="proposed"),
    replace(_DRAFT, state="proposed", signers=()),
    replace(_DRAFT, state="signed", signed_name=_LEADER, signed_at=_AT),
    replace(_DRAFT, state="issued", number="预0712-1", platform_number="50011120260712001", signed_name=_LEADER),
    replace(_DRAFT, state="discarded"),
    replace(_DRAFT, number="预0712-1", act="upgrade"),
    replace(_EMPTY, number="预0712-1", act="lift", matters="", missing=("reason",)),
    replace(_DRAFT, number="预0712-1", act="withdraw", matters="误发。", state="proposed"),
    *(AskWords(kind=_KIND, kind_en=_KIND_EN, level=_LEVEL, field=field, value="") for field in _FIELDS),
    AskWords(kind=_KIND, kind_en=_KIND_EN, level=_LEVEL, field="matters", value=_MATTERS),
    TimeUnread(),
    WordsWanted(),
    TooLong(longest=800),
    TapAField(),
]

"""Texts on incidents: the order to the reporter, the desk's card, what the reporter hears, refusals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A desk and its number, as text: inline buttons cannot dial."""

    name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Payload):
    """The first thing a reporter gets when people are threatened: an order, who was told, a phone, the number."""

    template: ClassVar[str] = "incident/order"
    number: str
    told: tuple[str, ...]
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed(Payload):
    """What a reporter gets when nobody is threatened."""

    template: ClassVar[str] = "incident/filed"
    number: str
    nature: str
    told: tuple[str, ...]
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the event log."""

    at: datetime
    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One reported figure of casualties by the key of its label; None is unknown."""

    key: str
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtLine:
    """Who says that it is not so and why, already worded; who agreed, or that somebody must."""

    name: str
    reason: str
    seconded_name: str | None
    wants_second: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCard(Payload):
    """What the desks see: the most important first.

    `state` is that of the incident. `place_source` is the key of how the position is known, `figures` is empty where
    nobody speaks of people. `away` is why whoever took it cannot see to it. `gone_to` is where it went, on the card of
    a desk that no longer has it.
    """

    template: ClassVar[str] = "incident/desk_card"
    number: str
    nature: str
    kind: str | None
    threat: str
    state: str
    verified_name: str | None
    place: str
    place_words: str | None
    place_source: str | None
    latitude: float | None
    longitude: float | None
    accuracy: float | None
    what: str | None
    figures: tuple[Figure, ...]
    measures: str | None
    reinforcement: bool
    occurred_at: datetime | None
    opened_at: datetime
    reporters: tuple[Phone, ...]
    contact: Phone | None
    numbers: tuple[str, ...]
    evidence: str
    unit: Phone | None
    taken_name: str | None
    away: str | None
    arrive_by: datetime | None
    chases: int
    doubt: DoubtLine | None
    closed_name: str | None
    closed_at: datetime | None
    reopen_asked: bool
    merged_number: str | None
    gone_to: str | None
    unreached: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken(Payload):
    """The reporter hears who is on it: an order, not a receipt."""

    template: ClassVar[str] = "incident/taken"
    number: str
    place: str
    name: str
    arrive_by: datetime | None
    threatened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Payload):
    """The reporter hears that his report was found true."""

    template: ClassVar[str] = "incident/verified"
    number: str
    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaken(Payload):
    """Rings again: nobody has taken it in hand, or whoever took it is away."""

    template: ClassVar[str] = "incident/untaken"
    number: str
    place: str
    threat: str
    minutes: int
    taken_name: str | None
    away: str | None
    reporters: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UntakenRow:
    """One of many that nobody has in hand; `phone` is its first reporter's, empty if unknown."""

    number: str
    threat: str
    place: str
    minutes: int
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UntakenMany(Payload):
    """Rings again for many at once; `more` are not shown."""

    template: ClassVar[str] = "incident/untaken_many"
    count: int
    rows: tuple[UntakenRow, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UntakenForReporter(Payload):
    """The reporter hears that nobody has answered yet, or that whoever had it is `away`, and whom to phone."""

    template: ClassVar[str] = "incident/untaken_for_reporter"
    number: str
    minutes: int
    away: bool
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplemented(Payload):
    """The desks hear what a reporter added."""

    template: ClassVar[str] = "incident/supplemented"
    number: str
    place: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCaption(Payload):
    """Under a photo, a voice note or a film shown to the desks."""

    template: ClassVar[str] = "incident/evidence_caption"
    number: str
    place: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchIncident(Payload):
    """The incident is not there."""

    template: ClassVar[str] = "incident/no_such"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTaken(Payload):
    """Somebody was first."""

    template: ClassVar[str] = "incident/already_taken"
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYours(Payload):
    """Only whoever took it says when he arrives."""

    template: ClassVar[str] = "incident/not_yours"
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToDo(Payload):
    """The button has been overtaken by events."""

    template: ClassVar[str] = "incident/nothing_to_do"
    number: str


_AT = datetime(2026, 7, 12, 16, 50, tzinfo=UTC)
_NUMBER = "龙水0712-3"
_PLACE = "龙水镇 明光社区 第3网格"
_PHONES = (
    Phone(name="龙水镇值班室", number="+862310000101"),
    Phone(name="区应急局", number="+862343761995"),
)
_REPORTER = Phone(name="龙水镇明光社区第3网格员", number="+861000000001")

_OFFICER = "龙水镇值班员"
_FIGURES = (
    Figure(key="dead", count=1),
    Figure(key="missing", count=None),
    Figure(key="trapped", count=3),
    Figure(key="seriously_injured", count=None),
    Figure(key="injured", count=0),
)
_CARD = DeskCard(
    number=_NUMBER,
    nature="danger_sign",
    kind=None,
    threat="yes",
    state="reported",
    verified_name=None,
    place=_PLACE,
    place_words=None,
    place_source=None,
    latitude=None,
    longitude=None,
    accuracy=None,
    what=None,
    figures=(),
    measures=None,
    reinforcement=False,
    occurred_at=None,
    opened_at=_AT,
    reporters=(_REPORTER,),
    contact=None,
    numbers=(_NUMBER,),
    evidence="照片1",
    unit=None,
    taken_name=None,
    away=None,
    arrive_by=None,
    chases=0,
    doubt=None,
    closed_name=None,
    closed_at=None,
    reopen_asked=False,
    merged_number=None,
    gone_to=None,
    unreached=("village",),
    lines=(),
)

_UNTAKEN = Untaken(
    number=_NUMBER, place=_PLACE, threat="yes", minutes=5, taken_name=None, away=None, reporters=(_REPORTER,)
)
_ROWS = (
    UntakenRow(number=_NUMBER, threat="yes", place=_PLACE, minutes=15, phone=_REPORTER.number),
    UntakenRow(number="龙水0712-4", threat="unclear", place=_PLACE, minutes=10, phone=""),
    UntakenRow(number="宝顶0712-1", threat="unclear", place="宝顶镇", minutes=10, phone="+861000000004"),
    UntakenRow(number="龙水0712-5", threat="no", place=_PLACE, minutes=5, phone=_REPORTER.number),
)

SAMPLES: list[Payload] = [
    Order(number=_NUMBER, told=("village", "town", "district"), phones=_PHONES),
    Order(number=_NUMBER, told=("town",), phones=()),
    Order(number=_NUMBER, told=(), phones=_PHONES[1:]),
    Filed(number=_NUMBER, nature="accident", told=("village", "town", "district"), phones=_PHONES),
    Filed(number=_NUMBER, nature="hazard", told=(), phones=_PHONES),
    _CARD,
    replace(
        _CARD,
        threat="unclear",
        state="verified",
        verified_name=_OFFICER,
        kind="滑坡、崩塌",
        place_words="屋后小路",
        place_source="location",
        latitude=29.7012,
        longitude=105.7211,
        accuracy=18.4,
        what="屋后坡裂了，下面住三户 <旧房>",
        figures=_FIGURES,
        measures="已拉警戒线",
        reinforcement=True,
        occurred_at=_AT,
        contact=Phone(name="社区干部", number="+861000000002"),
        evidence="照片2 语音1",
        unit=Phone(name="区规划自然资源局", number="+862343733379"),
        taken_name=_OFFICER,
        arrive_by=_AT,
        chases=1,
        unreached=(),
        numbers=(_NUMBER, "龙水0712-5"),
        reporters=(_REPORTER, Phone(name="龙水镇明光社区第2网格员", number="")),
        lines=(Line(at=_AT, kind="supplement", name="龙水镇明光社区第3网格员", text="3户11人 <屋后>"),),
    ),
    replace(
        _CARD,
        state="doubted",
        place_words="桥头第二家",
        place_source="words",
        chases=2,
        doubt=DoubtLine(name=_OFFICER, reason="地点不对，找不到", seconded_name=None, wants_second=True),
    ),
    replace(
        _CARD,
        state="doubted",
        threat="no",
        taken_name=_OFFICER,
        doubt=DoubtLine(name=_OFFICER, reason="旧裂缝", seconded_name="龙水镇镇领导", wants_second=False),
    ),
    replace(
        _CARD,
        state="doubted",
        threat="no",
        taken_name=_OFFICER,
        doubt=DoubtLine(name=_OFFICER, reason="旧裂缝", seconded_name=None, wants_second=False),
    ),
    replace(
        _CARD,
        state="dismissed",
        closed_name="区应急局值班员",
        closed_at=_AT,
        doubt=DoubtLine(name=_OFFICER, reason="旧裂缝", seconded_name="龙水镇镇领导", wants_second=False),
    ),
    replace(
        _CARD,
        state="closed",
        verified_name=_OFFICER,
        taken_name=_OFFICER,
        closed_name="区应急局值班员",
        closed_at=_AT,
        reopen_asked=True,
    ),
    replace(_CARD, state="verified", verified_name=_OFFICER, taken_name=_OFFICER, away="suspended", chases=1),
    replace(_CARD, taken_name=_OFFICER, away="left"),
    replace(_CARD, state="withdrawn"),
    replace(_CARD, merged_number="龙水0712-1"),
    replace(_CARD, gone_to="宝顶镇"),
    Taken(number=_NUMBER, place=_PLACE, name="龙水镇值班员", arrive_by=_AT, threatened=True),
    Taken(number=_NUMBER, place=_PLACE, name="龙水镇值班员", arrive_by=None, threatened=False),
    Verified(number=_NUMBER, place=_PLACE, name="龙水镇值班员"),
    _UNTAKEN,
    replace(_UNTAKEN, minutes=70, taken_name=_OFFICER, away="suspended"),
    replace(_UNTAKEN, threat="no", minutes=70, taken_name=_OFFICER, away="left"),
    UntakenMany(count=4, rows=_ROWS, more=0),
    UntakenMany(count=60, rows=_ROWS * 3, more=48),
    UntakenForReporter(number=_NUMBER, minutes=5, away=False, phones=_PHONES),
    UntakenForReporter(number=_NUMBER, minutes=70, away=True, phones=_PHONES),
    Supplemented(number=_NUMBER, place=_PLACE, name="龙水镇明光社区第3网格员", text="3户11人"),
    EvidenceCaption(number=_NUMBER, place=_PLACE, name="龙水镇明光社区第3网格员", text=""),
    EvidenceCaption(number=_NUMBER, place=_PLACE, name="龙水镇明光社区第3网格员", text="屋后坡裂了，下面住三户"),
    NoSuchIncident(),
    AlreadyTaken(number=_NUMBER, name="龙水镇值班员"),
    NotYours(number=_NUMBER, name="龙水镇值班员"),
    NothingToDo(number=_NUMBER),
]

"""Texts on incidents: the order to the reporter, the desk's card, what the reporter hears, refusals."""

from __future__ import annotations

from dataclasses import dataclass
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
class DeskCard(Payload):
    """What the desks see: the most important first."""

    template: ClassVar[str] = "incident/desk_card"
    number: str
    nature: str
    threat: str
    verified_name: str | None
    place: str
    latitude: float | None
    longitude: float | None
    opened_at: datetime
    reporters: tuple[Phone, ...]
    evidence: str
    taken_name: str | None
    arrive_by: datetime | None
    chases: int
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
    """Rings again: nobody has taken it in hand."""

    template: ClassVar[str] = "incident/untaken"
    number: str
    place: str
    threat: str
    minutes: int
    reporters: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UntakenForReporter(Payload):
    """The reporter hears that nobody has answered yet, and whom to phone."""

    template: ClassVar[str] = "incident/untaken_for_reporter"
    number: str
    minutes: int
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

SAMPLES: list[Payload] = [
    Order(number=_NUMBER, told=("village", "town", "district"), phones=_PHONES),
    Order(number=_NUMBER, told=("town",), phones=()),
    Order(number=_NUMBER, told=(), phones=_PHONES[1:]),
    Filed(number=_NUMBER, nature="accident", told=("village", "town", "district"), phones=_PHONES),
    Filed(number=_NUMBER, nature="hazard", told=(), phones=_PHONES),
    DeskCard(
        number=_NUMBER,
        nature="danger_sign",
        threat="yes",
        verified_name=None,
        place=_PLACE,
        latitude=None,
        longitude=None,
        opened_at=_AT,
        reporters=(_REPORTER,),
        evidence="照片1",
        taken_name=None,
        arrive_by=None,
        chases=0,
        unreached=("village",),
        lines=(),
    ),
    DeskCard(
        number=_NUMBER,
        nature="danger_sign",
        threat="unclear",
        verified_name="龙水镇值班员",
        place=_PLACE,
        latitude=29.7012,
        longitude=105.7211,
        opened_at=_AT,
        reporters=(_REPORTER,),
        evidence="照片2 语音1",
        taken_name="龙水镇值班员",
        arrive_by=_AT,
        chases=1,
        unreached=(),
        lines=(Line(at=_AT, kind="supplement", name="龙水镇明光社区第3网格员", text="3户11人 <屋后>"),),
    ),
    Taken(number=_NUMBER, place=_PLACE, name="龙水镇值班员", arrive_by=_AT, threatened=True),
    Taken(number=_NUMBER, place=_PLACE, name="龙水镇值班员", arrive_by=None, threatened=False),
    Verified(number=_NUMBER, place=_PLACE, name="龙水镇值班员"),
    Untaken(number=_NUMBER, place=_PLACE, threat="yes", minutes=5, reporters=(_REPORTER,)),
    UntakenForReporter(number=_NUMBER, minutes=5, phones=_PHONES),
    Supplemented(number=_NUMBER, place=_PLACE, name="龙水镇明光社区第3网格员", text="3户11人"),
    EvidenceCaption(number=_NUMBER, place=_PLACE, name="龙水镇明光社区第3网格员", text=""),
    EvidenceCaption(number=_NUMBER, place=_PLACE, name="龙水镇明光社区第3网格员", text="屋后坡裂了，下面住三户"),
    NoSuchIncident(),
    AlreadyTaken(number=_NUMBER, name="龙水镇值班员"),
    NotYours(number=_NUMBER, name="龙水镇值班员"),
    NothingToDo(number=_NUMBER),
]

"""Texts on the form: its card, the question of each field, what may be the same thing, and the report's live card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Payload):
    """Which of two it is, with everything known; `facts` are lines already worded, one for each known field."""

    template: ClassVar[str] = "form/card"
    telephone: bool
    opened_at: datetime
    evidence: str
    place: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Payload):
    """The question of one field. `value` is what is known of it, `step` the figure asked, or `nothing` found."""

    template: ClassVar[str] = "form/question"
    field: str
    step: str
    telephone: bool
    value: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNotUnderstood(Payload):
    """What was typed does not answer the field."""

    template: ClassVar[str] = "form/not_understood"
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyLine:
    """One candidate: its number, what and where it is, and when it was reported."""

    number: str
    nature: str
    kind: str
    where: str
    filed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness(Payload):
    """Whether it is what somebody reported already; `filed` is the own number where it has been sent meanwhile."""

    template: ClassVar[str] = "form/likeness"
    filed: str | None
    candidates: tuple[LikelyLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyCaption(Payload):
    """Under a candidate's photo."""

    template: ClassVar[str] = "form/likely_caption"
    place: int
    number: str
    where: str
    filed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Payload):
    """Once, of a draft that lay: what is to become of it."""

    template: ClassVar[str] = "form/resume"
    opened_at: datetime
    evidence: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Payload):
    """A draft put aside."""

    template: ClassVar[str] = "form/kept"
    opened_at: datetime
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDraft(Payload):
    """There is no draft to go on with."""

    template: ClassVar[str] = "form/no_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Payload):
    """A reporter's live card: number, title and place in every state, and who is on it."""

    template: ClassVar[str] = "form/report"
    number: str
    nature: str
    kind: str
    evidence: str
    place: str
    facts: tuple[str, ...]
    state: str
    taken_name: str | None
    arrive_by: datetime | None
    same_as: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany(Payload):
    """More reports within an hour than anybody reads."""

    template: ClassVar[str] = "form/too_many"
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherOpen(Payload):
    """A draft put aside waits until the open one is done."""

    template: ClassVar[str] = "form/another_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActedOn(Payload):
    """Too late to take it back."""

    template: ClassVar[str] = "form/acted_on"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardWithdrawn(Payload):
    """Village and town hear that a hazard was taken back by its reporter."""

    template: ClassVar[str] = "form/hazard_withdrawn"
    number: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOurs(Payload):
    """No hazard and no incident: who takes such things."""

    template: ClassVar[str] = "form/not_ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchSite(Payload):
    """A code that names no place of this district."""

    template: ClassVar[str] = "form/no_such_site"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLink(Payload):
    """The link to print as a code at a place: whoever scans it reports from there."""

    template: ClassVar[str] = "form/site_link"
    place: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationAsText(Payload):
    """The key sent its words instead of a position: this device cannot."""

    template: ClassVar[str] = "form/location_as_text"


_AT = datetime(2026, 7, 12, 18, 55, tzinfo=UTC)
_PLACE = "龙水镇 横店村 第3网格"
_FACTS = ("类别：滑坡、崩塌", "伤亡：死亡0 失联1 被困不清楚 重伤不清楚 受伤不清楚", "经过：房子塌了一半 <西头>")
_LINE = LikelyLine(number="龙水0712-3", nature="danger_sign", kind="滑坡、崩塌", where=_PLACE, filed_at=_AT)
_FIELDS = ("kind", "place", "time", "casualties", "what", "measures", "reinforcement", "contact")

SAMPLES: list[Payload] = [
    Form(telephone=False, opened_at=_AT, evidence="照片1", place=_PLACE, facts=()),
    Form(telephone=True, opened_at=_AT, evidence="", place="龙水镇", facts=_FACTS),
    *(Question(field=field, step="", telephone=False, value="", done=2, total=8) for field in _FIELDS),
    Question(field="contact", step="", telephone=True, value="", done=0, total=8),
    Question(field="what", step="", telephone=True, value="房子塌了一半", done=2, total=8),
    Question(field="casualties", step="dead", telephone=True, value="", done=3, total=8),
    Question(field="kind", step="nothing", telephone=False, value="", done=2, total=8),
    *(FieldNotUnderstood(field=field) for field in ("time", "casualties", "place")),
    Likeness(filed=None, candidates=(_LINE,)),
    Likeness(filed="龙水0712-4", candidates=(_LINE, _LINE)),
    LikelyCaption(place=1, number="龙水0712-3", where=_PLACE, filed_at=_AT),
    Resume(opened_at=_AT, evidence="照片2", facts=_FACTS[:1]),
    Kept(opened_at=_AT, evidence="照片2"),
    NoDraft(),
    *(
        Report(
            number="龙水0712-3",
            nature="danger_sign",
            kind="滑坡、崩塌",
            evidence="照片1 语音1",
            place=_PLACE,
            facts=_FACTS[1:],
            state=state,
            taken_name=taken,
            arrive_by=_AT if taken else None,
            same_as=same,
        )
        for state, taken, same in (
            ("reported", None, None),
            ("reported", "龙水镇值班员", None),
            ("verified", "龙水镇值班员", "龙水0712-1"),
            ("doubted", None, None),
            ("closed", "龙水镇值班员", None),
            ("dismissed", None, None),
            ("withdrawn", None, None),
        )
    ),
    Report(
        number="龙水0712-5",
        nature="hazard",
        kind="",
        evidence="照片1",
        place=_PLACE,
        facts=(),
        state="filed",
        taken_name=None,
        arrive_by=None,
        same_as="龙水0712-2",
    ),
    TooMany(limit=20),
    AnotherOpen(),
    ActedOn(number="龙水0712-3"),
    HazardWithdrawn(number="龙水0712-3", place=_PLACE),
    NotOurs(),
    LocationAsText(),
    NoSuchSite(),
    SiteLink(place=_PLACE, link="https://t.me/jiaoying_bot?start=site_500111100216-03"),
]

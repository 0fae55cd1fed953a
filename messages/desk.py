"""Texts of the desk's deeds: what is asked, doubted, closed, re-routed, merged; what reporters and desks hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload, label
from messages.incident import Phone

REASONS = ("nothing_there", "not_dangerous", "no_such_place", "sent_by_mistake")
"""Reasons for dismissing that need no writing; their words are labels."""

_MARK = "reason:"


def coded(reason_key: str) -> str:
    """How one of REASONS is stored among reasons in people's own words."""
    return f"{_MARK}{reason_key}"


def reason_words(reason: str, locale: str) -> str:
    """A stored reason as it is read: one of REASONS in the locale, or somebody's own words as they are."""
    key = reason.removeprefix(_MARK)
    return label(f"desk.reason.{key}", locale) if reason.startswith(_MARK) and key in REASONS else reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: one of REASONS by its key, or somebody's own words."""

    key: str | None = None
    words: str = ""

    @classmethod
    def of(cls, stored: str) -> Reason:
        """Reads a stored reason."""
        key = stored.removeprefix(_MARK)
        return cls(key=key) if stored.startswith(_MARK) and key in REASONS else cls(words=stored)


# --- to whoever reported it ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry(Payload):
    """The desk asks a reporter for one thing, and says how to answer."""

    template: ClassVar[str] = "desk/enquiry"
    number: str
    place: str
    name: str
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed(Payload):
    """The reporter hears, politely, that it was found not to be so, and why."""

    template: ClassVar[str] = "desk/dismissed"
    number: str
    place: str
    reason: Reason
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Payload):
    """The reporter hears that it is done and is asked whether he is content."""

    template: ClassVar[str] = "desk/closed"
    number: str
    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyUnsatisfied(Payload):
    """Asks a reporter who is not content for the reason, by reply."""

    template: ClassVar[str] = "desk/why_unsatisfied"
    number: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictKept(Payload):
    """Thanks the reporter; an unsatisfied one hears that the desks have it."""

    template: ClassVar[str] = "desk/verdict_kept"
    number: str
    place: str
    satisfied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Payload):
    """The reporter hears that it is taken up again."""

    template: ClassVar[str] = "desk/reopened"
    number: str
    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClosed(Payload):
    """The reporter who was not content hears that it stays closed, and whom to phone."""

    template: ClassVar[str] = "desk/kept_closed"
    number: str
    place: str
    name: str
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted(Payload):
    """The reporter hears who handles it now."""

    template: ClassVar[str] = "desk/rerouted"
    number: str
    place: str
    to: str
    phone: str | None


# --- to the desks ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted(Payload):
    """Somebody says that it is not true; what must happen before it ends."""

    template: ClassVar[str] = "desk/doubted"
    number: str
    place: str
    name: str
    reason: Reason
    wants_second: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconded(Payload):
    """A second person agrees that it is not true; the district may end it."""

    template: ClassVar[str] = "desk/seconded"
    number: str
    place: str
    name: str
    doubted_name: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld(Payload):
    """Somebody does not agree that it is not true: it goes on."""

    template: ClassVar[str] = "desk/upheld"
    number: str
    place: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenAsked(Payload):
    """A reporter is not content with what was closed."""

    template: ClassVar[str] = "desk/reopen_asked"
    number: str
    place: str
    name: str
    phone: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUpAgain(Payload):
    """What was over is not: somebody must take it in hand."""

    template: ClassVar[str] = "desk/taken_up_again"
    number: str
    place: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Payload):
    """The only reporter has taken his report back."""

    template: ClassVar[str] = "desk/withdrawn"
    number: str
    place: str
    name: str
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Payload):
    """One more person reports the same thing. `raised`: he says, as nobody did before, that people are threatened."""

    template: ClassVar[str] = "desk/joined"
    number: str
    place: str
    count: int
    reporter: Phone
    own_number: str
    raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionGiven(Payload):
    """A reporter who was asked has sent the position."""

    template: ClassVar[str] = "desk/position_given"
    number: str
    place: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForUnit(Payload):
    """A unit hears that it is to handle this, and whom to phone."""

    template: ClassVar[str] = "desk/for_unit"
    number: str
    place: str
    nature: str
    threat: str
    what: str | None
    name: str
    reporters: tuple[Phone, ...]
    phones: tuple[Phone, ...]


# --- refusals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedAway(Payload):
    """It is handled under another number."""

    template: ClassVar[str] = "desk/merged_away"
    number: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyAsked(Payload):
    """One question at a time."""

    template: ClassVar[str] = "desk/already_asked"
    number: str
    name: str
    wanted: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherMust(Payload):
    """Nobody judges his own doubt; who can. `upholds`: he wanted to go on after all."""

    template: ClassVar[str] = "desk/another_must"
    number: str
    upholds: bool
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady(Payload):
    """It cannot be closed before somebody has it in hand and it is verified."""

    template: ClassVar[str] = "desk/not_ready"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InOtherHands(Payload):
    """It can no longer be withdrawn; who has it, if somebody has."""

    template: ClassVar[str] = "desk/in_other_hands"
    number: str
    name: str | None
    phones: tuple[Phone, ...]


_AT = datetime(2026, 7, 12, 16, 50, tzinfo=UTC)
_NUMBER, _PLACE, _OFFICER = "龙水0712-3", "龙水镇 横店村 第3网格", "龙水镇值班员"
_PHONES = (
    Phone(name="龙水镇值班", number="+861000001100"),
    Phone(name="大足区值班", number="+862343761995"),
)
_REPORTER = Phone(name="龙水镇横店村第3网格员", number="+861000000103")
_WORDS = Reason(words="看过了，是去年的旧裂缝 <没有变>")

SAMPLES: list[Payload] = [
    *(
        Enquiry(number=_NUMBER, place=_PLACE, name=_OFFICER, wanted=wanted)
        for wanted in ("position", "photo", "kind", "figures")
    ),
    Dismissed(number=_NUMBER, place=_PLACE, reason=Reason(key="nothing_there"), phones=_PHONES),
    Dismissed(number=_NUMBER, place=_PLACE, reason=_WORDS, phones=()),
    Closed(number=_NUMBER, place=_PLACE, name="区应急局值班员"),
    WhyUnsatisfied(number=_NUMBER, place=_PLACE),
    VerdictKept(number=_NUMBER, place=_PLACE, satisfied=True),
    VerdictKept(number=_NUMBER, place=_PLACE, satisfied=False),
    Reopened(number=_NUMBER, place=_PLACE, name=_OFFICER),
    KeptClosed(number=_NUMBER, place=_PLACE, name=_OFFICER, phones=_PHONES),
    Rerouted(number=_NUMBER, place=_PLACE, to="宝顶镇", phone="+861000001102"),
    Rerouted(number=_NUMBER, place=_PLACE, to="宝顶镇", phone=None),
    Doubted(number=_NUMBER, place=_PLACE, name=_OFFICER, reason=_WORDS, wants_second=True),
    Doubted(number=_NUMBER, place=_PLACE, name=_OFFICER, reason=Reason(key="not_dangerous"), wants_second=False),
    Seconded(
        number=_NUMBER, place=_PLACE, name="龙水镇镇领导", doubted_name=_OFFICER, reason=Reason(key="sent_by_mistake")
    ),
    Upheld(number=_NUMBER, place=_PLACE, name="区应急局值班员"),
    ReopenAsked(number=_NUMBER, place=_PLACE, name=_REPORTER.name, phone=_REPORTER.number, reason="坡又动了"),
    ReopenAsked(number=_NUMBER, place=_PLACE, name=_REPORTER.name, phone=None, reason="坡又动了"),
    TakenUpAgain(number=_NUMBER, place=_PLACE, name=_OFFICER, reason="坡又动了"),
    TakenUpAgain(number=_NUMBER, place=_PLACE, name=_OFFICER, reason=""),
    Withdrawn(number=_NUMBER, place=_PLACE, name=_REPORTER.name, phone=_REPORTER.number),
    Withdrawn(number=_NUMBER, place=_PLACE, name=_REPORTER.name, phone=None),
    Joined(number=_NUMBER, place=_PLACE, count=2, reporter=_REPORTER, own_number="龙水0712-5", raised=False),
    Joined(number=_NUMBER, place=_PLACE, count=3, reporter=_REPORTER, own_number="龙水0712-6", raised=True),
    PositionGiven(number=_NUMBER, place=_PLACE, name=_REPORTER.name, latitude=29.51234, longitude=105.71234),
    ForUnit(
        number=_NUMBER,
        place=_PLACE,
        nature="danger_sign",
        threat="yes",
        what="屋后坡裂了，下面住三户",
        name=_OFFICER,
        reporters=(_REPORTER,),
        phones=_PHONES,
    ),
    ForUnit(
        number=_NUMBER,
        place=_PLACE,
        nature="accident",
        threat="no",
        what=None,
        name=_OFFICER,
        reporters=(Phone(name="群众", number=""),),
        phones=(),
    ),
    MergedAway(number="龙水0712-5", into=_NUMBER),
    AlreadyAsked(number=_NUMBER, name=_OFFICER, wanted="photo", until=_AT),
    AnotherMust(number=_NUMBER, upholds=False, who=("龙水镇 · 镇街领导", "大足区 · 区应急局值班员")),
    AnotherMust(number=_NUMBER, upholds=True, who=()),
    NotReady(number=_NUMBER),
    InOtherHands(number=_NUMBER, name=_OFFICER, phones=_PHONES),
    InOtherHands(number=_NUMBER, name=None, phones=()),
]

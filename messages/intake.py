"""Texts on drafts, reports and what is added to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.directory import Name
from messages.engine import Payload
from messages.incident import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Payload):
    """The one question a draft asks."""

    template: ClassVar[str] = "intake/draft"
    evidence: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDiscarded(Payload):
    """The draft was given up; nothing of it is thrown away."""

    template: ClassVar[str] = "intake/draft_discarded"
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftAdded(Payload):
    """What the draft held now belongs to an earlier report."""

    template: ClassVar[str] = "intake/draft_added"
    number: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Households(Payload):
    """Asked unhurried, after the order."""

    template: ClassVar[str] = "intake/households"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementReceived(Payload):
    """The reporter's addition has reached the desks."""

    template: ClassVar[str] = "intake/supplement_received"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGone(Payload):
    """A button of a draft that is filed or given up."""

    template: ClassVar[str] = "intake/draft_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHow(Payload):
    """How to report, for somebody who pressed the menu word."""

    template: ClassVar[str] = "intake/report_how"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One of a person's reports."""

    number: str
    nature: str
    place: str
    state: str
    filed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine(Payload):
    """A person's own reports, newest first."""

    template: ClassVar[str] = "intake/mine"
    reports: tuple[ReportLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardReported(Payload):
    """The village and the town hear of a hazard."""

    template: ClassVar[str] = "intake/hazard_reported"
    number: str
    place: str
    reporter: Phone
    items: int
    kind: Name | None
    what: str
    same: str | None
    reporters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledForYou(Payload):
    """Nobody answered the question: one photo or voice note is a complete first report (FIELD 1)."""

    template: ClassVar[str] = "intake/filed_for_you"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownReporter(Payload):
    """Somebody the directory does not know sent something."""

    template: ClassVar[str] = "intake/unknown_reporter"
    phones: tuple[Phone, ...]


_EVIDENCE = "照片1 语音1"
_PLACE = "龙水镇 明光社区 第3网格"
_REPORTER = Phone(name="龙水镇明光社区第3网格员", number="+861000000001")
_PHONE = Phone(name="区应急局", number="+862343761995")
_LINE = ReportLine(
    number="龙水0712-3",
    nature="danger_sign",
    place=_PLACE,
    state="verified",
    filed_at=datetime(2026, 7, 12, 16, 50, tzinfo=UTC),
)

SAMPLES: list[Payload] = [
    Draft(evidence=_EVIDENCE, place=_PLACE),
    Draft(evidence="文字1", place=""),
    Draft(evidence="", place=_PLACE),
    DraftDiscarded(evidence=_EVIDENCE),
    DraftAdded(number="龙水0712-3", evidence=_EVIDENCE),
    Households(),
    SupplementReceived(number="龙水0712-3"),
    DraftGone(),
    ReportHow(),
    Mine(reports=()),
    Mine(reports=(_LINE, _LINE)),
    HazardReported(
        number="龙水0712-4", place=_PLACE, reporter=_REPORTER, items=1, kind=None, what="", same=None, reporters=1
    ),
    HazardReported(
        number="龙水0712-5",
        place=_PLACE,
        reporter=_REPORTER,
        items=2,
        kind=Name(zh="滑坡、崩塌", en="Landslide or rockfall"),
        what="挡墙鼓了",
        same="龙水0712-4",
        reporters=2,
    ),
    FiledForYou(),
    UnknownReporter(phones=(_PHONE,)),
    UnknownReporter(phones=()),
]

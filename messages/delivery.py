"""Texts on the delivery itself: how the outbox stands, for the desk and the administrators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload
from messages.watch import DigestWhat, Failure, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How long it took, in whole seconds, of so many: half, nineteen of twenty, the slowest."""

    count: int
    median: int
    p95: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """What waits in a lane. `lane` is a label `delivery.lane`; `minutes` how long the first message has waited."""

    lane: str
    messages: int
    cards: int
    minutes: int
    hour: Took | None = None

    @property
    def is_any(self) -> bool:
        """Whether something waits or was sent."""
        return bool(self.messages or self.cards or self.hour)


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleRow:
    """What did not arrive of a day; `oldest` is when the first that is uncertain was told."""

    failed: int = 0
    uncertain: int = 0
    held: int = 0
    oldest: datetime | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether there is something to say."""
        return bool(self.failed or self.uncertain or self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRow:
    """A chat left alone until then; `meaning` is a label `delivery.meaning`."""

    name: str
    until: datetime
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """How one version of a warning went out: who has it of how many."""

    what: DigestWhat
    version: int
    drill: bool
    sent: int
    chats: int
    took: Took | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Payload):
    """How the outbox stands. `down_until`: the platform is asked again then; `disbelieved` chats say they are lost."""

    template: ClassVar[str] = "delivery/delivery"
    at: datetime
    lanes: tuple[LaneRow, ...]
    in_flight: int
    trouble: TroubleRow
    drill_waiting: int
    drill_trouble: TroubleRow
    parked: tuple[ParkedRow, ...]
    parked_count: int
    versions: tuple[VersionRow, ...]
    again: tuple[Failure, ...]
    down_until: datetime | None = None
    disbelieved: int = 0


_AT = datetime(2026, 7, 12, 12, 40, tzinfo=UTC)
_IDLE = tuple(
    LaneRow(lane=lane, messages=0, cards=0, minutes=0) for lane in ("urgent", "interactive", "routine", "bulk")
)
_QUIET = Delivery(
    at=_AT,
    lanes=_IDLE,
    in_flight=0,
    trouble=TroubleRow(),
    drill_waiting=0,
    drill_trouble=TroubleRow(),
    parked=(),
    parked_count=0,
    versions=(),
    again=(),
)
_RAIN = DigestWhat(number="预0712-1", kind="暴雨", kind_en="Rainstorm", level="red")
_WELL = VersionRow(
    what=_RAIN, version=2, drill=False, sent=118, chats=120, took=Took(count=118, median=2, p95=4, longest=134)
)

SAMPLES: list[Payload] = [
    _QUIET,
    replace(
        _QUIET,
        lanes=(
            LaneRow(lane="urgent", messages=12, cards=2, minutes=3, hour=Took(count=1280, median=0, p95=3, longest=75)),
            LaneRow(lane="interactive", messages=0, cards=5, minutes=0, hour=Took(count=1, median=1, p95=1, longest=1)),
            LaneRow(lane="routine", messages=1, cards=0, minutes=0),
            _IDLE[3],
        ),
        in_flight=5,
        trouble=TroubleRow(
            failed=3,
            uncertain=1,
            held=1,
            oldest=datetime(2026, 7, 12, 11, 57, tzinfo=UTC),
            reasons=(Reason(meaning="too_long", count=2), Reason(meaning="blocked", count=1)),
        ),
        drill_waiting=4,
        drill_trouble=TroubleRow(uncertain=1),
        parked=(
            ParkedRow(name="龙水镇<值班>群", until=datetime(2026, 7, 12, 12, 42, 10, tzinfo=UTC), meaning="flooded"),
            ParkedRow(name="", until=datetime(2026, 7, 12, 12, 41, tzinfo=UTC), meaning="gone"),
        ),
        parked_count=7,
        versions=(
            _WELL,
            replace(_WELL, version=1, took=Took(count=120, median=60, p95=3599, longest=7325), sent=120),
            replace(_WELL, drill=True, version=1, sent=0, took=None),
        ),
        again=(
            Failure(about="预0712-1", failed=2, uncertain=1, chats=()),
            Failure(about="", failed=0, uncertain=1, chats=()),
        ),
    ),
    replace(_QUIET, down_until=datetime(2026, 7, 12, 12, 40, 15, tzinfo=UTC)),
    replace(
        _QUIET,
        disbelieved=41,
        parked_count=41,
        trouble=TroubleRow(failed=1, reasons=(Reason(meaning="rejected", count=1),)),
    ),
]

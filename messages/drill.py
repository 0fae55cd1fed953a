"""Texts on drills and link tests: what is sent, who has answered, which groups take part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillMenu(Payload):
    """`/drill`: what can be held, and how many groups take part. `open_since`: a link test is under way."""

    template: ClassVar[str] = "drill/menu"
    taking_part: int
    bound: int
    open_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStart(Payload):
    """What starting a link test would do; `night`: it must be confirmed."""

    template: ClassVar[str] = "drill/link_start"
    groups: int
    not_taking_part: int
    lost: int
    night: bool
    open_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTestSent(Payload):
    """In every group that takes part."""

    template: ClassVar[str] = "drill/link_test"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswered(Payload):
    """The small card in a group where somebody has answered."""

    template: ClassVar[str] = "drill/link_answered"
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkNudge(Payload):
    """In private, once, to the duty post of groups nobody has answered in."""

    template: ClassVar[str] = "drill/link_nudge"
    groups: tuple[str, ...]
    until: datetime
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTown:
    """The groups of one town: how many were tested and answered, and which did not."""

    place: str
    answered: int
    tested: int
    silent: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBoard(Payload):
    """The card of whoever started it; once it is over, the summary. `unsent`: it ended before they were sent."""

    template: ClassVar[str] = "drill/link_board"
    started_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    tested: int
    answered: int
    first_at: datetime | None
    last_at: datetime | None
    sent: int
    waiting: int
    uncertain: int
    failed: int
    unsent: int
    towns: tuple[LinkTown, ...]
    lost: tuple[str, ...]
    lost_count: int
    not_taking_part: tuple[str, ...]
    not_taking_part_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Payload):
    """Which bound groups take part; each is a button below."""

    template: ClassVar[str] = "drill/parts"
    taking_part: int
    bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesPart(Payload):
    """In the group, once: it takes part from now on."""

    template: ClassVar[str] = "drill/takes_part"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyOpen(Payload):
    """One link test at a time."""

    template: ClassVar[str] = "drill/already_open"
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyTakesPart(Payload):
    """There is no group to test."""

    template: ClassVar[str] = "drill/nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItIsNight(Payload):
    """An old button, at night."""

    template: ClassVar[str] = "drill/night"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTestOver(Payload):
    """The test has ended."""

    template: ClassVar[str] = "drill/over"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAGroupOfIt(Payload):
    """The answer counts for no group."""

    template: ClassVar[str] = "drill/not_of_it"


_AT = datetime(2026, 7, 12, 1, 0, tzinfo=UTC)
_SOON = datetime(2026, 7, 12, 1, 6, tzinfo=UTC)
_LATER = datetime(2026, 7, 12, 3, 0, tzinfo=UTC)
_LONGSHUI = LinkTown(place="龙水镇", answered=1, tested=2, silent=("龙水镇横店村应急群",), more=0)
_BAODING = LinkTown(place="宝顶镇", answered=1, tested=1, silent=(), more=0)
_BOARD = LinkBoard(
    started_at=_AT,
    closes_at=_LATER,
    closed_at=None,
    tested=3,
    answered=2,
    first_at=_AT,
    last_at=_SOON,
    sent=2,
    waiting=1,
    uncertain=0,
    failed=0,
    unsent=0,
    towns=(_LONGSHUI, _BAODING),
    lost=("古龙镇应急值班群",),
    lost_count=1,
    not_taking_part=("雍溪镇应急值班群", "大足区应急值班群"),
    not_taking_part_count=12,
)

SAMPLES: list[Payload] = [
    DrillMenu(taking_part=3, bound=31, open_since=None),
    DrillMenu(taking_part=0, bound=31, open_since=None),
    DrillMenu(taking_part=3, bound=31, open_since=_AT),
    LinkStart(groups=3, not_taking_part=28, lost=1, night=False, open_since=None),
    LinkStart(groups=3, not_taking_part=0, lost=0, night=True, open_since=None),
    LinkStart(groups=0, not_taking_part=31, lost=0, night=False, open_since=None),
    LinkStart(groups=3, not_taking_part=28, lost=1, night=False, open_since=_AT),
    LinkTestSent(until=_LATER),
    LinkAnswered(name="龙水镇值班员", at=_SOON),
    LinkNudge(groups=("龙水镇横店村应急群", "龙水镇应急值班群"), until=_LATER, phone="+862343761995"),
    LinkNudge(groups=("龙水镇应急值班群",), until=_LATER, phone=None),
    _BOARD,
    LinkBoard(
        started_at=_AT,
        closes_at=_LATER,
        closed_at=_LATER,
        tested=5,
        answered=2,
        first_at=_AT,
        last_at=_SOON,
        sent=2,
        waiting=0,
        uncertain=1,
        failed=1,
        unsent=1,
        towns=(LinkTown(place="龙水镇", answered=1, tested=9, silent=("龙水镇 <应急>群",), more=7), _BAODING),
        lost=(),
        lost_count=0,
        not_taking_part=(),
        not_taking_part_count=0,
    ),
    LinkBoard(
        started_at=_AT,
        closes_at=_LATER,
        closed_at=_SOON,
        tested=1,
        answered=1,
        first_at=_AT,
        last_at=_AT,
        sent=1,
        waiting=0,
        uncertain=0,
        failed=0,
        unsent=0,
        towns=(_BAODING,),
        lost=(),
        lost_count=0,
        not_taking_part=(),
        not_taking_part_count=0,
    ),
    Parts(taking_part=3, bound=31),
    Parts(taking_part=0, bound=0),
    TakesPart(),
    AlreadyOpen(since=_AT, until=_LATER),
    NobodyTakesPart(),
    ItIsNight(),
    LinkTestOver(),
    NotAGroupOfIt(),
]

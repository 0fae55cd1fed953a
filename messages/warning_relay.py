"""Texts on relaying: what was recognised of somebody else's warning, and what is asked of who checks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload
from messages.warning_draft import LevelLine


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayCheck(Payload):
    """What was recognised in a pasted signal, for checking before it is relayed. None: not recognised.

    `also`: further kinds of the same text; `unplaced`: levels it names that no place has; `several`: places have levels
    of their own.
    """

    template: ClassVar[str] = "warning/relay_check"
    act: str
    kind: str | None
    kind_en: str | None
    level: str | None
    station: str | None
    published_at: datetime | None
    valid_until: datetime | None
    document: str
    places: tuple[LevelLine, ...]
    also: tuple[str, ...]
    also_en: tuple[str, ...]
    unplaced: tuple[str, ...]
    several: bool
    groups: int
    people: int
    advice: int
    number: str | None
    state: str
    drill: bool
    speaks_of_drill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayHow(Payload):
    """How to relay a signal."""

    template: ClassVar[str] = "warning/relay_how"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayUnread(Payload):
    """A pasted text in which no signal was recognised."""

    template: ClassVar[str] = "warning/relay_unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStation(Payload):
    """Who issues the text that is being checked? `station` is what was recognised."""

    template: ClassVar[str] = "warning/ask_station"
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToLift(Payload):
    """What is to be lifted was never relayed."""

    template: ClassVar[str] = "warning/nothing_to_lift"


_AT = datetime(2026, 7, 12, 13, 40, tzinfo=UTC)
_LATER = datetime(2026, 7, 12, 19, 40, tzinfo=UTC)
_STORM = {"kind": "暴雨", "kind_en": "Rainstorm", "level": "yellow"}

SAMPLES: list[Payload] = [
    RelayCheck(
        act="issue",
        station="大足区气象台",
        published_at=_AT,
        valid_until=_LATER,
        places=(LevelLine(level="yellow", places=("大足区",)),),
        groups=20,
        people=11,
        advice=0,
        document="",
        also=(),
        also_en=(),
        unplaced=(),
        several=False,
        number=None,
        state="draft",
        drill=False,
        speaks_of_drill=False,
        **_STORM,
    ),
    RelayCheck(
        act="lift",
        kind="暴雨",
        kind_en="Rainstorm",
        level=None,
        station=None,
        published_at=None,
        valid_until=None,
        places=(),
        groups=0,
        people=0,
        advice=0,
        document="",
        also=(),
        also_en=(),
        unplaced=(),
        several=False,
        number="预0712-1",
        state="draft",
        drill=False,
        speaks_of_drill=True,
    ),
    RelayCheck(
        act="issue",
        station="大足区气象台",
        published_at=_AT,
        valid_until=None,
        places=(LevelLine(level="yellow", places=("龙水镇",)),),
        groups=3,
        people=2,
        advice=0,
        document="",
        also=(),
        also_en=(),
        unplaced=(),
        several=False,
        number="预0712-1",
        state="in_force",
        drill=False,
        speaks_of_drill=False,
        **_STORM,
    ),
    RelayCheck(
        act="issue",
        station="大足区气象台",
        published_at=_AT,
        valid_until=None,
        places=(LevelLine(level="yellow", places=("龙水镇",)),),
        groups=3,
        people=2,
        advice=0,
        document="",
        also=(),
        also_en=(),
        unplaced=(),
        several=False,
        number=None,
        state="discarded",
        drill=False,
        speaks_of_drill=False,
        **_STORM,
    ),
    RelayCheck(
        act="issue",
        station="大足区气象台",
        published_at=_AT,
        valid_until=_LATER,
        places=(LevelLine(level="yellow", places=("大足区",)),),
        groups=2,
        people=1,
        advice=0,
        document="",
        also=(),
        also_en=(),
        unplaced=(),
        several=False,
        number=None,
        state="draft",
        drill=True,
        speaks_of_drill=False,
        **_STORM,
    ),
    RelayCheck(
        act="issue",
        kind="洪水",
        kind_en="River flood",
        level="orange",
        station="重庆市防汛抗旱指挥部",
        published_at=_AT,
        valid_until=_LATER,
        document="渝防指〔2026〕12号",
        places=(LevelLine(level="orange", places=("龙水镇", "宝顶镇")), LevelLine(level="yellow", places=("大足区",))),
        also=("山洪",),
        also_en=("Flash flood",),
        unplaced=("blue",),
        several=True,
        groups=31,
        people=120,
        advice=2,
        number=None,
        state="draft",
        drill=False,
        speaks_of_drill=False,
    ),
    RelayHow(),
    RelayUnread(),
    NothingToLift(),
    AskStation(station=""),
    AskStation(station="大足区气象局"),
]

"""Texts on lists: what is to be done, what was found, what the next shift must know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDoRow:
    """One thing to do. `since` is minutes since it was reported, `left` minutes until it is due, negative after."""

    number: str
    title: str
    place: str
    why: str
    threatened: bool
    taken_name: str | None
    arrive_by: datetime | None
    since: int
    left: int
    wanted: str | None
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo(Payload):
    """What waits for the reader, most pressing first; `more` beyond those shown; whether a draft of his is open."""

    template: ClassVar[str] = "lists/todo"
    at: datetime
    rows: tuple[ToDoRow, ...]
    more: int
    has_draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An incident in a list. `standing` is a label `lists.standing`; `merged_number` what it is part of."""

    number: str
    title: str
    place: str
    standing: str
    taken_name: str | None
    arrive_by: datetime | None
    opened_at: datetime
    merged_number: str | None = None
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FindHow(Payload):
    """How to look for something; a location sent in reply finds what is near."""

    template: ClassVar[str] = "lists/find_how"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Payload):
    """What was found, newest first (near somebody: nearest first, `words` empty), and how many more."""

    template: ClassVar[str] = "lists/found"
    words: str
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingFound(Payload):
    """Nothing fits, or nothing the reader may see; `words` is empty when it was looked for nearby."""

    template: ClassVar[str] = "lists/nothing_found"
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Payload):
    """How an incident stands, for somebody who reported it or whose company it concerns."""

    template: ClassVar[str] = "lists/opened"
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachedCall:
    """A call that reached nobody."""

    number: str
    callee: str
    phone: str | None
    result: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Payload):
    """What the next shift must know, to be read aloud. `came` and `closed` count twelve hours."""

    template: ClassVar[str] = "lists/shift"
    desk: str
    post: str
    at: datetime
    rows: tuple[Row, ...]
    came: int
    closed: int
    unreached: tuple[UnreachedCall, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Payload):
    """Who handed the shift over and who took it; `taken_by` is empty where one post has the desk to itself."""

    template: ClassVar[str] = "lists/handed_over"
    desk: str
    given_by: str
    taken_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAtThisDesk(Payload):
    """Whoever should take the shift has no post here any more."""

    template: ClassVar[str] = "lists/not_at_this_desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftHandedOver(Payload):
    """The hand-over was written down a moment ago."""

    template: ClassVar[str] = "lists/shift_handed_over"
    at: datetime


_AT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
_LATER = _AT.replace(hour=17, minute=5)
_PLACE = "龙水镇 横店村 第3网格"
_DUTY = "龙水镇值班员（A）"


def _todo(why: str, left: int, *, threatened: bool = False) -> ToDoRow:
    return ToDoRow(
        number="龙水0712-3",
        title="滑坡、崩塌",
        place=_PLACE,
        why=why,
        threatened=threatened,
        taken_name=_DUTY if why != "untaken" else None,
        arrive_by=_LATER if why == "arrival" else None,
        since=18,
        left=left,
        wanted="position" if why == "enquiry" else None,
    )


def _row(standing: str) -> Row:
    return Row(
        number="龙水0712-3",
        title="滑坡、崩塌",
        place=_PLACE,
        standing=standing,
        taken_name=_DUTY if standing in {"unverified", "in_hand"} else None,
        arrive_by=_LATER if standing == "unverified" else None,
        opened_at=_AT,
        merged_number="龙水0712-1" if standing == "merged" else None,
    )


_STANDINGS = (
    "untaken",
    "unverified",
    "verified_untaken",
    "in_hand",
    "doubted",
    "closed",
    "reopen_asked",
    "dismissed",
    "withdrawn",
    "merged",
)
_CALL = UnreachedCall(number="龙水0712-3", callee="大足区应急局值班室", phone="+862343761995", result="busy", at=_LATER)

SAMPLES: list[Payload] = [
    ToDo(
        at=_AT,
        rows=(
            _todo("untaken", 2, threatened=True),
            _todo("untaken", -1),
            _todo("unverified", 6),
            _todo("unverified", -9),
            _todo("arrival", -4),
            _todo("doubted", -3),
            _todo("reopen", 12),
            _todo("enquiry", 20),
        ),
        more=2,
        has_draft=True,
    ),
    ToDo(
        at=_AT,
        rows=(_todo("unverified", 6), *(replace(_todo("untaken", 2), title="【演练】滑坡、崩塌", drill=True),) * 2),
        more=0,
        has_draft=False,
    ),
    ToDo(at=_AT, rows=(), more=0, has_draft=False),
    ToDo(at=_AT, rows=(), more=0, has_draft=True),
    FindHow(),
    Found(words="龙水", rows=tuple(_row(standing) for standing in _STANDINGS), more=3),
    Found(words="", rows=(_row("untaken"),), more=0),
    NothingFound(words="<龙水0712-99>"),
    NothingFound(words=""),
    Opened(row=_row("unverified")),
    Opened(row=_row("untaken")),
    Shift(
        desk="龙水镇值班室",
        post="镇街值班员A岗",
        at=_AT,
        rows=tuple(_row(standing) for standing in ("untaken", "unverified", "in_hand", "doubted", "reopen_asked")),
        came=5,
        closed=1,
        unreached=(_CALL,),
    ),
    Shift(
        desk="龙水镇值班室",
        post="镇街值班员A岗",
        at=_AT,
        rows=(replace(_row("untaken"), title="【演练】滑坡、崩塌", drill=True),),
        came=0,
        closed=0,
        unreached=(),
    ),
    Shift(desk="龙水镇值班室", post="镇街值班员A岗", at=_AT, rows=(), came=0, closed=0, unreached=()),
    HandedOver(desk="龙水镇值班室", given_by="镇街值班员A岗", taken_by="镇街值班员B岗", at=_AT),
    HandedOver(desk="龙水镇值班室", given_by="镇街值班员A岗", taken_by="", at=_AT),
    NotAtThisDesk(),
    ShiftHandedOver(at=_AT),
]

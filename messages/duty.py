"""Texts on coverage: by town, who is on duty and whom a message would not reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One town in the list. `desk` is who is on duty, empty where nobody can be written to; `vacant` are posts."""

    place: str
    desk: str
    vacant: tuple[str, ...]
    has_group: bool
    lost: int
    never_joined: int
    blocked: int
    silent_villages: int
    villages: int
    silent_grids: int
    grids: int
    gaps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageList(Payload):
    """The towns of a district, those with gaps first; `own` is the district's own desk."""

    template: ClassVar[str] = "duty/coverage_list"
    at: datetime
    own: CoverageRow
    rows: tuple[CoverageRow, ...]
    with_gaps: int
    towns: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing missing. `what` is a label `duty.missing`; `phone` is empty where there is none to call."""

    what: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTown(Payload):
    """One town: who is on duty, its groups, and everything missing, people with their numbers."""

    template: ClassVar[str] = "duty/coverage_town"
    at: datetime
    place: str
    desk: str
    groups: int
    villages: int
    villages_with_group: int
    missing: tuple[Missing, ...]
    gaps: int
    page: int
    pages: int


_AT = datetime(2026, 7, 12, 11, 40, tzinfo=UTC)
_LONGSHUI = CoverageRow(
    place="龙水镇",
    desk="龙水镇值班员（A）",
    vacant=("镇街领导",),
    has_group=True,
    lost=1,
    never_joined=2,
    blocked=1,
    silent_villages=22,
    villages=24,
    silent_grids=1,
    grids=3,
    gaps=27,
)
_EMPTY = CoverageRow(
    place="雍溪镇",
    desk="",
    vacant=("镇街值班员", "镇街领导"),
    has_group=False,
    lost=0,
    never_joined=0,
    blocked=0,
    silent_villages=12,
    villages=12,
    silent_grids=0,
    grids=0,
    gaps=16,
)
_WELL = CoverageRow(
    place="宝顶镇",
    desk="宝顶镇值班员",
    vacant=(),
    has_group=True,
    lost=0,
    never_joined=0,
    blocked=0,
    silent_villages=0,
    villages=13,
    silent_grids=0,
    grids=0,
    gaps=0,
)
_OWN = CoverageRow(
    place="大足区",
    desk="区应急局值班员",
    vacant=(),
    has_group=True,
    lost=0,
    never_joined=0,
    blocked=0,
    silent_villages=0,
    villages=0,
    silent_grids=0,
    grids=0,
    gaps=0,
)

SAMPLES: list[Payload] = [
    CoverageList(at=_AT, own=_OWN, rows=(_EMPTY, _LONGSHUI, _WELL), with_gaps=2, towns=27, page=1, pages=5),
    CoverageList(at=_AT, own=_EMPTY, rows=(_WELL,), with_gaps=0, towns=1, page=1, pages=1),
    CoverageTown(
        at=_AT,
        place="龙水镇",
        desk="龙水镇值班员（A）",
        groups=1,
        villages=24,
        villages_with_group=1,
        missing=(
            Missing(what="vacant", name="镇街领导"),
            Missing(what="lost", name="龙水镇<防汛>群"),
            Missing(what="never_joined", name="横店村干部", phone="+861000000201"),
            Missing(what="never_joined", name="明光社区值班员"),
            Missing(what="blocked", name="横店村第3网格员", phone="+861000000103"),
            Missing(what="village", name="高坡村"),
            Missing(what="village", name="明光社区"),
            Missing(what="grid", name="横店村 第5网格"),
        ),
        gaps=8,
        page=1,
        pages=2,
    ),
    CoverageTown(
        at=_AT,
        place="雍溪镇",
        desk="",
        groups=0,
        villages=12,
        villages_with_group=0,
        missing=(Missing(what="no_group", name=""),),
        gaps=2,
        page=1,
        pages=1,
    ),
    CoverageTown(
        at=_AT,
        place="宝顶镇",
        desk="宝顶镇值班员",
        groups=1,
        villages=13,
        villages_with_group=13,
        missing=(),
        gaps=0,
        page=1,
        pages=1,
    ),
]

"""Coverage as a rule over rows, and the instants of a day. Pure.

A village is answered for when somebody who can be written to is on one of the posts the pack calls upon there; a
grid likewise. What lies where follows from the codes alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.access import Permission
from bot.duty.schemas import Coverage, DistrictCoverage, Expected, PlacedGroup, Reach, Seat, Town
from bot.plan.regions import is_grid
from bot.plan.schema import Level, LimitKey, WarningLevel
from bot.plan.service import Plan

_TOWN_DIGITS, _VILLAGE_DIGITS = 9, 12


@dataclass(slots=True)
class _Rows:
    """What lies in one town, or belongs to the district itself."""

    seats: list[Seat] = field(default_factory=list)
    groups: list[PlacedGroup] = field(default_factory=list)
    grids: list[str] = field(default_factory=list)


def coverage(
    district: str,
    towns: Sequence[Town],
    seats: Iterable[Seat],
    groups: Iterable[PlacedGroup],
    grids: Iterable[str],
    expected: Expected,
) -> DistrictCoverage:
    """What is covered, town by town; what belongs to no town is the district's own."""
    of_towns = {town.code for town in towns}
    at: defaultdict[str, _Rows] = defaultdict(_Rows)
    for seat in seats:
        at[_owner(seat.region_code, of_towns, district)].seats.append(seat)
    for group in groups:
        at[_owner(group.region_code, of_towns, district)].groups.append(group)
    for grid in sorted(grids):
        at[_owner(grid, of_towns, district)].grids.append(grid)
    own = _of(district, Level.DISTRICT, (), at[district], expected)
    found = [_of(town.code, Level.TOWN, town.villages, at[town.code], expected) for town in towns]
    return DistrictCoverage(own, tuple(sorted(found, key=_worst_first)))


def on_duty(seats: Iterable[Seat], region_code: str, kinds: Sequence[str]) -> Seat | None:
    """Who is on duty at the region's desk: the first of A, 代管, B who can be written to.

    Of several 代管 whoever stands first among the seats, which come in the order they were given: as messages go out.
    """
    there = [seat for seat in seats if seat.region_code == region_code and seat.kind in kinds]
    open_ = [seat for seat in there if seat.reach is Reach.OPEN]
    return min(open_, key=lambda seat: seat.turn, default=None)


def desk_posts(plan: Plan, level: Level) -> tuple[str, ...]:
    """The kinds of post that sit at a duty desk of that level: those that write down what the telephone tells."""
    here = [kind for kind in plan.posts.values() if kind.level is level]
    return tuple(
        kind.key for kind in here if Permission.REPORT_TELEPHONE in {grant.permission for grant in kind.permissions}
    )


def answering_posts(plan: Plan, level: Level) -> tuple[str, ...]:
    """The kinds of post of that level that must answer some warning; where none must, those told of one."""
    reaches = [plan.reach(colour, kind) for colour in WarningLevel for kind in plan.warning_kinds]
    called_upon = {post for reach in reaches for post in reach.must_answer}
    told = {post for reach in reaches for post in reach.posts}
    here = [key for key, kind in plan.posts.items() if kind.level is level]
    return tuple(key for key in here if key in called_upon) or tuple(key for key in here if key in told)


def newest(hours: Sequence[time], zone: ZoneInfo, now: datetime) -> datetime:
    """The last of these times of day at or before the instant."""
    today = now.astimezone(zone).date()
    return max(at for at in _instants(hours, zone, today) if at <= now)


def following(hours: Sequence[time], zone: ZoneInfo, after: datetime) -> datetime:
    """The first of these times of day later than the instant."""
    today = after.astimezone(zone).date()
    return min(at for at in _instants(hours, zone, today) if at > after)


def is_night(plan: Plan, now: datetime) -> bool:
    """Whether the pack lets people sleep at the instant; nobody does where its night ends at the hour it begins."""
    begins, ends = plan.limit(LimitKey.NIGHT_BEGINS), plan.limit(LimitKey.NIGHT_ENDS)
    return (now.astimezone(plan.zone).hour - begins) % 24 < (ends - begins) % 24


def _instants(hours: Sequence[time], zone: ZoneInfo, day: date) -> list[datetime]:
    """Those of the day, of the one before and of the one after: one of each side is always among them."""
    days = (day + timedelta(days=number) for number in (-1, 0, 1))
    return [datetime.combine(each, at, zone).astimezone(UTC) for each in days for at in hours]


def _owner(code: str, towns: set[str], district: str) -> str:
    town = code[:_TOWN_DIGITS]
    return town if town in towns else district


def _of(code: str, level: Level, villages: Sequence[str], rows: _Rows, expected: Expected) -> Coverage:
    seats, grids = rows.seats, rows.grids
    answered = {seat.region_code for seat in seats if seat.reach is Reach.OPEN and _answers(seat, expected)}
    held = {seat.kind for seat in seats if seat.region_code == code}
    bound = [group for group in rows.groups if not group.is_lost]
    with_group = {group.region_code for group in bound if group.tier is Level.VILLAGE}
    called_upon = dict.fromkeys((*expected.desk.get(level, ()), *expected.answering.get(level, ())))
    return Coverage(
        code=code,
        desk=on_duty(seats, code, expected.desk.get(level, ())),
        vacant=tuple(kind for kind in called_upon if kind not in held),
        never_joined=_in_order(seat for seat in seats if seat.reach is Reach.NEVER_JOINED),
        blocked=_in_order(seat for seat in seats if seat.reach is Reach.BLOCKED),
        groups=sum(group.region_code == code and group.tier is level for group in bound),
        lost=tuple(sorted(group.title for group in rows.groups if group.is_lost)),
        villages=len(villages),
        villages_with_group=len(with_group.intersection(villages)),
        silent_villages=tuple(village for village in villages if village not in answered),
        grids=len(grids),
        silent_grids=tuple(grid for grid in grids if grid not in answered),
    )


def _answers(seat: Seat, expected: Expected) -> bool:
    """Whether the pack calls upon the post at the place it is of."""
    return seat.kind in expected.answering.get(_level(seat.region_code), ())


def _level(code: str) -> Level:
    if is_grid(code):
        return Level.GRID
    digits = len(code.partition("-")[0])
    return {_VILLAGE_DIGITS: Level.VILLAGE, _TOWN_DIGITS: Level.TOWN}.get(digits, Level.DISTRICT)


def _in_order(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """From the town down, A before B; each person once: by the post that stands highest."""
    first: dict[int, Seat] = {}
    for seat in sorted(seats, key=lambda each: (len(each.region_code), each.region_code, each.turn, each.person_id)):
        first.setdefault(seat.person_id, seat)
    return tuple(first.values())


def _worst_first(town: Coverage) -> tuple[bool, bool, int, int, str]:
    """A desk nobody reaches before a lost group before the rest; who has no gap comes last."""
    return not town.gaps, town.desk is not None, -len(town.lost), -town.gaps, town.code

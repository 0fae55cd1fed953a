"""Which chats a version of a warning concerns: by division code, never by the words of its text. Pure.

A chat is concerned by a place that it lies in or that lies in its own region: a town's group by the warning for one of
its villages and by the one for the whole district, a village's group by those for itself, its town and the district.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.plan.schema import Level, WarningLevel


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place of the version and the level there; several places may lie in each other."""

    region_code: str
    level: WarningLevel


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A bound group. A unit's may leave out kinds, and what is lower than `lowest`: of yellow and blue only."""

    chat_id: int
    region_code: str
    tier: Level
    left_out: frozenset[str] = frozenset()
    lowest: WarningLevel | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One post that somebody has today; who has several comes several times."""

    person_id: int
    post: str
    region_code: str


class Reach(Protocol):
    """Whom a level reaches: tiers of groups, kinds of post, and which of these must answer."""

    @property
    def tiers(self) -> tuple[Level, ...]: ...
    @property
    def posts(self) -> tuple[str, ...]: ...
    @property
    def must_answer(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Concerned:
    """A group by its chat, or somebody by his id: never both. `level` is the highest that meets there."""

    chat_id: int | None
    person_id: int | None
    region_code: str
    level: WarningLevel
    must_answer: bool = False


ReachOf = Callable[[WarningLevel], Reach]
Contains = Callable[[str, str], bool]
"""Whether the region of the first code is, or holds, that of the second (`Plan.contains`)."""


def concerned(
    kind: str,
    places: Iterable[PlaceRow],
    groups: Iterable[GroupRow],
    persons: Iterable[PersonRow],
    *,
    reach_of: ReachOf,
    contains: Contains,
) -> tuple[Concerned, ...]:
    """Who is to be told, each once: groups, then who must answer, then the others; higher levels first in each."""
    meeting = _Meeting(tuple(places), contains)
    found: dict[tuple[int | None, int | None], Concerned] = {}
    for group in groups:
        _keep(found, _of_group(group, kind, meeting, reach_of))
    for person in persons:
        _keep(found, _of_person(person, meeting, reach_of))
    return tuple(sorted(found.values(), key=_turn))


class _Meeting:
    """The places that meet a region, looked up once per region: thousands share a few hundred."""

    def __init__(self, places: tuple[PlaceRow, ...], contains: Contains) -> None:
        self._places = places
        self._contains = contains
        self._known: dict[str, tuple[PlaceRow, ...]] = {}

    def at(self, code: str) -> tuple[PlaceRow, ...]:
        if code not in self._known:
            self._known[code] = tuple(place for place in self._places if self._meets(place.region_code, code))
        return self._known[code]

    def _meets(self, one: str, other: str) -> bool:
        return self._contains(one, other) or self._contains(other, one)


def _of_group(group: GroupRow, kind: str, meeting: _Meeting, reach_of: ReachOf) -> Concerned | None:
    levels = {place.level for place in meeting.at(group.region_code) if _is_wanted(group, kind, place.level)}
    if not any(group.tier in reach_of(level).tiers for level in levels):
        return None
    return Concerned(group.chat_id, None, group.region_code, _highest(levels))


def _is_wanted(group: GroupRow, kind: str, level: WarningLevel) -> bool:
    if group.tier is not Level.UNIT or level.rank < WarningLevel.YELLOW.rank:
        return True
    return kind not in group.left_out and (group.lowest is None or level.rank <= group.lowest.rank)


def _of_person(person: PersonRow, meeting: _Meeting, reach_of: ReachOf) -> Concerned | None:
    levels = {place.level for place in meeting.at(person.region_code)}
    reaches = [reach_of(level) for level in levels]
    if not any(person.post in reach.posts for reach in reaches):
        return None
    must = any(person.post in reach.must_answer for reach in reaches)
    return Concerned(None, person.person_id, person.region_code, _highest(levels), must)


def _keep(found: dict[tuple[int | None, int | None], Concerned], one: Concerned | None) -> None:
    """Who comes twice, by several posts, is told once: at the highest level, and must answer if any post must."""
    if one is None:
        return
    key = (one.chat_id, one.person_id)
    known = found.get(key)
    if known is None:
        found[key] = one
        return
    first = min(known, one, key=lambda each: (not each.must_answer, each.level.rank))
    found[key] = replace(first, level=_highest({known.level, one.level}))


def _highest(levels: set[WarningLevel]) -> WarningLevel:
    return min(levels, key=lambda level: level.rank)


def _turn(one: Concerned) -> tuple[bool, bool, int, str, int]:
    number = one.chat_id if one.chat_id is not None else one.person_id or 0
    return one.chat_id is None, not one.must_answer, one.level.rank, one.region_code, number

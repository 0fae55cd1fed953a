"""Codes and names of places: which code lies above a code, and which places a chat group's title speaks of.

Pure functions on values; they know no pack. What they do not do: they never decide. A title gives a suggestion that
an administrator confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from bot.plan.schema import Level, Region

_LENGTHS = (6, 9, 12)
_GRID_WORD = "网格"
_VILLAGE_SUFFIXES = ("村村民委员会", "社区居民委员会", "村民委员会", "居民委员会", "社区", "村")
_SUFFIXES = {
    Level.DISTRICT: ("区", "县"),
    Level.TOWN: ("街道", "镇", "乡"),
    Level.VILLAGE: _VILLAGE_SUFFIXES,
}
_SHORTEST_NAME = 2
_RANK = {Level.DISTRICT: 0, Level.TOWN: 1, Level.VILLAGE: 2}


def parent_of(code: str) -> str | None:
    """The code above by the code's own shape: grid, village (12 digits), town (9), district (6), None.

    For a district without a code of its own the plan's parent column decides instead: see `Plan.ancestors`.
    """
    digits, dash, _ = code.partition("-")
    if dash:
        return digits if len(digits) == _LENGTHS[-1] else None
    shorter = {longer: length for length, longer in pairwise(_LENGTHS)}
    length = shorter.get(len(digits))
    return digits[:length] if length else None


def is_grid(code: str) -> bool:
    """Whether the code has a grid's shape: twelve digits, a dash, two digits."""
    digits, _, serial = code.partition("-")
    return len(digits) == _LENGTHS[-1] and digits.isdigit() and len(serial) == len("03") and serial.isdigit()


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """The places a title may speak of, likeliest first, and the tier of group it sounds like."""

    candidates: tuple[Region, ...]
    tier: Level | None

    @property
    def region(self) -> Region | None:
        """The one place the title speaks of; None when it names none or leaves a choice."""
        return self.candidates[0] if len(self.candidates) == 1 else None


@dataclass(frozen=True, slots=True)
class _Mention:
    region: Region
    start: int
    end: int

    def yields_to(self, other: _Mention) -> bool:
        """A name inside a longer name is not meant (街村 in 拾万街村); of equals the larger is (龙岗街道)."""
        if other.start > self.start or other.end < self.end:
            return False
        if (other.start, other.end) != (self.start, self.end):
            return True
        return _RANK[other.region.level] < _RANK[self.region.level]


def names_of(regions: Iterable[Region]) -> Mapping[str, tuple[Region, ...]]:
    """Every spelling and the regions that are written so."""
    names: dict[str, list[Region]] = {}
    for region in regions:
        for name in spellings(region):
            names.setdefault(name, []).append(region)
    return {name: tuple(meant) for name, meant in names.items()}


def match_title(title: str, names: Mapping[str, tuple[Region, ...]]) -> TitleMatch:
    """Reads a group's title (龙水镇应急值班群, 高坡村群) against the names of `names_of`.

    A village name that several towns have gives several candidates unless the title names the town too.
    """
    mentions = list(_mentions(title, names))
    meant = [mention for mention in mentions if not any(mention.yields_to(other) for other in mentions)]
    candidates = _narrowed({mention.region.code: mention.region for mention in meant})
    return TitleMatch(candidates=candidates, tier=_tier(title, candidates))


def spellings(region: Region) -> frozenset[str]:
    """How people write a region's name: in full, short, and without the suffix if two characters remain."""
    bare = {_without_suffix(name, region.level) for name in (region.name, region.short_name)}
    return frozenset(name for name in {region.name, region.short_name, *bare} if len(name) >= _SHORTEST_NAME)


def _without_suffix(name: str, level: Level) -> str:
    return next((name.removesuffix(suffix) for suffix in _SUFFIXES[level] if name.endswith(suffix)), name)


def _mentions(title: str, names: Mapping[str, tuple[Region, ...]]) -> Iterator[_Mention]:
    longest = max(map(len, names), default=0)
    for start in range(len(title)):
        for end in range(start + _SHORTEST_NAME, min(start + longest, len(title)) + 1):
            for region in names.get(title[start:end], ()):
                yield _Mention(region, start, end)


def _narrowed(meant: dict[str, Region]) -> tuple[Region, ...]:
    """The smallest places that agree: villages of the named towns, else the towns, else villages, else the district."""
    by_level = {level: [r for r in meant.values() if r.level is level] for level in _RANK}
    towns, villages = by_level[Level.TOWN], by_level[Level.VILLAGE]
    within = [village for village in villages if village.parent in {town.code for town in towns}]
    found = within or towns or villages or by_level[Level.DISTRICT]
    return tuple(sorted(found, key=lambda region: region.code))


def _tier(title: str, candidates: tuple[Region, ...]) -> Level | None:
    levels = {region.level for region in candidates}
    if len(levels) != 1:
        return None
    level = levels.pop()
    return Level.GRID if level is Level.VILLAGE and _GRID_WORD in title else level

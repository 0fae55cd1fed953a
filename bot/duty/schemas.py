"""What coverage is worked out from, and what comes of it: plain data, nothing of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.plan.schema import Level


class Reach(StrEnum):
    """Whether a message to somebody arrives."""

    OPEN = "open"
    NEVER_JOINED = "never_joined"
    """On the roster, without an account."""
    BLOCKED = "blocked"
    """Has blocked the bot, or is suspended."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody on a post now. `turn`: A before 代管 before B."""

    person_id: int
    name: str
    phone: str | None
    kind: str
    region_code: str
    turn: int
    reach: Reach


@dataclass(frozen=True, slots=True)
class PlacedGroup:
    """A chat group that belongs to a region; a lost one has lost the bot or lets it write no more."""

    title: str
    region_code: str
    tier: Level
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Town:
    """A town and the codes of its villages."""

    code: str
    villages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the pack expects: the kinds of post at a duty desk, and those of whose holders one must be reachable."""

    desk: Mapping[Level, tuple[str, ...]]
    answering: Mapping[Level, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whom a message to a town (or to the district itself) would reach, and whom not.

    `desk` is who is on duty and can be written to; `vacant` are kinds of post nobody has. `villages` and `grids` say
    how many there are, the `silent` ones have nobody who would answer.
    """

    code: str
    desk: Seat | None
    vacant: tuple[str, ...]
    never_joined: tuple[Seat, ...]
    blocked: tuple[Seat, ...]
    groups: int
    lost: tuple[str, ...]
    villages: int
    villages_with_group: int
    silent_villages: tuple[str, ...]
    grids: int
    silent_grids: tuple[str, ...]

    @property
    def lacks_group(self) -> bool:
        """Whether no group of its own tier gets what concerns it."""
        return not self.groups

    @property
    def gaps(self) -> int:
        """How much is missing; 0 where everybody can be reached. A village without a group is none."""
        people = len(self.vacant) + len(self.never_joined) + len(self.blocked)
        places = len(self.silent_villages) + len(self.silent_grids)
        return people + places + len(self.lost) + self.lacks_group + (self.desk is None)


@dataclass(frozen=True, slots=True)
class DistrictCoverage:
    """The district's own desk and posts, and its towns: those with gaps first, the worst first."""

    own: Coverage
    towns: tuple[Coverage, ...]

    @property
    def with_gaps(self) -> tuple[Coverage, ...]:
        """The towns where something is missing."""
        return tuple(town for town in self.towns if town.gaps)

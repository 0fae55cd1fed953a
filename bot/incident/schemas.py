"""What others hand to incidents and see of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.delivery.schemas import Target
from bot.incident.models import Away, EntryKind, Facts, IncidentState, Threat
from bot.incident.rules import UNDER_WAY, Deed
from bot.plan.schema import Level, Nature


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when an incident is opened. `region_code` is the narrowest place known."""

    number: str
    nature: Nature
    threat: Threat
    region_code: str
    facts: Facts
    drill: bool


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported it and hears what becomes of it."""

    person_id: int
    name: str
    phone: str | None
    chat_id: int
    locale: str
    report_number: str


@dataclass(frozen=True, slots=True)
class Addition:
    """Something added to an incident. `key` makes its telling unique; `said_in` is a chat that has seen it already.

    `is_supplement` is False for what was on the first report: it is part of what rang. `quiet` is one more part of an
    album whose first part has been shown.
    """

    key: int
    text: str
    is_supplement: bool = True
    said_in: int | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class TierReached:
    """One tier of the place concerned and the chats it is told in; none means that nobody is reached there."""

    tier: Level
    region_code: str
    targets: tuple[Target, ...]
    are_groups: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the event log."""

    at: datetime
    kind: EntryKind
    name: str
    text: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class LikelySame:
    """Another incident that may be the same thing. `metres` is None unless both have a position."""

    id: int
    number: str
    region_code: str
    opened_at: datetime
    what: str | None
    metres: int | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Who says that it is not true, why, and who agreed. `wants_second`: people are mentioned and nobody agreed yet."""

    name: str
    reason: str
    seconded_name: str | None
    wants_second: bool


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as screens show it.

    `facts`, `threat`, `reporters` and `numbers` are those of all that was merged into it; `numbers` begins with its
    own. `away` is why whoever took it cannot see to it, while it is under way. `merged_number` is what it was found
    to be the same as. `others_in` says whether anybody but its first
    reporter had a hand in it.
    """

    id: int
    number: str
    nature: Nature
    threat: Threat
    region_code: str
    facts: Facts
    state: IncidentState
    opened_at: datetime
    taken_name: str | None
    away: Away | None
    arrive_by: datetime | None
    verified_name: str | None
    reporters: tuple[Reporter, ...]
    entries: tuple[EntryView, ...]
    unreached: tuple[Level, ...]
    chases: int
    deeds: tuple[Deed, ...]
    drill: bool
    unit_key: str | None
    doubt: Doubt | None
    closed_name: str | None
    closed_at: datetime | None
    reopen_asked: bool
    numbers: tuple[str, ...]
    merged_number: str | None
    others_in: bool

    @property
    def is_under_way(self) -> bool:
        """Whether somebody must have it in hand."""
        return self.state in UNDER_WAY and self.merged_number is None

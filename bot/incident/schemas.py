"""What others hand to incidents and see of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.delivery.schemas import Target
from bot.incident.models import EntryKind, Facts, IncidentState, Threat
from bot.incident.rules import Deed
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

    `is_supplement` is False for what was on the first report: it is part of what rang.
    """

    key: int
    text: str
    is_supplement: bool = True
    said_in: int | None = None


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


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as screens show it."""

    id: int
    number: str
    nature: Nature
    threat: Threat
    region_code: str
    facts: Facts
    state: IncidentState
    opened_at: datetime
    taken_name: str | None
    arrive_by: datetime | None
    verified_name: str | None
    reporters: tuple[Reporter, ...]
    entries: tuple[EntryView, ...]
    unreached: tuple[Level, ...]
    chases: int
    deeds: tuple[Deed, ...]
    drill: bool

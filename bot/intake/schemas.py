"""What handlers hand to intake and what screens see of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot.incident.models import Facts, Threat
from bot.intake.models import Asked, DraftState, ItemKind, Question, Via
from bot.plan.schema import Nature


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing a person sent in his private chat, read from the update. `reply_about` is the subject it replies to."""

    chat_id: int
    message_id: int
    kind: ItemKind
    sent_at: datetime
    text: str = ""
    album: str | None = None
    file_id: str | None = None
    size: int | None = None
    by_copy: bool = False
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    place_name: str | None = None
    is_edit: bool = False
    reply_about: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much of each kind there is, and how many files are not here yet."""

    counts: Counter[ItemKind]
    missing: int


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody's report that may be of the same thing. `picture` is a photo's id on the platform."""

    report_id: int
    number: str
    nature: Nature
    kind_key: str | None
    region_code: str
    place_words: str | None
    filed_at: datetime
    picture: str | None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as its card shows it. `nature` is the report's, or what was chosen while likeness is asked."""

    id: int
    state: DraftState
    question: Question
    asking: Asked | None
    at_step: str
    via: Via
    region_code: str
    opened_at: datetime
    facts: Facts
    evidence: Evidence
    number: str | None
    nature: Nature | None
    incident_id: int | None
    withdrawn: bool
    may_join: str | None
    """Number of an earlier report of the person that this may belong to."""
    recent_kinds: tuple[str, ...]
    likely: tuple[Likely, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A filed report."""

    id: int
    number: str
    nature: Nature
    threat: Threat
    region_code: str
    filed_at: datetime
    incident_id: int | None
    state: str
    """What became of it: its incident's state; `filed` for a hazard, or `withdrawn`."""

"""What handlers hand to intake and what screens see of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot.incident.models import Threat
from bot.intake.models import DraftState, ItemKind, Question
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
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    reply_about: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much of each kind there is, and how many files are not here yet."""

    counts: Counter[ItemKind]
    missing: int


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as its card shows it."""

    id: int
    state: DraftState
    question: Question
    region_code: str
    evidence: Evidence
    number: str | None
    nature: Nature | None
    may_join: str | None
    """Number of an earlier report of the person that this may belong to."""


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

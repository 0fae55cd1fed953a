"""What handlers hand to warnings and what screens see of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.plan.schema import Level, WarningAct, WarningLevel
from bot.warning.models import Answer, Origin, PhoneResult, SeriesState, VersionState


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A region concerned and the level there."""

    region_code: str
    level: WarningLevel


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version as screens show it; times aware."""

    id: int
    number: int
    act: WarningAct
    state: VersionState
    level: WarningLevel
    text: str
    scope_words: str
    starts_at: datetime | None
    valid_until: datetime | None
    matters: str
    measures: str
    issuer: str
    consultation: str
    authority: str
    platform_number: str
    published_at: datetime | None
    drafted_name: str
    signed_name: str | None
    oral_words: str | None
    countersigned: bool
    return_reason: str | None
    issued_at: datetime | None
    places: tuple[PlaceView, ...]


@dataclass(frozen=True, slots=True)
class RecipientView:
    """A chat that was told, and what came back."""

    id: int
    chat_id: int
    name: str
    phone: str | None
    region_code: str
    tier: Level
    must_answer: bool
    is_missing: bool
    answer: Answer | None
    answered_name: str | None
    answered_at: datetime | None
    phoned: PhoneResult | None
    phoned_by: str | None


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series with its newest version, the newest issued one, and everybody told."""

    id: int
    number: str | None
    kind_key: str
    origin: Origin
    state: SeriesState
    source_words: str
    newest: VersionView
    issued: VersionView | None
    recipients: tuple[RecipientView, ...]
    drill: bool

"""What handlers hand to warnings and what screens see of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.plan.schema import Level, WarningAct, WarningLevel
from bot.warning.models import Answer, Audience, Origin, PhoneResult, SeriesState, VersionState


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A region concerned and the level there."""

    region_code: str
    level: WarningLevel


@dataclass(frozen=True, slots=True)
class SeriesName:
    """A series in force by its number and whose it is."""

    id: int
    number: str
    station: str


@dataclass(frozen=True, slots=True)
class IssuedView:
    """A version that was issued, in few words; `subject` and `version` are its rows' in the ledger."""

    subject: str
    version: int
    number: str
    kind_key: str
    level: WarningLevel
    drill: bool


@dataclass(frozen=True, slots=True)
class CheckView:
    """What the card of a text that waits to be relayed says beside it.

    `also`: kinds it is about as well; `unplaced`: levels it names and no place has; `others`: series it may belong to;
    `advice`: how many pieces of the pack's are attached for one or another.
    """

    asking: str
    also: tuple[str, ...]
    unplaced: tuple[WarningLevel, ...]
    groups: int
    people: int
    others: tuple[SeriesName, ...]
    advice: int = 0


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
    document_number: str | None
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
    is_cut_off: bool
    is_group: bool
    has_answered: bool
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


@dataclass(frozen=True, slots=True)
class SignerView:
    """Somebody who may sign; not reachable: no message arrives, he must be telephoned."""

    person_id: int
    name: str
    phone: str | None
    platform_id: int | None
    locale: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What issuing would do now; `unreachable` names the first of the villages with no group and nobody to reach.

    `advice`: how many pieces of the pack's are attached for one or another.
    """

    groups: int
    people: int
    minutes: int
    unreachable: tuple[str, ...]
    unreachable_count: int
    advice: int = 0


@dataclass(frozen=True, slots=True)
class DraftView:
    """A version of the district's own before and while it is signed, as its two cards show it.

    `seen`: what a signer's button carries; `missing`: keys of elements; `levels`: the levels a town may have.
    """

    series_id: int
    series_number: str | None
    kind_key: str
    version: VersionView
    audience: Audience
    asking: str
    drafted_by: int | None
    signed_at: datetime | None
    seen: str
    missing: tuple[str, ...]
    wants_number: bool
    is_past: bool
    preview: Preview
    signers: tuple[SignerView, ...]
    levels: tuple[WarningLevel, ...]
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A draft that lies, or waits for its signature."""

    version_id: int
    kind_key: str
    level: WarningLevel
    opened_at: datetime

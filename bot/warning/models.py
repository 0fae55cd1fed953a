"""Series of warnings, their versions, the places of each, and who of those it concerns has answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.core.columns import PlatformId, UtcDateTime, text_enum
from bot.plan.schema import Level, WarningAct, WarningLevel


class Origin(StrEnum):
    """Whose warning it is: passed on word for word, or the district's own."""

    RELAYED = "relayed"
    OWN = "own"


class SeriesState(StrEnum):
    """Where a series stands. What was issued once is in force until it is lifted or withdrawn.

    One that is relayed and has run out by its own words may be laid aside: lapsed.
    """

    DRAFT = "draft"
    PROPOSED = "proposed"
    RETURNED = "returned"
    IN_FORCE = "in_force"
    LIFTED = "lifted"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"
    LAPSED = "lapsed"


class VersionState(StrEnum):
    """A version is written, waits for its signature, and once issued never changes."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ISSUED = "issued"
    DISCARDED = "discarded"


class Audience(StrEnum):
    """Whether only those on duty are told, or it is published to society, which needs the platform's number."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Answer(StrEnum):
    """What somebody taps under a warning: 收到, 已到岗, 去不了，请转B角."""

    RECEIVED = "received"
    ON_POST = "on_post"
    CANNOT = "cannot"


class PhoneResult(StrEnum):
    """What a telephone call to somebody who had not answered gave. A place cut off is 失联 and never told.

    A place where no call gets through is told by somebody who is sent there.
    """

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    CUT_OFF = "cut_off"
    MESSENGER = "messenger"


class Series(SQLModel, table=True):
    """One warning from its issue to its end. `number` is spoken: 预0712-3; `source_words` say who issued it."""

    __tablename__ = "warning_series"

    id: int = Field(default=None, primary_key=True)
    number: str | None = Field(default=None, unique=True)
    kind_key: str
    origin: Origin = Field(sa_type=text_enum(Origin, "warning_origin"))
    state: SeriesState = Field(default=SeriesState.DRAFT, sa_type=text_enum(SeriesState, "warning_series_state"))
    source_words: str = ""
    opened_by: int | None = Field(default=None, foreign_key="directory_person.id")
    opened_name: str
    opened_chat: int = Field(sa_type=PlatformId)
    opened_locale: str = "zh"
    opened_at: datetime = Field(sa_type=UtcDateTime)
    board_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    drill: bool = False


class Version(SQLModel, table=True):
    """One text of a series. Issued ones are immutable; `content_hash` is the SHA-256 of what was issued.

    A relayed one has its text word for word in `text`; of an own one the eight elements stand in columns and `text` is
    made of them when it is proposed. `act` says what it does to the series, `asking` which list its draft's card shows.
    """

    __tablename__ = "warning_version"
    __table_args__ = (UniqueConstraint("series_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="warning_series.id", index=True)
    number: int
    act: WarningAct = Field(sa_type=text_enum(WarningAct, "warning_version_act"))
    state: VersionState = Field(default=VersionState.DRAFT, sa_type=text_enum(VersionState, "warning_version_state"))
    level: WarningLevel = Field(sa_type=text_enum(WarningLevel, "warning_version_level"))
    text: str = ""
    scope_words: str = ""
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    matters: str = ""
    measures: str = ""
    issuer: str = ""
    consultation: str = ""
    authority: str = ""
    platform_number: str = ""
    audience: Audience = Field(default=Audience.INTERNAL, sa_type=text_enum(Audience, "warning_version_audience"))
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    drafted_by: int | None = Field(default=None, foreign_key="directory_person.id")
    drafted_name: str = ""
    signed_by: int | None = Field(default=None, foreign_key="directory_person.id")
    signed_name: str | None = None
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    oral_words: str | None = None
    countersign_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    countersigned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    return_reason: str | None = None
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    content_hash: str | None = None
    asked_valid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asking: str = ""
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    document_number: str | None = None
    valid_ask_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class Serial(SQLModel, table=True):
    """The last number given to a warning on a day, 07-12 of any year. Gaps are allowed, repeats are not."""

    __tablename__ = "warning_serial"

    day: str = Field(primary_key=True)
    last: int


class Place(SQLModel, table=True):
    """A region a version concerns, by code; several levels in one notice are several versions' places (`level`)."""

    __tablename__ = "warning_place"

    version_id: int = Field(primary_key=True, foreign_key="warning_version.id")
    region_code: str = Field(primary_key=True)
    level: WarningLevel = Field(sa_type=text_enum(WarningLevel, "warning_place_level"))


class Recipient(SQLModel, table=True):
    """A chat that a series was told in: a group, or a person in private. Who must answer is counted, once per chat.

    `told_version` is the newest version it was told; an answer counts for the version it was given under.
    `awaited_version` is the newest one that had to be answered: it stays when the warning ends and nobody must.
    `level` is what holds there and `sectors` whose trade it is; no level: the version concerns it no more.
    """

    __tablename__ = "warning_recipient"
    __table_args__ = (
        UniqueConstraint("series_id", "chat_id"),
        Index("ix_warning_recipient_open", "series_id", "must_answer", "answered_version"),
    )

    id: int = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="warning_series.id", index=True)
    chat_id: int = Field(sa_type=PlatformId)
    person_id: int | None = Field(default=None, foreign_key="directory_person.id")
    name: str
    phone: str | None = None
    locale: str = "zh"
    thread_id: int | None = Field(default=None, sa_type=PlatformId)
    region_code: str
    tier: Level = Field(sa_type=text_enum(Level, "warning_recipient_tier"))
    must_answer: bool = False
    told_version: int
    told_at: datetime = Field(sa_type=UtcDateTime)
    answered_version: int | None = None
    answer: Answer | None = Field(default=None, sa_type=text_enum(Answer, "warning_recipient_answer"))
    answered_by: int | None = Field(default=None, foreign_key="directory_person.id")
    answered_name: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    nudges: int = 0
    nudge_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    phoned: PhoneResult | None = Field(default=None, sa_type=text_enum(PhoneResult, "warning_recipient_phoned"))
    phoned_by: str | None = None
    phoned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    awaited_version: int | None = None
    level: WarningLevel | None = Field(default=None, sa_type=text_enum(WarningLevel, "warning_recipient_level"))
    sectors: str | None = None

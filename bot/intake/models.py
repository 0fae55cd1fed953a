"""Drafts, what was sent, and reports. A report is one person's testimony with its own number."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.core.columns import PlatformId, UtcDateTime, text_enum
from bot.incident.models import Threat
from bot.plan.schema import Nature


class DraftState(StrEnum):
    """A draft is open until it becomes a report, joins one, or is given up."""

    OPEN = "open"
    FILED = "filed"
    JOINED = "joined"
    DISCARDED = "discarded"


class Question(StrEnum):
    """What the draft's card asks now: the conversation's place."""

    THREAT = "threat"
    OUTCOME = "outcome"


class ItemKind(StrEnum):
    """What can be sent."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    TEXT = "text"
    LOCATION = "location"


class FileState(StrEnum):
    """Where an item's file is. Files are fetched outside the transaction, and missing ones stay visible."""

    NONE = "none"
    WANTED = "wanted"
    STORED = "stored"
    MISSING = "missing"


class Draft(SQLModel, table=True):
    """What one person has sent and not yet filed. At most one is open per person."""

    __tablename__ = "intake_draft"
    __table_args__ = (Index("ix_intake_draft_person", "person_id", "state"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="directory_person.id")
    chat_id: int = Field(sa_type=PlatformId)
    locale: str
    state: DraftState = Field(default=DraftState.OPEN, sa_type=text_enum(DraftState, "intake_draft_state"))
    question: Question = Field(default=Question.THREAT, sa_type=text_enum(Question, "intake_draft_question"))
    region_code: str
    latitude: float | None = None
    longitude: float | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    reminded: bool = False
    report_id: int | None = Field(default=None, foreign_key="intake_report.id")
    drill: bool = False


class Report(SQLModel, table=True):
    """A filed report. `number` is spoken on the phone: town, month and day, serial of the day (龙水0712-3)."""

    __tablename__ = "intake_report"
    __table_args__ = (UniqueConstraint("prefix", "day", "serial"),)

    id: int = Field(default=None, primary_key=True)
    number: str = Field(index=True)
    prefix: str
    day: str
    serial: int
    person_id: int = Field(foreign_key="directory_person.id", index=True)
    chat_id: int = Field(sa_type=PlatformId)
    nature: Nature = Field(sa_type=text_enum(Nature, "intake_report_nature"))
    threat: Threat = Field(sa_type=text_enum(Threat, "intake_report_threat"))
    region_code: str
    filed_at: datetime = Field(sa_type=UtcDateTime)
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    asking_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    drill: bool = False


class Serial(SQLModel, table=True):
    """The last serial given to a prefix on a day. Gaps are allowed, repeats are not."""

    __tablename__ = "intake_serial"

    prefix: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    last: int


class Item(SQLModel, table=True):
    """One thing a person sent: a photo, a voice note, words, a place. On exactly one draft or report."""

    __tablename__ = "intake_item"
    __table_args__ = (
        UniqueConstraint("chat_id", "message_id"),
        Index("ix_intake_item_file", "file_state", "not_before"),
    )

    id: int = Field(default=None, primary_key=True)
    draft_id: int | None = Field(default=None, foreign_key="intake_draft.id", index=True)
    report_id: int | None = Field(default=None, foreign_key="intake_report.id", index=True)
    person_id: int = Field(foreign_key="directory_person.id")
    chat_id: int = Field(sa_type=PlatformId)
    message_id: int = Field(sa_type=PlatformId)
    kind: ItemKind = Field(sa_type=text_enum(ItemKind, "intake_item_kind"))
    text: str = ""
    album: str | None = Field(default=None, index=True)
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    sent_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    file_id: str | None = None
    size: int | None = None
    file_state: FileState = Field(default=FileState.NONE, sa_type=text_enum(FileState, "intake_item_file_state"))
    sha256: str | None = None
    attempts: int = 0
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None

"""Drafts, what was sent, and reports. A report is one person's testimony with its own number."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.core.columns import PlatformId, UtcDateTime, text_enum
from bot.incident.models import Facts, Threat
from bot.plan.schema import Nature


class DraftState(StrEnum):
    """A draft is open until it becomes a report, joins one, is put aside, or is given up."""

    OPEN = "open"
    KEPT = "kept"
    FILED = "filed"
    JOINED = "joined"
    DISCARDED = "discarded"


class Via(StrEnum):
    """How a report came in."""

    CHAT = "chat"
    TELEPHONE = "telephone"


class Question(StrEnum):
    """What the draft's card asks now: the conversation's place.

    `outcome` is the form: which of the two it is files it, and every field is a button meanwhile. `likeness` shows what
    may be the same thing; `resume` asks once what is to become of a draft that lay.
    """

    THREAT = "threat"
    OUTCOME = "outcome"
    LIKENESS = "likeness"
    RESUME = "resume"


class Asked(StrEnum):
    """The field of the form that is being asked."""

    KIND = "kind"
    PLACE = "place"
    TIME = "time"
    CASUALTIES = "casualties"
    WHAT = "what"
    MEASURES = "measures"
    REINFORCEMENT = "reinforcement"
    CONTACT = "contact"


class ItemKind(StrEnum):
    """What can be sent. Words that answer a field of the form are an `answer` and no evidence."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    TEXT = "text"
    LOCATION = "location"
    ANSWER = "answer"


class FileState(StrEnum):
    """Where an item's file is. Files are fetched outside the transaction, and missing ones stay visible."""

    NONE = "none"
    WANTED = "wanted"
    STORED = "stored"
    MISSING = "missing"


class Draft(Facts, table=True):
    """What one person has sent and not yet filed. At most one is open per person.

    `asking` is the field being asked, before filing and after; `at_step` where its list stands (a page, a sector, a
    region: what the field's screen makes of it). `nature` is what was chosen while likeness is being asked.
    """

    __tablename__ = "intake_draft"
    __table_args__ = (Index("ix_intake_draft_person", "person_id", "state"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="directory_person.id")
    chat_id: int = Field(sa_type=PlatformId)
    locale: str
    state: DraftState = Field(default=DraftState.OPEN, sa_type=text_enum(DraftState, "intake_draft_state"))
    question: Question = Field(default=Question.THREAT, sa_type=text_enum(Question, "intake_draft_question"))
    asking: Asked | None = Field(default=None, sa_type=text_enum(Asked, "intake_draft_asking"))
    at_step: str = ""
    nature: Nature | None = Field(default=None, sa_type=text_enum(Nature, "intake_draft_nature"))
    via: Via = Field(default=Via.CHAT, sa_type=text_enum(Via, "intake_draft_via"))
    region_code: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    reminded: bool = False
    report_id: int | None = Field(default=None, foreign_key="intake_report.id")
    drill: bool = False


class Report(Facts, table=True):
    """A filed report. `number` is spoken on the phone: town, month and day, serial of the day (龙水0712-3).

    `received_at` is when we learned of it (接报时间): the first thing sent, or the tap on 电话接报. `same_as` is the
    report of a hazard that this one says it has seen too; for what opens an incident, the incidents are merged.
    """

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
    via: Via = Field(default=Via.CHAT, sa_type=text_enum(Via, "intake_report_via"))
    received_at: datetime = Field(sa_type=UtcDateTime)
    filed_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    incident_id: int | None = Field(default=None, foreign_key="incident.id", index=True)
    same_as: int | None = Field(default=None, foreign_key="intake_report.id", index=True)
    asking_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    drill: bool = False


class Serial(SQLModel, table=True):
    """The last serial given to a prefix on a day, 07-12 of any year. Gaps are allowed, repeats are not."""

    __tablename__ = "intake_serial"

    prefix: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    last: int


class Item(SQLModel, table=True):
    """One thing a person sent: a photo, a voice note, words, a place. On exactly one draft or report.

    `by_copy`: the desks are shown a copy of ours once it is fetched, never the platform's file. `cleaned_sha256` is the
    copy without EXIF of a picture sent as a file.
    """

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
    answers: Asked | None = Field(default=None, sa_type=text_enum(Asked, "intake_item_answers"))
    text: str = ""
    album: str | None = Field(default=None, index=True)
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    sent_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    file_id: str | None = None
    size: int | None = None
    by_copy: bool = False
    file_state: FileState = Field(default=FileState.NONE, sa_type=text_enum(FileState, "intake_item_file_state"))
    sha256: str | None = None
    cleaned_sha256: str | None = None
    attempts: int = 0
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None

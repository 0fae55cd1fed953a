"""Incidents, who follows them, and what happened in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.core.columns import PlatformId, UtcDateTime, text_enum
from bot.plan.schema import Nature


class Threat(StrEnum):
    """The answer to 有人受威胁吗？ An unclear one counts as yes (FIELD 1)."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"

    @property
    def counts(self) -> bool:
        """Whether people must be brought to safety first."""
        return self is not Threat.NO


class IncidentState(StrEnum):
    """How far the facts are established. Who is on it is another matter: `taken_by`; so is being one with another."""

    REPORTED = "reported"
    VERIFIED = "verified"
    DOUBTED = "doubted"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class EntryKind(StrEnum):
    """What the event log tells of."""

    OPENED = "opened"
    TAKEN = "taken"
    ARRIVAL = "arrival"
    VERIFIED = "verified"
    SUPPLEMENT = "supplement"
    FACTS = "facts"
    CHASED = "chased"
    UNREACHED = "unreached"
    ASKED = "asked"
    ANSWERED = "answered"
    DOUBTED = "doubted"
    SECONDED = "seconded"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    CLOSED = "closed"
    REOPENED = "reopened"
    REOPEN_ASKED = "reopen_asked"
    WITHDRAWN = "withdrawn"
    KIND = "kind"
    REROUTED = "rerouted"
    MERGED = "merged"
    UNMERGED = "unmerged"
    CALLED = "called"
    JOINED = "joined"


class Away(StrEnum):
    """Why whoever took an incident in hand can no longer see to it: suspended, or no longer on a post there."""

    SUSPENDED = "suspended"
    LEFT = "left"


class PlaceSource(StrEnum):
    """How we know where it is; the reporter's own grid is a default, not a statement."""

    GRID = "grid"
    LOCATION = "location"
    PIN = "pin"
    LINK = "link"
    WORDS = "words"
    LIST = "list"
    CODE = "code"
    PHOTO = "photo"


class Wanted(StrEnum):
    """The one thing the desk asks a reporter for (请补充)."""

    POSITION = "position"
    PHOTO = "photo"
    KIND = "kind"
    FIGURES = "figures"


class CallResult(StrEnum):
    """What became of a telephone call."""

    REACHED = "reached"
    BUSY = "busy"
    NO_ANSWER = "no_answer"


class Verdict(StrEnum):
    """What a reporter says of how it was handled."""

    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"


class Facts(SQLModel):
    """What is known of a thing that happened or threatens (事故报告内容要素, 预案4.1.2). None is unknown and is not 0.

    A draft, a report and an incident each hold their own: a report is one person's testimony, an incident what the
    desk goes by. All figures here are reported ones (上报数). Coordinates are WGS-84 degrees, accuracy metres.
    """

    kind_key: str | None = None
    place_words: str | None = None
    place_source: PlaceSource | None = Field(default=None, sa_type=text_enum(PlaceSource, "place_source"))
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    occurred_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    dead: int | None = None
    missing: int | None = None
    trapped: int | None = None
    seriously_injured: int | None = None
    injured: int | None = None
    what: str | None = None
    measures: str | None = None
    reinforcement: bool | None = None
    contact_name: str | None = None
    contact_phone: str | None = None


class Incident(Facts, table=True):
    """One thing that happened or threatens, at one place. `number` is that of its first report.

    `away` is why whoever took it can no longer see to it. `merged_into` is the incident it was found to be the same
    as; taking that back leaves both as they were. Whoever proposed to dismiss it stands in `doubted_by` with the
    reason, and who agreed in `seconded_by`.
    """

    __tablename__ = "incident"

    id: int = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    nature: Nature = Field(sa_type=text_enum(Nature, "incident_nature"))
    threat: Threat = Field(sa_type=text_enum(Threat, "incident_threat"))
    region_code: str = Field(index=True)
    unit_key: str | None = None
    state: IncidentState = Field(default=IncidentState.REPORTED, sa_type=text_enum(IncidentState, "incident_state"))
    opened_at: datetime = Field(sa_type=UtcDateTime)
    taken_by: int | None = Field(default=None, foreign_key="directory_person.id")
    taken_name: str | None = None
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    away: Away | None = Field(default=None, sa_type=text_enum(Away, "incident_away"))
    arrive_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_by: int | None = Field(default=None, foreign_key="directory_person.id")
    verified_name: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    chase_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    chases: int = 0
    doubted_by: int | None = Field(default=None, foreign_key="directory_person.id")
    doubted_name: str | None = None
    doubt_reason: str | None = None
    seconded_by: int | None = Field(default=None, foreign_key="directory_person.id")
    seconded_name: str | None = None
    closed_name: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopen_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    merged_into: int | None = Field(default=None, foreign_key="incident.id", index=True)
    drill: bool = False


class Follower(SQLModel, table=True):
    """A person who reported the incident and hears what becomes of it, in his private chat."""

    __tablename__ = "incident_follower"
    __table_args__ = (UniqueConstraint("incident_id", "report_number"),)

    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    person_id: int = Field(foreign_key="directory_person.id")
    name: str
    phone: str | None = None
    chat_id: int = Field(sa_type=PlatformId)
    locale: str
    report_number: str
    verdict: Verdict | None = Field(default=None, sa_type=text_enum(Verdict, "incident_verdict"))
    verdict_reason: str | None = None


class Enquiry(SQLModel, table=True):
    """One question of the desk to one reporter. It expires by itself and holds nothing back."""

    __tablename__ = "incident_enquiry"

    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    follower_id: int = Field(foreign_key="incident_follower.id", index=True)
    wanted: Wanted = Field(sa_type=text_enum(Wanted, "incident_enquiry_wanted"))
    asked_by: int | None = Field(default=None, foreign_key="directory_person.id")
    asked_name: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Call(SQLModel, table=True):
    """One telephone call about an incident: who was rung, by whom, what came of it. `answered_by` is a post."""

    __tablename__ = "incident_call"

    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    callee: str
    phone: str | None = None
    result: CallResult = Field(sa_type=text_enum(CallResult, "incident_call_result"))
    answered_by: str | None = None
    person_id: int | None = Field(default=None, foreign_key="directory_person.id")
    name: str


class Entry(SQLModel, table=True):
    """One line of the event log."""

    __tablename__ = "incident_entry"
    __table_args__ = (Index("ix_incident_entry_order", "incident_id", "id"),)

    id: int = Field(default=None, primary_key=True)
    incident_id: int = Field(foreign_key="incident.id")
    at: datetime = Field(sa_type=UtcDateTime)
    kind: EntryKind = Field(sa_type=text_enum(EntryKind, "incident_entry_kind"))
    person_id: int | None = Field(default=None, foreign_key="directory_person.id")
    name: str
    text: str = ""

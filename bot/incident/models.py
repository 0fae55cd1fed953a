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
    """How far the facts are established. Who is on it is another matter: `taken_by`."""

    REPORTED = "reported"
    VERIFIED = "verified"


class EntryKind(StrEnum):
    """What the event log tells of."""

    OPENED = "opened"
    TAKEN = "taken"
    ARRIVAL = "arrival"
    VERIFIED = "verified"
    SUPPLEMENT = "supplement"
    CHASED = "chased"
    UNREACHED = "unreached"


class Incident(SQLModel, table=True):
    """One thing that happened or threatens, at one place. `number` is that of its first report."""

    __tablename__ = "incident"

    id: int = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    nature: Nature = Field(sa_type=text_enum(Nature, "incident_nature"))
    threat: Threat = Field(sa_type=text_enum(Threat, "incident_threat"))
    region_code: str = Field(index=True)
    latitude: float | None = None
    longitude: float | None = None
    state: IncidentState = Field(default=IncidentState.REPORTED, sa_type=text_enum(IncidentState, "incident_state"))
    opened_at: datetime = Field(sa_type=UtcDateTime)
    taken_by: int | None = Field(default=None, foreign_key="directory_person.id")
    taken_name: str | None = None
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    arrive_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_by: int | None = Field(default=None, foreign_key="directory_person.id")
    verified_name: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    chase_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    chases: int = 0
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

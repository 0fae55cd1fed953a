"""Papers somebody asked for, what became of each, and the packs that were in force."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from bot.core.columns import PlatformId, UtcDateTime, text_enum


class PaperKind(StrEnum):
    """What may be asked for; the closing report is two files, one to read and one to reckon with."""

    REPORT = "report"
    TABLES = "tables"
    CALL_SHEET = "call_sheet"
    ARCHIVE = "archive"


class PaperState(StrEnum):
    """Whether it is made."""

    WANTED = "wanted"
    MADE = "made"
    FAILED = "failed"


class Paper(SQLModel, table=True):
    """One file on one series of warnings, for one chat. `sha256` is that of the bytes that were handed out.

    `fault`: under which id the log tells why it could not be made.
    """

    __tablename__ = "paper_paper"
    __table_args__ = (Index("ix_paper_paper_due", "state", "not_before"),)

    id: int = Field(default=None, primary_key=True)
    series_id: int = Field(foreign_key="warning_series.id", index=True)
    kind: PaperKind = Field(sa_type=text_enum(PaperKind, "paper_paper_kind"))
    state: PaperState = Field(default=PaperState.WANTED, sa_type=text_enum(PaperState, "paper_paper_state"))
    chat_id: int = Field(sa_type=PlatformId)
    locale: str = "zh"
    drill: bool = False
    asked_by: int | None = Field(default=None, foreign_key="directory_person.id")
    asked_name: str
    asked_post: str = ""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    name: str | None = None
    sha256: str | None = None
    size: int | None = None
    fault: str | None = None


class KeptPack(SQLModel, table=True):
    """The files of a district pack that was in force, kept on the shelf as one file: an archive needs them later."""

    __tablename__ = "paper_pack"

    version: str = Field(primary_key=True)
    sha256: str
    kept_at: datetime = Field(sa_type=UtcDateTime)

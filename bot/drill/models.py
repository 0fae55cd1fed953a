"""A link test and the groups it was sent to. A drill of its own kind: nothing of it counts anywhere else."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.core.columns import PlatformId, UtcDateTime, text_enum
from bot.directory.models import Tier


class LinkTestState(StrEnum):
    """Whether answers still count."""

    OPEN = "open"
    CLOSED = "closed"


class LinkTest(SQLModel, table=True):
    """One test from its start to its end. At most one is open. Its board is in `started_chat`."""

    __tablename__ = "drill_link_test"
    __table_args__ = (
        Index(
            "uq_drill_link_test_open",
            "state",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    state: LinkTestState = Field(default=LinkTestState.OPEN, sa_type=text_enum(LinkTestState, "drill_link_test_state"))
    started_by: int | None = Field(default=None, foreign_key="directory_person.id")
    started_name: str
    started_chat: int = Field(sa_type=PlatformId)
    started_locale: str = "zh"
    started_at: datetime = Field(sa_type=UtcDateTime)
    nudge_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    board_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class LinkGroup(SQLModel, table=True):
    """A group the test was sent to, as it was then; whoever answered first answered for it.

    `group_id` is directory's. It points nowhere when two rows of a group have become one meanwhile.
    """

    __tablename__ = "drill_link_group"
    __table_args__ = (UniqueConstraint("test_id", "group_id"),)

    id: int = Field(default=None, primary_key=True)
    test_id: int = Field(foreign_key="drill_link_test.id", index=True)
    group_id: int = Field(index=True)
    title: str
    region_code: str
    tier: Tier = Field(sa_type=text_enum(Tier, "drill_link_group_tier"))
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by: int | None = Field(default=None, foreign_key="directory_person.id")
    answered_name: str | None = None

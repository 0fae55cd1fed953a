"""The inbox's one table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from bot.core.columns import Json, PlatformId, UtcDateTime, text_enum


class UpdateState(StrEnum):
    """Waiting updates hold back the later ones of their chat; failed ones do not."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class InboxUpdate(SQLModel, table=True):
    """One update as the platform handed it over. `chat_id` is the key of its order; 0 for updates of no chat."""

    __tablename__ = "inbox_update"
    __table_args__ = (
        Index("ix_inbox_update_waiting", "state", "id"),
        Index("ix_inbox_update_chat", "chat_id", "state", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    update_id: int = Field(sa_type=PlatformId, unique=True)
    chat_id: int = Field(sa_type=PlatformId)
    payload: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    state: UpdateState = Field(default=UpdateState.WAITING, sa_type=text_enum(UpdateState, "inbox_update_state"))
    attempts: int = 0
    fault: str | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

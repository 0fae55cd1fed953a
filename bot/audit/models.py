"""The audit's one table. Rows are only ever inserted and, once, sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from bot.core.columns import Json, UtcDateTime


class AuditEntry(SQLModel, table=True):
    """Who (`actor_id` None: the program) did what (`act`, e.g. `incident.take`) to what (`incident:12`), when."""

    __tablename__ = "audit_entry"

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor_id: int | None = Field(default=None, index=True)
    actor_name: str
    act: str
    subject: str = Field(index=True)
    facts: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    drill: bool = False
    seal: str | None = None

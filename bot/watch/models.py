"""What has been told of, so that nobody is told twice."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.core.columns import UtcDateTime


class Watermark(SQLModel, table=True):
    """The instant up to which something of that key has been told; `told` stands for what was told last."""

    __tablename__ = "watch_watermark"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    told: str = ""


class Finding(SQLModel, table=True):
    """Something that is late and was told of. It goes when it is late no more; then it may be found again."""

    __tablename__ = "watch_finding"

    key: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime = Field(sa_type=UtcDateTime)
    checked_at: datetime = Field(sa_type=UtcDateTime)

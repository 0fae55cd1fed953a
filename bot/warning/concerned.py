"""Whom a version concerns now: reads groups and posts, and lets `targeting` decide by division code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.directory import groups, people
from bot.plan.schema import Level
from bot.plan.service import Plan
from bot.warning import targeting
from bot.warning.models import Place


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that is to be told, and who answers for it."""

    chat_id: int
    person_id: int | None
    name: str
    phone: str | None
    locale: str
    thread_id: int | None
    region_code: str
    tier: Level
    must_answer: bool

    def as_row(self) -> dict[str, Any]:
        """The columns of a recipient."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

"""What screens and other rooms see of a link test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.delivery.schemas import Fate
from bot.directory.models import Tier


@dataclass(frozen=True, slots=True)
class LinkGroupView:
    """A group of a test. `fate`: what became of the text there; None where it was cancelled or the group is gone."""

    id: int
    group_id: int
    title: str
    region_code: str
    tier: Tier
    answered_at: datetime | None
    answered_name: str | None
    fate: Fate | None


@dataclass(frozen=True, slots=True)
class Apart:
    """Groups that a test does not reach: bound and not taking part, or the bot has lost them; by title."""

    not_taking_part: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkTestView:
    """A test with every group it was sent to. `is_open`: answers still count."""

    id: int
    is_open: bool
    started_name: str
    started_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    groups: tuple[LinkGroupView, ...]
    apart: Apart

    @property
    def answered(self) -> tuple[LinkGroupView, ...]:
        """Where somebody answered."""
        return tuple(group for group in self.groups if group.answered_at)

    @property
    def silent(self) -> tuple[LinkGroupView, ...]:
        """Where nobody did."""
        return tuple(group for group in self.groups if not group.answered_at)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What starting a test now would do. `is_night`: it wants to be confirmed."""

    groups: int
    apart: Apart
    is_night: bool
    open_since: datetime | None

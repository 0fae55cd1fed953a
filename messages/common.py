"""Texts of no one domain: refusals for want of a right, apologies, what was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload

_BACKUP, _RESTORED = datetime(2026, 7, 12, 18, 40, tzinfo=UTC), datetime(2026, 7, 12, 23, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed(Payload):
    """Why an act was refused and who can do it."""

    template: ClassVar[str] = "common/not_allowed"
    permission: str
    place: str
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultHappened(Payload):
    """An apology with the id under which the log tells the story."""

    template: ClassVar[str] = "common/fault"
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangerInGroup(Payload):
    """Somebody the directory does not know pressed a button in a group; a link to join is below."""

    template: ClassVar[str] = "common/stranger_in_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood(Payload):
    """Something that means nothing here, in a private chat."""

    template: ClassVar[str] = "common/not_understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostHours(Payload):
    """A button under a message from the hours between a backup and its restore; `since` and `until` are those."""

    template: ClassVar[str] = "common/lost_hours"
    since: datetime
    until: datetime


SAMPLES: list[Payload] = [
    NotAllowed(permission="incident.verify", place="龙水镇", who=("龙水镇值班员", "区应急局值班员")),
    NotAllowed(permission="group.bind", place="", who=()),
    FaultHappened(fault="3fa9c1d2"),
    StrangerInGroup(),
    NotUnderstood(),
    LostHours(since=_BACKUP, until=_RESTORED),
]

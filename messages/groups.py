"""Texts on chat groups: where they belong, that they are lost, back or moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAsk(Payload):
    """In the group: where does it belong? `place` is what its title suggests."""

    template: ClassVar[str] = "directory/group_ask"
    place: str | None
    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBound(Payload):
    """In the group and to who bound it."""

    template: ClassVar[str] = "directory/group_bound"
    title: str
    place: str
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBack(Payload):
    """The bot is back, and the former binding holds again."""

    template: ClassVar[str] = "directory/group_back"
    title: str
    place: str
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLost(Payload):
    """To those who watch: nothing reaches this group. `reason`: removed, muted, or the platform's own words."""

    template: ClassVar[str] = "directory/group_lost"
    title: str
    place: str | None
    tier: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRightsLost(Payload):
    """To those who watch: the bot is no administrator of the group any more, but can still write."""

    template: ClassVar[str] = "directory/group_rights_lost"
    title: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMoved(Payload):
    """In the group the platform has made a supergroup of: everything goes on."""

    template: ClassVar[str] = "directory/group_moved"
    place: str | None
    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingGroup:
    """A line of the list of groups nobody has bound."""

    title: str
    place: str | None
    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsWaiting(Payload):
    """To an administrator: which groups wait for a binding. `shown` of `total`."""

    template: ClassVar[str] = "directory/groups_waiting"
    groups: tuple[WaitingGroup, ...]
    total: int
    bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsBound(Payload):
    """Many bound at once; `left` have a title that suggests nothing."""

    template: ClassVar[str] = "directory/groups_bound"
    groups: tuple[WaitingGroup, ...]
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickRegion(Payload):
    """Choosing the region of a group by buttons; `place` is where one has got to."""

    template: ClassVar[str] = "directory/pick_region"
    title: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchRegion(Payload):
    """The pack has no such region."""

    template: ClassVar[str] = "directory/no_such_region"
    code: str


_LONGSHUI = WaitingGroup(title="龙水镇应急值班群", place="龙水镇", tier="town")
_UNCLEAR = WaitingGroup(title="工作群", place=None, tier=None)

SAMPLES: list[Payload] = [
    GroupAsk(place="龙水镇", tier="town"),
    GroupAsk(place=None, tier=None),
    GroupBound(title="龙水镇应急值班群", place="龙水镇", tier="town"),
    GroupBack(title="龙水镇应急值班群", place="龙水镇", tier="town"),
    GroupLost(title="龙水镇应急值班群", place="龙水镇", tier="town", reason="removed"),
    GroupLost(title="工作群", place=None, tier=None, reason="muted"),
    GroupLost(title="工作群", place=None, tier=None, reason="Forbidden: the group chat was deleted"),
    GroupRightsLost(title="龙水镇应急值班群", place="龙水镇"),
    GroupMoved(place="龙水镇", tier="town"),
    GroupMoved(place=None, tier=None),
    GroupsWaiting(groups=(_LONGSHUI, _UNCLEAR), total=12, bound=3),
    GroupsWaiting(groups=(), total=0, bound=3),
    GroupsBound(groups=(_LONGSHUI,), left=1),
    GroupsBound(groups=(), left=2),
    PickRegion(title="工作群", place="大足区"),
    NoSuchRegion(code="500999"),
]

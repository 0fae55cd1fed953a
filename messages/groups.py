"""Texts on chat groups: where they belong, that they are lost, back or moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.directory import Name
from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAsk(Payload):
    """In the group: where does it belong? `place` is what its title suggests."""

    template: ClassVar[str] = "directory/group_ask"
    place: str | None
    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBound(Payload):
    """In the group and to who bound it. A unit's may leave out kinds, and blue altogether."""

    template: ClassVar[str] = "directory/group_bound"
    title: str
    place: str
    tier: str
    left_out: tuple[Name, ...] = ()
    no_blue: bool = False
    takes_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBack(Payload):
    """The bot is back, and the former binding holds again."""

    template: ClassVar[str] = "directory/group_back"
    title: str
    place: str
    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLost(Payload):
    """To those who watch: nothing reaches this group. `reason`: removed, muted, deleted or unknown."""

    template: ClassVar[str] = "directory/group_lost"
    title: str
    place: str | None
    tier: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyBelieved(Payload):
    """To those who watch: so many chats at once said they are lost that none was believed. It may come late."""

    template: ClassVar[str] = "directory/nobody_believed"
    chats: int
    at: datetime


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
    """To an administrator: which groups wait for a binding; `units` of those bound are groups of units."""

    template: ClassVar[str] = "directory/groups_waiting"
    groups: tuple[WaitingGroup, ...]
    total: int
    bound: int
    units: int = 0


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
class PickUnit(Payload):
    """Choosing the unit whose group it is; `place` is where the units are."""

    template: ClassVar[str] = "directory/pick_unit"
    title: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingOut(Payload):
    """In private: what the group of a unit leaves out of yellow and blue."""

    template: ClassVar[str] = "directory/leaving_out"
    title: str
    place: str
    left_out: tuple[Name, ...]
    no_blue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MustHear(Payload):
    """A group that administers a place leaves nothing out."""

    template: ClassVar[str] = "directory/must_hear"
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchRegion(Payload):
    """The pack has no such region."""

    template: ClassVar[str] = "directory/no_such_region"
    code: str


_LONGSHUI = WaitingGroup(title="龙水镇应急值班群", place="龙水镇", tier="town")
_UNCLEAR = WaitingGroup(title="工作群", place=None, tier=None)
_FOG, _MINE = Name(zh="大雾", en="Fog"), Name(zh="非煤矿山", en="Mines other than coal")

SAMPLES: list[Payload] = [
    GroupAsk(place="龙水镇", tier="town"),
    GroupAsk(place=None, tier=None),
    GroupBound(title="龙水镇应急值班群", place="龙水镇", tier="town"),
    GroupBound(title="龙水镇应急值班群", place="龙水镇", tier="town", takes_part=True),
    GroupBound(title="区教委工作群", place="区教委", tier="unit"),
    GroupBound(title="区教委工作群", place="区教委", tier="unit", left_out=(_FOG, _MINE), no_blue=True),
    GroupBack(title="龙水镇应急值班群", place="龙水镇", tier="town"),
    GroupLost(title="龙水镇应急值班群", place="龙水镇", tier="town", reason="removed"),
    GroupLost(title="工作群", place=None, tier=None, reason="muted"),
    GroupLost(title="工作群", place=None, tier=None, reason="deleted"),
    GroupLost(title="工作群", place=None, tier=None, reason="unknown"),
    NobodyBelieved(chats=8, at=datetime(2026, 7, 11, 18, 40, tzinfo=UTC)),
    GroupRightsLost(title="龙水镇应急值班群", place="龙水镇"),
    GroupMoved(place="龙水镇", tier="town"),
    GroupMoved(place=None, tier=None),
    GroupsWaiting(groups=(_LONGSHUI, _UNCLEAR), total=12, bound=3),
    GroupsWaiting(groups=(), total=0, bound=3),
    GroupsWaiting(groups=(), total=0, bound=3, units=2),
    GroupsBound(groups=(_LONGSHUI,), left=1),
    GroupsBound(groups=(), left=2),
    PickRegion(title="工作群", place="大足区"),
    PickUnit(title="工作群", place="大足区"),
    LeavingOut(title="区教委工作群", place="区教委", left_out=(), no_blue=False),
    LeavingOut(title="区教委工作群", place="区教委", left_out=(_FOG, _MINE), no_blue=True),
    MustHear(place="龙水镇"),
    NoSuchRegion(code="500999"),
]

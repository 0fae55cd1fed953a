"""Short variants for channels that are no chats, and the texts on attaching such a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload
from messages.shortening import Short


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningShort(Short):
    """A warning: what, where, whose, until when; then its own words as far as they fit."""

    template: ClassVar[str] = "channel/warning"
    number: str
    kind: str
    kind_en: str
    level: str
    act: str
    relayed: bool
    places: tuple[str, ...]
    more: int
    source: str
    published_at: datetime | None
    valid_until: datetime | None
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentShort(Short):
    """A danger sign or an accident nobody has in hand, since so many minutes; `words` are the reporter's."""

    template: ClassVar[str] = "channel/incident"
    number: str
    nature: str
    threat: str
    place: str
    minutes: int
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTest(Short):
    """The first text through a new channel: does it arrive?"""

    template: ClassVar[str] = "channel/test"
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """One channel in a list: whose it is, by which platform, and that nothing gets through if so."""

    owner: str
    kind: str
    fails: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelList(Payload):
    """What is attached."""

    template: ClassVar[str] = "channel/list"
    channels: tuple[ChannelLine, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOwner(Payload):
    """Whose channel is it to be? `of`: person, unit or group; None: which of these three?"""

    template: ClassVar[str] = "channel/choose_owner"
    of: str | None
    anybody: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseKind(Payload):
    """By which platform?"""

    template: ClassVar[str] = "channel/choose_kind"
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAddress(Payload):
    """Its address, please: as a reply, or as the next message."""

    template: ClassVar[str] = "channel/ask_address"
    owner: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRefused(Payload):
    """Why an address is not taken: not_one, other_kind, twice, changed. It is deleted all the same."""

    template: ClassVar[str] = "channel/address_refused"
    reason: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCard(Payload):
    """How a channel does. Its address is never shown: the scheme and four signs tell two apart."""

    template: ClassVar[str] = "channel/card"
    owner: str
    kind: str
    scheme: str
    fingerprint: str
    state: str
    attached_at: datetime | None
    answered_at: datetime | None
    failing_since: datetime | None
    error: str | None
    testing: bool


_AT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
_TEXT = (
    "大足区气象台2026年7月12日00时50分发布暴雨橙色预警信号：预计未来3小时，我区龙水镇、棠香街道降雨量将达50毫米以上。"
    "请注意防范山洪、滑坡、泥石流等次生灾害。沿河和低洼处人员请立即转移到安全地带，停止户外作业，"
    "各镇街值班人员到岗到位，加强巡查，发现险情立即组织撤离并报告区应急值班室。"
)

SAMPLES: list[Payload] = [
    WarningShort(
        number="预0712-3",
        kind="暴雨",
        kind_en="Rainstorm",
        level="orange",
        act="issue",
        relayed=True,
        places=("龙水镇", "棠香街道", "龙岗街道"),
        more=2,
        source="大足区气象台",
        published_at=_AT,
        valid_until=None,
        phone="+862343761995",
        words=_TEXT,
    ),
    WarningShort(
        number="预0712-3",
        kind="山洪",
        kind_en="Flash flood",
        level="red",
        act="lift",
        relayed=False,
        places=("龙水镇",),
        more=0,
        source="",
        published_at=_AT,
        valid_until=_AT,
        phone=None,
        words="龙水镇山洪红色预警解除。",
        is_cut=True,
    ),
    IncidentShort(
        number="龙水0712-3",
        nature="danger_sign",
        threat="yes",
        place="龙水镇横店村",
        minutes=0,
        phone="+862343761995",
        words="房后山坡裂缝变宽",
    ),
    IncidentShort(
        number="龙水0712-3",
        nature="accident",
        threat="unclear",
        place="龙水镇横店村",
        minutes=10,
        phone=None,
        words="",
    ),
    Short(words="停产撤离\n演示采石场：立即停止作业，全部撤出。"),
    Short(words="停产撤离", is_cut=True),
    ChannelTest(words="", owner="龙水镇值班员", at=_AT),
    ChannelList(channels=(), total=0),
    ChannelList(
        channels=(
            ChannelLine(owner="龙水镇值班员", kind="sms", fails=False),
            ChannelLine(owner="演示采石场", kind="dingtalk", fails=True),
        ),
        total=3,
    ),
    ChooseOwner(of=None),
    ChooseOwner(of="person"),
    ChooseOwner(of="unit", anybody=False),
    ChooseOwner(of="group"),
    ChooseKind(owner="龙水镇值班员"),
    *(AskAddress(owner="龙水镇值班员", kind=kind) for kind in ("sms", "mail", "wecom", "dingtalk", "feishu", "other")),
    *(AddressRefused(reason=reason, kind="dingtalk") for reason in ("not_one", "other_kind", "twice", "changed")),
    ChannelCard(
        owner="龙水镇值班员",
        kind="sms",
        scheme="json",
        fingerprint="3f9a",
        state="attached",
        attached_at=_AT,
        answered_at=None,
        failing_since=None,
        error=None,
        testing=True,
    ),
    ChannelCard(
        owner="龙水镇值班员",
        kind="sms",
        scheme="json",
        fingerprint="3f9a",
        state="attached",
        attached_at=_AT,
        answered_at=_AT,
        failing_since=None,
        error=None,
        testing=False,
    ),
    ChannelCard(
        owner="演示采石场",
        kind="dingtalk",
        scheme="dingtalk",
        fingerprint="77c0",
        state="attached",
        attached_at=_AT,
        answered_at=_AT,
        failing_since=_AT,
        error="HTTP 404",
        testing=False,
    ),
    ChannelCard(
        owner="演示采石场",
        kind="dingtalk",
        scheme="dingtalk",
        fingerprint="77c0",
        state="detached",
        attached_at=_AT,
        answered_at=_AT,
        failing_since=None,
        error=None,
        testing=False,
    ),
]

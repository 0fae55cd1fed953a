"""Texts on signing the district's own warnings: the card, returning, consent by telephone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload
from messages.warning_draft import LevelLine, Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Payload):
    """The signing card. `state`: proposed, signed (the platform's number is awaited), issued, returned, past."""

    template: ClassVar[str] = "warning_draft/sign"
    kind: str
    kind_en: str
    level: str
    act: str
    state: str
    places: tuple[LevelLine, ...]
    consultation: str
    authority: str
    platform_number: str
    wants_number: bool
    text: str
    drafted_name: str
    groups: int
    people: int
    unreachable: tuple[str, ...]
    unreachable_count: int
    advice: int
    signed_name: str | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReturn(Payload):
    """Why it is returned."""

    template: ClassVar[str] = "warning_draft/ask_return"
    kind: str
    kind_en: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Payload):
    """To the drafter: it came back, and why."""

    template: ClassVar[str] = "warning_draft/returned"
    kind: str
    kind_en: str
    level: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred(Payload):
    """To the drafter: the district government is to sign; what to say on the telephone."""

    template: ClassVar[str] = "warning_draft/referred"
    kind: str
    kind_en: str
    level: str
    name: str
    office: str
    office_en: str
    phone: str | None
    places: tuple[LevelLine, ...]
    desk_phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferredBack(Payload):
    """To the leader: the desk telephones the district government."""

    template: ClassVar[str] = "warning_draft/referred_back"
    kind: str
    kind_en: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOral(Payload):
    """Who agreed on the telephone, at which number, when."""

    template: ClassVar[str] = "warning_draft/ask_oral"
    kind: str
    kind_en: str
    level: str
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OralUnread(Payload):
    """Post, number or time is missing; nothing was issued."""

    template: ClassVar[str] = "warning_draft/oral_unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignYourself(Payload):
    """Somebody who may sign wants to write down a consent by telephone."""

    template: ClassVar[str] = "warning_draft/sign_yourself"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWanted(Payload):
    """To the drafter: signed; the platform's number is awaited, then it goes out."""

    template: ClassVar[str] = "warning_draft/number_wanted"
    kind: str
    kind_en: str
    level: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedAndIssued(Payload):
    """To the drafter, and to who signed: it is out. `oral`: on consent by telephone, to be signed in the morning."""

    template: ClassVar[str] = "warning_draft/signed_and_issued"
    number: str
    kind: str
    kind_en: str
    level: str
    act: str
    name: str
    at: datetime
    oral: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersign(Payload):
    """To who may sign: a consent by telephone waits for the signature."""

    template: ClassVar[str] = "warning_draft/countersign"
    number: str
    kind: str
    kind_en: str
    level: str
    act: str
    oral: str
    issued_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersigned(Payload):
    """It is signed now."""

    template: ClassVar[str] = "warning_draft/countersigned"
    number: str
    kind: str
    kind_en: str
    level: str
    name: str
    at: datetime


_AT = datetime(2026, 7, 11, 18, 15, tzinfo=UTC)
_KIND, _KIND_EN, _LEVEL = "洪水", "Flood", "yellow"
_PLACES = (LevelLine(level="yellow", places=("龙水镇", "宝顶镇")), LevelLine(level="blue", places=("古龙镇",)))
_CONSULTATION = "00:40 水利、气象、规自、应急会商，建议Ⅲ级"
_AUTHORITY = "授权书〔2026〕3号，洪水Ⅲ、Ⅳ级，有效至2026-12-31"
_LEADER = "区应急局副局长"
_SIGNERS = (
    Signer(name=_LEADER, phone="+861000000402", reachable=True),
    Signer(name="区应急局局长", phone=None, reachable=False),
)
_TEXT = "类别：洪水预警\n级别：黄色（Ⅲ级）\n警示事项：濑溪河龙水段水位将超警戒 <0.5米>。\n发布时间：签发时填"
_SIGN = Sign(
    kind=_KIND,
    kind_en=_KIND_EN,
    level=_LEVEL,
    act="issue",
    state="proposed",
    places=_PLACES,
    consultation=_CONSULTATION,
    authority=_AUTHORITY,
    platform_number="",
    wants_number=True,
    text=_TEXT,
    drafted_name="区应急局值班员",
    groups=5,
    people=12,
    unreachable=("龙水镇 高坡村", "宝顶镇 东岳村"),
    unreachable_count=2,
    advice=3,
    signed_name=None,
    signed_at=None,
)
_ISSUED = SignedAndIssued(
    number="预0712-1",
    kind=_KIND,
    kind_en=_KIND_EN,
    level=_LEVEL,
    act="issue",
    name=_LEADER,
    at=_AT,
    oral=False,
)
_REFERRED = Referred(
    kind=_KIND,
    kind_en=_KIND_EN,
    level=_LEVEL,
    name=_LEADER,
    office="区政府办公室",
    office_en="District government office",
    phone="+862343768676",
    places=_PLACES,
    desk_phone="+862343761995",
)
SAMPLES: list[Payload] = [
    _SIGN,
    replace(_SIGN, wants_number=False, unreachable=(), unreachable_count=0),
    replace(_SIGN, state="signed", signed_name=_LEADER, signed_at=_AT),
    replace(_SIGN, state="issued", signed_name=_LEADER, signed_at=_AT, platform_number="50011120260712001"),
    replace(_SIGN, state="returned"),
    replace(_SIGN, state="past"),
    replace(
        _SIGN,
        act="lift",
        text="解除洪水黄色预警。",
        consultation="",
        authority="",
        wants_number=False,
    ),
    AskReturn(kind=_KIND, kind_en=_KIND_EN, level=_LEVEL),
    Returned(kind=_KIND, kind_en=_KIND_EN, level=_LEVEL, name=_LEADER, reason="范围太大，只发两个镇"),
    _REFERRED,
    replace(_REFERRED, phone=None, desk_phone=None),
    ReferredBack(kind=_KIND, kind_en=_KIND_EN, level=_LEVEL),
    AskOral(kind=_KIND, kind_en=_KIND_EN, level=_LEVEL, signers=_SIGNERS),
    OralUnread(),
    SignYourself(),
    NumberWanted(kind=_KIND, kind_en=_KIND_EN, level=_LEVEL, name=_LEADER),
    _ISSUED,
    replace(_ISSUED, oral=True, act="lift"),
    Countersign(
        number="预0712-1",
        kind=_KIND,
        kind_en=_KIND_EN,
        level=_LEVEL,
        act="issue",
        oral="区应急局副局长 +86 10000 00402，02:12 电话同意",
        issued_at=_AT,
        text=_TEXT,
    ),
    Countersigned(number="预0712-1", kind=_KIND, kind_en=_KIND_EN, level=_LEVEL, name=_LEADER, at=_AT),
]

"""Texts on telephone calls: what to read out, whom to ring, what was written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Callee:
    """Whom to ring, and the number if the pack has one."""

    name: str
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOut(Payload):
    """What to say on the phone (电话报告词), then who is rung: upward first, then who is called back.

    Figures are reported ones; None is unknown and is said so. `post` may be empty.
    """

    template: ClassVar[str] = "calls/read_out"
    number: str
    title: str
    desk: str
    post: str
    place: str
    occurred_at: datetime | None
    opened_at: datetime
    what: str | None
    threat: str
    dead: int | None
    missing: int | None
    trapped: int | None
    seriously_injured: int | None
    measures: str | None
    verified: bool
    next_report_by: datetime
    upward: tuple[Callee, ...]
    back: tuple[Callee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNoted(Payload):
    """A call that reached nobody is written down; it can be tried again from here."""

    template: ClassVar[str] = "calls/call_noted"
    number: str
    title: str
    place: str
    callee: Callee
    result: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoAnswered(Payload):
    """A call got through: which post answered? A reply or a tap tells; without one the call stands."""

    template: ClassVar[str] = "calls/who_answered"
    number: str
    title: str
    place: str
    callee: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswererNoted(Payload):
    """The post that answered is written down."""

    template: ClassVar[str] = "calls/answerer_noted"
    number: str
    callee: str
    post: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostInWords(Payload):
    """A reply without words to the question which post answered."""

    template: ClassVar[str] = "calls/post_in_words"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNotedAlready(Payload):
    """The same was written down a moment ago."""

    template: ClassVar[str] = "calls/noted_already"
    number: str
    callee: str
    at: datetime


_AT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
_NUMBER = "龙水0712-3"
_PLACE = "龙水镇 横店村 第3网格"
_DISTRICT = Callee(name="大足区应急局值班室", phone="+862343761995")
_NO_NUMBER = Callee(name="市应急局", phone=None)

SAMPLES: list[Payload] = [
    ReadOut(
        number=_NUMBER,
        title="滑坡、崩塌",
        desk="龙水镇值班室",
        post="镇街值班员A岗",
        place=_PLACE,
        occurred_at=None,
        opened_at=_AT,
        what="屋后坡裂了，下面住三户",
        threat="yes",
        dead=None,
        missing=None,
        trapped=None,
        seriously_injured=None,
        measures=None,
        verified=False,
        next_report_by=_AT.replace(hour=17),
        upward=(_DISTRICT,),
        back=(Callee(name="龙水镇横店村第3网格员", phone="+861000000103"),),
    ),
    ReadOut(
        number=_NUMBER,
        title="事故灾情",
        desk="大足区应急局值班室",
        post="",
        place=_PLACE,
        occurred_at=_AT,
        opened_at=_AT,
        what=None,
        threat="unclear",
        dead=0,
        missing=1,
        trapped=None,
        seriously_injured=2,
        measures="人已撤到村小学",
        verified=True,
        next_report_by=_AT.replace(hour=17),
        upward=(Callee(name="区政府办公室", phone="+862343768676"), _NO_NUMBER),
        back=(),
    ),
    CallNoted(number=_NUMBER, title="滑坡、崩塌", place=_PLACE, callee=_DISTRICT, result="busy", at=_AT),
    CallNoted(number=_NUMBER, title="滑坡、崩塌", place=_PLACE, callee=_NO_NUMBER, result="no_answer", at=_AT),
    WhoAnswered(number=_NUMBER, title="滑坡、崩塌", place=_PLACE, callee=_DISTRICT.name, at=_AT),
    AnswererNoted(number=_NUMBER, callee=_DISTRICT.name, post="值班员", at=_AT),
    PostInWords(),
    CallNotedAlready(number=_NUMBER, callee=_DISTRICT.name, at=_AT),
]

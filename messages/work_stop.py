"""Texts on stopping work and withdrawing people: the one confirmation, the order to the company, who was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload
from messages.incident import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Payload):
    """Before the one button: what will be stopped and who will hear of it."""

    template: ClassVar[str] = "work_stop/confirm"
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWork(Payload):
    """To everybody of the company, ringing: stop and get out."""

    template: ClassVar[str] = "work_stop/stop_work"
    number: str
    unit: str
    place: str
    name: str
    at: datetime
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyTold(Payload):
    """To whoever ordered it: which of his company were told, and who must be called out to or telephoned."""

    template: ClassVar[str] = "work_stop/company_told"
    number: str
    unit: str
    place: str
    told: tuple[str, ...]
    unreachable: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoUnit(Payload):
    """The person leads no shift of a unit we know."""

    template: ClassVar[str] = "work_stop/no_unit"
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStopStands(Payload):
    """It was ordered a few minutes ago and holds."""

    template: ClassVar[str] = "work_stop/stands"
    number: str
    unit: str
    name: str
    at: datetime
    phones: tuple[Phone, ...]


_AT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
_NUMBER = "古龙0712-1"
_UNIT = "演示采石场（虚构企业）"
_NAME = "演示采石场班组长"
_PHONES = (
    Phone(name="古龙镇值班", number="+861000001120"),
    Phone(name="大足区值班", number="+862343761995"),
)
_SAFETY = Phone(name="演示采石场安全管理员", number="+861000000601")

SAMPLES: list[Payload] = [
    Confirm(units=(f"{_UNIT}（古龙镇）",)),
    Confirm(units=(f"{_UNIT}（古龙镇）", "二号采石场（古龙镇）")),
    StopWork(number=_NUMBER, unit=_UNIT, place="古龙镇", name=_NAME, at=_AT, phones=_PHONES),
    CompanyTold(number=_NUMBER, unit=_UNIT, place="古龙镇", told=(_SAFETY.name,), unreachable=()),
    CompanyTold(number=_NUMBER, unit=_UNIT, place="古龙镇", told=(), unreachable=(_SAFETY,)),
    CompanyTold(number=_NUMBER, unit=_UNIT, place="古龙镇", told=(), unreachable=()),
    NoUnit(phone="+862343761995"),
    WorkStopStands(number=_NUMBER, unit=_UNIT, name=_NAME, at=_AT, phones=_PHONES),
]

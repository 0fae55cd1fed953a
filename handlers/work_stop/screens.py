"""The card with the one button. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery.schemas import Button, InlineKeyboard
from bot.directory.rules import place_name
from bot.plan.schema import Unit
from bot.plan.service import Plan
from messages import work_stop as texts
from messages.engine import Payload, label


def confirm(plan: Plan, units: Sequence[Unit], locale: str) -> tuple[Payload, InlineKeyboard]:
    """What will be stopped; one button, or one per unit for somebody who leads shifts of several."""
    if not units:
        return texts.NoUnit(phone=plan.duty_phone(plan.district.code)), InlineKeyboard()
    named = tuple(f"{_name(unit, locale)}（{place_name(plan, unit.region)}）" for unit in units)
    words = "work_stop.confirm" if len(units) == 1 else "work_stop.confirm_of"
    buttons = [[Button(label(words, locale).format(unit=_name(unit, locale)), f"w.stop:{unit.key}")] for unit in units]
    return texts.Confirm(units=named), InlineKeyboard(buttons)


def _name(unit: Unit, locale: str) -> str:
    return unit.name if locale == "zh" else unit.name_en

"""What stands on the contact sheet: one call of one screen function, made anew in each language."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.core.access import Actor, Grant
from bot.delivery.schemas import InlineKeyboard, ReplyKeyboard, Screen
from bot.plan.service import Plan, load_demo, load_plan
from messages.engine import Payload, render

NIGHT = datetime(2026, 7, 12, 16, 50, tzinfo=UTC)
REV = 3
NUMBER = "龙水0712-3"
TOWN, VILLAGE, GRID = "500111100", "500111100216", "500111100216-03"
PLACE = "龙水镇 横店村 第3网格"
OFFICER = "龙水镇值班员（A）"


@dataclass(frozen=True, slots=True)
class Scene:
    """`function` with its arguments, the locale added where it wants one; `payload` for one that gives a keyboard."""

    room: str
    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)
    payload: Payload | None = None

    def painted(self, locale: str) -> Screen:
        """The screen in the locale. Raises TypeError for a function that makes none."""
        wants = {"locale": locale} if "locale" in inspect.signature(self.function).parameters else {}
        made = self.function(*self.arguments, **self.named, **wants)
        if isinstance(made, Screen):
            return made
        if isinstance(made, Payload):
            return Screen(render(made, locale))
        if isinstance(made, InlineKeyboard | ReplyKeyboard) and self.payload is not None:
            return Screen(render(self.payload, locale), made)
        if isinstance(made, tuple) and isinstance(made[0], Payload):
            return Screen(render(made[0], locale), made[1])
        raise TypeError(f"{self.room}: {self.name} makes no screen")


def demo_plan() -> Plan:
    """Dazu's pack with the demo's invented duty numbers."""
    pack = Path(__file__).parents[2] / "packs" / "dazu"
    plan = load_plan(pack)
    return plan.with_duty_phones({duty.region: duty.phone for duty in load_demo(pack, plan).duty_phones})


def holding(plan: Plan, post: str, region: str) -> Actor:
    """Somebody with all rights of the post there."""
    grants = tuple(Grant(grant.permission, region) for grant in plan.post_kind(post).permissions)
    return Actor(7, OFFICER, grants=grants)

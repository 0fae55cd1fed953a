"""Texts on files that cannot be shown or fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown(Payload):
    """The desks hear of a file nobody can show them: it was not to be had, or no copy could be made of it."""

    template: ClassVar[str] = "evidence/unshown"
    number: str
    place: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge(Payload):
    """The sender hears, once, that the platform hands out no file of that size; `number` is empty before filing."""

    template: ClassVar[str] = "evidence/too_large"
    number: str


SAMPLES: list[Payload] = [
    Unshown(number="龙水0712-3", place="龙水镇 横店村 第3网格", name="龙水镇横店村第3网格员", text=""),
    Unshown(number="龙水0712-3", place="龙水镇 横店村 第3网格", name="龙水镇横店村第3网格员", text="屋后 <裂缝>"),
    TooLarge(number=""),
    TooLarge(number="龙水0712-3"),
]

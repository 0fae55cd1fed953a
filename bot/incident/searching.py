"""Reads what somebody types to find an incident: a number or part of it, a place, a state, a kind. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from bot.incident.models import IncidentState
from bot.plan.regions import spellings
from bot.plan.schema import Nature
from bot.plan.service import Plan
from messages.engine import LOCALES, ZONE, label

_NUMBER = re.compile(r"(?P<prefix>[^\W\d_]*)(?P<day>\d{4})?(?:-?(?P<serial>\d{1,3}))?")
_SHORTEST_NAME = 2

STATES: dict[str, tuple[IncidentState, ...]] = {
    "untaken": (IncidentState.REPORTED, IncidentState.VERIFIED, IncidentState.DOUBTED),
    "taken": (IncidentState.REPORTED, IncidentState.VERIFIED, IncidentState.DOUBTED),
    "unverified": (IncidentState.REPORTED,),
    "verified": (IncidentState.VERIFIED,),
    "doubted": (IncidentState.DOUBTED, IncidentState.DISMISSED),
    "closed": (IncidentState.CLOSED,),
    "withdrawn": (IncidentState.WITHDRAWN,),
}
"""The states a word means; `untaken` and `taken` also ask whether somebody has it in hand."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Number:
    """A report number as far as it was said: 龙水0712-3, 0712-3, 3 (of today). Empty where it was not."""

    prefix: str
    day: str
    serial: str

    @property
    def whole(self) -> str | None:
        """The number itself, if nothing is missing."""
        return f"{self.prefix}{self.ending}" if self.prefix and self.serial else None

    @property
    def ending(self) -> str:
        """What it ends with, from the day on."""
        return f"{self.day}-{self.serial}"


@dataclass(frozen=True, slots=True)
class Search:
    """What must all hold; of several regions, kinds or natures one each."""

    numbers: tuple[Number, ...] = ()
    states: tuple[str, ...] = ()
    regions: tuple[tuple[str, ...], ...] = ()
    kinds: tuple[tuple[str, ...], ...] = ()
    natures: tuple[Nature, ...] = ()
    words: tuple[str, ...] = field(default=())


def read(plan: Plan, now: datetime, text: str) -> Search:
    """What the words ask for. A word that is nothing else is looked for in what was reported."""
    found = Search()
    for word in unicodedata.normalize("NFKC", text).split():
        found = _read_word(plan, now, found, word)
    return found


def _read_word(plan: Plan, now: datetime, search: Search, word: str) -> Search:
    if (state := _state(word)) is not None:
        return _with(search, states=state)
    if (nature := _nature(word)) is not None:
        return _with(search, natures=nature)
    if (number := _number(now, word)) is not None:
        return _with(search, numbers=number)
    if kinds := _kinds(plan, word):
        return _with(search, kinds=kinds)
    if regions := _regions(plan, word):
        return _with(search, regions=regions)
    return _with(search, words=word)


def _with(search: Search, **more: object) -> Search:
    held = {name: getattr(search, name) for name in Search.__dataclass_fields__}
    return Search(**{**held, **{name: (*held[name], value) for name, value in more.items()}})


def _state(word: str) -> str | None:
    spoken = {each: key for key in STATES for locale in LOCALES for each in label(f"lists.words.{key}", locale).split()}
    return spoken.get(word.lower())


def _nature(word: str) -> Nature | None:
    spoken = {label(f"nature.{nature.value}", locale).lower(): nature for nature in Nature for locale in LOCALES}
    return spoken.get(word.lower())


def _number(now: datetime, word: str) -> Number | None:
    said = _NUMBER.fullmatch(word)
    if said is None or not (said["day"] or said["serial"]):
        return None
    return Number(said["prefix"], said["day"] or now.astimezone(ZONE).strftime("%m%d"), said["serial"] or "")


def _kinds(plan: Plan, word: str) -> tuple[str, ...]:
    if len(word) < _SHORTEST_NAME:
        return ()
    wanted = word.lower()
    sectors = {sector.key for sector in plan.sectors.values() if wanted in {sector.name, sector.name_en.lower()}}
    return tuple(
        kind.key
        for kind in plan.kinds.values()
        if wanted in kind.name or wanted in kind.name_en.lower() or kind.sector in sectors
    )


def _regions(plan: Plan, word: str) -> tuple[str, ...]:
    if len(word) < _SHORTEST_NAME:
        return ()
    found = plan.find_regions(word)
    exactly = [region for region in found if word in spellings(region)]
    return tuple(region.code for region in exactly or found)

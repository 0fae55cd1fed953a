"""Places a version concerns where nobody is known who must answer for them: they are named, never passed over. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bot.plan.schema import Level, WarningLevel
from bot.plan.service import Plan


class PlaceLike(Protocol):
    """A place of a version and the level there."""

    @property
    def region_code(self) -> str: ...
    @property
    def level(self) -> WarningLevel: ...


def unheld(plan: Plan, kind_key: str, places: Iterable[PlaceLike], held: Iterable[str]) -> tuple[str, ...]:
    """The codes of towns and villages concerned that should have somebody who must answer and have not.

    `held` are the regions of those who must answer. Which levels must have somebody follows from the posts that the
    pack lets a warning of that kind and level ask for an answer. Towns come first, each level by code.
    """
    known = set(held)
    found: dict[str, Level] = {}
    for place in places:
        wanted = {plan.post_kind(post).level for post in plan.reach(place.level, kind_key).must_answer}
        for code, region in plan.regions.items():
            if region.level not in wanted or region.level not in _ANSWERING or code in known:
                continue
            if plan.contains(place.region_code, code) or plan.contains(code, place.region_code):
                found[code] = region.level
    return tuple(sorted(found, key=lambda code: (_ANSWERING.index(found[code]), code)))


_ANSWERING = (Level.TOWN, Level.VILLAGE)

"""Texts an officer gets in his private chat while he chooses: what to ask, why not, what else, whither, which other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWhat(Payload):
    """Which one thing is to be asked?"""

    template: ClassVar[str] = "desk/ask_what"
    number: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyDoubt(Payload):
    """Why is it not true? A button, or a reply in own words."""

    template: ClassVar[str] = "desk/why_doubt"
    number: str
    place: str
    people: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class More(Payload):
    """The rarer deeds; none if there is nothing the officer could do."""

    template: ClassVar[str] = "desk/more"
    number: str
    place: str
    any: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Payload):
    """One list of the officer's; `what` is sector, kind, nature, whither, town or unit."""

    template: ClassVar[str] = "desk/choose"
    number: str
    place: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """Another incident that may be the same thing; `metres` is known when both have a position."""

    number: str
    place: str
    opened_at: datetime
    what: str | None
    metres: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeWith(Payload):
    """Which of these is it the same as?"""

    template: ClassVar[str] = "desk/merge_with"
    number: str
    place: str
    others: tuple[Likely, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Payload):
    """What was chosen in private is done; `deed` is the key of its label.

    `phone` is that of whoever has it now, `reached` whether anybody there could be told.
    """

    template: ClassVar[str] = "desk/done"
    number: str
    place: str
    deed: str
    detail: str
    phone: str | None = None
    reached: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsWanted(Payload):
    """A voice note or a photo is no reason: others must read it."""

    template: ClassVar[str] = "desk/words_wanted"
    number: str
    place: str


_AT = datetime(2026, 7, 12, 16, 50, tzinfo=UTC)
_NUMBER, _PLACE = "龙水0712-3", "龙水镇 横店村 第3网格"

SAMPLES: list[Payload] = [
    AskWhat(number=_NUMBER, place=_PLACE),
    WhyDoubt(number=_NUMBER, place=_PLACE, people=True),
    WhyDoubt(number=_NUMBER, place=_PLACE, people=False),
    More(number=_NUMBER, place=_PLACE, any=True),
    More(number=_NUMBER, place=_PLACE, any=False),
    *(
        Choose(number=_NUMBER, place=_PLACE, what=what)
        for what in ("sector", "kind", "nature", "whither", "town", "unit")
    ),
    MergeWith(
        number="龙水0712-5",
        place=_PLACE,
        others=(
            Likely(number=_NUMBER, place=_PLACE, opened_at=_AT, what="屋后坡裂了", metres=120),
            Likely(number="龙水0712-1", place="龙水镇 横店村 第5网格", opened_at=_AT, what=None, metres=None),
        ),
    ),
    MergeWith(number=_NUMBER, place=_PLACE, others=()),
    Done(number=_NUMBER, place=_PLACE, deed="kind", detail="滑坡、崩塌"),
    Done(number=_NUMBER, place=_PLACE, deed="close", detail=""),
    Done(number=_NUMBER, place=_PLACE, deed="reroute", detail="宝顶镇", phone="+861000001102"),
    Done(
        number=_NUMBER,
        place=_PLACE,
        deed="reroute",
        detail="区规划自然资源局",
        phone="+862343733379",
        reached=False,
    ),
    WordsWanted(number=_NUMBER, place=_PLACE),
]

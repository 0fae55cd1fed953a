"""What stands in demo.yaml: an invented world of posts, groups and numbers on the pack's real map.

It is no part of the plan: a district in service has no demo.yaml. Numbers that could ring at a real person's home
are refused by the schema, not by care.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.plan.fields import Chinese, English, Key, PlaceCode, RegionCode, SectorKeys, Text, rule_broken
from bot.plan.schema import Entry, Level

DemoPhone = Annotated[
    str,
    Field(
        pattern=r"^\+86 10000 0[0-9]{4}$",
        description="a number nobody can have, +86 10000 0 and four digits (+86 10000 00101)",
    ),
]


class Seat(StrEnum):
    """A holds the post, B is the deputy."""

    A = "A"
    B = "B"


class DemoPost(Entry):
    """A seat on a post: in a region (or grid), or in a unit."""

    post: Key
    region: PlaceCode | None = None
    unit: Key | None = None
    seat: Seat = Seat.A

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.region is None) == (self.unit is None):
            raise rule_broken("the post has no single place", "either region or unit")
        return self


class DemoPerson(Entry):
    """Somebody of the demo, called by post."""

    key: Key
    name: Chinese
    name_en: English
    phone: DemoPhone
    language: Annotated[str, Field(pattern=r"^(zh|en)$", description="zh or en")] = "zh"
    posts: Annotated[tuple[DemoPost, ...], Field(min_length=1, description="a list of at least one post")]


class DemoGrid(Entry):
    """A grid under a village. Real grids are created by people or from a roster, never by the pack."""

    code: Annotated[
        str,
        Field(
            pattern=r"^[0-9]{12}-[0-9]{2}$", description="a grid's code: the village's 12 digits, a dash and two digits"
        ),
    ]
    name: Chinese
    name_en: English


class DemoUnit(Entry):
    """A fictional company and the place it stands in."""

    key: Key
    name: Chinese
    name_en: English
    region: RegionCode
    sectors: SectorKeys = ()


class DemoDutyPhone(Entry):
    """A fictional duty number of a region: the documents print none for towns."""

    region: RegionCode
    phone: DemoPhone


class DemoGroup(Entry):
    """A chat group of the demo and who sits in it."""

    key: Key
    title: Chinese
    region: PlaceCode
    tier: Level
    members: Annotated[tuple[Key, ...], Field(min_length=1, description="a list of keys of people")]
    bot_admin: bool = True


class DemoHint(Entry):
    """What a first visitor of the demo's page is told to try."""

    zh: Chinese
    en: Text


class DemoWorld(Entry):
    """demo.yaml: a small invented world on the pack's real map."""

    first_visit: DemoHint
    grids: tuple[DemoGrid, ...] = ()
    units: tuple[DemoUnit, ...] = ()
    duty_phones: tuple[DemoDutyPhone, ...] = ()
    people: tuple[DemoPerson, ...]
    groups: tuple[DemoGroup, ...]

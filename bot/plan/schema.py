"""What stands in a pack: one frozen model per kind of entry, its fields described for whoever writes the files.

Models judge one entry by itself; whether entries fit each other is `checking`'s business.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.core.access import Permission
from bot.plan.fields import (
    Chinese,
    ClockTime,
    Day,
    Duration,
    English,
    Key,
    NationalCode,
    Phone,
    RegionCode,
    SectorKeys,
    Source,
    Text,
    rule_broken,
)


class Level(StrEnum):
    """Where a region, a post or a group stands. `grid` and `unit` occur in posts and groups only."""

    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    UNIT = "unit"


class Scope(StrEnum):
    """Where a right holds: in the post's own region or unit and all below, in its own grid only, or everywhere."""

    OWN = "own"
    OWN_GRID = "own_grid"
    DISTRICT = "district"


class Nature(StrEnum):
    """险情 (a threat), something that has already happened, or 隐患 (a hazard)."""

    DANGER_SIGN = "danger_sign"
    ACCIDENT = "accident"
    HAZARD = "hazard"


class Lane(StrEnum):
    """How a message queues, most pressing first; the lanes are delivery's."""

    URGENT = "urgent"
    INTERACTIVE = "interactive"
    ROUTINE = "routine"
    BULK = "bulk"


class Medium(StrEnum):
    """How a report of a deadline is given; `any` where the text does not say."""

    PHONE = "phone"
    WRITING = "writing"
    ANY = "any"


class WarningLevel(StrEnum):
    """How likely and how soon, by colour: 蓝 Ⅳ, 黄 Ⅲ, 橙 Ⅱ, 红 Ⅰ (突发事件应对法 第63条)."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"

    @property
    def rank(self) -> int:
        """1 for red, the highest, to 4 for blue; other papers count their digits the other way round."""
        return len(WarningLevel) - list(WarningLevel).index(self)


class WarningAct(StrEnum):
    """What a version of a warning does to its series."""

    ISSUE = "issue"
    UPDATE = "update"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    EXTEND = "extend"
    LIFT = "lift"
    WITHDRAW = "withdraw"


class NumberPrefix(StrEnum):
    """What a report number begins with: the short name of the town it happened in."""

    TOWN_SHORT_NAME = "town_short_name"


class WaitKey(StrEnum):
    """The product's own waits. A pack sets every one: code asks for them by name and has no figure of its own."""

    INVITATION_VALID = "invitation_valid"
    UNDO = "undo"
    DRAFT_REMINDER = "draft_reminder"
    DRAFT_UNANSWERED = "draft_unanswered"
    DRAFT_IDLE = "draft_idle"
    HOUSEHOLDS = "households"
    ENQUIRY = "enquiry"
    LIKENESS = "likeness"
    DANGER_SIGN_UNANSWERED = "danger_sign_unanswered"
    TOWN_REPORT = "town_report"
    VERIFY = "verify"
    FOLLOW_UP = "follow_up"
    FOLLOW_UP_LARGER = "follow_up_larger"
    FINAL_REPORT = "final_report"
    WARNING_VALID = "warning_valid"
    VALID_UNTIL_ASKED = "valid_until_asked"
    VALID_UNTIL_AGAIN = "valid_until_again"
    NUDGE = "nudge"
    READINESS = "readiness"
    PATIENCE = "patience"
    LINK_TEST_NUDGE = "link_test_nudge"
    LINK_TEST_ENDS = "link_test_ends"


class LimitKey(StrEnum):
    """The product's own bounds that are no waits. A pack sets every one."""

    REPORTS_AN_HOUR = "reports_an_hour"
    LIKENESS_METRES = "likeness_metres"
    NIGHT_BEGINS = "night_begins"
    NIGHT_ENDS = "night_ends"


class HourKey(StrEnum):
    """Times of day at which the product speaks by itself. A pack sets every one."""

    SHIFTS = "shifts"
    DIGEST = "digest"


H = TypeVar("H", bound=Hashable)


class Entry(BaseModel):
    """Common ground: nothing unknown is accepted and nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Entry):
    """An entry that says which paper it comes from."""

    source: Source


class SourceDocument(Entry):
    """A document the pack's figures come from. A source elsewhere in the pack begins with its `key`."""

    key: Text
    title: Chinese
    title_en: English
    issued: Day | None = None


class PackInfo(Entry):
    """pack.yaml: which district this is and which documents speak for it.

    `tenant` is a set of national codes: what lies at or below one of them belongs to the district. A zone without a
    county code of its own lists its towns. `duty_unit` is the unit whose desk is the district's, `administrator_post`
    the post kind that the first person on a new installation is given.
    """

    key: Key
    name: Chinese
    name_en: English
    version: Annotated[
        str, Field(pattern=r"^[0-9]+(\.[0-9]+){1,2}$", description="a version of two or three numbers, as 1.0")
    ]
    locale: Annotated[str, Field(pattern=r"^(zh|en)$", description="zh or en")] = "zh"
    timezone: Annotated[
        str, Field(pattern=r"^[A-Z][A-Za-z_]+/[A-Z][A-Za-z_]+$", description="a time zone, as Asia/Shanghai")
    ]
    tenant: Annotated[tuple[NationalCode, ...], Field(min_length=1, description="a list of at least one division code")]
    duty_unit: Key
    administrator_post: Key
    number_prefix: NumberPrefix
    valid_from: Day
    documents: Annotated[tuple[SourceDocument, ...], Field(min_length=1, description="a list of at least one document")]


class Region(Entry):
    """A district, town (镇街) or village (村、社区). `short_name` is what people say: 龙水, 高坡村, 明光社区."""

    code: RegionCode
    name: Chinese
    short_name: Chinese
    level: Level
    parent: RegionCode | None = None
    duty_phone: Phone | None = None

    @model_validator(mode="after")
    def _code_fits_level(self) -> Self:
        digits = {Level.DISTRICT: 6, Level.TOWN: 9, Level.VILLAGE: 12}.get(self.level)
        if digits is None:
            raise rule_broken(
                f'level "{self.level}" does not fit', "district, town or village: grids and units are no regions"
            )
        if len(national(self.code)) != digits:
            raise rule_broken(f'code "{self.code}" does not fit level {self.level}', f"{digits} digits")
        return self


class Unit(Sourced):
    """A department or company. `member` says whether the plan lists it as a member of the district's headquarters.

    `sectors` are the trades it answers for or belongs to: what the pack advises them is told to its people and groups.
    """

    key: Key
    name: Chinese
    name_en: English
    region: RegionCode
    duty_phone: Phone | None = None
    member: bool
    sectors: SectorKeys = ()


class Grant(Entry):
    """One right of a post and where it holds."""

    permission: Permission
    scope: Scope


class PostKind(Sourced):
    """A kind of post (岗位), the level of the region it belongs to, and what its holder may do."""

    key: Key
    name: Chinese
    name_en: English
    level: Level
    permissions: Annotated[
        tuple[Grant, ...], Field(min_length=1, description="a list of at least one permission with its scope")
    ]

    @model_validator(mode="after")
    def _grants_fit(self) -> Self:
        again = first_repeated(grant.permission for grant in self.permissions)
        if again is not None:
            raise rule_broken(f"permissions name {again} twice", "each permission once")
        if self.level is not Level.GRID and any(grant.scope is Scope.OWN_GRID for grant in self.permissions):
            raise rule_broken(f"scope own_grid does not fit a post of level {self.level}", "own or district")
        return self


class Sector(Sourced):
    """An industry or field that kinds are grouped by."""

    key: Key
    name: Chinese
    name_en: English


class Kind(Sourced):
    """A kind of danger sign, accident or hazard, as a person picks it from a list."""

    key: Key
    name: Chinese
    name_en: English
    sector: Key
    natures: Annotated[tuple[Nature, ...], Field(min_length=1, description="a list of danger_sign, accident, hazard")]
    likeness_metres: Annotated[int, Field(ge=1, description="metres, a whole number")] | None = None

    @model_validator(mode="after")
    def _natures_once(self) -> Self:
        again = first_repeated(self.natures)
        if again is not None:
            raise rule_broken(f"natures name {again} twice", "each nature once")
        return self


class Tier(Entry):
    """A tier of chat groups."""

    key: Level
    name: Chinese
    name_en: English


class Ring(Sourced):
    """Whose groups ring, and in which lane, when something of this nature is reported in a place."""

    nature: Nature
    tiers: Annotated[tuple[Level, ...], Field(min_length=1, description="a list of tiers")]
    lane: Lane


class TimeRule(Sourced):
    """A limit that a law or plan prints. `limit` is a length of natural time; zero means at once.

    `words` are the text's own. `clock_start` is None where the text does not say from when it counts.
    """

    key: Key
    name: Chinese
    name_en: English
    regime: Text
    trigger: Text
    reporter: Text
    recipient: Text
    medium: Medium = Medium.ANY
    limit: Duration
    words: Chinese
    clock_start: Text | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _valid_forwards(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise rule_broken(f'valid_to "{self.valid_to}" lies before valid_from', f"{self.valid_from} or later")
        return self

    def in_force(self, day: date) -> bool:
        """Whether the rule holds on a day; an end the source leaves open counts as holding."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Wait(Entry):
    """A house rule: how long the product waits where no document gives a figure."""

    key: WaitKey
    name: Chinese
    name_en: English
    wait: Duration
    reason: Text
    source: Annotated[
        str, Field(pattern=r"^default$", description="default: a figure with a document belongs in times.yaml")
    ]


class Limit(Entry):
    """A house rule: a bound where no document gives a figure."""

    key: LimitKey
    name: Chinese
    name_en: English
    limit: Annotated[int, Field(ge=1, description="a whole number, 1 or more")]
    reason: Text
    source: Annotated[
        str, Field(pattern=r"^default$", description="default: a figure with a document belongs in times.yaml")
    ]


class Hours(Entry):
    """A house rule: at what times of the district's day something happens where no document says so."""

    key: HourKey
    name: Chinese
    name_en: English
    at: Annotated[tuple[ClockTime, ...], Field(min_length=1, description='a list of times of day, as ["08:00"]')]
    reason: Text
    source: Annotated[
        str, Field(pattern=r"^default$", description="default: a figure with a document belongs in times.yaml")
    ]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if sorted(set(self.at)) != list(self.at):
            raise rule_broken("at does not rise", "each time later in the day than the one before")
        return self


def national(code: str) -> str:
    """The digits of a region's code, without the suffix of a district that has no code of its own."""
    return code.partition("-")[0]


def first_repeated(values: Iterable[H]) -> H | None:
    """The first value that occurred before, or None."""
    seen: set[H] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None

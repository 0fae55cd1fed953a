"""What stands in warnings.yaml: kinds of warnings, who may do what with them, whom they reach, and words to begin with.

Models judge one entry by itself; whether entries fit each other is `warning_checking`'s business.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from bot.core.access import Permission
from bot.plan.fields import Chinese, English, Key, RegionCode, Text, rule_broken
from bot.plan.schema import Level, Sourced, WarningLevel, first_repeated

ALL = "*"
DEFAULT = "default"


class WarningDeed(StrEnum):
    """What somebody does with a warning: passes on another's word for word, writes, signs or lifts the district's."""

    RELAY = "relay"
    DRAFT = "draft"
    SIGN = "sign"
    LIFT = "lift"


class WarningNeed(StrEnum):
    """What a version must carry: 会商, 授权书, and the number the publishing platform gave it."""

    CONSULTATION = "consultation"
    AUTHORITY = "authority"
    PLATFORM_NUMBER = "platform_number"


# Who signs is also who lifts: adjusting and lifting belong to the unit that published.
PERMISSION_FOR = {
    WarningDeed.RELAY: Permission.WARNING_RELAY,
    WarningDeed.DRAFT: Permission.WARNING_DRAFT,
    WarningDeed.SIGN: Permission.WARNING_SIGN,
    WarningDeed.LIFT: Permission.WARNING_SIGN,
}


def _spread(value: object) -> object:
    return [value] if value == ALL else value


KindKeys = Annotated[
    tuple[Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*|\*)$", description="the key of a kind")], ...],
    BeforeValidator(_spread),
    Field(min_length=1, description='a list of keys of kinds, or "*" for all'),
]
Levels = Annotated[tuple[WarningLevel, ...], Field(min_length=1, description="a list of blue, yellow, orange, red")]
Minutes = Annotated[int, Field(ge=1, description="minutes, a whole number, 1 or more")]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody may not, in both languages, and the paper that says so (or `default`)."""

    why: str
    why_en: str
    source: str


class Reasoned(Sourced):
    """An entry from a paper, or a house rule (`source: default`) that says why."""

    reason: Text | None = None

    @model_validator(mode="after")
    def _reason_without_paper(self) -> Self:
        if self.source == DEFAULT and self.reason is None:
            raise rule_broken("source default has no reason", "a reason, where no paper says so")
        return self


class WarningKind(Reasoned):
    """What is warned of. `words` are what texts call it: 暴雨 in 暴雨黄色预警信号.

    `station` is who alone issues it; None where the district publishes its own. `event_code` is that of GB/T 35561.
    """

    key: Key
    name: Chinese
    name_en: English
    words: Chinese
    station: Chinese | None = None
    station_en: English | None = None
    event_code: (
        Annotated[str, Field(pattern=r"^[0-9]{2}[A-Z][0-9]{2}$", description="an event code of GB/T 35561, as 11B03")]
        | None
    ) = None

    @model_validator(mode="after")
    def _station_in_both_languages(self) -> Self:
        if (self.station is None) != (self.station_en is None):
            raise rule_broken("the station has one language", "both station and station_en, or neither")
        return self


class WarningRight(Reasoned):
    """Which posts may do a deed with these kinds at these levels. An empty list of posts: nobody in this district.

    `why` is what is said to whoever may not. The number of the platform comes after the signature, so `needs` is asked
    in two halves.
    """

    deed: WarningDeed
    kinds: KindKeys
    levels: Levels
    posts: Annotated[tuple[Key, ...], Field(description="a list of posts, [] for nobody")]
    needs: tuple[WarningNeed, ...] = ()
    why: Chinese
    why_en: English

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _each_once(kinds=self.kinds, levels=self.levels, posts=self.posts, needs=self.needs)
        if self.needs and self.deed not in (WarningDeed.SIGN, WarningDeed.LIFT):
            raise rule_broken(f"needs do not fit {self.deed}", "needs with sign or lift only")
        return self

    @property
    def before_signing(self) -> tuple[WarningNeed, ...]:
        """What must be filled in before it can be signed."""
        return tuple(need for need in self.needs if need is not WarningNeed.PLATFORM_NUMBER)

    @property
    def needs_platform_number(self) -> bool:
        """Whether the platform's number must be filled in, after the signature and before society is told."""
        return WarningNeed.PLATFORM_NUMBER in self.needs


class WarningReach(Reasoned):
    """Whom a warning reaches: tiers whose groups are told, posts told in private, and which of those must answer.

    `nudge_after` are minutes after the telling at which who has not answered is reminded in private; who must answer is
    reminded at least once. An entry that names a kind holds for it in place of the one for all.
    """

    kinds: KindKeys
    levels: Levels
    tiers: Annotated[tuple[Level, ...], Field(min_length=1, description="a list of tiers")]
    posts: tuple[Key, ...] = ()
    must_answer: tuple[Key, ...] = ()
    nudge_after: tuple[Minutes, ...] = ()
    silent_at_night: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _each_once(kinds=self.kinds, levels=self.levels, tiers=self.tiers, posts=self.posts, answer=self.must_answer)
        untold = [post for post in self.must_answer if post not in self.posts]
        if untold:
            raise rule_broken(f"{untold[0]} must answer and is not told", "posts that are told")
        if sorted(set(self.nudge_after)) != list(self.nudge_after):
            raise rule_broken("nudge_after does not rise", "minutes since the warning, each later than the one before")
        if self.nudge_after and not self.must_answer:
            raise rule_broken("nudge_after has nobody to remind", "posts that must answer")
        loud = [level for level in self.levels if level.rank <= WarningLevel.ORANGE.rank]
        if self.silent_at_night and loud:
            raise rule_broken(f"silent_at_night does not fit {loud[0]}", "blue and yellow only: orange and red wake")
        return self

    def nudging(self, wait: timedelta) -> Self:
        """The same reach, with one reminder after `wait` (in whole minutes) where it names posts and no minutes."""
        if not self.must_answer or self.nudge_after:
            return self
        return self.model_copy(update={"nudge_after": (max(1, wait // timedelta(minutes=1)),)})


class WarningTemplate(Reasoned):
    """What a draft of one kind and level begins with; whoever drafts it changes the words."""

    kind: Key
    level: WarningLevel
    matters: Chinese
    matters_en: English
    measures: Chinese
    measures_en: English


class WarningAdvice(Reasoned):
    """What a sector or a town does at these levels (一行业一措施、一镇街一方案); without either it is for everybody."""

    kinds: KindKeys
    levels: Levels
    sector: Key | None = None
    region: RegionCode | None = None
    text: Chinese
    text_en: English

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _each_once(kinds=self.kinds, levels=self.levels)
        return self


def _each_once(**lists: tuple[Hashable, ...]) -> None:
    for name, values in lists.items():
        again = first_repeated(values)
        if again is not None:
            raise rule_broken(f"{name} name {again} twice", "each once")
        if ALL in values and len(values) > 1:
            raise rule_broken(f'{name} name "{ALL}" and others', f'"{ALL}" alone, or keys')


def applies(entry: WarningRight | WarningReach | WarningAdvice, kind: str, level: WarningLevel) -> bool:
    """Whether an entry speaks of this kind, by name or as one of all, at this level."""
    return level in entry.levels and (ALL in entry.kinds or kind in entry.kinds)

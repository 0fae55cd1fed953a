"""The plan: one district's pack, loaded, checked and never changed; what the other rooms ask.

A lookup that can miss is called `get_...` and returns None; the others raise `UnknownEntry`. What it does not do:
it answers from the pack alone. Who holds a post, which grids exist and what was typed in since are directory's rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.plan.checking import problems_between
from bot.plan.demo import DemoWorld
from bot.plan.demo_checking import demo_problems
from bot.plan.errors import PackError, PackProblem, UnknownEntry
from bot.plan.loading import DEMO_FILE, Draft, Section, content_hash, read_demo, read_pack
from bot.plan.regions import TitleMatch, is_grid, match_title, names_of, parent_of, spellings
from bot.plan.schema import (
    Entry,
    HourKey,
    Kind,
    Level,
    Limit,
    LimitKey,
    Nature,
    PackInfo,
    PostKind,
    Region,
    Ring,
    Scope,
    Sector,
    Tier,
    TimeRule,
    Unit,
    Wait,
    WaitKey,
    WarningLevel,
)
from bot.plan.warning_checking import warning_problems
from bot.plan.warnings import (
    ALL,
    Reason,
    WarningAdvice,
    WarningDeed,
    WarningKind,
    WarningReach,
    WarningRight,
    WarningTemplate,
    applies,
)

E = TypeVar("E", bound=Entry)
V = TypeVar("V")


def load_plan(directory: Path) -> Plan:
    """Reads a pack.

    Raises:
        PackError: with every problem found.
    """
    draft, problems = _examined(directory)
    if problems or draft.info is None:
        raise PackError(problems)
    return Plan._of(draft, draft.info.entry, content_hash(directory))


def load_demo(path: Path, plan: Plan) -> DemoWorld:
    """Reads a demo world (`demo.yaml` or its directory) that plays on `plan`.

    Raises:
        PackError: with every problem found.
    """
    world, problems = _examined_demo(path / DEMO_FILE if path.is_dir() else path, plan)
    if problems or world is None:
        raise PackError(problems)
    return world


def check(directory: Path) -> list[PackProblem]:
    """Everything wrong with a pack and with its demo world if it has one; an empty list means it can be used."""
    draft, problems = _examined(directory)
    demo = directory / DEMO_FILE
    if not problems and draft.info is not None and demo.exists():
        _, problems = _examined_demo(demo, Plan._of(draft, draft.info.entry, ""))
    return sorted(problems)


@dataclass(frozen=True)
class Plan:
    """One version of a district's pack. `content_hash` is the SHA-256 of its files (demo.yaml apart)."""

    info: PackInfo
    content_hash: str
    regions: Mapping[str, Region]
    units: Mapping[str, Unit]
    posts: Mapping[str, PostKind]
    sectors: Mapping[str, Sector]
    kinds: Mapping[str, Kind]
    tiers: Mapping[Level, Tier]
    rings: Mapping[Nature, Ring]
    times: Mapping[str, TimeRule]
    waits: Mapping[WaitKey, Wait]
    limits: Mapping[LimitKey, Limit]
    times_of_day: Mapping[HourKey, tuple[time, ...]]
    warning_kinds: Mapping[str, WarningKind]
    _rights: tuple[WarningRight, ...] = field(repr=False)
    _reaches: tuple[WarningReach, ...] = field(repr=False)
    _templates: tuple[WarningTemplate, ...] = field(repr=False)
    _advice: tuple[WarningAdvice, ...] = field(repr=False)
    _children: Mapping[str, tuple[Region, ...]] = field(repr=False)
    _names: Mapping[str, tuple[Region, ...]] = field(repr=False)

    @classmethod
    def _of(cls, draft: Draft, info: PackInfo, digest: str) -> Plan:
        regions = _by(draft.regions, "code")
        waits = MappingProxyType({located.entry.key: located.entry for located in draft.waits.entries})
        return cls(
            info=info,
            content_hash=digest,
            regions=regions,
            units=_by(draft.units, "key"),
            posts=_by(draft.posts, "key"),
            sectors=_by(draft.sectors, "key"),
            kinds=_by(draft.kinds, "key"),
            tiers=MappingProxyType({located.entry.key: located.entry for located in draft.tiers.entries}),
            rings=MappingProxyType({located.entry.nature: located.entry for located in draft.rings.entries}),
            times=_by(draft.times, "key"),
            waits=waits,
            limits=MappingProxyType({located.entry.key: located.entry for located in draft.limits.entries}),
            times_of_day=MappingProxyType({located.entry.key: located.entry.at for located in draft.hours.entries}),
            warning_kinds=_by(draft.warning_kinds, "key"),
            _rights=_all(draft.warning_rights),
            _reaches=tuple(reach.nudging(waits[WaitKey.NUDGE].wait) for reach in _all(draft.warning_reaches)),
            _templates=_all(draft.warning_templates),
            _advice=_all(draft.warning_advice),
            _children=_families(regions.values()),
            _names=names_of(regions.values()),
        )

    @property
    def version(self) -> str:
        """The pack's key, version and the beginning of its hash: what an archive records (`dazu 1.0 a1b2c3d4e5f6`)."""
        return f"{self.info.key} {self.info.version} {self.content_hash[:12]}"

    @property
    def district(self) -> Region:
        """The region everything else lies in."""
        return next(region for region in self.regions.values() if region.level is Level.DISTRICT)

    # places

    def get_region(self, code: str) -> Region | None:
        """The pack's region with that code; None for a grid's code, which the pack does not list."""
        return self.regions.get(code)

    def region(self, code: str) -> Region:
        """The pack's region with that code. Raises UnknownEntry, also for a grid."""
        return _required(self.regions, code, "region")

    def children(self, code: str) -> tuple[Region, ...]:
        """The pack's regions one level below, by code; a village has none here (its grids are directory's)."""
        self.region(code)
        return self._children.get(code, ())

    def ancestors(self, code: str) -> tuple[Region, ...]:
        """The regions a place lies in, nearest first, without itself. A grid of a known village has three."""
        above = parent_of(code) if is_grid(code) else self.region(code).parent
        found: list[Region] = []
        while above is not None:
            found.append(self.region(above))
            above = found[-1].parent
        return tuple(found)

    def path(self, code: str) -> tuple[Region, ...]:
        """From the district down to the place itself; for a grid down to its village."""
        itself = () if is_grid(code) else (self.region(code),)
        return (*reversed(self.ancestors(code)), *itself)

    def contains(self, outer: str, inner: str) -> bool:
        """Whether the place `inner` is `outer` or lies in it, along the pack's own parents."""
        return outer == inner or any(region.code == outer for region in self.ancestors(inner))

    def territory(self, scope: Scope, place: str) -> tuple[str, ...]:
        """The codes whose prefixes are a right's territory, for a post at `place` (a region's or grid's code).

        Scope district, and the district's own posts, give the tenant's codes: a zone without a county code is several.
        """
        if scope is Scope.DISTRICT or place == self.district.code:
            return self.info.tenant
        return (place,)

    def find_regions(self, fragment: str, under: str | None = None) -> tuple[Region, ...]:
        """Regions whose name holds `fragment` or whose code begins with it; exact names first, then beginnings.

        `under` limits the search to a region and what lies in it. An empty fragment finds nothing.
        """
        wanted = fragment.strip()
        if not wanted:
            return ()
        within = (region for region in self.regions.values() if under is None or self.contains(under, region.code))
        ranked = [(rank, region) for region in within if (rank := _rank(region, wanted)) is not None]
        return tuple(region for _, region in sorted(ranked, key=lambda found: (found[0], found[1].code)))

    def region_from_title(self, title: str) -> TitleMatch:
        """The places and the tier a chat group's title suggests; an administrator confirms."""
        return match_title(title, self._names)

    def knows(self, code: str) -> bool:
        """Whether the pack has the region, or the village of the grid."""
        return ((parent_of(code) or "") if is_grid(code) else code) in self.regions

    def town_of(self, code: str) -> str:
        """The code of the town a place lies in; its own where it lies in none, or the pack has it no more."""
        lying_in = self.path(code) if self.knows(code) else ()
        return next((region.code for region in lying_in if region.level is Level.TOWN), code)

    def number_prefix(self, code: str) -> str:
        """What the number of a report from this place begins with: the town's short name, or the district's."""
        towns = [region for region in self.path(code) if region.level is Level.TOWN]
        return (towns[0] if towns else self.district).short_name

    def duty_phone(self, code: str) -> str | None:
        """The duty number of exactly this region; the district's is its duty unit's. None where nobody supplied one."""
        region = self.get_region(code)
        if region is None:
            return None
        if region.duty_phone is None and region.level is Level.DISTRICT:
            return self.unit(self.info.duty_unit).duty_phone
        return region.duty_phone

    def with_duty_phones(self, phones: Mapping[str, str]) -> Plan:
        """The same plan with duty numbers by region code, as a district or the demo supplies them."""
        for code in phones:
            self.region(code)
        changed = {
            code: region.model_copy(update={"duty_phone": phones[code]}) if code in phones else region
            for code, region in self.regions.items()
        }
        regions = changed.values()
        return replace(self, regions=MappingProxyType(changed), _children=_families(regions), _names=names_of(regions))

    # entries

    def unit(self, key: str) -> Unit:
        """Raises UnknownEntry."""
        return _required(self.units, key, "unit")

    def post_kind(self, key: str) -> PostKind:
        """Raises UnknownEntry."""
        return _required(self.posts, key, "post")

    def kind(self, key: str) -> Kind:
        """Raises UnknownEntry."""
        return _required(self.kinds, key, "kind")

    def kinds_for(self, nature: Nature) -> tuple[Kind, ...]:
        """The kinds a person may choose from, in the pack's order."""
        return tuple(kind for kind in self.kinds.values() if nature in kind.natures)

    def tier(self, key: str) -> Tier:
        """Raises UnknownEntry."""
        return _required({str(level): tier for level, tier in self.tiers.items()}, key, "tier")

    def ring(self, nature: Nature) -> Ring:
        """Whose groups ring for a report of this nature; the pack has one for every nature."""
        return self.rings[nature]

    def time_rule(self, key: str) -> TimeRule:
        """Raises UnknownEntry."""
        return _required(self.times, key, "time rule")

    def wait(self, key: WaitKey) -> timedelta:
        """A house rule's length; the pack sets every one."""
        return self.waits[key].wait

    def limit(self, key: LimitKey) -> int:
        """A house rule's bound; the pack sets every one."""
        return self.limits[key].limit

    def hours(self, key: HourKey) -> tuple[time, ...]:
        """At what times of the day it happens, on the district's wall clock, earliest first; never none."""
        return self.times_of_day[key]

    @property
    def zone(self) -> ZoneInfo:
        """The district's time zone."""
        return ZoneInfo(self.info.timezone)

    def likeness_metres(self, kind_key: str | None) -> int:
        """How far apart two reports of a kind may lie and still be asked about as the same thing."""
        kind = self.kinds.get(kind_key) if kind_key else None
        own = kind.likeness_metres if kind else None
        return own or self.limit(LimitKey.LIKENESS_METRES)

    # warnings

    def warning_kind(self, key: str) -> WarningKind:
        """Raises UnknownEntry."""
        return _required(self.warning_kinds, key, "kind of warning")

    def warning_right(self, deed: WarningDeed, kind_key: str, level: WarningLevel) -> WarningRight:
        """The one row that decides who may do this; the pack has one for every deed, kind and level.

        Raises UnknownEntry for a kind the pack does not have.
        """
        self.warning_kind(kind_key)
        return next(right for right in self._rights if right.deed is deed and applies(right, kind_key, level))

    def may(self, deed: WarningDeed, kind_key: str, level: WarningLevel, post_kind: str) -> WarningRight | None:
        """The right by which a post may do this; None if it may not. Raises UnknownEntry for an unknown kind."""
        right = self.warning_right(deed, kind_key, level)
        return right if post_kind in right.posts else None

    def refusal(self, deed: WarningDeed, kind_key: str, level: WarningLevel) -> Reason:
        """What is said, and from which paper, to whoever may not do this. Raises UnknownEntry for an unknown kind."""
        right = self.warning_right(deed, kind_key, level)
        return Reason(right.why, right.why_en, right.source)

    def reach(self, level: WarningLevel, kind_key: str | None = None) -> WarningReach:
        """Whom a warning of this level reaches: the kind's own entry, else the one for all kinds."""
        fitting = [reach for reach in self._reaches if applies(reach, kind_key or ALL, level)]
        return min(fitting, key=lambda reach: ALL in reach.kinds)

    def template(self, kind_key: str, level: WarningLevel) -> WarningTemplate | None:
        """The words a draft of this kind and level begins with, if the pack has any."""
        own = (template for template in self._templates if (template.kind, template.level) == (kind_key, level))
        return next(own, None)

    def advice(
        self, kind_key: str, level: WarningLevel, region_code: str, sectors: Collection[str] = ()
    ) -> tuple[WarningAdvice, ...]:
        """What is attached for whoever is in this place (a region or grid) and these sectors, in the pack's order."""
        return tuple(
            advice
            for advice in self._advice
            if applies(advice, kind_key, level)
            and (advice.sector is None or advice.sector in sectors)
            and (advice.region is None or self.contains(advice.region, region_code))
        )

    def advice_anywhere(self, kind_key: str, level: WarningLevel, region_code: str) -> tuple[WarningAdvice, ...]:
        """What is attached for somebody in or around this place at the level, whatever his trade."""
        found = (advice for advice in self._advice if applies(advice, kind_key, level))
        return tuple(advice for advice in found if advice.region is None or self._meet(advice.region, region_code))

    def _meet(self, one: str, other: str) -> bool:
        return self.contains(one, other) or self.contains(other, one)


def _examined(directory: Path) -> tuple[Draft, list[PackProblem]]:
    draft = read_pack(directory)
    return draft, [*draft.problems, *problems_between(draft), *warning_problems(draft)]


def _examined_demo(path: Path, plan: Plan) -> tuple[DemoWorld | None, list[PackProblem]]:
    problems: list[PackProblem] = []
    located = read_demo(path, problems)
    if located is None:
        return None, problems
    return located.entry, demo_problems(located, plan.regions, plan.posts, plan.units)


def _by(section: Section[E], name: str) -> Mapping[str, E]:
    return MappingProxyType({getattr(located.entry, name): located.entry for located in section.entries})


def _all(section: Section[E]) -> tuple[E, ...]:
    return tuple(located.entry for located in section.entries)


def _families(regions: Iterable[Region]) -> Mapping[str, tuple[Region, ...]]:
    families: dict[str, list[Region]] = {}
    for region in sorted(regions, key=lambda region: region.code):
        if region.parent is not None:
            families.setdefault(region.parent, []).append(region)
    return MappingProxyType({parent: tuple(children) for parent, children in families.items()})


def _required(entries: Mapping[str, V], key: str, what: str) -> V:
    if key not in entries:
        raise UnknownEntry(what, key)
    return entries[key]


def _rank(region: Region, wanted: str) -> int | None:
    names = spellings(region)
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names) or region.code.startswith(wanted):
        return 1
    return 2 if any(wanted in name for name in names) else None

"""Compares a pack's entries with each other: names that must exist, keys that must not repeat, a map that must hold.

Every check is a generator of problems over a draft; the table at the end of `problems_between` is all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

from bot.core.access import Permission
from bot.plan import schema
from bot.plan.errors import PackProblem
from bot.plan.loading import Draft, Located, Section
from bot.plan.schema import Level, national

E = TypeVar("E", bound=schema.Entry)

_ABOVE = {Level.TOWN: Level.DISTRICT, Level.VILLAGE: Level.TOWN}
_SHOWN = 8


def problems_between(draft: Draft) -> list[PackProblem]:
    """All that is wrong between entries which are each valid by themselves."""
    checks: tuple[Callable[[Draft], Iterable[PackProblem]], ...] = (
        _repeated_keys,
        _one_district,
        _parents,
        _sibling_names,
        _town_names,
        _tenant,
        _district_references,
        _someone_begins,
        _kinds,
        _rings,
        _defaults,
        _sources,
    )
    return [problem for check in checks for problem in check(draft)]


def choice(keys: Collection[str]) -> str:
    """ "one of a, b, c", cut short where a list would bury the message."""
    shown = sorted(keys)[:_SHOWN]
    return f"one of {', '.join(shown)}{', ...' if len(keys) > _SHOWN else ''}" if shown else "an entry that exists"


def repeated(entries: Iterable[Located[E]], name: str) -> Iterator[PackProblem]:
    """A problem for every entry whose field `name` is that of an earlier entry."""
    first: dict[str, int] = {}
    for located in entries:
        value = str(getattr(located.entry, name))
        line = located.document.line((*located.at, name))
        if value in first:
            yield located.problem((name,), f'"{value}" is used before, in line {first[value]}', f"each {name} once")
        first.setdefault(value, line)


def _repeated_keys(draft: Draft) -> Iterator[PackProblem]:
    yield from repeated(draft.regions.entries, "code")
    yield from repeated(draft.units.entries, "key")
    yield from repeated(draft.units.entries, "name")
    yield from repeated(draft.posts.entries, "key")
    yield from repeated(draft.sectors.entries, "key")
    yield from repeated(draft.kinds.entries, "key")
    yield from repeated(draft.tiers.entries, "key")
    yield from repeated(draft.rings.entries, "nature")
    yield from repeated(draft.times.entries, "key")
    yield from repeated(draft.waits.entries, "key")
    yield from repeated(draft.limits.entries, "key")
    yield from repeated(draft.hours.entries, "key")
    yield from repeated(draft.warning_kinds.entries, "key")
    yield from repeated(draft.warning_kinds.entries, "words")


def _one_district(draft: Draft) -> Iterator[PackProblem]:
    districts = [region for region in draft.regions.entries if region.entry.level is Level.DISTRICT]
    for district in districts[1:]:
        yield district.problem(("level",), f'"{district.entry.name}" is a second district', "one district in a pack")
    if not districts and draft.regions.whole and draft.regions.entries:
        yield PackProblem(draft.regions.file, 1, "level", "no region is the district", "one region of level district")


def _parents(draft: Draft) -> Iterator[PackProblem]:
    by_code = {region.entry.code: region.entry for region in draft.regions.entries}
    for located in draft.regions.entries:
        yield from _parent(located, by_code, draft.regions.keys)


def _parent(
    located: Located[schema.Region], by_code: dict[str, schema.Region], written: frozenset[str]
) -> Iterator[PackProblem]:
    region = located.entry
    if region.level is Level.DISTRICT:
        if region.parent is not None:
            yield located.problem(
                ("parent",), f'"{region.parent}" lies above the district', "no parent for the district"
            )
        return
    above = _ABOVE[region.level]
    if region.parent is None:
        yield located.problem(("parent",), "is missing", f"the code of a {above}")
    elif region.parent not in written:
        yield located.problem(("parent",), f'"{region.parent}" is no region of this file', f"the code of a {above}")
    elif not region.code.startswith(national(region.parent)):
        yield located.problem(
            ("parent",), f'"{region.parent}" does not begin the code {region.code}', f"the {above}'s code"
        )
    elif region.parent in by_code and by_code[region.parent].level is not above:
        yield located.problem(
            ("parent",), f'"{region.parent}" is a {by_code[region.parent].level}', f"the code of a {above}"
        )


def _sibling_names(draft: Draft) -> Iterator[PackProblem]:
    families: dict[str | None, list[Located[schema.Region]]] = {}
    for located in draft.regions.entries:
        families.setdefault(located.entry.parent, []).append(located)
    for siblings in families.values():
        yield from repeated(siblings, "name")


def _town_names(draft: Draft) -> Iterator[PackProblem]:
    """Report numbers begin with a town's short name, so no two towns may share one."""
    yield from repeated((region for region in draft.regions.entries if region.entry.level is Level.TOWN), "short_name")


def _tenant(draft: Draft) -> Iterator[PackProblem]:
    if draft.info is None or not draft.regions.keys:
        return
    tenant = draft.info.entry.tenant
    codes = {national(code) for code in draft.regions.keys}
    for index, code in enumerate(tenant):
        if not any(other.startswith(code) for other in codes):
            yield draft.info.problem(
                ("tenant", index), f'"{code}" covers no region of regions.csv', "a code of regions.csv"
            )
    for located in draft.regions.entries:
        own_code = located.entry.level is not Level.DISTRICT or located.entry.code.isdigit()
        if own_code and not located.entry.code.startswith(tenant):
            expectation = f"a code beginning with {' or '.join(tenant)}"
            yield located.problem(
                ("code",), f'"{located.entry.code}" lies outside the tenant of pack.yaml', expectation
            )


def _district_references(draft: Draft) -> Iterator[PackProblem]:
    yield from _unknown(draft.units.entries, "region", draft.regions, "region of regions.csv")
    for unit in draft.units.entries:
        for sector in unit.entry.sectors:
            if draft.sectors.keys and sector not in draft.sectors.keys:
                yield unit.problem(("sectors",), f'"{sector}" is no sector of kinds.yaml', choice(draft.sectors.keys))
    if draft.info is None:
        return
    yield from _unknown((draft.info,), "duty_unit", draft.units, "unit of units.csv")
    yield from _unknown((draft.info,), "administrator_post", draft.posts, "post of posts.yaml")
    for unit in draft.units.entries:
        if unit.entry.key == draft.info.entry.duty_unit and unit.entry.duty_phone is None:
            yield unit.problem(("duty_phone",), "is missing", "the number of the district's own desk")


def _unknown(
    entries: Iterable[Located[E]], name: str, section: Section[schema.Entry], what: str
) -> Iterator[PackProblem]:
    """A problem for every entry whose field `name` is no key of `section`; an unreadable one is not blamed twice."""
    for located in entries:
        value = getattr(located.entry, name)
        if section.keys and value not in section.keys:
            yield located.problem((name,), f'"{value}" is no {what}', choice(section.keys))


def _someone_begins(draft: Draft) -> Iterator[PackProblem]:
    """The first person gets the administrator's post and must be able to let the others in and to bind groups."""
    needed = (Permission.PERSON_INVITE, Permission.GROUP_BIND)
    for located in draft.posts.entries:
        if draft.info is None or located.entry.key != draft.info.entry.administrator_post:
            continue
        held = {grant.permission for grant in located.entry.permissions if grant.scope is schema.Scope.DISTRICT}
        for permission in needed:
            if permission not in held:
                yield located.problem(("permissions",), f"{permission} is missing", f"{permission} with scope district")


def _kinds(draft: Draft) -> Iterator[PackProblem]:
    yield from _unknown(draft.kinds.entries, "sector", draft.sectors, "sector of this file")


def _rings(draft: Draft) -> Iterator[PackProblem]:
    for located in draft.rings.entries:
        for index, tier in enumerate(located.entry.tiers):
            if tier not in draft.tiers.keys:
                yield located.problem(("tiers", index), f'"{tier}" is no tier of this file', choice(draft.tiers.keys))
    yield from _absent(draft.rings, {nature.value for nature in schema.Nature}, "nature", "a ring for every nature")
    yield from _absent(draft.tiers, {level.value for level in Level}, "tier", "a tier for every level")


def _defaults(draft: Draft) -> Iterator[PackProblem]:
    yield from _absent(draft.waits, {key.value for key in schema.WaitKey}, "wait", "every wait of the product")
    yield from _absent(draft.limits, {key.value for key in schema.LimitKey}, "limit", "every limit of the product")
    yield from _absent(draft.hours, {key.value for key in schema.HourKey}, "time of day", "all hours of the product")


def _absent(section: Section[E], needed: set[str], what: str, expectation: str) -> Iterator[PackProblem]:
    if not section.whole:  # a misspelt key is already a problem of its own
        return
    for key in sorted(needed - section.keys):
        yield PackProblem(section.file, 1, key, f"this {what} is missing", expectation)


def _sources(draft: Draft) -> Iterator[PackProblem]:
    """Every figure names its paper: a document listed in pack.yaml, or says `default`."""
    if draft.info is None:
        return
    documents = {document.key for document in draft.info.entry.documents}
    yield from _repeated_documents(draft.info)
    sections: tuple[Section[schema.Sourced], ...] = (
        draft.units,
        draft.posts,
        draft.sectors,
        draft.kinds,
        draft.rings,
        draft.times,
        draft.warning_kinds,
        draft.warning_rights,
        draft.warning_reaches,
        draft.warning_templates,
        draft.warning_advice,
    )
    for section in sections:
        for located in section.entries:
            source = located.entry.source
            if source != "default" and not any(key in source for key in documents):
                expectation = "the key of a document of pack.yaml and a section, or default"
                yield located.problem(("source",), f'"{source}" names no document of pack.yaml', expectation)


def _repeated_documents(info: Located[schema.PackInfo]) -> Iterator[PackProblem]:
    again = schema.first_repeated(document.key for document in info.entry.documents)
    if again is not None:
        yield info.problem(("documents",), f'"{again}" is listed twice', "each document once")

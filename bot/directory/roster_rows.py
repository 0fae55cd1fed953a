"""One line of a roster: its cells read against the district pack, every mistake with line, field and expectation.

It knows the pack as a value and no database. Places are given by code or by name from the town down
(龙水镇/高坡村); a name that stands for several places is a mistake, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.directory import rules
from bot.directory.models import Role
from bot.directory.schemas import PlaceOfPost
from bot.plan.regions import is_grid, spellings
from bot.plan.schema import Level, PostKind, Region
from bot.plan.service import Plan

_ROLES = {
    Role.HOLDER: ("", "a", "a岗", "a角", "holder", "主岗"),
    Role.DEPUTY: ("b", "b岗", "b角", "deputy", "副岗"),
}
_GRID = re.compile(r"(?:第)?(\d{1,2})(?:号|网格|号网格)?")
_SEPARATORS = re.compile(r"[/／>＞\s·、\\-]+")


@dataclass(frozen=True, slots=True)
class RosterError:
    """One thing to mend. `line` counts from 1 as an editor does, the heading included."""

    line: int
    field: str
    found: str
    expectation: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.field}: {self.found}; expected {self.expectation}"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person on one post."""

    line: int
    name: str
    phone: str
    where: PlaceOfPost
    role: Role


class _Unreadable(Exception):
    """A cell that cannot be read; becomes a RosterError with the line it stands on."""

    def __init__(self, field: str, found: str, expectation: str) -> None:
        super().__init__(field, found, expectation)
        self.field, self.found, self.expectation = field, found, expectation


class Reader:
    """Reads lines against one plan, whose names it has looked up once: a district's roster has thousands of lines."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._kinds = {name: kind for kind in plan.posts.values() for name in (kind.key, kind.name, kind.name_en)}
        self._units = {name: unit.key for unit in plan.units.values() for name in (unit.key, unit.name, unit.name_en)}
        self._called: dict[tuple[Level, str], list[Region]] = {}
        for region in plan.regions.values():
            for name in spellings(region):
                self._called.setdefault((region.level, name), []).append(region)

    def read(self, line: int, cells: Mapping[str, str]) -> tuple[RosterRow | None, list[RosterError]]:
        """The row, or what is wrong with it: every field judged by itself, so that one look mends the line."""
        errors: list[RosterError] = []
        cell = {name: cells.get(name, "") for name in ("name", "phone", "post", "region", "unit", "role", "grid")}
        if not cell["name"]:
            errors.append(
                RosterError(line, "name", "is empty", "what the person is called, best by post: 龙水镇值班员")
            )
        phone = rules.phone_written(cell["phone"])
        if phone is None:
            errors.append(RosterError(line, "phone", _quoted(cell["phone"]), "a number, as 138 0000 0000 or +86 …"))
        role = next((role for role, words in _ROLES.items() if cell["role"].lower() in words), None)
        if role is None:
            errors.append(RosterError(line, "role", _quoted(cell["role"]), "A or B (empty is A)"))
        where = None
        try:
            where = self._where(self._kind(cell["post"]), cell)
        except _Unreadable as wrong:
            errors.append(RosterError(line, wrong.field, wrong.found, wrong.expectation))
        if errors or phone is None or role is None or where is None:
            return None, errors
        return RosterRow(line, cell["name"], phone, where, role), []

    def _kind(self, text: str) -> PostKind:
        if text in self._kinds:
            return self._kinds[text]
        known = "、".join(kind.name for kind in self._plan.posts.values())
        raise _Unreadable("post", _quoted(text), f"one of {known}")

    def _where(self, kind: PostKind, cell: Mapping[str, str]) -> PlaceOfPost:
        if kind.level is Level.UNIT:
            return PlaceOfPost(kind.key, unit_key=self._unit(cell["unit"]))
        if kind.level is Level.GRID:
            return PlaceOfPost(kind.key, self._grid(cell["region"], cell["grid"]))
        if kind.level is Level.DISTRICT and not cell["region"]:
            return PlaceOfPost(kind.key, self._plan.district.code)
        return PlaceOfPost(kind.key, self._region(cell["region"], kind.level).code)

    def _unit(self, text: str) -> str:
        if text in self._units:
            return self._units[text]
        raise _Unreadable("unit", _quoted(text), "a unit of the district pack, by key or name")

    def _grid(self, region: str, number: str) -> str:
        if is_grid(region) and rules.level_of(self._plan, region) is Level.GRID:
            return region
        village = self._region(region, Level.VILLAGE)
        found = _GRID.fullmatch(number)
        if found is None or int(found[1]) == 0:
            raise _Unreadable("grid", _quoted(number), "the grid's number in its village, 1 to 99")
        return f"{village.code}-{int(found[1]):02d}"

    def _region(self, text: str, level: Level) -> Region:
        if not text:
            raise _Unreadable("region", "is empty", f"a {level} by code or by name (龙水镇/高坡村)")
        found = self._plan.get_region(text)
        matches = [found] if found else self._by_name(text, level)
        fitting = [region for region in matches if region.level is level]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            several = "、".join(rules.place_name(self._plan, region.code) for region in fitting)
            raise _Unreadable("region", f"{_quoted(text)} may be {several}", "the town before it: 龙水镇/高坡村")
        raise _Unreadable("region", _quoted(text), f"a {level} of the district, by code or by name (龙水镇/高坡村)")

    def _by_name(self, text: str, level: Level) -> list[Region]:
        """The level's regions whose name is the last part, and whose regions above are called as the parts before."""
        *above, last = [part for part in _SEPARATORS.split(text) if part] or [""]
        return [region for region in self._called.get((level, last), []) if self._lies_in(region, above)]

    def _lies_in(self, region: Region, names: Sequence[str]) -> bool:
        around = [spellings(outer) for outer in self._plan.ancestors(region.code)] if names else []
        return all(any(name in called for called in around) for name in names)


def clashes(rows: Sequence[RosterRow]) -> Iterator[RosterError]:
    """Rows that contradict each other: one number with two names, one seat with two people, one person in two seats."""
    names: dict[str, RosterRow] = {}
    seats: dict[tuple[PlaceOfPost, Role], RosterRow] = {}
    holders: dict[tuple[PlaceOfPost, str], RosterRow] = {}
    for row in rows:
        first = names.setdefault(row.phone, row)
        if first.name != row.name:
            yield RosterError(
                row.line, "name", _quoted(row.name), f'"{first.name}" as in line {first.line}: same phone'
            )
        seat = seats.setdefault((row.where, row.role), row)
        if seat is not row:
            yield RosterError(row.line, "post", f"the seat is given in line {seat.line}", "one A and one B for a post")
        held = holders.setdefault((row.where, row.phone), row)
        if held is not row and held.role is not row.role:
            yield RosterError(
                row.line, "role", f"he is the other one in line {held.line}", "A or B of a post, not both"
            )


def _quoted(text: str) -> str:
    return f'"{text}"' if text else "is empty"

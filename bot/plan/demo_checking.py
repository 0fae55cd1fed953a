"""Compares a demo world with the pack it plays on: places, posts and people that must exist, seats held once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.plan import schema
from bot.plan.checking import choice
from bot.plan.demo import DemoPost, DemoWorld, Seat
from bot.plan.documents import Place
from bot.plan.errors import PackProblem
from bot.plan.loading import Located
from bot.plan.regions import is_grid, parent_of
from bot.plan.schema import Level


def demo_problems(
    located: Located[DemoWorld],
    regions: Mapping[str, schema.Region],
    posts: Mapping[str, schema.PostKind],
    units: Mapping[str, schema.Unit],
) -> list[PackProblem]:
    """All that does not fit between a demo world and the pack's regions, post kinds and units."""
    return list(_Checker(located, regions, posts, units).problems())


class _Checker:
    def __init__(
        self,
        located: Located[DemoWorld],
        regions: Mapping[str, schema.Region],
        posts: Mapping[str, schema.PostKind],
        units: Mapping[str, schema.Unit],
    ) -> None:
        self._problem = located.problem
        self._world = located.entry
        self._regions = regions
        self._posts = posts
        self._levels = {code: region.level for code, region in regions.items()}
        self._levels |= {grid.code: Level.GRID for grid in self._world.grids}
        self._units = {*units, *(unit.key for unit in self._world.units)}

    def problems(self) -> Iterator[PackProblem]:
        yield from self._repeated()
        yield from self._places()
        yield from self._posts_held()
        yield from self._groups()

    def _repeated(self) -> Iterator[PackProblem]:
        world = self._world
        yield from self._once("grids", "code", (grid.code for grid in world.grids))
        yield from self._once("units", "key", (unit.key for unit in world.units))
        yield from self._once("duty_phones", "region", (phone.region for phone in world.duty_phones))
        yield from self._once("people", "key", (person.key for person in world.people))
        yield from self._once("people", "phone", (person.phone for person in world.people))
        yield from self._once("groups", "key", (group.key for group in world.groups))
        yield from self._once("groups", "title", (group.title for group in world.groups))

    def _once(self, section: str, name: str, values: Iterable[str]) -> Iterator[PackProblem]:
        seen: set[str] = set()
        for index, value in enumerate(values):
            if value in seen:
                yield self._problem((section, index, name), f'"{value}" is used before', f"each {name} once")
            seen.add(value)

    def _places(self) -> Iterator[PackProblem]:
        for index, grid in enumerate(self._world.grids):
            if parent_of(grid.code) not in self._regions:
                yield self._unknown_region(("grids", index, "code"), grid.code)
        for index, unit in enumerate(self._world.units):
            if unit.region not in self._regions:
                yield self._unknown_region(("units", index, "region"), unit.region)
        for index, phone in enumerate(self._world.duty_phones):
            if phone.region not in self._regions:
                yield self._unknown_region(("duty_phones", index, "region"), phone.region)

    def _unknown_region(self, place: Place, code: str) -> PackProblem:
        expectation = "a code of regions.csv, or of a grid of this file" if is_grid(code) else "a code of regions.csv"
        return self._problem(place, f'"{code}" lies in no region of the pack', expectation)

    def _posts_held(self) -> Iterator[PackProblem]:
        seats: set[tuple[str, str | None, Seat]] = set()
        for at, person in enumerate(self._world.people):
            for index, held in enumerate(person.posts):
                place = ("people", at, "posts", index)
                yield from self._post_held(place, held)
                seat = (held.post, held.region or held.unit, held.seat)
                if seat in seats:
                    yield self._problem(
                        (*place, "seat"), f"seat {held.seat} is taken", "one holder for each seat of a post"
                    )
                seats.add(seat)

    def _post_held(self, place: Place, held: DemoPost) -> Iterator[PackProblem]:
        kind = self._posts.get(held.post)
        if kind is None:
            yield self._problem((*place, "post"), f'"{held.post}" is no post of posts.yaml', choice(self._posts))
            return
        if held.unit is not None:
            yield from self._unit_post((*place, "unit"), held.unit, kind)
        elif held.region not in self._levels:
            yield self._unknown_region((*place, "region"), str(held.region))
        elif self._levels[held.region] is not kind.level:
            found = f'"{held.region}" is a {self._levels[held.region]}'
            yield self._problem((*place, "region"), found, f"a {kind.level} for {kind.key}")

    def _unit_post(self, place: Place, unit: str, kind: schema.PostKind) -> Iterator[PackProblem]:
        if unit not in self._units:
            yield self._problem(place, f'"{unit}" is no unit of units.csv or of this file', choice(self._units))
        elif kind.level is not Level.UNIT:
            yield self._problem(place, f"{kind.key} does not belong to a unit", f"the region of a {kind.level}")

    def _groups(self) -> Iterator[PackProblem]:
        people = {person.key for person in self._world.people}
        for at, group in enumerate(self._world.groups):
            for index, member in enumerate(group.members):
                if member not in people:
                    found = f'"{member}" is nobody of this file'
                    yield self._problem(("groups", at, "members", index), found, choice(people))
            if group.region not in self._levels:
                yield self._unknown_region(("groups", at, "region"), group.region)
            elif group.tier is not Level.UNIT and self._levels[group.region] is not group.tier:
                found = f'"{group.region}" is a {self._levels[group.region]}'
                yield self._problem(("groups", at, "tier"), found, f"tier {self._levels[group.region]}")

"""Whom a warning concerns: literal cases, and a slow way of finding out that knows only parents."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.schema import Level, WarningLevel
from bot.warning.targeting import Concerned, GroupRow, PersonRow, PlaceRow, concerned

BLUE, YELLOW, ORANGE, RED = WarningLevel
DISTRICT, LONGSHUI, YOUTING = "500111", "500111100", "500111116"
REGIONS = Path(__file__).parents[2] / "packs" / "dazu" / "regions.csv"


def _dazu() -> dict[str, str]:
    with REGIONS.open(encoding="utf-8") as file:
        return {row["code"]: row["parent"] for row in csv.DictReader(file)}


def _namesakes() -> dict[str, str]:
    """A district in which only codes tell villages apart, and a zone in it whose codes begin with another prefix."""
    towns = {f"500999{number:03}": "500999" for number in (1, 2, 100)} | {"500998001": "500999"}
    villages = {f"{town}{number:03}": town for town in towns for number in (1, 200, 201)}
    grids = {f"{village}-{number:02}": village for village in villages for number in (1, 2)}
    return {"500999": "", **towns, **villages, **grids}


PARENTS = {**_dazu(), **_namesakes()}
LONGSHUI_VILLAGES = sorted(code for code, parent in PARENTS.items() if parent == LONGSHUI)
CODES = sorted(PARENTS)


def contains(outer: str, inner: str) -> bool:
    """As the plan has it: along the parents."""
    return outer in set(_chain(inner))


def _chain(code: str) -> Iterator[str]:
    while code:
        yield code
        code = PARENTS[code]


@dataclass(frozen=True)
class Reach:
    tiers: tuple[Level, ...]
    posts: tuple[str, ...]
    must_answer: tuple[str, ...]


LOW = Reach((Level.DISTRICT, Level.TOWN), ("town_duty",), ("town_duty",))
HIGH = Reach(
    (Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID),
    ("town_duty", "town_leader", "village_duty", "grid_worker"),
    ("town_duty", "village_duty"),
)
REACHES = {BLUE: LOW, YELLOW: LOW, ORANGE: HIGH, RED: HIGH}


def told(
    places: list[PlaceRow], groups: list[GroupRow], persons: list[PersonRow] | None = None
) -> tuple[Concerned, ...]:
    return concerned("rain", places, groups, persons or [], reach_of=REACHES.__getitem__, contains=contains)


def chats(*found: Concerned) -> list[int]:
    return [one.chat_id or one.person_id or 0 for one in found]


def test_the_districts_relay_reaches_all_towns_and_no_village_at_yellow() -> None:
    towns = [code for code, parent in PARENTS.items() if parent == DISTRICT]
    groups = [GroupRow(number, code, Level.TOWN) for number, code in enumerate(towns, 1)]
    villages = [GroupRow(900 + number, code, Level.VILLAGE) for number, code in enumerate(LONGSHUI_VILLAGES)]
    found = told([PlaceRow(DISTRICT, YELLOW)], groups + villages)
    assert len(towns) == 27
    assert sorted(chats(*found)) == list(range(1, 28))


def test_a_villages_warning_concerns_it_its_town_and_the_district_and_not_the_next_village() -> None:
    first, second, *_ = LONGSHUI_VILLAGES
    groups = [
        GroupRow(1, first, Level.VILLAGE),
        GroupRow(2, second, Level.VILLAGE),
        GroupRow(3, LONGSHUI, Level.TOWN),
        GroupRow(4, YOUTING, Level.TOWN),
        GroupRow(5, DISTRICT, Level.DISTRICT),
    ]
    assert sorted(chats(*told([PlaceRow(first, RED)], groups))) == [1, 3, 5]
    assert sorted(chats(*told([PlaceRow(LONGSHUI, RED)], groups))) == [1, 2, 3, 5]


def test_a_town_cannot_shut_out_what_concerns_itself_and_may_what_concerns_more_than_itself() -> None:
    deaf = GroupRow(1, LONGSHUI, Level.TOWN, kinds=frozenset({"fire"}))
    only_red = GroupRow(2, LONGSHUI, Level.TOWN, lowest=RED)
    for place in (LONGSHUI, LONGSHUI_VILLAGES[0]):
        assert chats(*told([PlaceRow(place, BLUE)], [deaf, only_red])) == [1, 2]
    assert chats(*told([PlaceRow(DISTRICT, ORANGE)], [deaf, only_red])) == []
    assert chats(*told([PlaceRow(DISTRICT, RED)], [deaf, only_red])) == [2]


def test_where_levels_meet_the_highest_holds() -> None:
    places = [PlaceRow(DISTRICT, YELLOW), PlaceRow(LONGSHUI, RED), PlaceRow(LONGSHUI, BLUE)]
    groups = [
        GroupRow(1, LONGSHUI, Level.TOWN),
        GroupRow(2, YOUTING, Level.TOWN),
        GroupRow(3, DISTRICT, Level.DISTRICT),
    ]
    assert {one.chat_id: one.level for one in told(places, groups)} == {1: RED, 2: YELLOW, 3: RED}


def test_groups_come_first_then_who_must_answer_then_the_others() -> None:
    village = LONGSHUI_VILLAGES[0]
    persons = [
        PersonRow(11, "town_leader", LONGSHUI),
        PersonRow(12, "grid_worker", LONGSHUI),
        PersonRow(13, "village_duty", village),
        PersonRow(14, "town_duty", LONGSHUI),
        PersonRow(15, "town_duty", YOUTING),
        PersonRow(16, "administrator", LONGSHUI),
    ]
    groups = [GroupRow(1, village, Level.VILLAGE), GroupRow(2, LONGSHUI, Level.TOWN)]
    found = told([PlaceRow(LONGSHUI, RED)], groups, persons)
    assert chats(*found) == [2, 1, 14, 13, 11, 12]
    assert [one.person_id for one in found if one.must_answer] == [14, 13]


def test_who_has_two_posts_is_told_once_and_must_answer_if_either_must() -> None:
    persons = [PersonRow(1, "town_leader", LONGSHUI), PersonRow(1, "town_duty", LONGSHUI)]
    (one,) = told([PlaceRow(LONGSHUI, RED)], [], persons)
    assert (one.person_id, one.must_answer) == (1, True)


def test_a_grid_worker_is_concerned_by_the_village_his_grid_lies_in() -> None:
    places = [PlaceRow("500999001001", RED)]
    persons = [PersonRow(1, "grid_worker", "500999001001-02"), PersonRow(2, "grid_worker", "500999001200-02")]
    assert chats(*told(places, [], persons)) == [1]


codes = st.sampled_from(CODES)
levels = st.sampled_from(list(WarningLevel))
places_ = st.lists(st.builds(PlaceRow, codes, levels), max_size=6)
group_fields = st.tuples(
    codes,
    st.sampled_from([Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID, Level.UNIT]),
    st.none() | st.frozensets(st.sampled_from(["rain", "fire"])),
    st.none() | levels,
)
groups_ = st.lists(group_fields, max_size=12).map(lambda rows: [GroupRow(-n, *row) for n, row in enumerate(rows, 1)])
persons_ = st.lists(
    st.builds(PersonRow, st.integers(1, 6), st.sampled_from(["town_duty", "town_leader", "other"]), codes), max_size=12
)
near = st.sampled_from(LONGSHUI_VILLAGES).flatmap(lambda village: st.sampled_from([village, LONGSHUI, DISTRICT]))
near_places = st.lists(st.builds(PlaceRow, near, levels), max_size=4)


def _expected_group(group: GroupRow, places: list[PlaceRow]) -> WarningLevel | None:
    best: WarningLevel | None = None
    reached = False
    for place in places:
        up, down = list(_chain(group.region_code)), list(_chain(place.region_code))
        if place.region_code not in up and group.region_code not in down:
            continue
        outside = group.region_code not in down
        if outside and group.kinds is not None and "rain" not in group.kinds:
            continue
        if outside and group.lowest is not None and place.level.rank > group.lowest.rank:
            continue
        reached = reached or group.tier in REACHES[place.level].tiers
        best = place.level if best is None or place.level.rank < best.rank else best
    return best if reached else None


def _expected_people(persons: list[PersonRow], places: list[PlaceRow]) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for person, place in product(persons, places):
        apart = not contains(person.region_code, place.region_code) and not contains(
            place.region_code, person.region_code
        )
        levels_there = {a.level for a in places if contains(person.region_code, a.region_code)}
        levels_there |= {a.level for a in places if contains(a.region_code, person.region_code)}
        if apart or not any(person.post in REACHES[level].posts for level in levels_there):
            continue
        must = any(person.post in REACHES[level].must_answer for level in levels_there)
        found[person.person_id] = found.get(person.person_id, False) or must
    return found


@settings(max_examples=300)
@given(places_ | near_places, groups_, persons_)
def test_nobody_is_forgotten_and_nobody_else_is_told(
    places: list[PlaceRow], groups: list[GroupRow], persons: list[PersonRow]
) -> None:
    found = told(places, groups, persons)
    expected = {group.chat_id: _expected_group(group, places) for group in groups}
    assert {one.chat_id: one.level for one in found if one.chat_id} == {c: lv for c, lv in expected.items() if lv}
    people = {one.person_id: one.must_answer for one in found if one.person_id}
    assert people == _expected_people(persons, places)
    assert len(found) == len(set(chats(*found)))
    order = [(one.chat_id is None, not one.must_answer) for one in found]
    assert order == sorted(order)


@given(near_places, st.permutations(LONGSHUI_VILLAGES))
def test_the_order_things_are_found_in_changes_nothing(places: list[PlaceRow], villages: list[str]) -> None:
    groups = [GroupRow(LONGSHUI_VILLAGES.index(code) + 1, code, Level.VILLAGE) for code in villages]
    assert told(places, groups) == told(places[::-1], sorted(groups, key=lambda group: group.chat_id))

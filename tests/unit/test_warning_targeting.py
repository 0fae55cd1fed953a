"""Whom a warning concerns: literal cases, and a slow way of finding out that knows only parents.

The map is the real one: the 1,211 divisions of 綦江区, 大足区 and 铜梁区 with their national codes (divisions.csv).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.schema import Level, WarningLevel
from bot.plan.service import Plan
from bot.warning.targeting import Concerned, GroupRow, PersonRow, PlaceRow, concerned

BLUE, YELLOW, ORANGE, RED = WarningLevel
DISTRICT, LONGSHUI, YOUTING = "500111", "500111100", "500111116"
QIJIANG, TONGLIANG = "500110", "500151"
DIVISIONS = Path(__file__).parent / "plan_fixtures" / "divisions.csv"
_ENDINGS = ("村民委员会", "社区居民委员会", "居民委员会", "街道", "镇")


def _divisions() -> dict[str, tuple[str, str]]:
    with DIVISIONS.open(encoding="utf-8") as file:
        return {
            row["code"]: (row["name"], row["parent"] if row["level"] != "county" else "")
            for row in csv.DictReader(file)
        }


def _namesakes() -> dict[str, str]:
    """A district in which only codes tell villages apart, and a zone in it whose codes begin with another prefix."""
    towns = {f"500999{number:03}": "500999" for number in (1, 2, 100)} | {"500998001": "500999"}
    villages = {f"{town}{number:03}": town for town in towns for number in (1, 200, 201)}
    grids = {f"{village}-{number:02}": village for village in villages for number in (1, 2)}
    return {"500999": "", **towns, **villages, **grids}


NAMES = {code: name for code, (name, _) in _divisions().items()}
PARENTS = {**{code: parent for code, (_, parent) in _divisions().items()}, **_namesakes()}
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


LOW = Reach((Level.DISTRICT, Level.TOWN, Level.UNIT), ("town_duty",), ("town_duty",))
HIGH = Reach(
    (Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID, Level.UNIT),
    ("town_duty", "town_leader", "village_duty", "grid_worker"),
    ("town_duty", "village_duty"),
)
REACHES = {BLUE: LOW, YELLOW: LOW, ORANGE: HIGH, RED: HIGH}


def root(code: str) -> str:
    """The name without what every village's or town's ends with: 双龙 of 双龙社区居民委员会."""
    ending = next((each for each in _ENDINGS if NAMES[code].endswith(each)), "")
    return NAMES[code].removesuffix(ending)


def tier_of(code: str) -> Level:
    return {6: Level.DISTRICT, 9: Level.TOWN, 12: Level.VILLAGE}[len(code)]


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


def test_a_units_group_leaves_out_yellow_and_blue_of_the_kinds_it_named_and_nothing_higher() -> None:
    quiet = GroupRow(1, DISTRICT, Level.UNIT, left_out=frozenset({"rain"}))
    others = GroupRow(2, DISTRICT, Level.UNIT, left_out=frozenset({"fire"}))
    for level, expected in ((BLUE, [2]), (YELLOW, [2]), (ORANGE, [1, 2]), (RED, [1, 2])):
        assert chats(*told([PlaceRow(LONGSHUI, level)], [quiet, others])) == expected


def test_a_units_group_may_begin_at_yellow_and_no_higher() -> None:
    from_yellow = GroupRow(1, DISTRICT, Level.UNIT, lowest=YELLOW)
    from_red = GroupRow(2, DISTRICT, Level.UNIT, lowest=RED)
    for level, expected in ((BLUE, []), (YELLOW, [1]), (ORANGE, [1, 2]), (RED, [1, 2])):
        assert chats(*told([PlaceRow(DISTRICT, level)], [from_yellow, from_red])) == expected


def test_a_group_that_administers_a_place_leaves_nothing_out_whatever_stands_in_its_row() -> None:
    village = LONGSHUI_VILLAGES[0]
    deaf = [
        GroupRow(number, code, tier_of(code), left_out=frozenset({"rain"}), lowest=RED)
        for number, code in enumerate((DISTRICT, LONGSHUI), 1)
    ]
    for place in (DISTRICT, LONGSHUI, village):
        for level in WarningLevel:
            assert sorted(chats(*told([PlaceRow(place, level)], deaf))) == [1, 2]


def test_what_is_left_out_of_one_place_does_not_hide_a_higher_level_of_another() -> None:
    quiet = GroupRow(1, DISTRICT, Level.UNIT, left_out=frozenset({"rain"}))
    (one,) = told([PlaceRow(DISTRICT, YELLOW), PlaceRow(LONGSHUI, ORANGE)], [quiet])
    assert one.level is ORANGE


def test_the_map_has_places_whose_names_contain_each_others_and_namesakes() -> None:
    assert len(NAMES) == 1211
    assert len(_contained()) > 100
    namesakes = [one for one, other in product(NAMES, NAMES) if one < other and NAMES[one] == NAMES[other]]
    assert len(namesakes) > 80


def test_a_place_whose_name_is_in_anothers_does_not_call_it() -> None:
    groups = {code: GroupRow(number, code, tier_of(code)) for number, code in enumerate(NAMES, 1)}
    for inner, outer in _contained():
        found = chats(*told([PlaceRow(inner, RED)], [groups[inner], groups[outer]]))
        related = contains(outer, inner) or contains(inner, outer)
        assert (groups[outer].chat_id in found) is related, (NAMES[inner], NAMES[outer])
        assert groups[inner].chat_id in found


def _contained() -> list[tuple[str, str]]:
    roots = {code: root(code) for code in NAMES}
    return [
        (one, other)
        for one, name in roots.items()
        for other in NAMES
        if len(name) > 1 and name in NAMES[other] and name != roots[other]
    ]


def test_swapping_all_names_changes_nothing(plan: Plan) -> None:
    """Targeting asks the plan only for `contains`, and that must not read a name."""
    names = [(region.name, region.short_name) for region in plan.regions.values()]
    turned = names[7:] + names[:7]
    regions = {
        code: region.model_copy(update={"name": name, "short_name": short})
        for (code, region), (name, short) in zip(plan.regions.items(), turned, strict=True)
    }
    swapped = replace(plan, regions=regions)
    assert swapped.region(LONGSHUI).name != plan.region(LONGSHUI).name
    groups = [GroupRow(number, code, tier_of(code)) for number, code in enumerate(plan.regions, 1)]
    persons = [PersonRow(number, "village_duty", code) for number, code in enumerate(plan.regions, 1)]
    for place in (DISTRICT, LONGSHUI, YOUTING, *LONGSHUI_VILLAGES[:5]):
        places = [PlaceRow(place, RED), PlaceRow(YOUTING, YELLOW)]
        before, after = (
            concerned("rain", places, groups, persons, reach_of=REACHES.__getitem__, contains=each.contains)
            for each in (plan, swapped)
        )
        assert before == after
        assert before


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
tiers = st.sampled_from([Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID, Level.UNIT, Level.UNIT])
kinds_left_out = st.sampled_from([(), (), ("fire",), ("rain",), ("rain", "fire")]).map(frozenset)
posts = st.sampled_from(["town_duty", "town_leader", "other"])


def _places(where: st.SearchStrategy[str], most: int) -> st.SearchStrategy[list[PlaceRow]]:
    return st.lists(st.builds(PlaceRow, where, levels), max_size=most)


def _groups(where: st.SearchStrategy[str]) -> st.SearchStrategy[list[GroupRow]]:
    fields = st.tuples(where, tiers, kinds_left_out, st.none() | levels)
    return st.lists(fields, max_size=12).map(lambda rows: [GroupRow(-n, *row) for n, row in enumerate(rows, 1)])


def _persons(where: st.SearchStrategy[str]) -> st.SearchStrategy[list[PersonRow]]:
    return st.lists(st.builds(PersonRow, st.integers(1, 6), posts, where), max_size=12)


def _district(code: str) -> st.SearchStrategy[str]:
    """Places of the district, one in four of them one of its few towns or itself: those that hold others."""
    inside = [each for each in CODES if each.startswith(code)]
    return st.one_of(*[st.sampled_from(inside)] * 3, st.sampled_from([each for each in inside if len(each) < 12]))


near = st.sampled_from(LONGSHUI_VILLAGES).flatmap(lambda village: st.sampled_from([village, LONGSHUI, DISTRICT]))
near_places = _places(near, 4)


def _expected_group(group: GroupRow, places: list[PlaceRow]) -> WarningLevel | None:
    best: WarningLevel | None = None
    reached = False
    for place in places:
        up, down = list(_chain(group.region_code)), list(_chain(place.region_code))
        if place.region_code not in up and group.region_code not in down:
            continue
        may_leave_out = group.tier is Level.UNIT and place.level in (BLUE, YELLOW)
        is_too_low = group.lowest is not None and place.level.rank > group.lowest.rank
        if may_leave_out and ("rain" in group.left_out or is_too_low):
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


@settings(max_examples=200)
@given(_places(codes, 6) | near_places, _groups(codes), _persons(codes))
def test_nobody_is_forgotten_and_nobody_else_is_told(
    places: list[PlaceRow], groups: list[GroupRow], persons: list[PersonRow]
) -> None:
    _as_expected(places, groups, persons)


@pytest.mark.parametrize("district", [QIJIANG, DISTRICT, TONGLIANG])
def test_in_each_real_district_nobody_is_forgotten_and_nobody_else_is_told(district: str) -> None:
    where = _district(district)

    @settings(max_examples=150)
    @given(_places(where, 6), _groups(where), _persons(where))
    def story(places: list[PlaceRow], groups: list[GroupRow], persons: list[PersonRow]) -> None:
        _as_expected(places, groups, persons)

    story()


@pytest.mark.parametrize("district", [QIJIANG, DISTRICT, TONGLIANG])
def test_each_town_of_each_real_district_reaches_exactly_its_own(district: str) -> None:
    """Every division has its group, and every town its warning, red and yellow."""
    groups = [GroupRow(-n, code, tier_of(code)) for n, code in enumerate(NAMES, 1)]
    for town in (code for code in NAMES if PARENTS[code] == district):
        for level in (RED, YELLOW):
            _as_expected([PlaceRow(town, level)], groups, [])


def _as_expected(places: list[PlaceRow], groups: list[GroupRow], persons: list[PersonRow]) -> None:
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

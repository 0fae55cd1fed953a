"""Codes and names of places: the way up from any code, and what a chat group's title speaks of."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plan.errors import UnknownEntry
from bot.plan.regions import is_grid, parent_of
from bot.plan.schema import Level, Region, Scope
from bot.plan.service import Plan, load_plan
from tests.unit.plan_fixtures.small_pack import write_pack

DAZU = load_plan(Path(__file__).parents[2] / "packs" / "dazu")
TOWNS = DAZU.children("500111")
VILLAGES = [village for town in TOWNS for village in DAZU.children(town.code)]
NAMESAKES = {village.name: {other.code for other in VILLAGES if other.name == village.name} for village in VILLAGES}


@pytest.fixture
def wansheng(tmp_path: Path) -> Plan:
    return load_plan(write_pack(tmp_path / "pack"))


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("500111100001-03", "500111100001"),
        ("500111100001", "500111100"),
        ("500111100", "500111"),
        ("500111", None),
        ("5001", None),
        ("", None),
    ],
)
def test_the_code_above_follows_from_the_code(code: str, parent: str | None) -> None:
    assert parent_of(code) == parent


@given(st.from_regex(r"[0-9]{12}-[0-9]{2}", fullmatch=True))
def test_every_grid_climbs_to_its_district_in_three_steps(grid: str) -> None:
    way = [grid]
    while (above := parent_of(way[-1])) is not None:
        way.append(above)
    assert [len(code) for code in way] == [15, 12, 9, 6]
    assert all(lower.startswith(upper) for lower, upper in pairwise(way))


@pytest.mark.parametrize("code", ["500111100001", "500111100001-3", "500111100-03", "500111100001-ab", "500110-WS", ""])
def test_what_is_no_grid_is_not_taken_for_one(code: str) -> None:
    assert not is_grid(code)


def test_a_grid_lies_in_village_town_and_district() -> None:
    names = [region.short_name for region in DAZU.ancestors("500111100216-03")]
    assert names == ["横店村", "龙水", "大足"]


def test_a_region_is_not_its_own_ancestor() -> None:
    assert [region.code for region in DAZU.ancestors("500111100")] == ["500111"]
    assert DAZU.ancestors("500111") == ()


def test_the_path_runs_from_the_district_down_to_the_place() -> None:
    assert [region.short_name for region in DAZU.path("500111100216")] == ["大足", "龙水", "横店村"]
    assert DAZU.path("500111100216-03") == DAZU.path("500111100216")


def test_a_grid_of_an_unknown_village_is_refused() -> None:
    with pytest.raises(UnknownEntry):
        DAZU.ancestors("500111100999-01")
    with pytest.raises(UnknownEntry):
        DAZU.region("500111100216-03")
    assert DAZU.get_region("500111100216-03") is None


@pytest.mark.parametrize(
    ("outer", "inner", "inside"),
    [
        ("500111", "500111100216-03", True),
        ("500111100", "500111100216-03", True),
        ("500111100216-03", "500111100216-03", True),
        ("500111102", "500111100216-03", False),
        ("500111100216", "500111100", False),
    ],
)
def test_a_place_contains_itself_and_what_lies_below(outer: str, inner: str, inside: bool) -> None:
    assert DAZU.contains(outer, inner) is inside


def test_a_district_without_a_code_of_its_own_holds_its_towns(wansheng: Plan) -> None:
    assert [region.name for region in wansheng.path("500110100200")] == ["万盛经开区", "万东镇", "五里村村民委员会"]
    assert [region.short_name for region in wansheng.children("500110-WS")] == ["万盛街", "万东"]
    assert wansheng.contains("500110-WS", "500110100200-01")


def test_a_right_over_the_district_reaches_the_whole_set_of_codes(wansheng: Plan) -> None:
    towns = ("500110004", "500110100")
    assert wansheng.territory(Scope.DISTRICT, "500110100200") == towns
    assert wansheng.territory(Scope.OWN, "500110-WS") == towns
    assert wansheng.territory(Scope.OWN, "500110100") == ("500110100",)
    assert wansheng.territory(Scope.OWN_GRID, "500110100200-01") == ("500110100200-01",)
    assert DAZU.territory(Scope.DISTRICT, "500111100") == ("500111",)


@pytest.mark.parametrize("town", TOWNS, ids=lambda town: town.name)
@pytest.mark.parametrize("title", ["{name}应急值班群", "{short}应急群", "大足区{name}值班", "【{name}】应急 2024"])
def test_a_group_named_after_a_town_is_suggested_that_town(town: Region, title: str) -> None:
    match = DAZU.region_from_title(title.format(name=town.name, short=town.short_name))
    assert match.region == town
    assert match.tier is Level.TOWN


@pytest.mark.parametrize("town", TOWNS, ids=lambda town: town.name)
@pytest.mark.parametrize("title", ["{town}{short}应急群", "大足区{town}{village}", "{town_short}{village}群"])
def test_a_group_named_after_town_and_village_is_suggested_that_village(town: Region, title: str) -> None:
    for village in DAZU.children(town.code):
        words = {"town": town.name, "town_short": town.short_name, "village": village.name, "short": village.short_name}
        match = DAZU.region_from_title(title.format(**words))
        assert (match.region, match.tier) == (village, Level.VILLAGE)


@pytest.mark.parametrize("town", TOWNS, ids=lambda town: town.name)
@pytest.mark.parametrize("title", ["{short}应急群", "{name}值班", "大足区{short}群"])
def test_a_group_named_after_a_village_alone_is_suggested_it_or_its_namesakes(town: Region, title: str) -> None:
    for village in DAZU.children(town.code):
        match = DAZU.region_from_title(title.format(name=village.name, short=village.short_name))
        assert {region.code for region in match.candidates} == NAMESAKES[village.name]
        assert (match.region is None) == (len(NAMESAKES[village.name]) > 1)


def test_five_pairs_of_villages_leave_a_choice() -> None:
    bare = {"太平社区": 2, "街村社区": 2, "黄桷": 2, "龙塘": 2, "双桥": 2, "高坡村": 1}
    assert {name: len(DAZU.region_from_title(f"{name}群").candidates) for name in bare} == bare


@pytest.mark.parametrize(
    ("title", "short_name", "level"),
    [
        ("大足区应急值班群", "大足", Level.DISTRICT),
        ("龙岗应急值班群", "龙岗", Level.TOWN),
        ("龙岗村应急群", "龙岗村", Level.VILLAGE),
        ("龙岗街道龙岗村", "龙岗村", Level.VILLAGE),
        ("古龙社区", "古龙社区", Level.VILLAGE),
        ("拾万街村社区群", "拾万街村社区", Level.VILLAGE),
        ("双河街社区群", "双河街社区", Level.VILLAGE),
        ("回龙街社区群", "回龙街社区", Level.VILLAGE),
        ("双龙东路社区", "双龙东路社区", Level.VILLAGE),
        ("高坡应急群", "高坡村", Level.VILLAGE),
        ("龙水镇团结一心群", "龙水", Level.TOWN),
    ],
)
def test_a_name_inside_a_longer_name_is_not_meant(title: str, short_name: str, level: Level) -> None:
    match = DAZU.region_from_title(title)
    assert match.region is not None
    assert (match.region.short_name, match.tier) == (short_name, level)


def test_a_grid_group_is_recognised_under_its_village() -> None:
    match = DAZU.region_from_title("龙水镇横店村第3网格")
    assert match.region == DAZU.region("500111100216")
    assert match.tier is Level.GRID


@pytest.mark.parametrize("title", ["", "值班群", "Duty group", "区应急局", "一家人"])
def test_a_title_without_a_place_suggests_nothing(title: str) -> None:
    match = DAZU.region_from_title(title)
    assert (match.candidates, match.region, match.tier) == ((), None, None)


def test_a_title_with_two_towns_suggests_both() -> None:
    names = [region.short_name for region in DAZU.region_from_title("龙水镇古龙镇联防群").candidates]
    assert names == ["龙水", "古龙"]


@given(st.text(max_size=60))
def test_no_title_breaks_the_suggestion(title: str) -> None:
    match = DAZU.region_from_title(title)
    assert len(set(match.candidates)) == len(match.candidates)
    assert all(DAZU.region(region.code) is region for region in match.candidates)


def test_finding_gives_exact_names_first_then_beginnings_then_the_rest() -> None:
    assert [region.short_name for region in DAZU.find_regions("龙岗")] == ["龙岗", "龙岗村"]
    assert [region.short_name for region in DAZU.find_regions("街村")][-1] == "拾万街村社区"
    assert DAZU.find_regions("龙水镇")[0].code == "500111100"


def test_finding_stays_under_the_region_asked_for() -> None:
    assert [region.code for region in DAZU.find_regions("太平", under="500111107")] == ["500111107001"]
    assert DAZU.find_regions("太平", under="500111100") == ()
    assert len(DAZU.find_regions("500111100", under="500111100")) == 1 + len(DAZU.children("500111100"))


@pytest.mark.parametrize("fragment", ["", "   ", "没有的地方"])
def test_finding_nothing_is_an_empty_answer(fragment: str) -> None:
    assert DAZU.find_regions(fragment) == ()


@given(st.sampled_from([*TOWNS, *VILLAGES]))
def test_every_region_is_found_by_name_short_name_and_code(region: Region) -> None:
    for fragment in (region.name, region.short_name, region.code):
        assert region in DAZU.find_regions(fragment)

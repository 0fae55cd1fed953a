"""Phones, regions and names: what follows from values alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.directory import rules
from bot.directory.models import Role, Tier
from bot.directory.roster_rows import Reader
from bot.directory.schemas import PlaceOfPost
from bot.plan.schema import Level
from bot.plan.service import Plan


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("13800000000", "+8613800000000"),
        ("138 0000 0000", "+8613800000000"),
        ("+86 138-0000-0000", "+8613800000000"),
        ("008613800000000", "+8613800000000"),
        ("8613800000000", "+8613800000000"),
        ("023-4376 1995", "+862343761995"),
        ("（023）43761995", "+862343761995"),
        ("+86 10000 00103", "+861000000103"),
        ("+44 20 7946 0000", "+442079460000"),
        ("12345", None),
        ("11912345678", None),
        ("电话", None),
        ("", None),
        ("+0138000000", None),
        ("138000000001", None),
    ],
)
def test_a_number_is_read_as_people_here_write_it(written: str, expected: str | None) -> None:
    assert rules.phone_written(written) == expected


@pytest.mark.parametrize("number", ["861000000103", "+861000000103", "+86 10000 00103"])
def test_a_cards_number_is_the_same_with_and_without_its_plus(number: str) -> None:
    assert rules.phone_of_contact(number) == "+861000000103"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_of_the_roster_is_the_mobile_of_the_card(number: str) -> None:
    assert rules.phone_written(number) == rules.phone_of_contact(f"86{number}") == f"+86{number}"


@given(st.text())
def test_no_text_breaks_the_reading_of_a_number(text: str) -> None:
    found = rules.phone_written(text)
    assert found is None or (found.startswith("+") and found[1:].isdecimal())


@pytest.mark.parametrize(
    ("code", "tier"),
    [
        ("500111", Tier.DISTRICT),
        ("500111100", Tier.TOWN),
        ("500111100216", Tier.VILLAGE),
        ("500111100216-03", Tier.GRID),
        ("500110-WS", Tier.DISTRICT),
    ],
)
def test_the_tier_is_in_the_shape_of_the_code(code: str, tier: Tier) -> None:
    assert rules.tier_of(code) is tier


def test_the_narrowest_region_is_the_grid_and_none_of_none() -> None:
    assert rules.narrowest(["500111", "500111100216-03", "500111100216"]) == "500111100216-03"
    assert rules.narrowest([]) is None


def test_a_place_is_called_from_the_town_down(plan: Plan) -> None:
    names = [rules.place_name(plan, code) for code in ("500111", "500111100", "500111100216", "500111100216-03", "9")]
    assert names == ["大足区", "龙水镇", "龙水镇 横店村", "龙水镇 横店村 第3网格", "9"]


def test_a_post_has_a_name_in_both_languages(plan: Plan) -> None:
    name = rules.post_name(plan, PlaceOfPost("town_duty", "500111100"))
    assert (name.zh, name.en) == ("龙水镇 · 镇街值班员", "龙水镇 · Town duty officer")


def test_every_kind_of_the_pack_fits_its_own_level_and_no_other(plan: Plan) -> None:
    codes = {
        Level.DISTRICT: "500111",
        Level.TOWN: "500111100",
        Level.VILLAGE: "500111100216",
        Level.GRID: "500111100216-03",
    }
    for kind in plan.posts.values():
        fitting = {level for level, code in codes.items() if rules.fits(plan, kind, PlaceOfPost(kind.key, code))}
        assert fitting == ({kind.level} if kind.level in codes else set())
        unit = PlaceOfPost(kind.key, unit_key=next(iter(plan.units)))
        assert rules.fits(plan, kind, unit) is (kind.level is Level.UNIT)


def test_a_villages_grids_end_with_the_ninety_ninth() -> None:
    taken = [f"500111100216-{number:02d}" for number in range(1, 100)]
    assert rules.next_grid_code("500111100216", taken[:2] + taken[3:]) == "500111100216-03"
    assert rules.next_grid_code("500111100216", taken) is None


# --- one line of a roster --------------------------------------------------------------------------------------------

GOOD = {"name": "网格员", "phone": "13800000000", "post": "网格员", "region": "龙水镇/横店村", "grid": "3", "role": ""}


@pytest.mark.parametrize(
    ("changes", "where", "role"),
    [
        ({}, PlaceOfPost("grid_worker", "500111100216-03"), Role.HOLDER),
        ({"grid": "第3网格", "role": "B"}, PlaceOfPost("grid_worker", "500111100216-03"), Role.DEPUTY),
        ({"region": "500111100216-07", "grid": ""}, PlaceOfPost("grid_worker", "500111100216-07"), Role.HOLDER),
        ({"post": "town_duty", "region": "龙水"}, PlaceOfPost("town_duty", "500111100"), Role.HOLDER),
        ({"post": "Town duty officer", "region": "500111100"}, PlaceOfPost("town_duty", "500111100"), Role.HOLDER),
        ({"post": "district_duty", "region": ""}, PlaceOfPost("district_duty", "500111"), Role.HOLDER),
        ({"post": "district_duty", "region": "大足区"}, PlaceOfPost("district_duty", "500111"), Role.HOLDER),
    ],
)
def test_a_line_is_read_by_code_or_by_name(plan: Plan, changes: dict[str, str], where: PlaceOfPost, role: Role) -> None:
    row, errors = Reader(plan).read(2, GOOD | changes)
    assert not errors
    assert row is not None
    assert (row.where, row.role, row.phone) == (where, role, "+8613800000000")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"phone": "138"}, ["phone"]),
        ({"post": "哨兵"}, ["post"]),
        ({"post": ""}, ["post"]),
        ({"region": ""}, ["region"]),
        ({"region": "龙水镇"}, ["region"]),
        ({"region": "某某村"}, ["region"]),
        ({"region": "宝顶镇/横店村"}, ["region"]),
        ({"grid": ""}, ["grid"]),
        ({"grid": "0"}, ["grid"]),
        ({"grid": "100"}, ["grid"]),
        ({"role": "C"}, ["role"]),
        ({"post": "company_safety", "unit": "没有的厂"}, ["unit"]),
        ({"name": "", "phone": "x", "role": "C", "region": "某某村"}, ["name", "phone", "role", "region"]),
    ],
)
def test_every_mistake_of_a_line_is_named_with_its_field(
    plan: Plan, changes: dict[str, str], fields: list[str]
) -> None:
    row, errors = Reader(plan).read(7, GOOD | changes)
    assert row is None
    assert [error.field for error in errors] == fields
    assert {error.line for error in errors} == {7}
    assert all(error.expectation for error in errors)

"""The pack that ships: Dazu's regions, units, posts, kinds, deadlines and waits, and the demo world on top of it."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.core.access import Permission
from bot.plan.errors import UnknownEntry
from bot.plan.regions import is_grid
from bot.plan.schema import HourKey, Lane, Level, Nature, Scope, WaitKey
from bot.plan.service import check, load_demo, load_plan
from tests.unit.plan_fixtures.small_pack import with_change, write_pack

PACK = Path(__file__).parents[2] / "packs" / "dazu"
PLAN = load_plan(PACK)
DEMO = load_demo(PACK, PLAN)


def test_the_shipped_pack_has_no_problem() -> None:
    assert check(PACK) == []


@pytest.mark.parametrize("path", sorted(PACK.iterdir()), ids=lambda path: path.name)
def test_pack_files_are_plain_utf8_with_line_feeds(path: Path) -> None:
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert b"\t" not in content
    assert content.endswith(b"\n")
    assert not any(line.endswith(" ") for line in content.decode().splitlines())


@pytest.mark.parametrize("name", ["regions.csv", "units.csv"])
def test_tables_have_the_same_cells_in_every_row_and_no_stray_blanks(name: str) -> None:
    rows = list(csv.reader((PACK / name).read_text(encoding="utf-8").splitlines(), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(cell == cell.strip() for row in rows for cell in row)


def test_dazu_has_27_towns_and_309_villages() -> None:
    assert Counter(region.level for region in PLAN.regions.values()) == {
        Level.DISTRICT: 1,
        Level.TOWN: 27,
        Level.VILLAGE: 309,
    }
    assert PLAN.district.code == "500111"
    assert len(PLAN.children("500111")) == 27
    assert sum(len(PLAN.children(town.code)) for town in PLAN.children("500111")) == 309


@pytest.mark.parametrize(
    ("code", "name", "short_name"),
    [
        ("500111", "大足区", "大足"),
        ("500111001", "龙岗街道", "龙岗"),
        ("500111100", "龙水镇", "龙水"),
        ("500111100008", "明光社区居民委员会", "明光社区"),
        ("500111100216", "横店村村民委员会", "横店村"),
        ("500111001202", "观音岩村村民委员会", "观音岩村"),
        ("500111003002", "双龙东路社区居民委员会", "双龙东路社区"),
    ],
)
def test_regions_have_the_names_people_use(code: str, name: str, short_name: str) -> None:
    assert (PLAN.region(code).name, PLAN.region(code).short_name) == (name, short_name)


def test_every_short_name_is_its_name_without_the_office() -> None:
    endings = {Level.DISTRICT: ("区",), Level.TOWN: ("镇", "街道"), Level.VILLAGE: ("居民委员会", "村民委员会")}
    for region in PLAN.regions.values():
        assert region.name.removeprefix(region.short_name) in endings[region.level], region.name


def test_the_plan_prints_seventeen_numbers_and_sixteen_members() -> None:
    assert len(PLAN.units) == 17
    assert sum(unit.member for unit in PLAN.units.values()) == 16
    assert not PLAN.unit("government_office").member
    assert len({unit.duty_phone for unit in PLAN.units.values()}) == 17
    assert all(str(unit.duty_phone).startswith("+86 23 43") for unit in PLAN.units.values())


def test_the_districts_number_is_the_emergency_bureaus_and_towns_have_none() -> None:
    assert PLAN.duty_phone("500111") == "+86 23 4376 1995"
    assert PLAN.duty_phone("500111100") is None
    assert PLAN.duty_phone("500111100216-03") is None


def test_numbers_that_a_district_supplies_join_a_copy_of_the_plan() -> None:
    supplied = PLAN.with_duty_phones({phone.region: phone.phone for phone in DEMO.duty_phones})
    assert supplied.duty_phone("500111100") == "+86 10000 01100"
    assert supplied.children("500111")[6].duty_phone == "+86 10000 01100"
    assert PLAN.duty_phone("500111100") is None
    with pytest.raises(UnknownEntry):
        PLAN.with_duty_phones({"500112": "+86 10000 01100"})


HOLDERS = {
    Permission.REPORT_FILE: {"everyone"},
    Permission.REPORT_SUPPLEMENT: {"everyone"},
    Permission.REPORT_SEE_OWN: {"everyone"},
    Permission.INCIDENT_TAKE: {
        "village_cadre",
        "village_duty",
        "town_duty",
        "town_leader",
        "district_duty",
        "district_leader",
    },
    Permission.INCIDENT_VERIFY: {"town_duty", "town_leader", "district_duty", "district_leader"},
    Permission.INCIDENT_DISMISS: {"town_duty", "town_leader", "district_duty", "district_leader"},
    Permission.GROUP_BIND: {"administrator"},
    Permission.CHANNEL_ATTACH: {"administrator"},
    Permission.PERSON_INVITE: {"town_leader", "administrator"},
    Permission.PERSON_SUSPEND: {"town_leader", "administrator"},
    Permission.POST_HAND_OVER: {"town_leader", "district_leader", "administrator"},
    Permission.ROSTER_IMPORT: {"administrator"},
    Permission.COVERAGE_SEE: {"town_duty", "town_leader", "district_duty", "district_leader", "administrator"},
    Permission.DELIVERY_RETRY: {"district_duty", "administrator"},
    Permission.WARNING_RELAY: {"district_duty"},
    Permission.WARNING_DRAFT: {"district_duty"},
    Permission.WARNING_SIGN: {"district_leader"},
    Permission.DRILL_HOLD: {"district_duty", "administrator"},
}


@pytest.mark.parametrize("permission", HOLDERS, ids=str)
def test_a_right_is_held_by_these_posts_and_no_other(permission: Permission) -> None:
    holders = {post.key for post in PLAN.posts.values() for grant in post.permissions if grant.permission is permission}
    assert holders == (set(PLAN.posts) if HOLDERS[permission] == {"everyone"} else HOLDERS[permission])


def test_the_administrator_handles_no_incident() -> None:
    assert not [
        grant for grant in PLAN.post_kind("administrator").permissions if grant.permission.startswith("incident.")
    ]


def test_nobody_below_the_district_sees_an_incident_of_another_place() -> None:
    for post in PLAN.posts.values():
        scopes = {grant.scope for grant in post.permissions if not grant.permission.startswith("report.")}
        assert post.level is Level.DISTRICT or Scope.DISTRICT not in scopes, post.key


@pytest.mark.parametrize("nature", Nature)
def test_every_nature_has_kinds_to_choose_from(nature: Nature) -> None:
    assert PLAN.kinds_for(nature)


def test_every_sector_has_a_kind() -> None:
    assert {kind.sector for kind in PLAN.kinds.values()} == set(PLAN.sectors)


def test_a_danger_sign_rings_village_town_and_district_at_once() -> None:
    ring = PLAN.ring(Nature.DANGER_SIGN)
    assert (ring.tiers, ring.lane) == ((Level.VILLAGE, Level.TOWN, Level.DISTRICT), Lane.URGENT)


@pytest.mark.parametrize(
    ("key", "limit", "article"),
    [
        ("plan_city_by_phone", timedelta(minutes=30), "大足府办发〔2024〕9号 4.1.1"),
        ("plan_city_in_writing", timedelta(hours=1), "大足府办发〔2024〕9号 4.1.1"),
        ("plan_town_reports", timedelta(0), "大足府办发〔2024〕9号 4.1.1"),
        ("plan_stop_and_withdraw", timedelta(0), "大足府办发〔2024〕9号 4.3(1)"),
        ("chongqing_larger", timedelta(hours=1), "重庆市突发事件应对条例 第28条"),
        ("order493_unit", timedelta(hours=1), "国务院令第493号 第9条"),
        ("order493_each_level", timedelta(hours=2), "国务院令第493号 第11条"),
        ("order493_casualties", timedelta(days=30), "国务院令第493号 第13条"),
        ("order493_casualties_traffic_fire", timedelta(days=7), "国务院令第493号 第13条"),
        ("geohazard_large", timedelta(hours=1), "重庆市地质灾害防治条例 第35条"),
    ],
)
def test_a_number_of_the_law_stands_beside_its_article(key: str, limit: timedelta, article: str) -> None:
    rule = PLAN.time_rule(key)
    assert (rule.limit, rule.source) == (limit, article)


def test_no_number_of_the_law_is_a_house_rule_and_no_house_rule_claims_a_paper() -> None:
    assert all(rule.source != "default" for rule in PLAN.times.values())
    assert all(wait.source == "default" for wait in PLAN.waits.values())


@pytest.mark.parametrize("key", WaitKey)
def test_every_wait_of_the_product_has_a_length(key: WaitKey) -> None:
    assert PLAN.wait(key) > timedelta(0)


def test_the_shifts_change_at_eight_and_the_night_is_told_in_the_morning() -> None:
    assert PLAN.hours(HourKey.SHIFTS) == (time(8), time(20))
    assert PLAN.hours(HourKey.DIGEST) == (time(8),)
    assert PLAN.zone.key == "Asia/Shanghai"


def test_an_invitation_stays_valid_for_a_week() -> None:
    assert PLAN.wait(WaitKey.INVITATION_VALID) == timedelta(days=7)


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2024-02-07", False), ("2024-02-08", True), ("2030-01-01", True)],
    ids=["before", "first day", "later"],
)
def test_a_rule_holds_from_its_first_day_on(day: str, holds: bool) -> None:
    assert PLAN.time_rule("plan_city_by_phone").in_force(date.fromisoformat(day)) is holds


def test_a_rule_holds_on_its_last_day_and_not_after(tmp_path: Path) -> None:
    rule = load_plan(write_pack(tmp_path / "pack")).time_rule("city_by_phone")
    assert rule.in_force(date(2024, 12, 31))
    assert not rule.in_force(date(2025, 1, 1))


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("500111100216-03", "龙水"), ("500111100", "龙水"), ("500111001200", "龙岗"), ("500111", "大足")],
)
def test_a_number_begins_with_the_town(code: str, prefix: str) -> None:
    assert PLAN.number_prefix(code) == prefix


def test_a_question_for_what_is_not_there_says_what_is_missing() -> None:
    for lookup in (PLAN.region, PLAN.unit, PLAN.post_kind, PLAN.kind, PLAN.tier, PLAN.time_rule, PLAN.children):
        with pytest.raises(UnknownEntry, match="'nothing'"):
            lookup("nothing")


def test_the_plan_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        PLAN.regions.clear()  # type: ignore[attr-defined]  # the point: a read-only mapping has no clear
    with pytest.raises(ValidationError):
        PLAN.region("500111").name = "别处"  # type: ignore[misc]  # the point: the model is frozen


def test_the_content_hash_changes_with_the_plan_and_not_with_the_demo(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    before = load_plan(pack).content_hash
    (pack / "demo.yaml").unlink()
    assert load_plan(pack).content_hash == before
    write_pack(pack, with_change("times.yaml", "PT30M", "PT31M"))
    after = load_plan(pack)
    assert after.content_hash != before
    assert after.version == f"wansheng 1.0 {after.content_hash[:12]}"


def test_the_demo_has_the_posts_the_story_needs() -> None:
    posts = Counter(held.post for person in DEMO.people for held in person.posts)
    assert set(posts) == set(PLAN.posts)
    town_desks = {held.region for person in DEMO.people for held in person.posts if held.post == "town_duty"}
    assert town_desks == {"500111100", "500111102", "500111113", "500111120"}
    assert {person.language for person in DEMO.people} == {"zh", "en"}


def test_the_demo_seats_a_deputy_beside_the_holder_of_longshui() -> None:
    seats = {
        held.seat.value
        for person in DEMO.people
        for held in person.posts
        if (held.post, held.region) == ("town_duty", "500111100")
    }
    assert seats == {"A", "B"}


def test_demo_groups_are_suggested_the_region_they_are_bound_to() -> None:
    for group in DEMO.groups:
        match = PLAN.region_from_title(group.title)
        assert (match.region, match.tier) == (PLAN.region(group.region), group.tier)


def test_demo_numbers_ring_nowhere_and_the_pack_has_none_of_them() -> None:
    numbers = [person.phone for person in DEMO.people] + [phone.phone for phone in DEMO.duty_phones]
    assert all(number.startswith("+86 10000 0") for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert "+86 10000" not in "".join(
        path.read_text(encoding="utf-8") for path in PACK.iterdir() if path.stem != "demo"
    )


def test_demo_grids_lie_in_real_villages() -> None:
    assert all(is_grid(grid.code) and PLAN.ancestors(grid.code)[0].level is Level.VILLAGE for grid in DEMO.grids)

"""Warnings in the pack: who may do what is the law's table, written down here once more, cell by cell.

The table below is taken from the law's own rows, not from the pack: a slip in the YAML is a red test.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from bot.core.access import Permission
from bot.plan.errors import UnknownEntry
from bot.plan.schema import Level, WaitKey, WarningLevel
from bot.plan.service import load_plan
from bot.plan.warnings import PERMISSION_FOR, WarningDeed, WarningNeed
from tests.unit.plan_fixtures.small_pack import with_change, write_pack

PLAN = load_plan(Path(__file__).parents[2] / "packs" / "dazu")
BLUE, YELLOW, ORANGE, RED = WarningLevel
RELAY, DRAFT, SIGN, LIFT = WarningDeed
NUDGE_IN_FIVE = "key: nudge, name: 时限, name_en: Wait, wait: PT5M"

NATIONAL = {
    *("台风", "暴雨", "暴雪", "寒潮", "大风", "沙尘暴", "高温"),
    *("干旱", "雷电", "冰雹", "霜冻", "大雾", "霾", "道路结冰"),
}
LOCAL = {"雷雨大风", "雷暴大风", "强对流", "持续低温", "其他气象"}
GEOHAZARD = {"地质灾害气象风险"}
OWN = {"洪水", "山洪", "非煤矿山", "森林火灾"}
BY_WORDS = {kind.words: key for key, kind in PLAN.warning_kinds.items()}

# Who may: relay anything, by the district's duty officer alone; write, sign and lift only the district's own kinds, and
# of these only 三级 and 四级 (重庆市突发事件应对条例 第30条; 大足府办发〔2024〕9号 3.2.2). Everything else: nobody.
ALLOWED = {
    *((RELAY, words, level, "district_duty") for words in NATIONAL | LOCAL | GEOHAZARD | OWN for level in WarningLevel),
    *((DRAFT, words, level, "district_duty") for words in OWN for level in (YELLOW, BLUE)),
    *((SIGN, words, level, "district_leader") for words in OWN for level in (YELLOW, BLUE)),
    *((LIFT, words, level, "district_leader") for words in OWN for level in (YELLOW, BLUE)),
}


@pytest.mark.parametrize("words", sorted(NATIONAL | LOCAL | GEOHAZARD | OWN))
@pytest.mark.parametrize("deed", WarningDeed)
def test_every_post_may_do_what_the_law_says_and_nothing_else(deed: WarningDeed, words: str) -> None:
    for level, post in product(WarningLevel, PLAN.posts):
        right = PLAN.may(deed, BY_WORDS[words], level, post)
        assert (right is not None) is ((deed, words, level, post) in ALLOWED), (level, post)


def test_the_table_knows_every_kind_of_the_pack() -> None:
    assert set(BY_WORDS) == NATIONAL | LOCAL | GEOHAZARD | OWN


@pytest.mark.parametrize(
    ("deed", "words", "level", "says", "paper"),
    [
        (DRAFT, "暴雨", BLUE, "只由气象台站发布", "气象灾害防御条例 第30条"),
        (SIGN, "暴雨", RED, "由气象台站发布", "重庆市气象灾害防御条例 第19"),
        (LIFT, "强对流", YELLOW, "由气象台站解除", "气象灾害防御条例 第30条"),
        (DRAFT, "地质灾害气象风险", YELLOW, "规划自然资源部门会同气象部门发布", "重庆市地质灾害防治条例 第23条"),
        (DRAFT, "洪水", ORANGE, "市政府或市应急局发布", "重庆市突发事件应对条例 第30条"),
        (SIGN, "非煤矿山", RED, "市政府或市应急局发布", "大足府办发〔2024〕9号 3.2.2"),
        (SIGN, "森林火灾", YELLOW, "拟稿人不能签自己拟的", "重庆市突发事件应对条例 第30条"),
        (LIFT, "洪水", BLUE, "谁发布谁解除", "突发事件应对法 第70条"),
        (RELAY, "暴雨", RED, "原文照转", "重庆市气象灾害防御条例 第20条"),
    ],
)
def test_whoever_may_not_is_told_why_and_by_which_paper(
    deed: WarningDeed, words: str, level: WarningLevel, says: str, paper: str
) -> None:
    reason = PLAN.refusal(deed, BY_WORDS[words], level)
    assert says in reason.why
    assert paper in reason.source
    assert reason.why_en.isascii()


def test_every_refusal_has_a_paper_behind_it() -> None:
    for deed, kind, level in product(WarningDeed, PLAN.warning_kinds, WarningLevel):
        assert PLAN.refusal(deed, kind, level).source != "default"


def test_a_signature_needs_consultation_and_authority_and_the_platforms_number_comes_after_it() -> None:
    right = PLAN.warning_right(SIGN, "flood", YELLOW)
    assert right.before_signing == (WarningNeed.CONSULTATION, WarningNeed.AUTHORITY)
    assert right.needs_platform_number


@pytest.mark.parametrize("deed", [RELAY, DRAFT])
def test_a_relay_and_a_draft_wait_for_nothing(deed: WarningDeed) -> None:
    right = PLAN.warning_right(deed, "flood", YELLOW)
    assert right.before_signing == ()
    assert not right.needs_platform_number


def test_weather_belongs_to_the_stations_and_the_districts_own_to_no_station() -> None:
    for words, key in BY_WORDS.items():
        assert (PLAN.warning_kind(key).station is None) is (words in OWN), words


def test_forest_fire_danger_has_five_grades_and_is_no_warning() -> None:
    assert not any("火险" in kind.words or "火险" in kind.name for kind in PLAN.warning_kinds.values())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        *(("洪水", "11A01"), ("山洪", "11A51"), ("台风", "11B01"), ("暴雨", "11B03"), ("暴雪", "11B04")),
        *(("寒潮", "11B05"), ("大风", "11B06"), ("沙尘暴", "11B07"), ("高温", "11B09"), ("雷电", "11B14")),
        *(("冰雹", "11B15"), ("霜冻", "11B16"), ("大雾", "11B17"), ("霾", "11B19"), ("雷雨大风", "11B20")),
        *(("道路结冰", "11B21"), ("干旱", "11B22"), ("地质灾害气象风险", "11B37"), ("森林火灾", "11G01")),
        *(("强对流", None), ("非煤矿山", None)),
    ],
)
def test_a_kind_has_the_code_of_the_standard(words: str, code: str | None) -> None:
    assert PLAN.warning_kind(BY_WORDS[words]).event_code == code


def test_red_is_first_and_blue_is_fourth() -> None:
    assert {level: level.rank for level in WarningLevel} == {RED: 1, ORANGE: 2, YELLOW: 3, BLUE: 4}


@pytest.mark.parametrize("deed", WarningDeed)
def test_a_right_is_backed_by_the_posts_permission(deed: WarningDeed) -> None:
    for kind, level in product(PLAN.warning_kinds, WarningLevel):
        for post in PLAN.warning_right(deed, kind, level).posts:
            held = {grant.permission for grant in PLAN.post_kind(post).permissions}
            assert PERMISSION_FOR[deed] in held


@pytest.mark.parametrize("level", [BLUE, YELLOW])
def test_below_orange_the_desks_are_told_and_sleepers_sleep(level: WarningLevel) -> None:
    reach = PLAN.reach(level)
    assert reach.posts == ("town_duty", "village_duty")
    assert reach.must_answer == ("town_duty",)
    assert reach.silent_at_night
    assert Level.GRID not in reach.tiers


@pytest.mark.parametrize("level", [ORANGE, RED])
def test_from_orange_on_leaders_cadres_and_grid_workers_are_told_aloud(level: WarningLevel) -> None:
    reach = PLAN.reach(level)
    assert {"town_leader", "village_cadre", "grid_worker"} < set(reach.posts)
    assert {"town_duty", "town_leader", "village_duty"} <= set(reach.must_answer)
    assert not reach.silent_at_night
    assert set(reach.tiers) == set(Level)


def test_the_higher_the_level_the_sooner_is_asked_again() -> None:
    firsts = [PLAN.reach(level).nudge_after[0] for level in (RED, ORANGE, YELLOW, BLUE)]
    assert firsts == sorted(set(firsts))


@pytest.mark.parametrize(("kind", "level"), [*product(PLAN.warning_kinds, WarningLevel)])
def test_every_kind_and_level_reaches_somebody_who_must_answer(kind: str, level: WarningLevel) -> None:
    reach = PLAN.reach(level, kind)
    assert reach.tiers
    assert reach.must_answer
    assert reach.nudge_after


def test_what_the_district_signs_sounds_at_night_and_a_mines_warning_reaches_the_mine() -> None:
    assert not PLAN.reach(YELLOW, "flood").silent_at_night
    assert PLAN.reach(YELLOW, "rainstorm") == PLAN.reach(YELLOW)
    mine = PLAN.reach(BLUE, "mine")
    assert Level.UNIT in mine.tiers
    assert {"company_safety", "shift_leader"} <= set(mine.posts)


def test_whoever_is_told_of_a_warning_may_read_it() -> None:
    for kind, level in product(PLAN.warning_kinds, WarningLevel):
        for post in PLAN.reach(level, kind).posts:
            assert Permission.WARNING_SEE in {grant.permission for grant in PLAN.post_kind(post).permissions}


def test_a_draft_begins_with_words_wherever_the_district_may_draft() -> None:
    for kind, level in product(PLAN.warning_kinds, WarningLevel):
        drafted = bool(PLAN.warning_right(DRAFT, kind, level).posts)
        assert (PLAN.template(kind, level) is not None) is drafted, (kind, level)


def test_advice_is_attached_for_whom_it_concerns_and_for_nobody_else() -> None:
    longshui, grid, baoding = "500111100", "500111100216-03", "500111102"
    everybody = PLAN.advice("rainstorm", RED, baoding)
    assert [advice.region or advice.sector for advice in everybody] == [None]
    for place in (longshui, grid):
        assert "500111100" in {advice.region for advice in PLAN.advice("rainstorm", RED, place)}
    sectors = {advice.sector for advice in PLAN.advice("rainstorm", RED, baoding, ["construction"])}
    assert sectors == {None, "construction"}
    assert PLAN.advice("rainstorm", BLUE, longshui) == ()
    assert PLAN.advice("fog", RED, longshui, ["construction", "mine"]) == ()


def test_the_pack_sets_the_waits_of_warnings() -> None:
    assert PLAN.wait(WaitKey.WARNING_VALID) > PLAN.wait(WaitKey.VALID_UNTIL_ASKED) > timedelta(0)
    assert PLAN.wait(WaitKey.NUDGE) < PLAN.wait(WaitKey.VALID_UNTIL_ASKED)


def test_a_kind_nobody_knows_is_decided_by_nobody() -> None:
    for question in (PLAN.warning_right, PLAN.refusal):
        with pytest.raises(UnknownEntry, match="kind of warning 'meteor'"):
            question(SIGN, "meteor", RED)
    with pytest.raises(UnknownEntry):
        PLAN.may(SIGN, "meteor", RED, "district_leader")
    with pytest.raises(UnknownEntry):
        PLAN.warning_kind("meteor")


def test_another_district_decides_otherwise(tmp_path: Path) -> None:
    plan = load_plan(write_pack(tmp_path / "pack"))
    assert plan.may(SIGN, "flood", RED, "administrator")
    assert plan.may(SIGN, "rain", RED, "administrator") is None
    assert plan.reach(RED, "flood").tiers == (Level.GRID,)
    assert plan.reach(RED, "rain").tiers == plan.reach(RED).tiers == (Level.TOWN, Level.VILLAGE)
    assert plan.template("flood", YELLOW) is not None
    assert [advice.text for advice in plan.advice("flood", RED, "500110100200", ["natural"])] == ["守堤", "走东线"]
    assert [advice.text for advice in plan.advice("rain", RED, "500110100")] == ["走东线"]


def test_who_must_answer_is_reminded_once_where_the_pack_names_no_minutes(tmp_path: Path) -> None:
    changed = with_change("warnings.yaml", "nudge_after: [10, 20], ", "")
    changed |= with_change("defaults.yaml", "key: nudge, name: 时限, name_en: Wait, wait: PT1M", NUDGE_IN_FIVE)
    plan = load_plan(write_pack(tmp_path / "pack", changed))
    assert plan.reach(YELLOW).nudge_after == (5,)
    assert plan.reach(RED).nudge_after == (), "nobody must answer"


def test_a_pack_may_do_without_templates_and_advice(tmp_path: Path) -> None:
    text = with_change("warnings.yaml", "templates:\n", "templates: []\nadvice: []\n")["warnings.yaml"]
    plan = load_plan(write_pack(tmp_path / "pack", {"warnings.yaml": text[: text.index("advice: []\n") + 11]}))
    assert plan.template("flood", YELLOW) is None
    assert plan.advice("flood", RED, "500110100") == ()


def test_the_content_hash_changes_with_the_warnings(tmp_path: Path) -> None:
    before = load_plan(write_pack(tmp_path / "pack")).content_hash
    changed = with_change("warnings.yaml", "[10, 20]", "[10, 30]")
    assert load_plan(write_pack(tmp_path / "pack", changed)).content_hash != before

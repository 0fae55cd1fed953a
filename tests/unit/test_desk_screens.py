"""The desk's card and the officer's lists: what is shown, what is left out, and that every button can be pressed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.access import Actor, Grant, Permission
from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.incident.models import EntryKind, Facts, IncidentState, PlaceSource, Threat
from bot.incident.rules import Deed
from bot.incident.schemas import Doubt, EntryView, IncidentView, LikelySame, Reporter
from bot.intake.schemas import Evidence
from bot.plan.schema import Nature
from bot.plan.service import Plan
from handlers.incident import choices
from handlers.incident.screens import desk_card
from messages.desk import coded

AT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
PLACE = "龙水镇 横店村 第3网格"
LONGEST_DATA = 64
REV = "99999"

VIEW = IncidentView(
    id=9_999_999,
    number="龙水0712-1",
    nature=Nature.DANGER_SIGN,
    threat=Threat.YES,
    region_code="500111100216-03",
    facts=Facts(),
    state=IncidentState.REPORTED,
    opened_at=AT,
    taken_name=None,
    away=None,
    arrive_by=None,
    verified_name=None,
    reporters=(Reporter(1, "第3网格员", "+861000000103", 1, "zh", "龙水0712-1"),),
    entries=(),
    unreached=(),
    chases=0,
    deeds=(Deed.TAKE, Deed.VERIFY, Deed.ASK, Deed.DOUBT, Deed.WITHDRAW, Deed.KIND, Deed.REROUTE, Deed.MERGE),
    drill=False,
    unit_key=None,
    doubt=None,
    closed_name=None,
    closed_at=None,
    reopen_asked=False,
    numbers=("龙水0712-1",),
    merged_number=None,
    others_in=False,
)


def card(plan: Plan, view: IncidentView, locale: str = "zh", *, is_gone: bool = False) -> Screen:
    return desk_card(plan, view, Evidence(Counter(), 0), PLACE, int(REV), locale, is_gone=is_gone)


def rows(screen: Screen) -> list[list[str]]:
    assert isinstance(screen.keyboard, InlineKeyboard)
    return [[button.text for button in row] for row in screen.keyboard.rows]


def test_buttons_stand_in_rows_by_use(plan: Plan) -> None:
    assert rows(card(plan, VIEW)) == [["我来处理"], ["属实", "请补充"], ["查否", "更多"]]
    taken = replace(VIEW, taken_name="town", deeds=(Deed.ARRIVE, Deed.VERIFY, Deed.ASK, Deed.DOUBT))
    assert rows(card(plan, taken))[0] == ["15分钟内到", "30分钟内到", "60分钟内到"]


def test_a_doubted_card_says_who_why_and_what_is_wanted(plan: Plan) -> None:
    doubted = replace(
        VIEW,
        state=IncidentState.DOUBTED,
        doubt=Doubt("town", coded("nothing_there"), None, wants_second=True),
        deeds=(Deed.SECOND, Deed.UPHOLD, Deed.DISMISS),
    )
    shown = card(plan, doubted)
    assert "查否待定</b> town：到现场看过，没有这回事" in shown.text
    assert "须另一人同意" in shown.text
    assert rows(shown) == [["同意查否", "不同意，继续办"], ["查否结案", "更多"]]
    assert "Went there, nothing of the kind" in card(plan, doubted, "en").text


@pytest.mark.parametrize("state", [IncidentState.CLOSED, IncidentState.DISMISSED, IncidentState.WITHDRAWN])
def test_what_is_over_offers_no_more_and_misses_nobody(plan: Plan, state: IncidentState) -> None:
    over = replace(VIEW, state=state, closed_name="district", closed_at=AT, deeds=())
    shown = card(plan, over)
    assert rows(shown) == []
    assert "尚无人接手" not in shown.text


def test_unknown_figures_are_left_out_of_a_danger_sign_and_said_of_an_accident(plan: Plan) -> None:
    assert "死亡" not in card(plan, VIEW).text
    assert (
        "死亡不清楚 失联不清楚 被困不清楚 重伤不清楚 受伤不清楚"
        in card(plan, replace(VIEW, nature=Nature.ACCIDENT)).text
    )
    known = replace(VIEW, facts=Facts(trapped=0, injured=2))
    assert "死亡不清楚 失联不清楚 被困0 重伤不清楚 受伤2" in card(plan, known).text


def test_the_card_says_what_it_is_where_and_how_that_is_known(plan: Plan) -> None:
    facts = Facts(
        kind_key="landslide",
        what="坡裂了",
        place_words="屋后",
        place_source=PlaceSource.LOCATION,
        latitude=29.5,
        longitude=105.7,
        accuracy=20.4,
        measures="已拉线",
        reinforcement=True,
        contact_name="社长",
        contact_phone="+861000000777",
    )
    shown = card(plan, replace(VIEW, facts=facts, unit_key="planning_resources")).text
    for words in (
        "<b>滑坡、崩塌</b>：坡裂了",
        f"{PLACE} 屋后（现场定位，误差约20米）",
        "位置 29.50000, 105.70000",
        "已采取：已拉线",
        "请求增援",
        "现场联系 社长 +86 10000 00777",
        "办理单位 区规划自然资源局 +86 23 4373 3379",
    ):
        assert words in shown


def test_a_contact_who_is_the_reporter_is_named_once(plan: Plan) -> None:
    facts = Facts(contact_name="第3网格员", contact_phone="+861000000103")
    assert "现场联系" not in card(plan, replace(VIEW, facts=facts)).text


def test_keys_of_the_log_are_read_as_names(plan: Plan) -> None:
    entries = tuple(
        EntryView(AT, kind, "town", text, 2)
        for kind, text in (
            (EntryKind.ASKED, "photo"),
            (EntryKind.KIND, "landslide"),
            (EntryKind.REROUTED, "region:500111102"),
            (EntryKind.REROUTED, "unit:planning_resources"),
            (EntryKind.JOINED, "龙水0712-2"),
            (EntryKind.SUPPLEMENT, "evidence:photo"),
        )
    )
    shown = card(plan, replace(VIEW, entries=entries)).text
    for words in (
        "请来报人补充：照片",
        "改类别：滑坡、崩塌",
        "转办：宝顶镇",
        "转办：区规划自然资源局",
        "也反映了（龙水0712-2）",
    ):
        assert words in shown
    assert "town：照片" in shown


def test_on_the_old_desk_it_only_says_where_it_went(plan: Plan) -> None:
    shown = card(plan, VIEW, is_gone=True)
    assert f"已转办：{PLACE}" in shown.text
    assert rows(shown) == []


def test_the_rarer_deeds_are_offered_to_who_may_and_the_phone_to_who_takes(plan: Plan) -> None:
    nobody = choices.more(VIEW, Actor(1, "worker"), REV, "zh")
    assert not nobody.rows
    cadre = Actor(2, "cadre", grants=(Grant(Permission.INCIDENT_TAKE, "500111100216"),))
    assert [button.text for row in choices.more(VIEW, cadre, REV, "zh").rows for button in row] == ["打电话"]
    town = Actor(3, "town", grants=(Grant(Permission.INCIDENT_VERIFY, "500111100"),))
    offered = [button.text for row in choices.more(VIEW, town, REV, "zh").rows for button in row]
    assert offered == ["改类别", "转办", "并案"]


def _every_list(plan: Plan) -> Iterator[InlineKeyboard]:
    yield choices.asking(VIEW, REV, "en")
    yield choices.reasons(VIEW, REV, "en")
    yield from (choices.sectors(plan, VIEW, REV, page, "en") for page in (1, 2))
    yield choices.whither(VIEW, REV, "en")
    yield from (choices.kinds(plan, VIEW, REV, sector, page, "en") for sector in plan.sectors for page in (1, 2, 3))
    yield from (choices.natures(plan, VIEW, REV, kind, "en") for kind in plan.kinds)
    yield from (choices.towns(plan, VIEW, REV, page, "en") for page in (1, 2))
    yield from (choices.units(plan, VIEW, REV, page, "en") for page in (1, 2, 3))
    likely = LikelySame(9_999_998, "龙水0712-2", VIEW.region_code, AT, None, None)
    yield choices.others(VIEW, REV, [likely])


def test_every_button_fits_the_platform_and_no_list_is_longer_than_a_phone(plan: Plan) -> None:
    for keyboard in _every_list(plan):
        buttons: list[Button] = [button for row in keyboard.rows for button in row]
        assert all(len((button.data or "").encode()) <= LONGEST_DATA for button in buttons)
        assert len(keyboard.rows) <= choices.ROWS + 1


def test_the_pages_together_offer_every_kind_unit_and_other_town(plan: Plan) -> None:
    data = {button.data or "" for keyboard in _every_list(plan) for row in keyboard.rows for button in row}
    chosen = {each.rsplit(":", 1)[1] for each in data if ":k:" in each or ":to:" in each or ":for:" in each}
    opening = {key for key, kind in plan.kinds.items() if set(kind.natures) & {Nature.DANGER_SIGN, Nature.ACCIDENT}}
    towns = {region.code for region in plan.children(plan.district.code)} - {"500111100"}
    units = {key for key, unit in plan.units.items() if unit.duty_phone}
    assert opening | towns | units <= chosen

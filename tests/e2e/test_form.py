"""Stories of the form on a phone: none of ours, a draft put aside, words instead of taps, one's own list."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import newcomer
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESKS = ("hengdian", "longshui", "district")


async def test_what_is_none_of_ours_is_told_whom_to_call(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.say(worker, "路灯坏了")
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "没有人")

    await stage.tap(worker, await stage.sees(worker, "是哪一种？"), "都不是")

    await stage.sees(worker, "12345", "渝快办", "没有上报")
    await stage.sees(worker, "已取消，没有上报", buttons=("恢复，继续报",))
    await stage.hears_nothing(*DESKS)
    await stage.nothing_else()


async def test_a_draft_put_aside_is_found_again_and_sent(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "没有人")
    await stage.say(worker, "存草稿")
    await stage.sees(worker, "草稿已存", "还没有上报", buttons=("继续",))
    await stage.advance(120)
    await stage.hears_nothing(*DESKS)

    await stage.say(worker, "草稿")
    await stage.tap(worker, await stage.sees(worker, "草稿已存"), "继续")
    await stage.tap(worker, await stage.sees(worker, "是哪一种？"), "只是隐患")

    await stage.sees(worker, "已登记 龙水", "（隐患）")
    await stage.sees(worker, "隐患 · 已报")
    for desk in ("hengdian", "longshui"):
        await stage.sees(desk, "隐患来报 龙水")
    await stage.say(worker, "我的报告")
    await stage.sees(worker, "我的报告", "隐患 · 已报")
    await stage.nothing_else()


async def test_a_form_that_lay_is_asked_about_once(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.say(worker, "村小学围墙有裂缝")
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "没有人")
    await stage.sees(worker, "是哪一种？")

    await stage.advance(11)
    await stage.sees(worker, "你有一份没有提交的草稿", "文字1", buttons=("继续", "上报", "删除"), ringing=True)
    await stage.advance(60)

    await stage.hears_nothing(*DESKS)
    assert len(await stage.said(worker)) == 2, "the card and the one question"
    await stage.nothing_else()


async def test_the_reporters_card_says_who_is_on_it_and_takes_figures_afterwards(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "有，先撤人")
    await stage.sees(worker, "先撤人，不要等回复")
    await stage.sees(worker, "几户几人？")
    card = await stage.sees(worker, "险情 · 已报", buttons=("补充详情", "撤回"))
    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", ringing=True)
        await stage.sees(desk, kind="photo", ringing=False)

    await stage.tap(worker, card, "补充详情")
    kind = await stage.sees(worker, "是什么？", buttons=("自然灾害",))
    await stage.tap(worker, kind, "跳过")
    await stage.sees(worker, "什么时候的事？")
    await stage.say(worker, "跳过")
    figures = await stage.sees(worker, "有没有人伤亡？", buttons=("被困不清楚", "没有人伤亡"))
    await stage.tap(worker, figures, "被困不清楚")
    await stage.tap(worker, await stage.sees(worker, "被困几人？"), "3")
    figures = await stage.sees(worker, "有没有人伤亡？", buttons=("被困3",))
    await stage.tap(worker, figures, "返回")

    await stage.sees(worker, "险情 · 已报", "被困3")
    card = await stage.sees("longshui", "险情 龙水", "被困3", "死亡不清楚")
    await stage.tap("longshui_duty", card, "我来处理", chat="longshui")
    await stage.sees(worker, "龙水镇值班员（A）已接手", ringing=True)
    mine = await stage.sees(worker, "险情 · 已报", "龙水镇值班员（A）已接手", buttons=("补充详情",))
    assert "撤回" not in mine.buttons
    await stage.nothing_else()


async def test_a_code_at_a_place_opens_a_draft_there(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.say(worker, "/start site_500111100008")
    card = await stage.sees(worker, "有人受威胁吗？", "明光社区")
    await stage.tap(worker, card, "取消")
    await stage.sees(worker, "已取消")
    await stage.say(worker, "/start site_999999")
    await stage.sees(worker, "不是本区的地点")
    await stage.hears_nothing(*DESKS)
    await stage.nothing_else()

"""Stories of the desk at work: what it asks, doubts, ends, takes up again, hands on and merges. Silence is asserted."""

from __future__ import annotations

import re

import pytest

from sandbox.seen import Message
from scenarios.stage import Stage
from tests.e2e.conftest import newcomer
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESKS = ("hengdian", "longshui", "district")
TOWN, LEADER, DISTRICT = "longshui_duty", "longshui_leader", "district_duty"


async def test_one_question_is_chosen_in_private_and_the_reply_is_on_every_desk(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    await _is_taken(stage, worker, number)

    await _on_card(stage, "longshui", TOWN, number, "请补充")
    asked = await stage.sees(TOWN, f"{number} 请来报人补充哪一样？", buttons=("位置不准", "照片看不清", "类别不对"))
    await stage.tap(TOWN, asked, "类别不对")
    await stage.sees(TOWN, f"{number} 请补充：已办")
    question = await stage.sees(worker, f"{number} 请补充：是什么事", "请回复这条消息", ringing=True)
    await stage.tap(TOWN, asked, "人数")
    await stage.sees(TOWN, "刚请来报人补充过（是什么事）")

    await stage.say(worker, "不是滑坡，是堡坎垮了", reply_to=question)

    await stage.sees(worker, f"已补充到 {number}")
    for desk in DESKS:
        await stage.sees(desk, f"{number} 补充", "堡坎垮了", ringing=True)
        await stage.sees(desk, f"险情 {number}", "请来报人补充：是什么事", "堡坎垮了")
    await stage.nothing_else()


async def test_what_may_not_have_arrived_is_told_to_the_desk_and_sent_again_by_a_tap(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    village = stage.chat_of("hengdian")
    await district.control.fault("error_500", method="sendMessage", chat=village, count=2)
    await stage.advance(5)
    for desk in ("longshui", "district"):
        await stage.sees(desk, f"{number}", "仍无人接手，已5分钟", ringing=True)
    await stage.sees(worker, "还没有人接手（5分钟）")
    await stage.never_sees("hengdian", f"{number}", "仍无人接手")
    await stage.advance(1.5)
    unsure = ("自查", f"{number}：1处不确定（龙水镇横店村应急群）")
    await stage.sees(DISTRICT, *unsure, ringing=True)
    told = await stage.sees("administrator", *unsure, ringing=True)
    await stage.tap("administrator", told, f"重新发送 {number}")
    await stage.sees("administrator", "已重新排队1条")
    await stage.sees("hengdian", "（可能重复）", number, "仍无人接手，已5分钟", ringing=True)
    await _is_taken(stage, worker, number)
    await stage.advance(60)
    for desk in DESKS:
        await stage.sees(desk, f"险情 {number}")
    await stage.nothing_else()


async def test_two_people_and_the_district_are_needed_where_people_are_threatened(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    await _is_taken(stage, worker, number)

    await _on_card(stage, "longshui", TOWN, number, "查否")
    why = await stage.sees(TOWN, f"{number} 为什么查否？", "还要另一人同意", buttons=("看过了，不构成险情",))
    await stage.say(TOWN, "看过了，是去年的旧裂缝", reply_to=why)
    await stage.sees(TOWN, f"{number} 查否：已办")
    for desk in DESKS:
        await stage.sees(desk, f"{number} 有人提出查否", "旧裂缝", "须另一人同意", ringing=True)
        await stage.sees(desk, f"险情 {number}", "查否待定", buttons=("同意查否", "不同意，继续办", "查否结案"))
    await _on_card(stage, "longshui", TOWN, number, "同意查否")
    await stage.sees(TOWN, "不能一个人定", "龙水镇 · 镇街领导")
    await _on_card(stage, "longshui", TOWN, number, "查否结案")
    await stage.sees(TOWN, "可以办的是", "区应急局值班员")
    await stage.never_sees(worker, "查否")

    await _on_card(stage, "longshui", LEADER, number, "同意查否")
    await stage.sees("district", f"{number} 两人查否，待区里结案", "龙水镇镇领导 同意", ringing=True)
    await _on_card(stage, "district", DISTRICT, number, "查否结案")

    await stage.sees(worker, f"{number} 已查看，按查否结束", "原因：看过了，是去年的旧裂缝", "+86 23 4376 1995")
    card = await stage.sees("longshui", f"险情 {number}", "已查否", buttons=("重新办理",))
    assert "我来处理" not in card.buttons
    await stage.nothing_else()


async def test_who_is_not_satisfied_says_why_and_it_is_taken_up_again(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    await _is_taken(stage, worker, number)
    await _on_card(stage, "longshui", TOWN, number, "属实")
    await stage.sees(worker, f"{number} 已核实属实")

    await _on_card(stage, "longshui", TOWN, number, "更多")
    private = await stage.sees(TOWN, number, "要办什么？", buttons=("改类别", "转办", "并案"))
    assert "办结" not in private.buttons
    await _on_card(stage, "district", DISTRICT, number, "更多")
    await stage.tap(DISTRICT, await stage.sees(DISTRICT, number, "要办什么？", buttons=("办结",)), "办结")
    await stage.sees(DISTRICT, f"{number} 办结：已办")
    closed = await stage.sees(worker, f"{number} 已办结", buttons=("满意", "不满意"), ringing=True)
    await stage.tap(worker, closed, "不满意")
    why = await stage.sees(worker, f"{number} 哪里没有办好？")
    await stage.say(worker, "坡又在往下掉土", reply_to=why)
    await stage.sees(worker, f"{number} 已记下，值班室已收到你的话")
    for desk in DESKS:
        await stage.sees(desk, f"{number} 来报人不满意", "坡又在往下掉土", ringing=True)

    await _on_card(stage, "longshui", TOWN, number, "重新办理")

    await stage.sees(worker, f"{number} 已重新办理")
    for desk in DESKS:
        await stage.sees(desk, f"{number} 重新办理，请接手", "坡又在往下掉土", ringing=True)
        await stage.sees(desk, f"险情 {number}", "尚无人接手")
    await _is_taken(stage, worker, number)
    await stage.tap(worker, closed, "满意")
    await stage.sees(worker, "这一步已经做过了")
    await stage.nothing_else()


async def test_the_kind_is_chosen_in_private_and_an_old_list_of_a_merged_case_says_where_to_go(district: Live) -> None:
    stage, worker, other = district.stage, await newcomer(district), await newcomer(district)
    first, second = await _danger(stage, worker), await _danger(stage, other)

    await _on_card(stage, "longshui", TOWN, second, "更多")
    deeds = await stage.sees(TOWN, second, "要办什么？")
    await stage.tap(TOWN, deeds, "改类别")
    await stage.tap(TOWN, await stage.sees(TOWN, second, "属于哪一类？"), "自然灾害")
    kinds = await stage.sees(TOWN, second, "到底是什么事？", buttons=("滑坡、崩塌", "山洪"))
    await stage.tap(TOWN, kinds, "滑坡、崩塌")
    await stage.sees(TOWN, f"{second} 改类别：已办", "滑坡、崩塌")
    for desk in DESKS:
        await stage.sees(desk, f"险情 {second}", "滑坡、崩塌")
    await stage.tap(TOWN, kinds, "滑坡、崩塌")
    await stage.sees(TOWN, f"{second} 这一步已经做过了")

    await stage.tap(TOWN, deeds, "并案")
    await stage.tap(TOWN, await stage.sees(TOWN, second, "和哪一件是同一件事？"), first)
    await stage.sees(TOWN, f"{second} 并案：已办", first)
    await stage.tap(TOWN, kinds, "山洪")

    await stage.sees(TOWN, f"{second} 已并入 {first}，请在那张卡片上办")
    await _is_taken(stage, worker, first)
    await stage.sees(other, second, "龙水镇值班员（A）已接手")
    await stage.nothing_else()


async def test_sent_to_another_town_it_rings_there_and_the_old_card_says_where_it_went(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)

    await _on_card(stage, "longshui", TOWN, number, "更多")
    await stage.tap(TOWN, await stage.sees(TOWN, number, "要办什么？"), "转办")
    await stage.tap(TOWN, await stage.sees(TOWN, number, "转给谁办？"), "镇街")
    towns = await stage.sees(TOWN, number, "转给哪个镇街？")
    await stage.tap(TOWN, towns, next(words for words in towns.buttons if words.startswith("宝顶")))

    await stage.sees(TOWN, f"{number} 转办：已办", "宝顶镇")
    await stage.sees(worker, f"{number} 已转 宝顶镇 办理", "+86 10000 01102", ringing=True)
    await stage.sees("baoding", f"险情 {number}", "尚无人接手", buttons=("我来处理",), ringing=True)
    old = await stage.sees("longshui", f"险情 {number}", "已转办：宝顶镇")
    assert not old.buttons
    await _on_card(stage, "baoding", "baoding_duty", number, "我来处理")
    await stage.sees(worker, "宝顶镇值班员已接手")
    await stage.nothing_else()


async def test_two_reports_become_one_and_come_apart_again(district: Live) -> None:
    stage, worker, other = district.stage, await newcomer(district), await newcomer(district)
    first, second = await _danger(stage, worker), await _danger(stage, other)

    await _on_card(stage, "longshui", TOWN, second, "更多")
    await stage.tap(TOWN, await stage.sees(TOWN, second, "要办什么？"), "并案")
    await stage.tap(TOWN, await stage.sees(TOWN, second, "和哪一件是同一件事？", first), first)

    await stage.sees(TOWN, f"{second} 并案：已办", first)
    merged = await stage.sees("longshui", f"险情 {second}", f"已并入 {first}", buttons=("拆开",))
    await stage.sees("district", f"险情 {first}", "2人反映", second)
    await stage.tap(TOWN, await stage.sees("longshui", f"险情 {first}"), "我来处理", chat="longshui")
    await stage.sees(worker, first, "龙水镇值班员（A）已接手")
    await stage.sees(other, second, "龙水镇值班员（A）已接手")

    await stage.tap(TOWN, merged, "拆开", chat="longshui")

    card = await stage.sees("longshui", f"险情 {second}", "尚无人接手", buttons=("我来处理",))
    assert "2人反映" not in (await _card(stage, "district", first)).text
    await stage.tap(TOWN, card, "我来处理", chat="longshui")
    await stage.sees(other, second, "龙水镇值班员（A）已接手")
    await stage.nothing_else()


async def _danger(stage: Stage, worker: str) -> str:
    """A danger sign is reported with one photo and every desk has it; its number."""
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "有，先撤人")
    order = await stage.sees(worker, "先撤人，不要等回复", "生命危险先打 119/110/120")
    await stage.sees(worker, "几户几人？")
    await stage.sees(worker, "险情 · 已报")
    found = re.search(r"报告号 (\S+)", order.text)
    assert found
    for desk in DESKS:
        await stage.sees(desk, f"险情 {found[1]}", ringing=True)
        await stage.sees(desk, kind="photo", ringing=False)
    return found[1]


async def _is_taken(stage: Stage, worker: str, number: str) -> None:
    await _on_card(stage, "longshui", TOWN, number, "我来处理")
    await stage.sees(worker, "龙水镇值班员（A）已接手", ringing=True)


async def _on_card(stage: Stage, desk: str, who: str, number: str, words: str) -> None:
    """Somebody taps the desk's card of that number."""
    await stage.tap(who, await _card(stage, desk, number), words, chat=desk)


async def _card(stage: Stage, desk: str, number: str) -> Message:
    return await stage.sees(desk, f"险情 {number}")

"""Stories of officers with more than one thing on their hands: lists, the telephone, the shift; and a mine emptied."""

from __future__ import annotations

import re

import pytest

from sandbox.seen import Message
from scenarios.stage import Stage
from tests.e2e.conftest import newcomer
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESKS = ("hengdian", "longshui", "district")
OFFICER = "longshui_duty"


async def test_before_the_shift_and_in_the_morning_the_desks_hear_what_is_missing(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    await stage.until("07:41", at_most_late_minutes=0)
    await stage.sees("district_duty", "班前检查 大足区 08:00班", "23/27个镇街值班没有人能收到", ringing=False)
    await stage.sees("district_duty", "没登记16人", "+86 10000 20001", "/coverage")
    await stage.sees("longshui_duty", "班前检查 龙水镇", "没有人负责的村（社区）", ringing=False)
    await stage.until("08:01")
    await stage.sees("district_duty", "早报 大足区（20:00至08:00）一夜无事", ringing=False)

    await stage.say("district_duty", "覆盖")
    listed = await stage.sees("district_duty", "27个镇街，27个有缺口", buttons=("下一页 ›",))
    assert "龙水镇" not in listed.text, "where nobody sits comes first"
    await stage.say("longshui_duty", "/coverage", chat="longshui")
    await stage.sees("longshui_duty", "覆盖 龙水镇", "值班：龙水镇值班员（A）", "村群1/28")

    heard = {who for who in district.world.people if await stage.said(who)}
    assert heard == {"district_duty", "longshui_duty", "baoding_duty", "gulong_duty", "yongxi_duty"}
    await stage.hears_nothing("district", "longshui", "hengdian")
    await stage.nothing_else()


async def test_a_list_opens_the_card_in_the_officers_own_chat_and_is_empty_when_all_is_done(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)

    await stage.say(OFFICER, "待办")
    listed = await stage.sees(OFFICER, "待办", number, "有人受威胁，无人接手", "分钟后再响铃")
    await stage.tap(OFFICER, listed, _button(listed, number))
    card = await stage.sees(OFFICER, f"险情 {number}", "尚无人接手")
    await stage.tap(OFFICER, card, "我来处理")

    await stage.sees(worker, "龙水镇值班员（A）已接手")
    await stage.say(OFFICER, "/todo", chat="longshui")
    listed = await stage.sees(OFFICER, number, "已接手，未核实，还有")
    await stage.tap(OFFICER, listed, _button(listed, number))
    await stage.tap(OFFICER, (await stage.said(OFFICER))[-1], "属实")
    await stage.say(OFFICER, "待办")
    await stage.sees(OFFICER, "没有待办")

    await stage.sees(OFFICER, f"险情 {number}")
    await stage.sees(worker, "已核实属实")
    await _desks_saw(stage, number)
    await stage.nothing_else()


async def test_an_officer_reads_into_the_telephone_and_the_group_stays_silent(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    await stage.tap(OFFICER, await stage.sees("longshui", number, "尚无人接手"), "我来处理", chat="longshui")
    before = len(await stage.said("longshui"))
    await stage.tap(OFFICER, await stage.sees("longshui", f"险情 {number}"), "更多", chat="longshui")
    await stage.tap(OFFICER, await stage.sees(OFFICER, number, buttons=("打电话",)), "打电话")

    words = await stage.sees(OFFICER, "照着念", "龙水镇值班室（镇街值班员A岗）", "死亡不清楚", "+86 23 4376 1995")
    await stage.tap(OFFICER, words, "1 占线")
    again = await stage.sees(OFFICER, "大足区应急局值班室 占线，已记", "再打：+86 23 4376 1995")
    await stage.tap(OFFICER, again, "已接通")
    asked = await stage.sees(OFFICER, "大足区应急局值班室 已接通，已记", buttons=("值班员", "带班领导"))
    await stage.say(OFFICER, "带班副局长", reply_to=asked)
    await stage.sees(OFFICER, "接电话的是带班副局长")
    for desk in DESKS:
        await stage.sees(desk, f"险情 {number}", "打通大足区应急局值班室", "接电话的是大足区应急局值班室 带班副局长")

    await stage.tap(OFFICER, words, "2 占线")
    await stage.tap(OFFICER, words, "2 占线")
    await stage.sees(OFFICER, "占线，已记", number)
    await stage.sees(OFFICER, "这次电话已记过")
    assert len(await stage.said("longshui")) == before
    await stage.sees(worker, "龙水镇值班员（A）已接手")
    await _desks_saw(stage, number)
    await stage.nothing_else()


async def test_something_is_found_by_its_number_and_by_where_somebody_stands(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    await stage.act(lambda: district.control.send_location(district.world.people[worker], 29.51234, 105.71234))
    await stage.sees(worker, f"已补充到 {number}")

    await stage.say("district_duty", f"/find {number}")
    found = await stage.sees("district_duty", number, "找到1件", "未接手")
    await stage.tap("district_duty", found, _button(found, number))
    await stage.sees("district_duty", f"险情 {number}", "尚无人接手")
    await stage.say("district_duty", "/find")
    how = await stage.sees("district_duty", "回复本条，发位置")
    officer = district.world.people["district_duty"]
    reply = how.message_id
    await stage.act(lambda: district.control.send_location(officer, 29.513, 105.712, reply_to=reply))
    await stage.sees("district_duty", "附近5公里 找到", number)
    await stage.say("district_duty", "geo:29.513,105.712", reply_to=how)
    again = await stage.sees("district_duty", "附近5公里 找到", number)
    assert again.message_id == (await stage.said("district_duty"))[-1].message_id
    await stage.say("baoding_duty", f"/find {number}")
    await stage.sees("baoding_duty", f"没有找到“{number}”")
    await stage.say(worker, f"/find {number}")
    await stage.tap(worker, await stage.sees(worker, "找到1件"), _button((await stage.said(worker))[-1], number))
    await stage.sees(worker, number, "接报，未接手")

    await stage.tap(OFFICER, await stage.sees("longshui", number, "尚无人接手"), "我来处理", chat="longshui")
    await stage.sees(worker, "龙水镇值班员（A）已接手")
    await _desks_saw(stage, number)
    await stage.nothing_else()


async def test_the_next_shift_hears_what_is_open_and_the_hand_over_names_posts(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    await stage.tap(OFFICER, await stage.sees("longshui", number, "尚无人接手"), "我来处理", chat="longshui")

    await stage.say(OFFICER, "交接班")
    read = await stage.sees(OFFICER, "交接班 龙水镇值班室", "镇街值班员A岗", number, "下一步：核实属实还是查否")
    await stage.tap(OFFICER, read, "已交接，接班人看过")
    await stage.sees(OFFICER, "已交接，已记", "交班：镇街值班员A岗；接班：镇街值班员B岗")
    await stage.tap(OFFICER, read, "已交接，接班人看过")
    await stage.sees(OFFICER, "的交接已经记过")
    await stage.hears_nothing("longshui_deputy", "longshui_leader")

    await stage.sees(worker, "龙水镇值班员（A）已接手")
    await _desks_saw(stage, number)
    await stage.nothing_else()


async def test_a_shift_leader_empties_a_quarry_with_one_tap(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    await stage.say("quarry_shift", "停产撤离")
    asked = await stage.sees("quarry_shift", "不用等批准", "演示采石场", "古龙镇")
    assert asked.buttons == ["立即停产撤离"]
    await stage.hears_nothing("gulong", "district", "quarry_safety")

    await stage.tap("quarry_shift", asked, "立即停产撤离")

    await stage.sees("quarry_shift", "先撤人，不要等回复", "报告号 古龙", "+86 10000 01120", ringing=True)
    told = await stage.sees("quarry_shift", "本企业已响铃：演示采石场安全管理员", "人数回复本条")
    await stage.sees("quarry_safety", "立即停产，全部撤离", "演示采石场", ringing=True)
    for desk in ("gulong", "district"):
        await stage.sees(desk, "险情 古龙", "有人受威胁", "停产撤离", ringing=True)
    await stage.tap("quarry_shift", asked, "立即停产撤离")
    await stage.sees("quarry_shift", "已下令停产撤离，继续有效，不用再点")
    assert len(await stage.said("quarry_safety")) == 1
    await stage.hears_nothing("longshui", "baoding")

    await stage.say("quarry_shift", "32人全部到安全处", reply_to=told)
    await stage.sees("quarry_shift", "已补充到 古龙")
    for desk in ("gulong", "district"):
        await stage.sees(desk, "补充", "32人全部到安全处", ringing=True)
    await stage.tap("gulong_duty", await stage.sees("gulong", "尚无人接手"), "我来处理", chat="gulong")
    await stage.sees("quarry_shift", "古龙镇值班员已接手")
    await stage.nothing_else()


async def test_nobody_is_offered_what_he_may_not_do(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    for who, words in ((worker, "停产撤离"), (worker, "待办"), ("quarry_safety", "停产撤离"), (worker, "交接班")):
        await stage.say(who, words)
    assert len(await stage.said(worker)) == 3
    await stage.sees("quarry_safety", "不能在这里停产撤离", "先撤人，再打电话 +86 23 4376 1995")
    for words in ("不能在这里停产撤离", "没有待办", "电话接报：你没有这个权限"):
        await stage.sees(worker, words)
    await stage.nothing_else()


async def _danger(stage: Stage, worker: str) -> str:
    """A danger sign is reported with one photo; its number."""
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "有，先撤人")
    found = re.search(r"报告号 (\S+)", (await stage.sees(worker, "报告号")).text)
    assert found
    for words in ("先撤人，不要等回复", "几户几人？", "险情"):
        await stage.sees(worker, words)
    return found[1]


async def _desks_saw(stage: Stage, number: str) -> None:
    """The card and the photo, and nothing else."""
    for desk in DESKS:
        await stage.sees(desk, f"险情 {number}")
        await stage.sees(desk, number, kind="photo")


def _button(message: Message, words: str) -> str:
    return next(button for button in message.buttons if words in button)

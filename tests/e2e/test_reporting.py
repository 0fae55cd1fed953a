"""Stories of people who report: what they send, what they are asked, and who hears of it. Silence is asserted."""

from __future__ import annotations

import re

import pytest

from sandbox.client import PIXEL
from sandbox.seen import Message
from scenarios.stage import Stage
from tests.e2e.conftest import newcomer, stranger
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESKS = ("hengdian", "longshui", "district")


async def test_nobody_threatened_but_something_happened_is_an_accident_on_all_desks(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    asked = await stage.sees(worker, "有人受威胁吗？")
    await stage.tap(worker, asked, "没有人")
    asked = await stage.sees(worker, "没有人受威胁。是哪一种？", buttons=("已经出事", "只是隐患"))
    await stage.hears_nothing(*DESKS)

    await stage.tap(worker, asked, "已经出事")

    await stage.sees(worker, "已登记 龙水", "（事故灾情）", "已报村、镇、区")
    await stage.sees(worker, "事故灾情 · 已报")
    for desk in DESKS:
        await stage.sees(desk, "事故灾情 龙水", "无人受威胁", ringing=True)
        await stage.sees(desk, kind="photo", ringing=False)
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_only_a_hazard_goes_to_village_and_town_and_wakes_no_district(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "没有人")

    await stage.tap(worker, await stage.sees(worker, "是哪一种？"), "只是隐患")

    await stage.sees(worker, "已登记 龙水", "（隐患）")
    await stage.sees(worker, "隐患 · 已报")
    for desk in ("hengdian", "longshui"):
        await stage.sees(desk, "隐患来报 龙水", "附 1 份资料")
    await stage.hears_nothing("district", "district_duty")
    await stage.nothing_else()


async def test_who_does_not_answer_is_asked_again_after_two_minutes_and_reported_after_five(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    first = await stage.sees(worker, "有人受威胁吗？", ringing=True)

    await stage.advance(2)
    again = await stage.sees(worker, "有人受威胁吗？", ringing=True)
    assert again.message_id != first.message_id
    await stage.hears_nothing(*DESKS)

    await stage.advance(3)
    await stage.sees(worker, "没有收到你的回答，已按“看不清”上报。", ringing=True)
    await stage.sees(worker, "先撤人，不要等回复")
    await stage.sees(worker, "几户几人？")
    await _are_told(stage, "看不清，按有处理")
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_an_album_of_three_is_one_report_with_three_photos(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    await stage.act(lambda: district.control.send_album(person, [PIXEL] * 3))
    asked = await stage.sees(worker, "有人受威胁吗？", "照片3")
    assert len(await district.stage.said(worker)) == 1

    await stage.tap(worker, asked, "有，先撤人")

    await _is_ordered(stage, worker)
    await _are_told(stage, "照片3")
    assert [message.kind for message in await district.stage.said("district")].count("photo") == 3
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_words_edited_on_a_draft_are_reported_as_edited(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    sent = await stage.act(lambda: district.control.say(person, "屋后有响声，下面住一户"))
    await stage.act(lambda: district.control.edit(person, sent.message_id, "屋后有响声，下面住三户"))

    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？", "文字1"), "有，先撤人")

    await _is_ordered(stage, worker)
    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", "下面住三户")
        await stage.never_sees(desk, "下面住一户")
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_a_cancelled_draft_tells_nobody_and_can_be_restored(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "取消")
    await stage.sees(worker, "已取消，没有上报", "照片1")
    await stage.advance(10)
    await stage.hears_nothing(*DESKS)

    await stage.tap(worker, await stage.sees(worker, "已取消"), "恢复，继续报")

    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？", "照片1"), "看不清")
    await _is_ordered(stage, worker)
    await _are_told(stage, "照片1")
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_a_second_photo_is_added_to_the_report_before_by_one_tap(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)
    await stage.photo(worker)
    asked = await stage.sees(worker, "有人受威胁吗？", buttons=(f"补充到 {number}",))

    await stage.tap(worker, asked, f"补充到 {number}")

    await stage.sees(worker, f"已补充到 {number}", "照片2")
    await stage.sees(worker, f"{number} 险情 · 已报", "照片2")
    for desk in DESKS:
        await stage.sees(desk, f"险情 {number}", "照片2")
        await stage.sees(desk, number, kind="photo", ringing=True)
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_a_location_sent_after_the_report_is_on_every_desks_card(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    number = await _danger(stage, worker)

    await stage.act(lambda: district.control.send_location(district.world.people[worker], 29.51234, 105.71234))

    await stage.sees(worker, f"已补充到 {number}")
    for desk in DESKS:
        await stage.sees(desk, f"险情 {number}", "位置 29.51234, 105.71234")
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_a_button_pressed_twice_acts_once_and_says_so(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    asked = await stage.sees(worker, "有人受威胁吗？")
    await stage.tap(worker, asked, "有，先撤人")
    await _is_ordered(stage, worker)
    await _are_told(stage, "照片1")

    await stage.tap(worker, asked, "有，先撤人")
    await stage.tap(worker, asked, "取消")

    await stage.sees(worker, "这份草稿已经处理完了")
    assert len(await district.stage.said("district")) == 2
    await _is_taken(stage, worker)
    await stage.nothing_else()


async def test_a_second_hand_on_the_case_hears_whose_it_is_and_the_same_hand_that_it_is_done(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await _danger(stage, worker)
    card = await _is_taken(stage, worker)

    await stage.tap("longshui_deputy", card, "我来处理", chat="longshui")
    await stage.tap("longshui_duty", card, "我来处理", chat="longshui")
    await stage.tap("hengdian_cadre", await stage.sees("hengdian", "已接手"), "15分钟内到", chat="hengdian")

    await stage.sees("longshui_deputy", "已由龙水镇值班员（A）接手，不用再点")
    await stage.sees("longshui_duty", "这一步已经做过了")
    assert "龙水镇值班员（A）" in (await district.stage.said("hengdian_cadre"))[0].text
    await stage.sees("hengdian_cadre")
    await stage.nothing_else()


async def test_talk_in_a_group_meets_silence_whoever_talks(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    await stage.say("longshui_leader", "大家注意安全", chat="longshui")
    await stage.say("longshui_duty", "收到", chat="longshui")
    said = await stage.act(
        lambda: district.control.say(district.world.people["longshui_duty"], "雨停了吗", chat=_longshui(district))
    )
    await stage.act(
        lambda: district.control.say(
            district.world.people["longshui_leader"], "还没有", chat=_longshui(district), reply_to=said.message_id
        )
    )
    await stage.act(
        lambda: district.control.send_photo(district.world.people["longshui_leader"], chat=_longshui(district))
    )
    await stage.nothing_else()


async def test_a_strangers_photo_is_not_reported_and_gives_him_the_number_to_phone(district: Live) -> None:
    stage = district.stage
    await stranger(district, "passer_by", "过路人", phone="+861000029999")
    await stage.begin()
    await stage.photo("passer_by")
    await stage.sees("passer_by", "你还没有登记，这份资料没有上报", "+86 23 4376 1995")
    await stage.nothing_else()


async def test_somebody_suspended_reports_nothing_and_is_told_whom_to_phone(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.say("administrator", "/people")
    listed = await stage.sees("administrator", "点姓名看岗位和电话")
    name = district.world.names[district.world.people[worker]]
    while not any(name in words for words in listed.buttons):
        await stage.tap("administrator", listed, "下一页 ›")
        listed = (await stage.said("administrator"))[-1]
    await stage.sees("administrator", "点姓名看岗位和电话")
    await stage.tap("administrator", listed, next(words for words in listed.buttons if name in words))
    await stage.tap("administrator", await stage.sees("administrator", "+86 10000"), "停用")
    await stage.sees("administrator", "已停用")
    await stage.sees(worker, "你的登记已停用", "+86 23 4376 1995")

    await stage.photo(worker)

    await stage.hears_nothing(*DESKS)
    refused = (await stage.said(worker))[-1]
    assert "在这里不能上报" in refused.text
    assert "有险情请打电话 +86 23 4376 1995" in refused.text
    await stage.sees(worker, "在这里不能上报")
    await stage.nothing_else()


async def test_an_english_reader_sees_english_from_the_question_to_the_end(district: Live) -> None:
    stage, worker = district.stage, "mingguang_worker"
    await stage.begin()

    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "Is anybody in danger?", "photo"), "Yes, get them out")
    await stage.sees(worker, "Get people out first. Do not wait for an answer.", "town, district", "+86 10000 01100")
    await stage.sees(worker, "How many households, how many people?")
    await stage.sees(worker, "Danger sign · reported")
    for desk in ("longshui", "district"):
        await stage.sees(desk, "险情 龙水", "有人受威胁", ringing=True)
        await stage.sees(desk, kind="photo")
    await stage.say(worker, "two households, all out")
    await stage.sees(worker, "Added to", "the duty desks have it")
    for desk in ("longshui", "district"):
        await stage.sees(desk, "补充", "two households, all out")
    card = await stage.sees("longshui", "尚无人接手")
    await stage.tap("longshui_duty", card, "我来处理", chat="longshui")
    await stage.sees(worker, "has it in hand", "Wait where it is safe")
    await stage.nothing_else()
    for message in await district.stage.said(worker):
        assert not _CHINESE_SENTENCE.search(message.text), message.text


# Names of places and posts stay Chinese; a sentence in Chinese has its full stop.
_CHINESE_SENTENCE = re.compile(r"[。？！]")


async def _danger(stage: Stage, worker: str) -> str:
    """A danger sign is reported with one photo; its number."""
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "有，先撤人")
    await _is_ordered(stage, worker)
    await _are_told(stage, "照片1")
    found = re.search(r"报告号 (\S+)", (await stage.sees(worker, "报告号")).text)
    assert found
    return found[1]


async def _is_ordered(stage: Stage, worker: str) -> None:
    await stage.sees(worker, "先撤人，不要等回复")
    await stage.sees(worker, "几户几人？")
    await stage.sees(worker, "险情 · 已报")


async def _are_told(stage: Stage, *words: str) -> None:
    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", *words, ringing=True)
        await stage.sees(desk, kind="photo", ringing=False)


async def _is_taken(stage: Stage, worker: str) -> Message:
    """So that no clock moved later calls anybody for it again; the card as the town sees it."""
    await stage.tap("longshui_duty", await stage.sees("longshui", "尚无人接手"), "我来处理", chat="longshui")
    await stage.sees(worker, "龙水镇值班员（A）已接手", ringing=True)
    return await stage.sees("longshui", "龙水镇值班员（A） 已接手")


def _longshui(district: Live) -> int:
    return district.world.groups["longshui"]

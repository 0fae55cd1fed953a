"""Stories of old buttons, own photos, deleted messages and two hands at once, on a real bot."""

from __future__ import annotations

import asyncio
import re
from functools import partial

import pytest

from sandbox.client import PIXEL, Message
from scenarios.stage import Stage
from tests.e2e.conftest import newcomer
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESKS = ("hengdian", "longshui", "district")


async def test_every_button_there_ever_was_is_answered_and_files_nothing_a_second_time(district: Live) -> None:
    """PEERS 10.2 no. 8: old screens stay on people's phones; every version's every button is pressed again.

    A field's answer still counts after filing: that is how details are added.
    """
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    await stage.photo(worker)
    card = await stage.sees(worker, "有人受威胁吗？")
    await stage.tap(worker, card, "没有人")
    for field in ("时间", "伤亡", "类别"):
        await stage.tap(worker, card, field)
        await stage.tap(worker, card, "返回")
    await stage.tap(worker, card, "已经出事")
    await stage.sees(worker, "事故灾情 · 已报")
    await _is_taken(stage, worker)
    told = {chat: len(await stage.said(chat)) for chat in DESKS}
    reports = await _reports_of(stage, worker)

    pressed = _data_there_ever_was(await _now(district, person, card.message_id))
    assert len(pressed) > 20
    for data in pressed:
        if not data.startswith(("d.withdraw:", "d.more:")):
            tapped = await stage.act(partial(district.control.tap, person, card.message_id, data=data))
            assert tapped.answered, data

    assert await _reports_of(stage, worker) == reports, "nothing more was filed"
    assert {chat: len(await stage.said(chat)) for chat in DESKS} == told, "no desk was disturbed"
    for chat in DESKS:
        await stage.sees(chat, "龙水镇值班员（A） 已接手")
    assert any("这份草稿已经处理完了" in message.text for message in await stage.said(worker))
    await stage.begin()


async def test_a_button_from_before_a_restart_still_works_and_one_of_somebody_else_explains_itself(
    district: Live,
) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    card = await stage.sees(worker, "有人受威胁吗？")
    await stage.bot.kill()
    await district.control.settled(60)

    await stage.tap(worker, card, "没有人")
    foreign = next(data for data in _data_there_ever_was(card) if data.startswith("d.threatened_yes"))
    other = await newcomer(district)
    await stage.photo(other)
    own = await stage.sees(other, "有人受威胁吗？")
    person = district.world.people[other]
    await stage.act(lambda: district.control.tap(person, own.message_id, data=foreign, forged=True))

    await stage.sees(other, "这份草稿已经处理完了")
    await stage.hears_nothing(*DESKS)
    await stage.begin()


async def test_a_reply_to_an_old_card_is_added_to_the_report(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    await stage.photo(worker)
    first = await stage.sees(worker, "有人受威胁吗？")
    await stage.advance(2)
    again = await stage.sees(worker, "有人受威胁吗？")
    assert again.message_id != first.message_id
    await stage.tap(worker, again, "有，先撤人")
    number = _number(await stage.sees(worker, "险情 · 已报"))
    await _is_taken(stage, worker)
    await stage.advance(45)

    await stage.say(worker, "后坡又响了", reply_to=again)

    await stage.sees(worker, f"已补充到 {number}")
    for desk in DESKS:
        await stage.sees(desk, f"{number} 补充", "后坡又响了")
    await stage.begin()


async def test_a_reply_to_a_photo_is_a_reply_to_its_case_be_it_ours_or_ones_own(district: Live) -> None:
    """PEERS 10.2 no. 2: an album carries no buttons, so the card is another message; both stand for the report."""
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    sent = await stage.act(lambda: district.control.send_album(person, [PIXEL] * 2))
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？", "照片2"), "有，先撤人")
    number = _number(await stage.sees(worker, "险情 · 已报"))
    photo = await stage.sees("longshui", kind="photo")
    await stage.say("longshui_duty", "已派人去看", chat="longshui", reply_to=photo)
    await stage.sees("district", f"{number} 补充", "已派人去看")
    await _is_taken(stage, worker)
    await stage.advance(45)

    await stage.act(lambda: district.control.say(person, "就是这张左边那道缝", reply_to=sent[1].message_id))

    await stage.sees(worker, f"已补充到 {number}")
    for desk in DESKS:
        await stage.sees(desk, f"{number} 补充", "就是这张左边那道缝")
    await stage.begin()


async def test_a_photo_its_sender_deletes_is_reported_all_the_same(district: Live) -> None:
    """PEERS 10.2 no. 5: the platform tells nobody of a deletion, so what was sent counts."""
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    sent = await stage.act(lambda: district.control.send_photo(person))
    asked = await stage.sees(worker, "有人受威胁吗？", "照片1")
    await stage.act(lambda: district.control.delete(person, sent.message_id))

    await stage.tap(worker, asked, "有，先撤人")

    for desk in DESKS:
        await stage.sees(desk, "险情 龙水", "照片1", ringing=True)
        await stage.sees(desk, kind="photo")
    await stage.sees(worker, "险情 · 已报")
    await _is_taken(stage, worker)
    await stage.begin()


async def test_two_phones_of_one_account_press_at_the_same_moment_and_it_is_reported_once(district: Live) -> None:
    stage, worker = district.stage, await newcomer(district)
    person = district.world.people[worker]
    await stage.photo(worker)
    asked = await stage.sees(worker, "有人受威胁吗？")

    tapped = await asyncio.gather(
        *(district.control.tap(person, asked.message_id, words) for words in ("有，先撤人", "看不清"))
    )
    await district.control.settled(60)

    assert all(each.answered for each in tapped)
    await stage.sees(worker, "险情 · 已报")
    await stage.sees(worker, "这份草稿已经处理完了")
    assert len([message for message in await stage.said(worker) if "先撤人，不要等回复" in message.text]) == 1
    assert len([message for message in await stage.said("district") if "险情 龙水" in message.text]) == 1
    await _is_taken(stage, worker)
    await stage.begin()


def _number(card: Message) -> str:
    found = re.search(r"龙水\d{4}-\d+", card.text)
    assert found, card.text
    return found[0]


def _data_there_ever_was(message: Message) -> list[str]:
    """The data of every button of every version of the message, oldest first."""
    keyboards = [*(edit["keyboard"] for edit in message.edits), message.raw["keyboard"]]
    rows = [row for keyboard in keyboards if keyboard for row in keyboard["rows"]]
    return list(dict.fromkeys(button["data"] for row in rows for button in row if button.get("data")))


async def _now(district: Live, person: int, message_id: int) -> Message:
    """The message as it stands, with all it ever was."""
    return next(each for each in await district.control.messages(person) if each.message_id == message_id)


async def _reports_of(stage: Stage, worker: str) -> list[str]:
    await stage.say(worker, "/my")
    return re.findall(r"龙水\d{4}-\d+", (await stage.said(worker))[-1].text)


async def _is_taken(stage: Stage, worker: str) -> None:
    """So that no clock moved later calls anybody for it again."""
    await stage.tap("longshui_duty", await stage.sees("longshui", "尚无人接手"), "我来处理", chat="longshui")
    await stage.sees(worker, "龙水镇值班员（A）已接手", ringing=True)

"""Stories at the door: an invitation as a link, one's own contact card and nobody else's."""

from __future__ import annotations

import pytest

from sandbox.seen import Message
from tests.e2e.conftest import stranger
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = "+861000029001"
A_WEEK_MINUTES = 7 * 24 * 60


async def test_an_invited_stranger_joins_with_his_own_card_and_is_heard_where_he_works(district: Live) -> None:
    stage, control = district.stage, district.control
    await stage.begin()
    token = await _invited(district, "网格员 横店村", "第1网格", "A岗")
    person = await stranger(district, "invited", "新来的网格员", phone=PHONE)
    other = district.world.people["longshui_deputy"]

    await stage.say("invited", f"/start {token}")
    await stage.sees("invited", "邀请你担任：", "横店村", "请点下面的按钮，发送你本人的名片")
    await stage.act(lambda: control.send_contact(person, phone="+861000000302", user_id=other))
    await stage.sees("invited", "这不是你本人的名片，没有登记")
    await stage.act(lambda: control.send_contact(person))
    await stage.sees("invited", "已登记", "横店村")
    keys = (await control.look(person)).reply_keyboard
    assert keys is not None
    assert "报告险情" in keys.texts

    await stage.photo("invited")
    asked = await stage.sees("invited", "有人受威胁吗？", "横店村 第1网格")
    await stage.tap("invited", asked, "取消")
    await stage.sees("invited", "已取消")
    await stage.nothing_else()


async def test_a_link_is_good_for_one_and_not_for_a_second(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    token = await _invited(district, "镇街值班员 古龙镇", "B岗")
    person = await stranger(district, "deputy", "古龙镇值班员（B）", phone="+861000029002")
    await stage.say("deputy", f"/start {token}")
    await stage.sees("deputy", "邀请你担任：", "古龙镇")
    await stage.act(lambda: district.control.send_contact(person))
    await stage.sees("deputy", "已登记", "古龙镇")

    await stranger(district, "second", "第二个人", phone="+861000029003")
    await stage.say("second", f"/start {token}")
    await stage.sees("second", "这个邀请已用完", "请让邀请你的人重新发一个", "+86 23 4376 1995")
    await stage.nothing_else()


async def test_a_link_found_after_a_week_opens_nothing(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    token = await _invited(district, "镇街值班员 雍溪镇", "B岗")
    await stranger(district, "late", "晚到的人", phone="+861000029004")

    await stage.advance(A_WEEK_MINUTES + 1)

    await stage.say("late", f"/start {token}")
    await stage.sees("late", "这个邀请已过期", "+86 23 4376 1995")
    await stage.nothing_else()


async def _invited(district: Live, to: str, *choices: str) -> str:
    """The administrator invites by `/invite POST PLACE` and taps what is asked; the link's token."""
    stage = district.stage
    await stage.say("administrator", f"/invite {to}")
    for words in choices:
        asked = (await stage.said("administrator"))[-1]
        await stage.tap("administrator", asked, _button(asked, words))
    made = await stage.sees("administrator", "邀请：", "链接只显示这一次")
    for message in await stage.said("administrator"):
        await stage.sees("administrator", message.text[:8])
    return made.text.split("?start=")[1].split()[0]


def _button(message: Message, words: str) -> str:
    return next(text for text in message.buttons if words in text)

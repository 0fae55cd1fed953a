"""Somebody else's text, passed on word for word: no character of it is read as mark-up."""

from __future__ import annotations

from bot.delivery.models import Lane, MessageState
from bot.delivery.schemas import Button, InlineKeyboard, Screen, Target, Telling
from bot.delivery.service import show
from messages.splitting import LONGEST_TEXT
from tests.integration.delivery.post import REPEATED, Post

SIGNAL = (
    "大足区气象台2026年7月12日21时40分发布暴雨黄色预警信号：\n\n　　预计未来6小时，龙水镇等地雨量 >50 mm & <80 mm，"
    "局地<b>有</b>7级以上大风&amp;雷电，请注意防范。\n（预警信息来源：国家预警信息发布中心）"
)


async def relay(post: Post, chat: int, text: str, *, drill: bool = False, critical: bool = True) -> None:
    how = Telling("warning:1", "text", Lane.URGENT, critical=critical, drill=drill)
    screen = Screen(text, InlineKeyboard([[Button("收到", "warning.seen:1:1")]]), plain=True)
    async with post.database.write() as session:
        await show(session, post.clock.now(), how, screen, [Target(chat)])


async def test_a_relayed_signal_arrives_to_the_byte(post: Post, group: int) -> None:
    await relay(post, group, f"\n{SIGNAL}  \n")
    await post.sent()
    (seen,) = await post.seen(group)
    assert seen.text.encode() == SIGNAL.encode()
    assert [call["params"].get("parse_mode") for call in await post.calls("sendMessage")] == [None]


async def test_a_drill_says_so_on_a_line_of_its_own(post: Post, group: int) -> None:
    await relay(post, group, SIGNAL, drill=True)
    await post.sent()
    assert await post.texts(group) == [f"【演练】\n{SIGNAL}"]


async def test_one_that_may_have_arrived_comes_once_more_marked_above_its_words(post: Post, group: int) -> None:
    await relay(post, group, SIGNAL)
    (row,) = await post.rows()
    await post.set_row(row.id, state=MessageState.SENDING, sending_at=post.clock.now())
    await post.sent()
    assert await post.texts(group) == [f"{REPEATED}\n{SIGNAL}"]


async def test_one_too_long_for_a_message_comes_in_parts_that_lose_nothing(post: Post, group: int) -> None:
    text = "\n".join(f"{number}：雨量 <{number} mm & 风 >7 级" for number in range(400))
    assert len(text) > LONGEST_TEXT
    await relay(post, group, text)
    await post.sent()
    assert "\n".join(await post.texts(group)) == text
    keyboards = [call["params"].get("reply_markup") is not None for call in await post.calls("sendMessage")]
    assert keyboards == [False] * (len(keyboards) - 1) + [True]

"""A red warning stays at the top of its chat; where it cannot be pinned it is read all the same."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import ledger, queue, service
from bot.delivery.ledger import Memory
from bot.delivery.models import ChatState, Lane, MessageState
from bot.delivery.outcomes import delivered
from bot.delivery.pacing import Policy, Rate
from bot.delivery.repository import MASS
from bot.delivery.schemas import ChatChange, Fate, Screen, Target, Telling
from messages.splitting import LONGEST_TEXT
from tests.integration.delivery.post import PUT_OFF, Post
from tests.integration.test_crowded_warning import statements

RED = "暴雨红色预警"


async def tell(post: Post, chat: int, text: str = RED, version: int = 1) -> None:
    how = {"subject": "warning:1", "purpose": "text", "version": version, "critical": True, "pin": True}
    await post.tell(chat, text, Lane.URGENT, **how)


async def pinned(post: Post, chat: int) -> list[str]:
    return [message.text for message in await post.seen(chat) if message.pinned]


@pytest.fixture
async def hall(post: Post) -> int:
    """A group whose administrator the bot is."""
    return await post.control.group("区应急值班群", bot="administrator")


async def test_it_is_pinned_once_it_is_there_and_nothing_rings_for_that(post: Post, hall: int) -> None:
    await tell(post, hall)
    await post.tell(hall, "其他")
    await post.sent()
    assert await pinned(post, hall) == [RED]
    assert [call["params"]["disable_notification"] for call in await post.calls("pinChatMessage")] == [True]


async def test_a_pin_waits_until_every_text_is_there(post: Post, hall: int) -> None:
    """Also of those that are many and go last."""
    villages = [await post.control.person(f"村值班员{number}", started=True) for number in range(MASS + 1)]
    one_at_a_time = Rate(1, 200)
    post.policy = Policy(one_at_a_time, one_at_a_time, one_at_a_time)
    await post.tell_all(villages, "大雾蓝色预警", Lane.ROUTINE)
    await tell(post, hall)
    await post.sent()
    methods = [call["method"] for call in await post.calls("sendMessage", "pinChatMessage")]
    assert methods == ["sendMessage"] * (MASS + 2) + ["pinChatMessage"]


async def test_where_the_bot_may_not_pin_the_warning_has_arrived_and_nobody_is_bothered(post: Post, group: int) -> None:
    await tell(post, group)
    await post.sent()
    assert (await post.texts(group), await pinned(post, group)) == ([RED], [])
    assert await post.states() == [MessageState.SENT, MessageState.CANCELLED]
    assert post.heard == []
    chat = await post.chat(group)
    assert chat is None or chat.state is ChatState.OPEN
    async with post.database.read() as session:
        assert await service.left_unsent(session) == {"dead": 0, "uncertain": 0, "held": 0}
        assert (await service.outcomes_of(session, "warning:1", 1)).counts[Fate.SENT] == 1


async def test_of_a_text_in_parts_the_first_is_pinned(post: Post, hall: int) -> None:
    await tell(post, hall, "雨" * LONGEST_TEXT)
    await post.sent()
    assert await pinned(post, hall) == [(await post.texts(hall))[0]]


async def test_a_pin_that_was_under_way_when_the_bot_died_is_left(post: Post, hall: int) -> None:
    await tell(post, hall)
    await post.sent()
    pin = (await post.rows())[-1]
    await post.set_row(pin.id, state=MessageState.SENDING)
    await post.sent()
    assert [row.state for row in await post.rows()] == [MessageState.SENT, MessageState.CANCELLED]
    assert await post.texts(hall) == [RED]


async def test_the_next_version_does_not_wait_for_a_pin(post: Post, group: int) -> None:
    await tell(post, group)
    await post.sent()
    pin = (await post.rows())[-1]
    await post.set_row(pin.id, state=MessageState.RETRY, not_before=post.clock.now() + PUT_OFF)
    await tell(post, group, "暴雨红色预警解除", 2)
    async with post.sending():
        await post.settled()
    assert await post.texts(group) == [RED, "暴雨红色预警解除"]


async def test_what_arrived_with_its_pin_takes_no_statement_for_each(post: Post) -> None:
    async def heed(_session: AsyncSession, _now: datetime, _change: ChatChange) -> None:
        raise AssertionError("nobody is lost")

    now, chats = post.clock.now(), [Target(chat) for chat in range(1, 41)]
    async with post.database.write() as session:
        await service.show(session, now, Telling("warning:1", "text", Lane.URGENT, pin=True), Screen(RED), chats)
        rows = await queue.next_messages(session, now, Lane.URGENT, len(chats))
        shipments = await queue.as_shipments(session, rows, {})
        await queue.begin_messages(session, now, shipments)
        there = [(shipment, delivered(1_000 + number)) for number, shipment in enumerate(shipments)]
        with statements(session) as seen:
            await ledger.settle_all(session, now, there, heed, Memory())
    pins = [row for row in await post.rows() if row.subject == "warning:1:pin"]
    assert [(row.chat_id, row.reply_to) for row in pins] == [(n + 1, 1_000 + n) for n in range(len(chats))]
    assert len(seen) < len(chats)

"""What was sent by mistake is deleted before it is corrected; a pin comes down with the text it held up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.delivery import service
from bot.delivery.models import Lane, Message, MessageState
from bot.delivery.schemas import Fate, Screen, Target, Telling
from messages.splitting import LONGEST_TEXT
from tests.integration.delivery.post import Gate, Post
from tests.integration.test_crowded_warning import statements

WRONG, RIGHT = "龙水镇洪水红色预警", "撤回：误发，以本条为准"
SUBJECT = "warning:1"


def how(version: int, purpose: str = "warning", *, pin: bool = False) -> Telling:
    return Telling(SUBJECT, purpose, Lane.URGENT, version=version, critical=True, pin=pin)


async def tell(post: Post, chat: int, text: str, version: int, purpose: str = "warning", *, pin: bool = False) -> None:
    async with post.database.write() as session:
        await service.show(session, post.clock.now(), how(version, purpose, pin=pin), Screen(text), [Target(chat)])


async def correct(post: Post, chat: int) -> int:
    """Takes back version 1 and tells version 2; how many messages are to be deleted."""
    now = post.clock.now()
    async with post.database.write() as session:
        await service.supersede(session, SUBJECT, 2)
        erased = await service.erase(session, now, how(2), ("warning", "nudge"))
        await service.unpin(session, now, SUBJECT, 2)
        await service.show(session, now, how(2), Screen(RIGHT), [Target(chat)])
    return erased


async def test_the_wrong_text_goes_before_the_correction_comes(post: Post, group: int) -> None:
    await tell(post, group, WRONG, 1)
    await tell(post, group, "还没有应答", 1, "nudge")
    await tell(post, group, "电话清单", 1, "phones")
    await post.sent()
    assert await correct(post, group) == 2
    await post.sent()
    assert await post.texts(group) == ["电话清单", RIGHT]
    done = [call["method"] for call in await post.calls("sendMessage", "deleteMessage")]
    assert done[-3:] == ["deleteMessage", "deleteMessage", "sendMessage"]


async def test_a_long_text_goes_in_all_its_parts(post: Post, group: int) -> None:
    await tell(post, group, "雨" * (LONGEST_TEXT + 10), 1)
    await post.sent()
    assert await correct(post, group) == 2
    await post.sent()
    assert await post.texts(group) == [RIGHT]


async def test_what_the_platform_deletes_no_more_is_corrected_all_the_same(post: Post, group: int) -> None:
    await tell(post, group, WRONG, 1)
    await post.sent()
    (row,) = await post.rows()
    await post.set_row(row.id, sent_at=post.clock.now() - timedelta(hours=48, minutes=1))
    assert await correct(post, group) == 0
    await post.sent()
    assert await post.texts(group) == [WRONG, RIGHT]
    assert await post.calls("deleteMessage") == []


async def test_a_deletion_that_is_refused_bothers_nobody(post: Post, group: int) -> None:
    await tell(post, group, WRONG, 1)
    await post.sent()
    (row,) = await post.rows()
    await post.set_row(row.id, message_id=9_999)
    await correct(post, group)
    await post.sent()
    assert await post.texts(group) == [WRONG, RIGHT]
    assert [row.state for row in await post.rows()] == [MessageState.SENT, MessageState.CANCELLED, MessageState.SENT]
    assert post.heard == []
    async with post.database.read() as session:
        assert await service.left_unsent(session) == {"dead": 0, "uncertain": 0, "held": 0}
        assert (await service.outcomes_of(session, SUBJECT, 2, "warning")).counts[Fate.SENT] == 1


async def test_a_deletion_under_way_when_the_bot_died_is_made_once_more(post: Post, group: int) -> None:
    await tell(post, group, WRONG, 1)
    await post.sent()
    await correct(post, group)
    deletion = (await post.rows())[1]
    await post.set_row(deletion.id, state=MessageState.SENDING)
    async with post.sending():
        await post.settled()
        post.pass_time(2)
        await post.settled()
    assert await post.texts(group) == [RIGHT]


async def test_what_was_on_its_way_when_it_was_taken_back_is_deleted_when_it_is_there(
    post: Post, group: int, gate: Gate
) -> None:
    await tell(post, group, WRONG, 1, pin=True)
    async with post.sending(gate):
        await gate.reached.wait()
        assert await correct(post, group) == 0
        gate.open.set()
        await post.settled()
    assert await post.texts(group) == [RIGHT]
    assert await post.calls("pinChatMessage") == []


async def test_a_message_of_a_text_that_still_holds_is_left(post: Post, group: int) -> None:
    await tell(post, group, WRONG, 1)
    await post.sent()
    await tell(post, group, "升级", 2)
    await post.sent()
    assert await post.texts(group) == [WRONG, "升级"]


@pytest.fixture
async def hall(post: Post) -> int:
    """A group whose administrator the bot is."""
    return await post.control.group("区应急值班群", bot="administrator")


async def pinned(post: Post, chat: int) -> list[str]:
    return [message.text for message in await post.seen(chat) if message.pinned]


async def next_version(post: Post, chat: int, text: str, *, pin: bool, version: int = 2) -> None:
    now = post.clock.now()
    async with post.database.write() as session:
        await service.supersede(session, SUBJECT, version)
        await service.unpin(session, now, SUBJECT, version)
        await service.show(session, now, how(version, pin=pin), Screen(text), [Target(chat)])


@pytest.mark.parametrize(("again", "left"), [(True, ["第2版"]), (False, [])])
async def test_a_pin_comes_down_with_its_version(post: Post, hall: int, again: bool, left: list[str]) -> None:
    await tell(post, hall, WRONG, 1, pin=True)
    await post.sent()
    assert await pinned(post, hall) == [WRONG]
    await next_version(post, hall, "第2版", pin=again)
    await post.sent()
    assert await pinned(post, hall) == left
    unpinned = [call["params"]["message_id"] for call in await post.calls("unpinChatMessage")]
    assert unpinned == [(await post.rows())[0].message_id]


async def test_a_pin_comes_down_once_however_many_versions_follow(post: Post, hall: int) -> None:
    await tell(post, hall, WRONG, 1, pin=True)
    await post.sent()
    for version in (2, 3):
        await next_version(post, hall, f"第{version}版", pin=False, version=version)
        await post.sent()
    assert [call["ok"] for call in await post.calls("unpinChatMessage")] == [True]


async def test_a_pin_on_what_is_deleted_goes_with_it(post: Post, hall: int) -> None:
    await tell(post, hall, WRONG, 1, pin=True)
    await post.sent()
    assert await pinned(post, hall) == [WRONG]
    await correct(post, hall)
    await post.sent()
    assert await post.texts(hall) == [RIGHT]
    assert await pinned(post, hall) == []
    assert await post.calls("unpinChatMessage") == []


async def test_somebody_elses_pin_stays(post: Post, hall: int) -> None:
    await post.tell(hall, "值班表", subject="other:1", purpose="roster", pin=True)
    await tell(post, hall, WRONG, 1, pin=True)
    await post.sent()
    await next_version(post, hall, "第2版", pin=False)
    await post.sent()
    assert await pinned(post, hall) == ["值班表"]


async def test_a_pin_that_is_not_up_yet_is_not_put_up(post: Post, hall: int) -> None:
    await tell(post, hall, WRONG, 1, pin=True)
    await post.sent()
    pin = (await post.rows())[-1]
    await post.set_row(pin.id, state=MessageState.QUEUED)
    before = len(await post.calls("pinChatMessage"))
    await next_version(post, hall, "第2版", pin=False)
    await post.sent()
    assert len(await post.calls("pinChatMessage")) == before
    assert await post.calls("unpinChatMessage") == []


async def test_taking_back_what_a_district_was_told_takes_a_few_statements(post: Post) -> None:
    now, chats = post.clock.now(), [Target(chat) for chat in range(1, 201)]
    async with post.database.write() as session:
        await service.show(session, now, how(1, pin=True), Screen("错"), chats)
        values = {"state": MessageState.SENT, "sent_at": now, "message_id": col(Message.chat_id) + 7}
        await session.exec(update(Message).values(**values))
        with statements(session) as seen:
            assert await service.erase(session, now, how(2, "erase"), ["warning"]) == len(chats)
    erasing = [row for row in await post.rows() if row.purpose == "erase"]
    told = [row for row in await post.rows() if row.purpose == "warning"]
    assert [(row.seq, row.chat_id, row.reply_to) for row in erasing] == [
        (row.id, row.chat_id, row.message_id) for row in told
    ]
    assert {(row.mass, row.state, row.silent) for row in erasing} == {(True, MessageState.QUEUED, True)}
    assert len(seen) < 10


async def test_taking_back_twice_takes_back_once(post: Post, group: int) -> None:
    await tell(post, group, WRONG, 1)
    await post.sent()
    await correct(post, group)
    await correct(post, group)
    await post.sent()
    assert len(await post.calls("deleteMessage")) == 1
    assert await post.texts(group) == [RIGHT]

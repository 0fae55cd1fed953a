"""Everybody has blocked the bot, says the platform: lists are kept, what was to be told comes later, one alarm."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlmodel import col, select

from bot.delivery.disbelief import BELIEVED
from bot.delivery.models import ChatState, Lane, MessageState
from bot.directory import groups, people
from bot.directory.models import GroupState, Person
from bot.plan.service import Plan
from handlers.chat_changes import heeding
from tests.integration.delivery.post import Post
from tests.integration.directory.world import World

DISTRICT, LONGSHUI = "500111", "500111100"
FIVE_MINUTES = 300
WORKERS = 2 * BELIEVED
SENT, RETRY, DEAD = MessageState.SENT, MessageState.RETRY, MessageState.DEAD


@pytest.fixture
async def everybody(post: Post, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The administrator first, then workers, each in the directory."""
    monkeypatch.setattr(Post, "_heed", staticmethod(heeding(plan)))
    chats = [await post.control.person("系统管理员", started=True)]
    chats += [await post.control.person(f"网格员{number}", started=True) for number in range(WORKERS)]
    async with post.database.write() as session:
        world = World(session, plan)
        await world.person("系统管理员", "administrator", DISTRICT, platform_id=chats[0])
        for number, chat in enumerate(chats[1:]):
            await world.person(f"网格员{number}", "grid_worker", f"{LONGSHUI}216-{number + 10}", platform_id=chat)
    return chats


async def block(post: Post, chats: Sequence[int], blocked: bool = True) -> None:
    for chat in chats:
        await post.control.block(chat, blocked)


async def unreachable(post: Post) -> set[int]:
    async with post.database.read() as session:
        found = await session.exec(select(Person.platform_id).where(col(Person.reachable).is_(False)))
        return {number for number in found.all() if number}


async def test_when_everybody_is_gone_for_five_minutes_nobody_is_struck_off_and_everybody_is_told(
    post: Post, everybody: list[int]
) -> None:
    administrator, *workers = everybody
    await block(post, everybody)
    async with post.sending():
        await post.tell_all(everybody, "暴雨红色预警", Lane.URGENT)
        await post.settled()
        assert await unreachable(post) == set()
        assert {row.state for row in await post.rows() if row.purpose == "暴雨红色预警"} == {RETRY}
        assert [(await post.chat(chat) or pytest.fail("unknown")).state for chat in everybody] == (
            [ChatState.OPEN] * len(everybody)
        )
        await block(post, everybody, blocked=False)
        post.pass_time(FIVE_MINUTES)
        await post.settled()
    for worker in workers:
        assert await post.texts(worker) == ["暴雨红色预警"], "once, and nothing else"
    red, alarm = sorted(await post.texts(administrator), key=len)
    assert red == "暴雨红色预警"
    assert "名单和工作群都没动" in alarm


async def test_while_it_lasts_each_chat_is_asked_now_and_then_and_never_believed(
    post: Post, everybody: list[int]
) -> None:
    await block(post, everybody)
    async with post.sending():
        await post.tell_all(everybody, "预警", Lane.URGENT)
        await post.settled()
        for _ in range(4):
            post.pass_time(FIVE_MINUTES)
            await post.settled()
        asked = [call["params"]["chat_id"] for call in await post.calls("sendMessage")]
    assert await unreachable(post) == set()
    assert max(asked.count(worker) for worker in everybody[1:]) <= 6


async def test_a_few_who_block_the_bot_among_many_are_believed(post: Post, everybody: list[int]) -> None:
    gone = everybody[-3:]
    await block(post, gone)
    await post.tell_all(everybody, "预警", Lane.URGENT)
    await post.sent()
    assert await unreachable(post) == set(gone)
    assert [row.state for row in await post.rows() if row.chat_id in gone and row.purpose == "预警"] == [DEAD] * 3
    assert not [text for text in await post.texts(everybody[0]) if "名单和工作群都没动" in text]


async def test_who_was_lost_before_stays_lost_and_is_no_part_of_the_wave(post: Post, everybody: list[int]) -> None:
    gone, others = everybody[-1], everybody[1:-1]
    await block(post, [gone])
    await post.tell(gone, "昨天")
    await post.sent()
    post.pass_time(24 * 3600)
    await block(post, others)
    await post.tell_all([gone, *others], "预警", Lane.URGENT)
    await post.sent()
    assert await unreachable(post) == {gone}
    states = {row.chat_id: row.state for row in await post.rows() if row.purpose == "预警"}
    assert states == {gone: DEAD, **dict.fromkeys(others, RETRY)}


async def test_what_a_newer_text_has_followed_is_not_told_after_all(post: Post, everybody: list[int]) -> None:
    first, *others = everybody[1:]
    await block(post, everybody)
    await post.tell(first, "橙色", Lane.URGENT, subject="warning:1", version=1)
    await post.sent()
    await post.tell(first, "红色", Lane.URGENT, subject="warning:1", version=2)
    await post.tell_all(others, "预警", Lane.URGENT)
    await post.sent()
    await block(post, everybody, blocked=False)
    post.pass_time(FIVE_MINUTES)
    await post.sent()
    assert "橙色" not in await post.texts(first)


async def test_groups_that_put_the_bot_out_all_at_once_keep_their_places(
    post: Post, everybody: list[int], plan: Plan
) -> None:
    halls = [await post.control.group(f"工作群{number}") for number in range(BELIEVED + 1)]
    async with post.database.write() as session:
        for number, hall in enumerate(halls):
            await World(session, plan).group(f"工作群{number}", hall, region_code=LONGSHUI)
    for hall in halls:
        await post.control.fault("kick", chat=hall)
    await post.tell_all(halls, "预警", Lane.URGENT)
    await post.sent()
    async with post.database.read() as session:
        found = [await groups.by_chat(session, hall) for hall in halls]
    assert [group and group.state for group in found] == [GroupState.BOUND] * len(halls)
    (alarm,) = [text for text in await post.texts(everybody[0]) if "个聊天都发不进去" in text]
    assert f"{len(halls)} 个聊天" in alarm
    async with post.database.read() as session:
        assert await people.administrators(session, post.clock.now(), DISTRICT)

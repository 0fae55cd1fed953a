"""A chat that a shipment finds lost or moved: the directory knows it, and who watches over it is told, once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.delivery.models import MessageState
from bot.delivery.schemas import ChatChange
from bot.directory import groups, people
from bot.directory.models import GroupState
from bot.plan.service import Plan
from handlers.chat_changes import heeding
from tests.integration.delivery.post import Post
from tests.integration.directory.world import World

DISTRICT, LONGSHUI = "500111", "500111100"


@dataclass(slots=True)
class Watched:
    """A bound group, a town officer, and the administrator who watches over both."""

    administrator: int
    officer: int
    group: int


@pytest.fixture
async def watched(post: Post, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(Post, "_heed", staticmethod(heeding(plan)))
    administrator = await post.control.person("系统管理员", started=True)
    officer = await post.control.person("龙水镇值班员", started=True)
    group = await post.control.group("龙水镇应急值班群")
    async with post.database.write() as session:
        world = World(session, plan)
        await world.person("系统管理员", "administrator", DISTRICT, platform_id=administrator)
        await world.person("龙水镇值班员", "town_duty", LONGSHUI, platform_id=officer, phone="+8613800000001")
        await world.group("龙水镇应急值班群", group, region_code=LONGSHUI)
    return Watched(administrator, officer, group)


async def test_a_group_that_put_the_bot_out_is_lost_and_those_who_watch_hear_it_once(
    post: Post, watched: Watched
) -> None:
    await post.control.fault("kick", chat=watched.group)
    for number in range(3):
        await post.tell(watched.group, f"预警{number}")
    await post.sent()
    (told,) = await post.texts(watched.administrator)
    assert "龙水镇应急值班群" in told
    assert "机器人被移出" in told
    async with post.database.write() as session:
        group = await groups.by_chat(session, watched.group)
        assert group is not None
        assert group.state is GroupState.LOST
        # The platform's own word of it, which comes later, has nothing new to tell.
        assert await groups.lost(session, post.clock.now(), watched.group, "removed") is None
    dead = [row.state for row in await post.rows() if row.chat_id == watched.group]
    assert dead == [MessageState.DEAD] * 3


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Forbidden: bot is not a member of the supergroup chat", "机器人被移出"),
        ("Bad Request: CHANNEL_PRIVATE", "机器人被移出"),
        ("Forbidden: the group chat was deleted", "群已解散"),
        ("Bad Request: group chat was deactivated", "群已解散"),
        ("Bad Request: not enough rights to send text messages to the chat", "机器人被禁言"),
        ("Bad Request: CHAT_RESTRICTED", "机器人被禁言"),
        ("Bad Request: chat not found", "平台找不到这个群"),
    ],
)
async def test_who_watches_reads_why_a_group_is_lost_in_our_words(
    post: Post, plan: Plan, watched: Watched, said: str, shown: str
) -> None:
    async with post.database.write() as session:
        await heeding(plan)(session, post.clock.now(), ChatChange(watched.group, said))
    await post.sent()
    (told,) = await post.texts(watched.administrator)
    assert f"原因：{shown}" in told


async def test_a_person_who_blocked_the_bot_is_unreachable_and_must_be_telephoned(post: Post, watched: Watched) -> None:
    await post.control.block(watched.officer)
    for number in range(2):
        await post.tell(watched.officer, f"叫应{number}")
    await post.sent()
    (told,) = await post.texts(watched.administrator)
    assert "龙水镇值班员" in told
    assert "138" in told
    async with post.database.read() as session:
        person = await people.person_by_platform(session, watched.officer)
        assert person is not None
        assert not person.reachable


async def test_a_group_that_moved_keeps_its_binding_and_says_so_in_the_new_chat(post: Post, watched: Watched) -> None:
    new = int((await post.control.fault("migrate", chat=watched.group))["migrated_to"])
    await post.tell(watched.group, "预警")
    await post.sent()
    assert "预警" in await post.texts(new)
    assert len(await post.texts(new)) == 2
    assert await post.texts(watched.administrator) == []
    async with post.database.write() as session:
        group = await groups.by_chat(session, new)
        assert group is not None
        assert (group.state, group.region_code) == (GroupState.BOUND, LONGSHUI)
        assert await groups.migrate(session, post.clock.now(), watched.group, new) is None


async def test_a_chat_that_is_nobodys_is_lost_without_a_word(post: Post, watched: Watched) -> None:
    stranger = await post.control.person("路人", started=True)
    await post.control.block(stranger)
    await post.tell(stranger, "x")
    await post.sent()
    assert await post.texts(watched.administrator) == []


async def test_a_group_lost_again_is_told_again(post: Post, watched: Watched) -> None:
    for _ in range(2):
        await post.control.fault("kick", chat=watched.group)
        await post.tell(watched.group, "预警")
        await post.sent()
        await post.control.members(watched.group, "add", bot=True)
        async with post.database.write() as session:
            await groups.met(
                session,
                post.clock.now(),
                chat_id=watched.group,
                title="龙水镇应急值班群",
                kind="group",
                is_forum=False,
                bot_status="member",
                locale="zh",
            )
    assert len(await post.texts(watched.administrator)) == 2

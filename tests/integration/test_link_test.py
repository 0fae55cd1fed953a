"""The link test: one routine text to every group that takes part, the first answer counts, silence is a list."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select, update

from bot.core.database import Database
from bot.delivery.models import Lane, Message, MessageState
from bot.delivery.schemas import Target
from bot.directory import groups as directory_groups
from bot.directory.models import Group, GroupState, Person, PersonState
from bot.drill import jobs, service
from bot.drill.errors import AlreadyOpen
from bot.drill.schemas import LinkTestView
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from tests.integration.directory.talk import Said
from tests.integration.directory.world import World
from tests.integration.practice import Practice, practise
from tests.integration.town import NIGHT, VILLAGE, Town, build

DAY = NIGHT + timedelta(hours=9)
"""09:50 on the 12th on the district's wall clock."""

MINUTE = timedelta(minutes=1)
TAKING_PART = ("town_group", "village_group", "other_group")
REMINDED = 30 * MINUTE
ENDS = 120 * MINUTE


@pytest.fixture
async def practice(database: Database, plan: Plan) -> Practice:
    assert (plan.wait(WaitKey.LINK_TEST_NUDGE), plan.wait(WaitKey.LINK_TEST_ENDS)) == (REMINDED, ENDS)
    practice = await practise(await build(database, plan), DAY)
    await practice.take_part(*TAKING_PART)
    return practice


def only(said: list[Said]) -> Said:
    (one,) = said
    return one


async def started(practice: Practice, role: str = "district") -> Said:
    """From the menu to the board."""
    menu = only(await practice.say(role, "/drill"))
    asked = only(await practice.tap(role, menu.buttons["链路测试"]))
    return only(await practice.tap(role, asked.buttons["开始"]))


async def sent(practice: Practice) -> None:
    """Everything that was queued has arrived."""
    async with practice.town.database.write() as session:
        queued = update(Message).where(col(Message.state) == MessageState.QUEUED)
        await session.exec(queued.values(state=MessageState.SENT, sent_at=practice.now))


async def seen(town: Town) -> LinkTestView:
    async with town.database.read() as session:
        view = await service.last_link_test(session)
    assert view is not None
    return view


async def answered(town: Town) -> dict[str, datetime | None]:
    return {group.title: group.answered_at for group in (await seen(town)).groups}


async def group_id(town: Town, title: str) -> int:
    async with town.database.read() as session:
        return (await session.exec(select(Group.id).where(Group.title == title))).one()


# --- starting --------------------------------------------------------------------------------------------------------


async def test_it_goes_silently_and_behind_everything_to_the_groups_that_take_part_and_to_nobody_else(
    practice: Practice,
) -> None:
    board = await started(practice)
    assert "【链路测试】进行中" in board.text
    assert "有人应答 0/3 个群" in board.text
    assert "不参加 1 个群：district_group" in board.text
    told = await practice.told()
    assert set(told) == set(TAKING_PART)
    for (words,) in told.values():
        assert words.startswith("【演练】\n<b>【链路测试】请点［收到］")
        assert "不是预警" in words
    rows = await practice.rows("linktest:1")
    assert {(row.lane, row.silent, row.critical, row.drill) for row in rows} == {(Lane.BULK, True, False, True)}
    assert await practice.marks("linktest:", "linkgroup:") == {True}


async def test_only_one_is_open_and_a_second_start_says_since_when(practice: Practice) -> None:
    await started(practice)
    await practice.at(DAY + 5 * MINUTE)
    menu = only(await practice.say("administrator", "/drill"))
    assert "链路测试正在进行（09:50 开始）" in menu.text
    assert only(await practice.tap("administrator", "dr.link")).buttons == {}
    refused = only(await practice.tap("administrator", "dr.start"))
    assert "09:50 已经开始，最迟 11:50 结束" in refused.text
    assert len(await practice.rows("linktest:1")) == 3


async def test_two_who_start_at_the_same_moment_start_one(practice: Practice) -> None:
    town = practice.town

    async def start(role: str) -> None:
        async with town.database.write() as session:
            actor = await town.actor(session, role, DAY)
            await service.start(session, town.plan, actor, DAY, Target(town.chats[role]))

    results = await asyncio.gather(start("district"), start("administrator"), return_exceptions=True)
    assert [type(each) for each in results if each is not None] == [AlreadyOpen]
    assert len(await practice.rows("linktest:1")) == 3


async def test_without_a_group_that_takes_part_there_is_nothing_to_start(practice: Practice) -> None:
    await practice.take_part(*TAKING_PART, takes_part=False)
    asked = only(await practice.tap("district", "dr.link"))
    assert "还没有群参加演练" in asked.text
    assert asked.buttons == {}
    assert "还没有群参加演练" in only(await practice.tap("district", "dr.start")).text
    assert await practice.told() == {}


async def test_at_night_it_wants_to_be_confirmed(practice: Practice) -> None:
    by_day = only(await practice.tap("district", "dr.link"))
    await practice.at(NIGHT + timedelta(days=1))
    assert "现在是夜里，链路测试没有发" in only(await practice.tap("district", by_day.buttons["开始"])).text
    assert await practice.told() == {}
    at_night = only(await practice.tap("district", "dr.link"))
    assert "现在是夜里" in at_night.text
    await practice.tap("district", at_night.buttons["夜里也发"])
    assert set(await practice.told()) == set(TAKING_PART)


@pytest.mark.parametrize("role", ["town", "worker"])
async def test_nobody_else_starts_or_ends_one(practice: Practice, role: str) -> None:
    for data in ("dr.link", "dr.start", "dr.start:night"):
        assert "没有这个权限" in only(await practice.tap(role, data)).text
    assert await practice.told() == {}
    await started(practice)
    assert "没有这个权限" in only(await practice.tap(role, "dr.end:1")).text
    assert (await seen(practice.town)).is_open


# --- answering -------------------------------------------------------------------------------------------------------


async def test_the_first_answer_counts_for_the_group_and_the_group_sees_that_it_is_enough(practice: Practice) -> None:
    await started(practice)
    await sent(practice)
    await practice.at(DAY + 3 * MINUTE)
    chats = practice.town.chats
    said = await practice.talk.taps(chats["worker"], "dr.got:1", chat=chats["village_group"])
    in_group = only([each for each in said if each.chat_id == chats["village_group"]])
    assert "09:53 worker 收到" in in_group.text
    board = only([each for each in said if each.chat_id == chats["district"]])
    assert "有人应答 1/3 个群</b>，最早 09:53" in board.text
    assert "已发出 3" in board.text
    assert "龙水镇 1/2 没人应答：town_group" in board.text

    await practice.at(DAY + 4 * MINUTE)
    again = await practice.talk.taps(chats["cadre"], "dr.got:1", chat=chats["village_group"])
    assert again == [], "a second tap says and changes nothing"
    assert (await answered(practice.town))["village_group"] == practice.now - MINUTE


async def test_a_stranger_is_told_how_to_join_and_does_not_count(practice: Practice) -> None:
    await started(practice)
    chat = practice.town.chats["town_group"]
    (said,) = await practice.talk.taps(999, "dr.got:1", chat=chat)
    assert (said.chat_id, list(said.buttons)) == (chat, ["去登记"])
    assert await practice.talk.taps(999, "dr.got:1", chat=chat) == [], "once an hour"
    assert (await answered(practice.town))["town_group"] is None


async def test_who_is_suspended_or_taps_elsewhere_does_not_count(practice: Practice) -> None:
    await started(practice)
    assert "这一下没有算" in only(await practice.tap("town", "dr.got:1", chat="district_group")).text
    assert "这一下没有算" in only(await practice.tap("town", "dr.got:1")).text
    assert "这一下没有算" in only(await practice.tap("town", "dr.got:7", chat="town_group")).text
    async with practice.town.database.write() as session:
        person = (await session.exec(select(Person).where(Person.name == "town"))).one()
        person.state = PersonState.SUSPENDED
    assert "这一下没有算" in only(await practice.tap("town", "dr.got:1", chat="town_group")).text
    assert set((await answered(practice.town)).values()) == {None}


async def test_a_group_that_moved_meanwhile_answers_under_its_new_number(practice: Practice) -> None:
    await started(practice)
    town = practice.town
    async with town.database.write() as session:
        await directory_groups.migrate(session, DAY, town.chats["town_group"], -1001202)
    town.chats["town_group"] = -1001202
    await practice.tap("town", "dr.got:1", chat="town_group")
    assert (await answered(town))["town_group"] is not None


# --- what falls due --------------------------------------------------------------------------------------------------


async def test_the_duty_post_of_silent_groups_is_asked_once_in_private(practice: Practice) -> None:
    """The village has no duty officer: its town's is asked for both groups, in one message."""
    await started(practice)
    await practice.tap("other_town", "dr.got:1", chat="other_group")
    await practice.at(DAY + REMINDED - MINUTE)
    assert await practice.town.told("town", "nudge") == []
    await practice.at(DAY + REMINDED)
    await practice.at(DAY + REMINDED + 5 * MINUTE)
    (asked,) = await practice.town.told("town", "nudge")
    assert "2 个群还没有人应答" in asked
    assert "village_group" in asked
    assert "town_group" in asked
    assert "+86 23 4376 1995" in asked
    assert await practice.town.told("other_town", "nudge") == []
    for chat in (*TAKING_PART, "cadre", "worker", "district"):
        assert await practice.town.told(chat, "nudge") == [], "never in front of the group"


async def test_a_village_with_a_duty_officer_is_asked_for_itself(practice: Practice) -> None:
    async with practice.town.database.write() as session:
        world = World(session, practice.town.plan)
        await world.person("village_duty", "village_duty", VILLAGE, platform_id=120)
    practice.town.chats["village_duty"] = 120
    await started(practice)
    await practice.at(DAY + REMINDED)
    (asked,) = await practice.town.told("village_duty", "nudge")
    assert "village_group" in asked
    assert "town_group" not in asked
    (other,) = await practice.town.told("town", "nudge")
    assert "village_group" not in other


async def test_it_ends_by_itself_with_a_summary_and_old_buttons_say_so(practice: Practice) -> None:
    await started(practice)
    await sent(practice)
    await practice.tap("town", "dr.got:1", chat="town_group")
    async with practice.town.database.write() as session:
        await directory_groups.lost(session, DAY + MINUTE, practice.town.chats["other_group"], "removed")
    await practice.at(DAY + REMINDED)
    await practice.at(DAY + ENDS)
    said = await practice.tap("worker", "dr.got:1", chat="village_group")
    assert "已经结束" in only(said).text
    view = await seen(practice.town)
    assert (view.is_open, view.closed_at) == (False, DAY + ENDS)
    assert {group.title for group in view.silent} == {"village_group", "other_group"}
    assert view.apart.lost == ("other_group",)
    assert view.apart.not_taking_part == ("district_group",)
    assert await practice.marks("linktest:", "linkgroup:") == {True}


async def test_the_summary_is_a_message_of_its_own_and_names_who_was_silent_lost_and_left_out(
    practice: Practice,
) -> None:
    await started(practice)
    await practice.tap("town", "dr.got:1", chat="town_group")
    board = only(await practice.tap("district", "dr.end:1"))
    assert "【链路测试】已结束" in board.text
    assert "有人应答 1/3 个群" in board.text
    assert "没人应答：village_group" in board.text
    assert "不参加 1 个群：district_group" in board.text
    assert board.buttons == {}
    assert "没发 3" in board.text, "what had not left is not sent any more"
    assert {row.state for row in await practice.rows("linktest:1")} == {MessageState.CANCELLED}
    assert "已经结束" in only(await practice.tap("district", "dr.end:1")).text
    await practice.at(DAY + ENDS)
    assert await practice.town.told("town", "nudge") == [], "nobody is reminded of what is over"
    await started(practice)
    assert len(await practice.rows("linktest:2")) == 3, "the next one can begin"


async def test_a_night_of_downtime_ends_it_and_reminds_nobody(practice: Practice) -> None:
    await started(practice)
    assert await practice.at(DAY + timedelta(hours=20)) >= 1
    assert not (await seen(practice.town)).is_open
    assert await practice.town.told("town", "nudge") == []
    async with practice.town.database.read() as session:
        assert await jobs.next_due(session) is None


async def test_the_board_is_looked_at_while_anything_waits_and_then_only_the_reminder_and_the_end_fall_due(
    practice: Practice,
) -> None:
    await started(practice)
    async with practice.town.database.read() as session:
        assert await jobs.next_due(session) == DAY + MINUTE
    await practice.at(DAY + MINUTE)
    await sent(practice)
    await practice.at(DAY + 2 * MINUTE)
    async with practice.town.database.read() as session:
        assert await jobs.next_due(session) == DAY + REMINDED
    await practice.at(DAY + REMINDED)
    async with practice.town.database.read() as session:
        assert await jobs.next_due(session) == DAY + ENDS


async def test_whoever_asks_later_sees_what_each_group_did(practice: Practice) -> None:
    async with practice.town.database.read() as session:
        assert await service.last_link_test(session) is None
    await started(practice)
    await practice.tap("town", "dr.got:1", chat="town_group")
    await practice.at(DAY + ENDS)
    assert await answered(practice.town) == {"village_group": None, "town_group": DAY, "other_group": None}
    assert {group.group_id for group in (await seen(practice.town)).groups} == {
        await group_id(practice.town, name) for name in TAKING_PART
    }


async def test_a_lost_group_is_not_tested_and_is_said_to_be_lost(practice: Practice) -> None:
    async with practice.town.database.write() as session:
        lost = (await session.exec(select(Group).where(Group.title == "other_group"))).one()
        lost.state = GroupState.LOST
    asked = only(await practice.tap("district", "dr.link"))
    assert "失去机器人的 1 个群发不到" in asked.text
    board = only(await practice.tap("district", asked.buttons["开始"]))
    assert "失去机器人 1 个群：</b>other_group" in board.text
    assert set(await practice.told()) == {"town_group", "village_group"}

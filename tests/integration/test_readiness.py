"""班前检查: before each shift the desks hear whom a message would not reach; once, and silently."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest_asyncio
from sqlmodel import col, select

from bot.core.database import Database
from bot.delivery.models import Lane, Message
from bot.directory.models import Group, GroupState, Person, PersonState
from bot.drill.models import LinkGroup, LinkTest, LinkTestState
from bot.plan.schema import Level
from bot.plan.service import Plan
from bot.watch import readiness
from tests.integration.directory.world import World
from tests.integration.town import NIGHT, TOWN, Town, build

BEFORE_NIGHT = datetime(2026, 7, 12, 11, 40, tzinfo=NIGHT.tzinfo)
"""19:40 on the district's wall clock: twenty minutes before the shift of 20:00."""

MINUTE, SHIFT = timedelta(minutes=1), timedelta(hours=12)


@pytest_asyncio.fixture
async def town(database: Database, plan: Plan) -> Town:
    built = await build(database, plan)
    await tick(built, NIGHT)
    return built


async def tick(town: Town, now: datetime) -> int:
    """As the timetable does: looked at only when due, until nothing is."""
    count = 0
    while True:
        async with town.database.read() as session:
            due = await readiness.next_due(session, town.plan)
        if due is None or due > now:
            return count
        async with town.database.write() as session:
            done = await readiness.run_due(session, town.plan, now)
        assert done, "what is due is done"
        count += done


async def next_due(town: Town) -> datetime | None:
    async with town.database.read() as session:
        return await readiness.next_due(session, town.plan)


async def test_a_new_installation_begins_to_watch_and_says_nothing(town: Town) -> None:
    assert [await town.told(chat) for chat in town.chats] == [[]] * len(town.chats)
    # It is 00:50: the next shift begins at 08:00.
    assert await next_due(town) == datetime(2026, 7, 11, 23, 40, tzinfo=NIGHT.tzinfo)


async def test_twenty_minutes_before_the_shift_the_district_gets_one_silent_list(town: Town) -> None:
    assert await tick(town, BEFORE_NIGHT - MINUTE) == 1, "the morning's"
    before = len(await town.told("district"))
    assert await tick(town, BEFORE_NIGHT) == 1
    assert await tick(town, BEFORE_NIGHT + MINUTE) == 0
    said = (await town.told("district"))[before:]
    assert len(said) == 1
    assert "20:00班" in said[0]
    assert "25/27个镇街值班没有人能收到" in said[0]
    assert "没有人负责的村（社区）" in said[0]
    assert "/coverage" in said[0]
    assert len(said[0].splitlines()) < 9, "short: the whole lists are a tap away"
    async with town.database.read() as session:
        rows = (await session.exec(select(Message).where(col(Message.subject).startswith("readiness")))).all()
    assert all(row.silent and row.lane == Lane.BULK and not row.critical for row in rows)


async def test_two_timetables_at_once_tell_it_once(town: Town) -> None:
    done = []
    for _ in range(2):
        async with town.database.write() as session:
            done.append(await readiness.run_due(session, town.plan, BEFORE_NIGHT))
    assert done == [1, 0]
    async with town.database.write() as session:
        assert await readiness.run_due(session, town.plan, BEFORE_NIGHT + SHIFT - MINUTE) == 0, "asked too early"
    assert len(await town.told("district")) == 1


async def test_only_desks_hear_of_it_each_of_its_own_town(town: Town) -> None:
    await tick(town, BEFORE_NIGHT)
    for chat in ("worker", "cadre", "administrator", "village_group", "town_group", "district_group", "other_group"):
        assert await town.told(chat) == []
    (own,) = await town.told("town")
    assert "班前检查</b> 龙水镇" in own
    assert "27/28" in own
    assert "宝顶" not in own
    (other,) = await town.told("other_town")
    assert "班前检查</b> 宝顶镇" in other


async def test_a_town_hears_of_the_same_gaps_once_a_week_and_of_new_ones_at_once(town: Town) -> None:
    await tick(town, BEFORE_NIGHT)
    for shifts in range(1, 4):
        await tick(town, BEFORE_NIGHT + shifts * SHIFT)
    assert len(await town.told("town")) == 1
    assert len(await town.told("district")) == 4, "the district's desk looks at every shift"
    await change(town, "cadre", reachable=False)
    await tick(town, BEFORE_NIGHT + 4 * SHIFT)
    said = await town.told("town")
    assert len(said) == 2
    assert "发不到1人：cadre" in said[1]
    await tick(town, BEFORE_NIGHT + 4 * SHIFT + timedelta(days=7))
    assert len(await town.told("town")) == 3
    assert len(await town.told("other_town")) == 2, "the week counts from its own telling"


async def test_a_town_that_lacks_nothing_hears_nothing(town: Town) -> None:
    await everybody_everywhere(town)
    await tick(town, BEFORE_NIGHT)
    for chat in set(town.chats) - {"district"}:
        assert await town.told(chat) == []
    assert [text.replace("<b>", "").replace("</b>", "") for text in await town.told("district")] == [
        "班前检查 大足区 20:00班：都齐了，值班district。"
    ]


async def test_who_never_came_is_named_with_his_number_and_a_lost_group_by_its_title(town: Town) -> None:
    await change(town, "cadre", platform_id=None, state=PersonState.INVITED)
    async with town.database.write() as session:
        group = (await session.exec(select(Group).where(Group.chat_id == town.chats["town_group"]))).one()
        group.state = GroupState.LOST
    await tick(town, BEFORE_NIGHT)
    for chat in ("town", "district"):
        (said,) = await town.told(chat)
        assert "没登记1人：cadre +86 100 0000 0102" in said
        assert "失去的群1个：town_group" in said


async def test_three_days_of_silence_give_one_list_not_six(town: Town) -> None:
    await tick(town, BEFORE_NIGHT + 6 * SHIFT + MINUTE)
    assert len(await town.told("district")) == 1
    assert await next_due(town) == BEFORE_NIGHT + 7 * SHIFT


async def test_a_list_for_a_shift_half_over_is_told_to_nobody(town: Town) -> None:
    late = BEFORE_NIGHT + SHIFT / 2 + MINUTE
    assert await tick(town, late) == 1
    assert await town.told("district") == []
    await tick(town, BEFORE_NIGHT + SHIFT)
    (said,) = await town.told("district")
    assert "08:00班" in said


async def test_without_anybody_at_the_districts_desk_the_administrators_hear_it(town: Town) -> None:
    await change(town, "district", reachable=False)
    await tick(town, BEFORE_NIGHT)
    assert await town.told("district") == []
    (said,) = await town.told("administrator")
    assert "值班：<b>没有人能收到</b>" in said


async def test_a_group_that_did_not_answer_the_last_link_test_is_named_once_the_test_has_ended(town: Town) -> None:
    async with town.database.write() as session:
        test = LinkTest(started_name="district", started_chat=104, started_at=NIGHT, closes_at=NIGHT + SHIFT)
        session.add(test)
        await session.flush()
        for name, answered_at in (("town_group", None), ("other_group", NIGHT)):
            group = (await session.exec(select(Group).where(Group.title == name))).one()
            assert group.region_code is not None
            assert group.tier is not None
            link = LinkGroup(
                test_id=test.id, group_id=group.id, title=name, region_code=group.region_code, tier=group.tier
            )
            link.answered_at = answered_at
            session.add(link)
    await tick(town, BEFORE_NIGHT)
    assert "链路测试" not in "".join(await town.told("district")), "it may still be answered"
    async with town.database.write() as session:
        (test,) = (await session.exec(select(LinkTest))).all()
        test.state = LinkTestState.CLOSED
    await change(town, "cadre", reachable=False)
    await tick(town, BEFORE_NIGHT + SHIFT)
    for role in ("town", "district"):
        assert "链路测试（07-12 00:50）没有应答的群1个：town_group" in (await town.told(role))[-1]
    assert "链路测试" not in "".join(await town.told("other_town"))


async def test_an_english_reader_gets_english(town: Town) -> None:
    await change(town, "district", locale="en")
    await tick(town, BEFORE_NIGHT)
    (said,) = await town.told("district")
    assert "Before the shift" in said


async def change(town: Town, role: str, **values: object) -> None:
    async with town.database.write() as session:
        person = (await session.exec(select(Person).where(Person.name == role))).one()
        for name, value in values.items():
            setattr(person, name, value)


async def everybody_everywhere(town: Town) -> None:
    """Somebody on every post that is looked for, a group in every town."""
    async with town.database.write() as session:
        world = World(session, town.plan)
        number = 5_000
        for region in town.plan.regions.values():
            kinds = {Level.TOWN: ("town_duty", "town_leader"), Level.VILLAGE: ("village_duty",)}.get(region.level, ())
            for kind in kinds:
                number += 1
                if (kind, region.code) in (("town_duty", TOWN), ("town_duty", "500111102")):
                    continue
                await world.person(f"{kind}{number}", kind, region.code, platform_id=number)
            if region.level is Level.TOWN and region.code not in (TOWN, "500111102"):
                number += 1
                await world.group(f"群{number}", -number, region_code=region.code)

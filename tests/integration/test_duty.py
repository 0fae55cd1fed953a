"""`/coverage`: who on a post can be written to, town by town, as far as somebody may see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Permission
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.directory.models import Group, GroupState, Holding, Person, PersonState, Post, Role
from bot.duty import service
from bot.duty.schemas import Coverage, DistrictCoverage
from bot.plan.service import Plan
from handlers.conversation import converse
from tests.integration.directory.talk import OnlyNamesItself, Talk
from tests.integration.town import DISTRICT, GRID, NIGHT, OTHER_TOWN, POSTS, TOWN, VILLAGE, Town, build


@pytest_asyncio.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def whole(town: Town) -> DistrictCoverage:
    async with town.database.read() as session:
        return await service.coverage(session, town.plan, NIGHT)


async def of(town: Town, code: str) -> Coverage:
    return next(each for each in (await whole(town)).towns if each.code == code)


async def test_a_town_with_its_desk_its_group_and_one_village_lacks_the_others(town: Town) -> None:
    found = await of(town, TOWN)
    assert found.desk is not None
    assert (found.desk.name, found.groups, found.villages_with_group) == ("town", 1, 1)
    assert found.vacant == ("town_leader",)
    assert VILLAGE not in found.silent_villages
    assert len(found.silent_villages) == found.villages - 1
    assert (found.grids, found.silent_grids) == (1, ())
    assert (found.never_joined, found.blocked, found.lost) == ((), (), ())


async def test_towns_nobody_sits_in_come_first(town: Town) -> None:
    towns = (await whole(town)).towns
    assert len(towns) == len(town.plan.children(DISTRICT))
    assert {each.code for each in towns[-2:]} == {TOWN, OTHER_TOWN}
    assert all(each.desk is None for each in towns[:-2])


async def test_who_never_came_and_who_blocked_the_bot_answer_for_nobody(town: Town) -> None:
    async with town.database.write() as session:
        await _change(session, "cadre", platform_id=None, state=PersonState.INVITED)
        await _change(session, "worker", reachable=False)
        await _change(session, "town", state=PersonState.SUSPENDED)
    found = await of(town, TOWN)
    assert [seat.name for seat in found.never_joined] == ["cadre"]
    assert [seat.name for seat in found.blocked] == ["town", "worker"]
    assert found.desk is None
    assert "town_duty" not in found.vacant, "held, only out of reach"
    assert VILLAGE in found.silent_villages
    assert found.silent_grids == (GRID,)


async def test_the_deputy_is_on_duty_when_the_holder_cannot_be_written_to(town: Town) -> None:
    async with town.database.write() as session:
        post = (await session.exec(select(Post).where(Post.kind == "town_duty", Post.region_code == TOWN))).one()
        deputy = Person(name="deputy", platform_id=901, state=PersonState.ACTIVE, created_at=NIGHT)
        session.add(deputy)
        await session.flush()
        session.add(Holding(person_id=deputy.id, post_id=post.id, role=Role.DEPUTY, starts_at=NIGHT))
    assert (await _desk(town)) == "town"
    async with town.database.write() as session:
        await _change(session, "town", reachable=False)
    assert (await _desk(town)) == "deputy"


async def test_a_group_that_lost_the_bot_is_named_and_covers_nothing(town: Town) -> None:
    async with town.database.write() as session:
        group = (await session.exec(select(Group).where(Group.chat_id == town.chats["town_group"]))).one()
        group.state = GroupState.LOST
    found = await of(town, TOWN)
    assert (found.groups, found.lacks_group, found.lost) == (0, True, ("town_group",))


async def test_a_holding_that_has_ended_covers_nothing(town: Town) -> None:
    async with town.database.write() as session:
        for held in (await session.exec(select(Holding))).all():
            held.ends_at = NIGHT - timedelta(minutes=1)
    found = await of(town, TOWN)
    assert found.desk is None
    assert found.vacant == ("town_duty", "town_leader")
    assert len(found.silent_villages) == found.villages


@pytest.mark.parametrize("role", POSTS)
async def test_a_town_sees_itself_the_district_all_and_a_village_nothing(town: Town, role: str) -> None:
    allowed = {"town": {TOWN}, "other_town": {OTHER_TOWN}}
    everywhere = {region.code for region in town.plan.children(DISTRICT)}
    allowed |= {"district": everywhere, "administrator": everywhere}
    async with town.database.read() as session:
        actor = await town.actor(session, role)
        assert actor.may(Permission.COVERAGE_SEE) is (role in allowed)
        if role not in allowed:
            with pytest.raises(NotAllowed):
                await service.seen(session, town.plan, actor, NIGHT)
            return
        view = await service.seen(session, town.plan, actor, NIGHT)
        assert {each.code for each in view.towns} == allowed[role]
        for code in (TOWN, OTHER_TOWN):
            if code in allowed[role]:
                assert (await service.of_town(session, town.plan, actor, NIGHT, code)).code == code
            else:
                with pytest.raises(NotAllowed):
                    await service.of_town(session, town.plan, actor, NIGHT, code)


# --- at the wire -----------------------------------------------------------------------------------------------------


async def test_the_desk_turns_pages_and_opens_a_town(town: Town) -> None:
    talk = await _talk(town)
    (listed,) = await talk.says(town.chats["district"], "覆盖")
    assert "27个镇街" in listed.text
    assert "27个有缺口" in listed.text
    assert "大足区值班：district" in listed.text
    assert "龙水镇" not in listed.text, "the towns without anybody come first"
    (last,) = await talk.taps(town.chats["district"], "duty.towns:5")
    assert "值班：town；空岗：镇街领导" in last.text
    data = next(data for words, data in last.buttons.items() if words == "龙水镇")
    (opened,) = await talk.taps(town.chats["district"], data)
    assert "覆盖 龙水镇" in opened.text
    assert "没有人负责的村（社区）" in opened.text
    assert "明光社区" in opened.text
    assert "横店村" not in opened.text


async def test_a_town_officer_gets_his_own_town_at_once_and_cannot_tap_a_neighbours(town: Town) -> None:
    talk = await _talk(town)
    (own,) = await talk.says(town.chats["town"], "/coverage")
    assert "覆盖 龙水镇" in own.text
    (refused,) = await talk.taps(town.chats["town"], f"duty.town:{OTHER_TOWN}:1")
    assert "查看覆盖" in refused.text
    assert "区应急局值班员" in refused.text


async def test_in_a_group_the_answer_goes_to_the_private_chat(town: Town) -> None:
    talk = await _talk(town)
    (said,) = await talk.says(town.chats["town"], "/coverage", chat=town.chats["town_group"])
    assert said.chat_id == town.chats["town"]


@pytest.mark.parametrize("data", ["duty.town", "duty.town:999999999:1", "duty.town:500111100216:1", "duty.towns:x"])
async def test_an_old_button_is_answered_with_a_sentence_or_a_list(town: Town, data: str) -> None:
    talk = await _talk(town)
    (said,) = await talk.taps(town.chats["district"], data)
    assert said.text


async def _talk(town: Town) -> Talk:
    clock = Clock()
    clock.shift((NIGHT - clock.now()).total_seconds(), 1)
    return Talk(town.database, await converse(OnlyNamesItself(), "1000:test", town.plan, clock), town.plan)


async def _desk(town: Town) -> str:
    found = (await of(town, TOWN)).desk
    return found.name if found else ""


async def _change(session: AsyncSession, role: str, **values: object) -> None:
    person = (await session.exec(select(Person).where(Person.name == role))).one()
    for name, value in values.items():
        setattr(person, name, value)

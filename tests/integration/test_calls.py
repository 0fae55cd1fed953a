"""What an officer reads into the telephone, whom he rings, and what stays on record of each call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.audit import service as audit
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.directory.models import Role
from bot.incident import calls, service
from bot.incident.calls import Calling
from bot.incident.errors import CallNotedAlready, NoSuchIncident
from bot.incident.models import Call, CallResult, Entry, EntryKind, Facts, Threat
from bot.incident.schemas import Opening, Reporter
from bot.plan.schema import Nature
from bot.plan.service import Plan
from handlers.calls.screens import read_out
from handlers.conversation import converse
from tests.integration.directory.talk import OnlyNamesItself, Talk
from tests.integration.directory.world import World
from tests.integration.town import DISTRICT, GRID, NIGHT, OTHER_TOWN, TOWN, Town, build

NUMBER = "龙水0712-1"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DISTRICT_DESK = f"r{DISTRICT}"


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def opened(
    town: Town,
    facts: Facts | None = None,
    nature: Nature = Nature.DANGER_SIGN,
    *,
    region: str = GRID,
    number: str = NUMBER,
) -> int:
    opening = Opening(number, nature, Threat.YES, region, facts or Facts(), drill=False)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        reporter = Reporter(actor.person_id or 0, actor.name, "+861000000101", 101, "zh", number)
        return (await service.open_incident(session, town.plan, actor, NIGHT, opening, reporter)).id


async def calling(town: Town, role: str, incident_id: int) -> Calling:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        return await calls.calling(session, town.plan, actor, NIGHT, incident_id)


async def read(town: Town, role: str, incident_id: int) -> str:
    return read_out(town.plan, await calling(town, role, incident_id), 1, "zh").text


async def note(
    town: Town,
    incident_id: int,
    result: CallResult,
    *,
    callee: str = DISTRICT_DESK,
    role: str = "town",
    after: timedelta = timedelta(),
) -> Call:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        told = (session, town.plan, actor, NIGHT + after, incident_id, callee, result)
        return await calls.note(*told, city="市应急局")


async def answered(town: Town, role: str, call_id: int, post: str) -> None:
    async with town.database.write() as session:
        await calls.answered(session, town.plan, await town.actor(session, role), NIGHT, call_id, post)


async def rows(town: Town) -> list[Call]:
    async with town.database.read() as session:
        return list((await session.exec(select(Call).order_by(col(Call.id)))).all())


async def test_the_words_say_unknown_where_nothing_is_known_and_never_nought(town: Town) -> None:
    said = await read(town, "town", await opened(town))
    assert "死亡不清楚，失联不清楚，被困不清楚，重伤不清楚（未核实）" in said
    assert "发生时间不清楚" in said
    assert "已采取措施：不清楚" in said
    assert "0，" not in said.split("死亡")[1]


async def test_the_words_begin_with_desk_and_post_and_end_with_the_next_report(town: Town) -> None:
    said = await read(town, "town", await opened(town))
    assert "<blockquote>龙水镇值班室（镇街值班员A岗）。龙水镇 横店村 第3网格，07-12 00:50接报" in said
    assert f"编号{NUMBER}，下次续报01:50前。" in said


async def test_one_telephone_with_two_posts_speaks_for_the_desk_that_is_concerned(town: Town) -> None:
    async with town.database.write() as session:
        world = World(session, town.plan)
        both = await world.person("both", "district_duty", DISTRICT, role=Role.DEPUTY, platform_id=900)
        await world.on(both, "town_duty", TOWN, role=Role.DEPUTY)
    town.chats["both"] = 900
    assert "龙水镇值班室（镇街值班员B岗）。" in await read(town, "both", await opened(town))
    there = await read(town, "both", await opened(town, region=OTHER_TOWN, number="宝顶0712-1"))
    assert "大足区应急局值班室（区应急局值班员B岗）。" in there


async def test_people_are_called_by_what_the_directory_says_and_not_by_their_account(town: Town) -> None:
    number = await opened(town)
    clock = Clock()
    clock.shift((NIGHT - clock.now()).total_seconds(), 1)
    talk = Talk(town.database, await converse(OnlyNamesItself(), "1000:test", town.plan, clock), town.plan)
    said = await talk.taps(town.chats["town"], f"c.busy:{number}:1:{DISTRICT_DESK}")
    (noted,) = [each for each in said if each.chat_id == town.chats["town"]]
    assert "占线，已记" in noted.text
    await talk.taps(town.chats["town"], f"i.take:{number}:1")
    (call,) = await rows(town)
    assert call.name == "town"
    assert "人103" not in "".join([*await town.told("worker"), *await town.told("town")])


async def test_what_is_known_is_read_as_it_was_reported(town: Town) -> None:
    facts = Facts(
        kind_key="landslide",
        what="屋后坡裂了。\n",
        dead=0,
        missing=1,
        seriously_injured=2,
        occurred_at=NIGHT - 20 * MINUTE,
        measures="人已撤到村小学",
        place_words="老井边",
    )
    said = await read(town, "town", await opened(town, facts, Nature.ACCIDENT))
    assert "死亡0，失联1，被困不清楚，重伤2（未核实）" in said
    assert "第3网格 老井边，07-12 00:30发生滑坡、崩塌，屋后坡裂了。有人受威胁。" in said
    assert "已采取措施：人已撤到村小学" in said


async def test_what_was_verified_is_said_to_be_true_and_its_figures_to_be_reported_ones(town: Town) -> None:
    number = await opened(town)
    async with town.database.write() as session:
        await service.verify(session, town.plan, await town.actor(session, "town"), NIGHT, number)
    said = await read(town, "town", number)
    assert "已核实属实，人数是上报数" in said
    assert "（未核实）" not in said


async def test_a_village_rings_town_and_district_and_a_town_the_district_only(town: Town) -> None:
    number = await opened(town)
    village = [each.name for each in (await calling(town, "cadre", number)).callees if each.upward]
    assert village == ["龙水镇值班室", "大足区应急局值班室"]
    above = [(each.name, each.phone) for each in (await calling(town, "town", number)).callees if each.upward]
    assert above == [("大足区应急局值班室", "+86 23 4376 1995")]


async def test_the_district_rings_its_government_and_is_told_that_the_citys_number_is_not_known(town: Town) -> None:
    said = await read(town, "district", await opened(town))
    assert "1 区政府办公室 +86 23 4376 8676" in said
    assert "2 市应急局 没有登记号码，请查值班电话本" in said
    assert "3 龙水镇值班室 +86 10000 01100" in said.split("打回去问：")[1]
    assert "4 worker +86 10000 00101" in said.split("打回去问：")[1]


async def test_a_call_is_a_row_a_line_of_the_log_and_an_audit_entry_and_the_cards_change(town: Town) -> None:
    number = await opened(town)
    before = await town.cards(f"incident:{number}")
    await note(town, number, CallResult.BUSY)
    (call,) = await rows(town)
    assert (call.callee, call.phone, call.result) == ("大足区应急局值班室", "+86 23 4376 1995", CallResult.BUSY)
    assert (call.name, call.at) == ("town", NIGHT)
    async with town.database.read() as session:
        lines = (await session.exec(select(Entry.text).where(Entry.kind == EntryKind.CALLED))).all()
        acts = [row.act for row in await audit.about(session, f"incident:{number}")]
    assert lines == ["busy:大足区应急局值班室"]
    assert acts == ["incident.open", "incident.call"]
    after = await town.cards(f"incident:{number}")
    assert all(after[chat] > before[chat] for chat in before)


async def test_busy_can_be_tried_again_and_the_same_tap_twice_is_one_call(town: Town) -> None:
    number = await opened(town)
    await note(town, number, CallResult.BUSY)
    with pytest.raises(CallNotedAlready):
        await note(town, number, CallResult.BUSY, after=5 * SECOND)
    await note(town, number, CallResult.NO_ANSWER, after=10 * SECOND)
    await note(town, number, CallResult.BUSY, after=2 * MINUTE)
    assert [call.result for call in await rows(town)] == [CallResult.BUSY, CallResult.NO_ANSWER, CallResult.BUSY]


async def test_two_officers_ringing_the_same_desk_are_two_calls(town: Town) -> None:
    number = await opened(town)
    await note(town, number, CallResult.BUSY)
    await note(town, number, CallResult.BUSY, role="cadre")
    assert [call.name for call in await rows(town)] == ["town", "cadre"]


async def test_who_answered_is_added_when_it_is_known_and_can_be_corrected(town: Town) -> None:
    number = await opened(town)
    call = await note(town, number, CallResult.REACHED)
    assert call.answered_by is None
    for post in ("值班员", " 带班 领导 "):
        await answered(town, "town", call.id, post)
    (call,) = await rows(town)
    assert (call.result, call.answered_by) == (CallResult.REACHED, "带班 领导")


async def test_the_city_is_written_down_under_its_chinese_name_whoever_reads(town: Town) -> None:
    number = await opened(town)
    await note(town, number, CallResult.NO_ANSWER, callee="city", role="district")
    assert [(call.callee, call.phone) for call in await rows(town)] == [("市应急局", None)]


async def test_who_may_not_take_it_in_hand_neither_reads_nor_notes(town: Town) -> None:
    number = await opened(town)
    for role in ("worker", "other_town", "administrator"):
        with pytest.raises(NotAllowed):
            await calling(town, role, number)
        with pytest.raises(NotAllowed):
            await note(town, number, CallResult.BUSY, role=role)
    call = await note(town, number, CallResult.REACHED)
    with pytest.raises(NotAllowed):
        await answered(town, "other_town", call.id, "值班员")
    assert [row.answered_by for row in await rows(town)] == [None]


async def test_an_old_button_to_a_desk_nobody_rings_from_here_is_a_sentence(town: Town) -> None:
    number = await opened(town)
    for callee in (f"r{TOWN}", "r999", "", "city"):
        with pytest.raises(NoSuchIncident):
            await note(town, number, CallResult.BUSY, callee=callee)
    with pytest.raises(NoSuchIncident):
        await note(town, 4711, CallResult.BUSY)
    assert await rows(town) == []

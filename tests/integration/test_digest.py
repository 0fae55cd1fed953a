"""早报: what the night has left, told to the desks in the morning; after a quiet night one line to the district."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest_asyncio
from sqlmodel import col, select

from bot.core.database import Database
from bot.delivery.models import Message, MessageState
from bot.delivery.schemas import Target
from bot.incident.models import Incident, Threat
from bot.plan.service import Plan
from bot.warning import answering, relaying
from bot.warning.models import Answer, Series, Version
from bot.warning.reading import read
from bot.watch import digest
from tests.integration.case import Cases
from tests.integration.town import NIGHT, OTHER_TOWN, VILLAGE, Town, build
from tests.integration.warning_desk import CONSENT, Desk, seat

MORNING = datetime(2026, 7, 12, 0, tzinfo=NIGHT.tzinfo)
"""08:00 on 12 July on the district's wall clock."""

RAIN = "大足区气象台2026年7月12日00时40分发布暴雨黄色预警信号：预计未来6小时，我区大部地区降雨量将达50毫米以上。"
LIFTED = "大足区气象台2026年7月12日05时30分解除暴雨黄色预警信号。"
DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def town(database: Database, plan: Plan) -> Town:
    built = await build(database, plan)
    await seat(built, "leader", 402, "district_leader")
    await tick(built, NIGHT)
    return built


async def tick(town: Town, now: datetime) -> None:
    """As the timetable does: looked at only when due, until nothing is."""
    while True:
        async with town.database.read() as session:
            due = await digest.next_due(session, town.plan)
        if due is None or due > now:
            return
        async with town.database.write() as session:
            assert await digest.run_due(session, town.plan, now)


async def morning(town: Town, role: str) -> list[str]:
    """The digests somebody has got, without marks."""
    return [text.replace("<b>", "").replace("</b>", "") for text in await town.told(role, digest.KEY)]


async def relay(town: Town, text: str, at: datetime = NIGHT) -> None:
    """The district's officer passes the signal on."""
    kinds = [(kind.key, kind.words) for kind in town.plan.warning_kinds.values()]
    signal = read(text, kinds, town.plan, at)
    assert signal is not None
    async with town.database.write() as session:
        actor = await town.actor(session, "district", at)
        await relaying.receive(session, town.plan, actor, at, Target(town.chats["district"]), text, signal)
        version_id = max((await session.exec(select(Version.id))).all())
        await relaying.relay(session, town.plan, actor, at, version_id)


async def answer(town: Town, role: str) -> None:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        (series,) = (await session.exec(select(Series))).all()
        await answering.answer(session, town.plan, actor, NIGHT, series.id, town.chats[role], Answer.RECEIVED)


async def test_a_quiet_night_is_one_line_for_the_district_and_nothing_for_anybody_else(town: Town) -> None:
    await tick(town, MORNING)
    (said,) = await morning(town, "district")
    assert said == "早报 大足区（20:00至08:00）一夜无事：没有生效的预警，没有未了的险情。"
    for chat in set(town.chats) - {"district"}:
        assert await town.told(chat) == []


async def test_it_comes_once_a_day_silently_and_after_days_of_silence_once(town: Town) -> None:
    await tick(town, MORNING)
    await tick(town, MORNING + timedelta(minutes=1))
    assert len(await morning(town, "district")) == 1
    await tick(town, MORNING + 3 * DAY)
    assert len(await morning(town, "district")) == 2
    async with town.database.read() as session:
        assert all(row.silent for row in (await session.exec(select(Message))).all())


async def test_nobody_reads_a_digest_in_the_evening(town: Town) -> None:
    await tick(town, MORNING + timedelta(hours=13))
    assert await morning(town, "district") == []


async def test_who_has_not_answered_a_warning_in_force_is_named_to_his_own_town_and_to_the_district(town: Town) -> None:
    await relay(town, RAIN)
    await answer(town, "town")
    await tick(town, MORNING)
    (said,) = await morning(town, "district")
    assert "生效中 预0712-1 暴雨黄色：应答1/2，未应答 other_town" in said
    assert await morning(town, "town") == [], "his own has answered: nothing is left to do"
    (own,) = await morning(town, "other_town")
    assert "早报 宝顶镇" in own
    assert "应答0/1，未应答 other_town" in own


async def test_what_did_not_arrive_is_counted(town: Town) -> None:
    await relay(town, RAIN)
    async with town.database.write() as session:
        told = select(Message).where(col(Message.subject).startswith("warning:"), Message.version == 1)
        rows = (await session.exec(told)).all()
        rows[0].state, rows[1].state = MessageState.DEAD, MessageState.UNCERTAIN
    await tick(town, MORNING)
    (said,) = await morning(town, "district")
    assert "1处没有发到，1处不确定" in said


async def test_what_ended_in_the_night_is_said_once(town: Town) -> None:
    await relay(town, RAIN)
    await relay(town, LIFTED, MORNING - timedelta(hours=2))
    await tick(town, MORNING)
    (said,) = await morning(town, "district")
    assert "夜里解除：预0712-1 暴雨" in said
    assert "生效中" not in said
    assert await morning(town, "other_town") == []
    await tick(town, MORNING + DAY)
    assert "一夜无事" in (await morning(town, "district"))[1]


async def test_an_oral_consent_is_named_until_it_is_signed_and_a_draft_until_it_is_issued(town: Town) -> None:
    desk = Desk(town)
    await desk.begin()
    await tick(town, MORNING)
    assert "没有签发的草稿：洪水黄色" in (await morning(town, "district"))[0]
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()
    await desk.oral(CONSENT)
    await tick(town, MORNING + DAY)
    said = (await morning(town, "district"))[1]
    assert "待补签 预0712-1 洪水黄色" in said
    assert "草稿" not in said
    await desk.countersign()
    await tick(town, MORNING + 2 * DAY)
    assert "待补签" not in (await morning(town, "district"))[2]


async def test_cases_nobody_has_taken_are_named_those_with_people_threatened_first(town: Town) -> None:
    cases = Cases(town)
    await cases.reported(1)
    await cases.reported(2, threat=Threat.YES)
    await cases.reported(3, region=OTHER_TOWN, by="other_town")
    await tick(town, MORNING)
    (said,) = await morning(town, "district")
    assert "接报3件，办结0件" in said
    assert "未接手 3件：龙水0712-2 龙水镇 横店村 第3网格；龙水0712-1" in said
    assert "/todo" in said
    (own,) = await morning(town, "town")
    assert "未接手 2件" in own
    assert "接报" not in own, "the district's figures are the district's"
    assert await morning(town, "cadre") == [], "a village has no digest: its report is its own"


async def test_drills_are_told_apart_and_counted_nowhere(town: Town) -> None:
    cases = Cases(town)
    number = await cases.reported(1)
    await relay(town, RAIN)
    async with town.database.write() as session:
        (await session.get_one(Incident, number)).drill = True
        (series,) = (await session.exec(select(Series))).all()
        series.drill = True
    await tick(town, MORNING)
    (said,) = await morning(town, "district")
    assert "【演练】预0712-1 暴雨黄色：应答0/2" in said
    assert "生效中" not in said
    assert "龙水0712-1" not in said
    assert "接报0件" in said


async def test_a_village_that_lies_in_the_town_is_the_towns(town: Town) -> None:
    cases = Cases(town)
    await cases.reported(1, region=VILLAGE, by="cadre")
    await tick(town, MORNING)
    assert "未接手 1件：龙水0712-1 龙水镇 横店村" in (await morning(town, "town"))[0]
    assert await morning(town, "other_town") == []

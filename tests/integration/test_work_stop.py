"""停产撤离: one tap, no approval, everybody told at once; a second tap adds nothing, and nobody else can do it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.audit import service as audit
from bot.core.database import Database
from bot.core.errors import NotAllowed, Refusal
from bot.delivery.models import Lane, Message
from bot.delivery.schemas import Target
from bot.demo_bot import demo_plan
from bot.directory.models import Role
from bot.incident import jobs, service
from bot.incident.errors import WorkStopStands
from bot.incident.models import Incident, Threat
from bot.intake import stopping
from bot.intake.models import Report
from bot.plan.schema import Nature
from tests.conftest import PACK
from tests.integration.directory.world import World
from tests.integration.town import NIGHT, Town, build

MINUTE = timedelta(minutes=1)
QUARRY = "demo_quarry"
TOWN_OF_QUARRY = "500111120"
LEADER, SAFETY, SECOND_LEADER, NEIGHBOUR = 501, 502, 503, 504


@pytest.fixture
async def town(database: Database) -> Town:
    built = await build(database, demo_plan(PACK)[0])
    async with database.write() as session:
        world = World(session, built.plan)
        await world.person("quarry_shift", "shift_leader", QUARRY, platform_id=LEADER, phone="+861000000602")
        await world.person("quarry_safety", "company_safety", QUARRY, platform_id=SAFETY)
        await world.person("gulong_duty", "town_duty", TOWN_OF_QUARRY, platform_id=NEIGHBOUR)
    built.chats |= {"leader": LEADER, "safety": SAFETY, "gulong": NEIGHBOUR}
    return built


async def stop(town: Town, role: str = "leader", *, after: timedelta = timedelta(), unit: str = QUARRY) -> str:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        here = Target(town.chats[role])
        report = await stopping.stop(session, town.plan, actor, NIGHT + after, unit, here)
        return report.number


async def incidents(town: Town) -> list[Incident]:
    async with town.database.read() as session:
        return list((await session.exec(select(Incident).order_by(col(Incident.id)))).all())


async def test_one_tap_opens_a_danger_sign_at_the_unit_with_a_number(town: Town) -> None:
    number = await stop(town)
    (incident,) = await incidents(town)
    assert number == incident.number == "古龙0712-1"
    assert (incident.nature, incident.threat) == (Nature.DANGER_SIGN, Threat.YES)
    assert (incident.region_code, incident.unit_key) == (TOWN_OF_QUARRY, QUARRY)
    assert (incident.what, incident.kind_key, incident.contact_phone) == ("停产撤离", None, "+861000000602")
    async with town.database.read() as session:
        (report,) = (await session.exec(select(Report))).all()
    assert (report.number, report.incident_id, report.chat_id) == (number, incident.id, LEADER)


async def test_town_and_district_ring_and_the_neighbouring_town_hears_nothing(town: Town) -> None:
    await stop(town)
    (incident,) = await incidents(town)
    assert set(await town.cards(f"incident:{incident.id}")) == {"gulong", "district_group"}
    assert await town.told("other_group") == []
    assert await town.told("town_group") == []


async def test_everybody_of_the_company_is_rung_at_once_and_told_again_if_it_may_not_have_arrived(town: Town) -> None:
    await stop(town)
    (said,) = await town.told("safety")
    assert said.startswith("<b>立即停产，全部撤离！先撤人，不要等回复。</b>")
    assert "演示采石场（虚构企业）（古龙镇）" in said
    assert "+86 10000 01120" in said
    async with town.database.read() as session:
        (row,) = (await session.exec(select(Message).where(Message.chat_id == SAFETY))).all()
    assert (row.lane, row.critical, row.silent) == (Lane.URGENT, True, False)


async def test_the_leader_gets_the_order_with_number_and_phones_and_who_was_told(town: Town) -> None:
    number = await stop(town)
    (order,) = await town.told("leader", "order")
    assert order.startswith("<b>先撤人，不要等回复。</b>")
    assert f"报告号 <b>{number}</b>" in order
    assert "+86 10000 01120" in order
    (told,) = await town.told("leader", "company_told")
    assert "本企业已响铃：quarry_safety" in told


async def test_whoever_of_the_company_cannot_be_written_to_is_named_to_the_leader(town: Town) -> None:
    async with town.database.write() as session:
        world = World(session, town.plan)
        await world.person("afar", "company_safety", "power_supply", platform_id=510)
        away = await world.person("away", "shift_leader", QUARRY, role=Role.DEPUTY, phone="+861000000699")
        assert away.platform_id is None
    await stop(town)
    (told,) = await town.told("leader", "company_told")
    assert "发不到，请喊或打电话：away +86 10000 00699" in told


async def test_a_second_tap_within_ten_minutes_adds_nothing_and_later_it_is_a_new_order(town: Town) -> None:
    await stop(town)
    with pytest.raises(WorkStopStands):
        await stop(town, after=9 * MINUTE)
    assert len(await incidents(town)) == 1
    assert len(await town.told("safety")) == 1
    assert await stop(town, after=11 * MINUTE) == "古龙0712-2"
    assert len(await town.told("safety")) == 2


async def test_an_order_taken_back_does_not_stand_in_the_way_of_a_new_one(town: Town) -> None:
    number = await stop(town)
    (incident,) = await incidents(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "leader")
        await service.withdraw(session, town.plan, actor, NIGHT + MINUTE, incident.id, number)
    assert await stop(town, after=2 * MINUTE) == "古龙0712-2"


async def test_two_leaders_tap_at_once_and_it_is_one_order(town: Town) -> None:
    async with town.database.write() as session:
        world = World(session, town.plan)
        await world.person("second_leader", "shift_leader", QUARRY, role=Role.DEPUTY, platform_id=SECOND_LEADER)
    town.chats["second"] = SECOND_LEADER

    async def attempt(role: str) -> Refusal | None:
        try:
            await stop(town, role)
        except Refusal as refusal:
            return refusal
        return None

    outcomes = await asyncio.gather(attempt("leader"), attempt("second"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "WorkStopStands"]
    assert len(await incidents(town)) == 1


async def test_only_whoever_leads_a_shift_of_that_unit_may(town: Town) -> None:
    for role in ("safety", "worker", "town", "district", "administrator"):
        with pytest.raises(NotAllowed):
            await stop(town, role)
    for unit in ("power_supply", "no_such_unit", ""):
        with pytest.raises(NotAllowed):
            await stop(town, unit=unit)
    assert await incidents(town) == []


async def test_nobody_takes_it_and_it_is_called_for_again(town: Town) -> None:
    await stop(town)
    async with town.database.write() as session:
        assert await jobs.run_due(session, town.plan, NIGHT + 5 * MINUTE) == 1
    assert any("仍无人接手" in said for said in await town.told("gulong"))


async def test_it_is_in_the_audit_with_who_was_told(town: Town) -> None:
    await stop(town)
    async with town.database.read() as session:
        (row,) = [row for row in await audit.about(session, "report:1") if row.act == "work.stop"]
        safety = (await town.actor(session, "safety")).person_id
    assert (row.actor_name, row.facts["unit"], row.facts["told"]) == ("quarry_shift", QUARRY, [safety])

"""What may be the same thing: asked about before sending, joined with a number of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.database import Database
from bot.incident.models import Threat
from bot.intake import service
from bot.intake.models import DraftState, Question
from bot.plan.schema import Nature
from bot.plan.service import Plan
from tests.integration.reporter import incident_of, newest, no_threat, reports, send, settle
from tests.integration.town import NIGHT, Town, build


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def test_somebody_elses_report_nearby_is_asked_about_before_sending_and_joined(town: Town) -> None:
    await send(town, where=(29.7, 105.72))
    draft = await newest(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.answer(session, town.plan, actor, NIGHT, draft.id, Threat.YES)
    later = NIGHT + timedelta(minutes=7)
    await send(town, "cadre", where=(29.7005, 105.7205), at=later)
    await no_threat(town, "cadre", later)
    asked = await settle(town, Nature.ACCIDENT, role="cadre", at=later)
    assert asked.question is Question.LIKENESS
    assert len(await reports(town)) == 1, "nothing is sent until it is answered"
    assert any("候选1" in told for told in await town.told("cadre"))
    first = (await reports(town))[0]
    async with town.database.write() as session:
        actor = await town.actor(session, "cadre", later)
        await service.same(session, town.plan, actor, later, asked.id, first.id)
    first, second = await reports(town)
    assert first.number != second.number
    assert second.received_at == later, "with his own time"
    joined = await incident_of(town, second)
    assert joined.merged_into == first.incident_id


@pytest.mark.parametrize(("away", "asked"), [(0.0009, True), (0.009, False)])
async def test_only_what_is_near_is_asked_about(town: Town, away: float, asked: bool) -> None:
    await send(town, where=(29.7, 105.72))
    await no_threat(town)
    await settle(town, Nature.ACCIDENT)
    await send(town, "cadre", where=(29.7 + away, 105.72))
    await no_threat(town, "cadre")
    draft = await settle(town, Nature.ACCIDENT, role="cadre")
    assert (draft.question is Question.LIKENESS) is asked


async def test_a_threat_is_sent_first_and_asked_about_afterwards(town: Town) -> None:
    await send(town, where=(29.7, 105.72))
    await no_threat(town)
    await settle(town, Nature.ACCIDENT)
    await send(town, "cadre", where=(29.7, 105.72))
    draft = await newest(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "cadre")
        await service.answer(session, town.plan, actor, NIGHT, draft.id, Threat.YES)
    draft = await newest(town)
    assert (draft.state, draft.question) == (DraftState.FILED, Question.LIKENESS)
    first, second = await reports(town)
    async with town.database.write() as session:
        await service.same(session, town.plan, actor, NIGHT, draft.id, first.id)
    assert (await incident_of(town, second)).merged_into is None, "the desk decides"
    assert any(first.number in told for told in await town.told("town_group", "supplement"))


async def test_a_hazard_seen_twice_keeps_both_numbers_and_says_so_to_the_town(town: Town) -> None:
    await send(town, where=(29.7, 105.72))
    await no_threat(town)
    await settle(town, Nature.HAZARD)
    await send(town, "cadre", where=(29.7, 105.72))
    await no_threat(town, "cadre")
    draft = await settle(town, Nature.HAZARD, role="cadre")
    first = (await reports(town))[0]
    async with town.database.write() as session:
        actor = await town.actor(session, "cadre")
        await service.same(session, town.plan, actor, NIGHT, draft.id, first.id)
    first, second = await reports(town)
    assert second.same_as == first.id
    assert f"与 {first.number} 是同一处，已有 2 人反映" in (await town.told("town_group"))[-1]

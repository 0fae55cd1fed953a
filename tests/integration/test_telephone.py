"""The telephone, and codes put up at places: reports that begin with somebody or somewhere known."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.incident import service as incidents
from bot.incident.models import PlaceSource, Threat
from bot.intake import receiving, service, telephone
from bot.intake.errors import NoSuchSite
from bot.intake.models import Asked, Draft, DraftState, ItemKind, Via
from bot.plan.service import Plan
from tests.integration.reporter import newest, reports, send
from tests.integration.town import DISTRICT, GRID, NIGHT, VILLAGE, Town, build


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def telephoned(town: Town, at: datetime = NIGHT) -> Draft:
    async with town.database.write() as session:
        actor = await town.actor(session, "town", at)
        await telephone.begin(session, town.plan, actor, at, town.chats["town"])
    return await newest(town)


async def test_a_telephone_report_is_stamped_at_the_tap_and_asks_four_things(town: Town) -> None:
    draft = await telephoned(town)
    asked = []
    later = NIGHT + timedelta(seconds=20)
    for typed in ("村支书 +86 10000 00201", "横店村", "房子塌了一半", "失联1"):
        asked.append((await newest(town)).asking)
        await send(town, "town", ItemKind.TEXT, typed, at=later)
    assert asked == [Asked.CONTACT, Asked.PLACE, Asked.WHAT, Asked.CASUALTIES]
    assert (await newest(town)).asking is None
    async with town.database.write() as session:
        actor = await town.actor(session, "town", later)
        await service.answer(session, town.plan, actor, later, draft.id, Threat.YES)
    (report,) = await reports(town)
    assert (report.via, report.received_at, report.filed_at) == (Via.TELEPHONE, NIGHT, later)
    assert (report.missing, report.dead, report.region_code) == (1, None, VILLAGE)
    async with town.database.read() as session:
        view = await incidents.view(session, report.incident_id or 0)
    assert [(one.name, one.phone) for one in view.reporters] == [("村支书", "+861000000201")]
    assert await town.told("district_group", None) == [], "the desks see a card, not a text"
    assert {"town_group", "district_group"} <= set(await town.cards(f"incident:{report.incident_id}"))


async def test_a_second_tap_on_the_telephone_key_keeps_the_first_taps_time(town: Town) -> None:
    first = await telephoned(town)
    second = await telephoned(town, NIGHT + timedelta(minutes=1))
    assert (second.id, second.opened_at) == (first.id, NIGHT)


async def test_what_the_officer_was_writing_himself_is_put_aside_for_the_telephone(town: Town) -> None:
    await send(town, "town")
    own = await newest(town)
    await telephoned(town)
    async with town.database.read() as session:
        found = await session.get(Draft, own.id)
    assert found is not None
    assert found.state is DraftState.KEPT


async def test_a_grid_worker_takes_no_telephone_reports(town: Town) -> None:
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        with pytest.raises(NotAllowed):
            await telephone.begin(session, town.plan, actor, NIGHT, 101)


@pytest.mark.parametrize(
    ("site", "region", "words"), [(VILLAGE, VILLAGE, None), (GRID, GRID, None), ("transport", DISTRICT, "区交通局")]
)
async def test_a_code_scanned_at_a_place_opens_a_draft_there(
    town: Town, site: str, region: str, words: str | None
) -> None:
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await receiving.begin_at(session, town.plan, actor, NIGHT, town.chats["worker"], site)
    draft = await newest(town)
    assert (draft.region_code, draft.place_words, draft.place_source) == (region, words, PlaceSource.CODE)


async def test_a_code_of_nowhere_changes_nothing(town: Town) -> None:
    await send(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        with pytest.raises(NoSuchSite):
            await receiving.begin_at(session, town.plan, actor, NIGHT, town.chats["worker"], "999999")
    assert (await newest(town)).place_source is PlaceSource.GRID

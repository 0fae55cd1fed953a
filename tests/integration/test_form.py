"""The form, before filing and after: taps, words, ways out, places; taking a report back, and too many."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.core.database import Database
from bot.incident import service as incidents
from bot.incident.errors import InOtherHands
from bot.incident.models import IncidentState, PlaceSource, Threat
from bot.intake import form, jobs, service
from bot.intake.errors import ActedOn, AnotherOpen, DraftGone, NotUnderstood, TooMany
from bot.intake.models import Asked, Draft, DraftState, Item, ItemKind, Question
from bot.plan.schema import LimitKey, Nature, WaitKey
from bot.plan.service import Plan
from tests.integration.reporter import accident, ask, choose, incident_of, newest, no_threat, reports, send, settle
from tests.integration.town import GRID, NIGHT, VILLAGE, Town, build


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def test_one_choice_moves_on_to_the_next_field_nobody_has_answered(town: Town) -> None:
    await send(town)
    await no_threat(town)
    await ask(town, Asked.KIND)
    draft = await choose(town, Asked.KIND, "landslide")
    assert (draft.kind_key, draft.asking) == ("landslide", Asked.TIME), "the place is the own grid and not asked"
    draft = await choose(town, Asked.TIME, "10")
    assert draft.occurred_at == NIGHT - timedelta(minutes=10)
    await send(town, kind=ItemKind.TEXT, text="死1困2")
    draft = await newest(town)
    assert (draft.dead, draft.trapped, draft.missing, draft.asking) == (1, 2, None, Asked.WHAT)
    await send(town, kind=ItemKind.TEXT, text="坡上塌下来一片")
    await send(town, kind=ItemKind.TEXT, text="已经撤人")
    draft = await choose(town, Asked.REINFORCEMENT, "yes")
    draft = await choose(town, Asked.CONTACT, "me")
    assert draft.asking is None
    assert (draft.what, draft.measures, draft.reinforcement) == ("坡上塌下来一片", "已经撤人", True)
    assert draft.contact_phone == "+8610000000101"
    await settle(town, Nature.ACCIDENT)
    (report,) = await reports(town)
    incident = await incident_of(town, report)
    assert (incident.dead, incident.trapped, incident.injured) == (1, 2, None), "unknown is not 0"
    assert (incident.kind_key, incident.what) == ("landslide", "坡上塌下来一片")


async def test_words_that_answer_a_field_are_no_supplement_for_the_desk(town: Town) -> None:
    await send(town)
    await no_threat(town)
    await ask(town, Asked.WHAT)
    await send(town, kind=ItemKind.TEXT, text="坡上塌下来一片")
    await settle(town, Nature.ACCIDENT)
    assert await town.told("town_group", "supplement") == []
    async with town.database.read() as session:
        kinds = [item.kind for item in (await session.exec(select(Item))).all()]
    assert sorted(kinds) == [ItemKind.ANSWER, ItemKind.PHOTO]


async def test_what_is_not_understood_is_said_and_the_field_stays_asked(town: Town) -> None:
    await send(town)
    await no_threat(town)
    await ask(town, Asked.TIME)
    with pytest.raises(NotUnderstood):
        await send(town, kind=ItemKind.TEXT, text="天黑那会儿")
    assert (await newest(town)).asking is Asked.TIME


async def test_an_edited_answer_counts_on_a_draft_and_changes_no_report(town: Town) -> None:
    await send(town)
    await no_threat(town)
    await ask(town, Asked.CASUALTIES)
    message = await send(town, kind=ItemKind.TEXT, text="困2")
    await send(town, kind=ItemKind.TEXT, text="困3", message=message)
    assert (await newest(town)).trapped == 3
    await settle(town, Nature.ACCIDENT)
    await send(town, kind=ItemKind.TEXT, text="困9", message=message)
    assert (await reports(town))[0].trapped == 3


async def test_going_back_leads_to_the_card_and_skipping_to_the_next_field(town: Town) -> None:
    await send(town)
    draft = await no_threat(town)
    await ask(town, Asked.CASUALTIES, "dead")
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await form.leave(session, town.plan, actor, NIGHT, draft.id, onward=False)
    assert ((await newest(town)).asking, (await newest(town)).at_step) == (Asked.CASUALTIES, "")
    for onward, asked in ((True, Asked.WHAT), (True, Asked.MEASURES), (False, None)):
        async with town.database.write() as session:
            await form.leave(session, town.plan, actor, NIGHT, draft.id, onward=onward)
        assert (await newest(town)).asking is asked


@pytest.mark.parametrize(
    ("typed", "region", "words", "source"),
    [
        ("https://uri.amap.com/marker?position=105.72,29.70&name=水沟边", GRID, "水沟边", PlaceSource.LINK),
        ("横店村", VILLAGE, None, PlaceSource.LIST),
        ("村小学后面", GRID, "村小学后面", PlaceSource.WORDS),
    ],
)
async def test_a_place_is_a_link_a_name_or_words(
    town: Town, typed: str, region: str, words: str | None, source: PlaceSource
) -> None:
    await send(town)
    await no_threat(town)
    await ask(town, Asked.PLACE)
    await send(town, kind=ItemKind.TEXT, text=typed)
    draft = await newest(town)
    assert (draft.region_code, draft.place_words, draft.place_source) == (region, words, source)
    assert (draft.latitude is not None) is (source is PlaceSource.LINK)


async def test_a_short_link_is_explained_and_not_taken_for_a_place(town: Town) -> None:
    await send(town)
    await no_threat(town)
    await ask(town, Asked.PLACE)
    with pytest.raises(NotUnderstood):
        await send(town, kind=ItemKind.TEXT, text="https://surl.amap.com/abc123")


async def test_a_location_answers_the_place_and_moves_on(town: Town) -> None:
    await send(town)
    await no_threat(town)
    await ask(town, Asked.PLACE)
    await send(town, kind=ItemKind.LOCATION, where=(29.7, 105.72))
    draft = await newest(town)
    assert (draft.latitude, draft.place_source, draft.asking) == (29.7, PlaceSource.LOCATION, Asked.TIME)


async def test_details_added_after_filing_reach_the_incident_at_once(town: Town) -> None:
    await send(town)
    draft = await newest(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.answer(session, town.plan, actor, NIGHT, draft.id, Threat.YES)
        await form.more(session, actor, NIGHT, draft.id)
    assert (await newest(town)).asking is Asked.KIND
    await choose(town, Asked.KIND, "landslide")
    await ask(town, Asked.CASUALTIES)
    await send(town, kind=ItemKind.TEXT, text="困3")
    (report,) = await reports(town)
    incident = await incident_of(town, report)
    assert (report.trapped, incident.trapped, incident.kind_key) == (3, 3, "landslide")


async def test_a_draft_put_aside_is_sent_by_nobody_and_found_again(town: Town) -> None:
    await send(town)
    draft = await no_threat(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.keep(session, actor, NIGHT, draft.id)
        await jobs.run_due(session, town.plan, NIGHT + timedelta(days=1))
    assert await reports(town) == []
    await send(town)
    other = await newest(town)
    async with town.database.write() as session:
        with pytest.raises(AnotherOpen):
            await service.restore(session, town.plan, actor, NIGHT, draft.id)
        await service.discard(session, actor, NIGHT, other.id)
        await service.restore(session, town.plan, actor, NIGHT, draft.id)
    async with town.database.read() as session:
        found = await session.get(Draft, draft.id)
        assert found is not None
        assert (found.state, found.question) == (DraftState.OPEN, Question.OUTCOME)


async def test_a_form_that_lay_is_asked_about_once_and_then_sent(town: Town) -> None:
    await send(town)
    await no_threat(town)
    idle = town.plan.wait(WaitKey.DRAFT_IDLE)
    async with town.database.write() as session:
        assert await jobs.run_due(session, town.plan, NIGHT + idle) == 1
    assert (await newest(town)).question is Question.RESUME
    async with town.database.write() as session:
        assert await jobs.run_due(session, town.plan, NIGHT + idle * 2) == 1
    (report,) = await reports(town)
    assert (report.nature, report.threat) == (Nature.HAZARD, Threat.NO)


async def test_while_somebody_fills_in_nothing_is_sent_behind_his_back(town: Town) -> None:
    await send(town)
    await no_threat(town)
    later = NIGHT + town.plan.wait(WaitKey.DRAFT_IDLE) - timedelta(seconds=1)
    await choose(town, Asked.KIND, "landslide", at=later)
    async with town.database.write() as session:
        assert await jobs.run_due(session, town.plan, later + timedelta(minutes=5)) == 0


async def test_a_report_is_withdrawn_as_long_as_nobody_has_acted_on_it(town: Town) -> None:
    draft, report = await accident(town)
    async with town.database.write() as session:
        await service.withdraw(session, town.plan, await town.actor(session, "worker"), NIGHT, draft.id)
    assert (await incident_of(town, report)).state is IncidentState.WITHDRAWN
    assert (await reports(town))[0].withdrawn_at == NIGHT


async def test_what_somebody_has_taken_in_hand_is_not_withdrawn(town: Town) -> None:
    draft, report = await accident(town)
    async with town.database.write() as session:
        officer = await town.actor(session, "town")
        await incidents.take(session, town.plan, officer, NIGHT, report.incident_id or 0)
    async with town.database.write() as session:
        worker = await town.actor(session, "worker")
        with pytest.raises(InOtherHands):
            await service.withdraw(session, town.plan, worker, NIGHT, draft.id)
    assert (await incident_of(town, report)).state is IncidentState.REPORTED


async def test_a_hazard_is_withdrawn_once_and_the_town_hears_of_it(town: Town) -> None:
    await send(town)
    await no_threat(town)
    draft = await settle(town, Nature.HAZARD)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.withdraw(session, town.plan, actor, NIGHT, draft.id)
        with pytest.raises(ActedOn):
            await service.withdraw(session, town.plan, actor, NIGHT, draft.id)
    assert "已由来报人撤回" in (await town.told("town_group"))[-1]


async def test_somebody_elses_draft_is_not_touched(town: Town) -> None:
    await send(town)
    draft = await no_threat(town)
    async with town.database.write() as session:
        actor = await town.actor(session, "cadre")
        with pytest.raises(DraftGone):
            await form.open_field(session, actor, NIGHT, draft.id, Asked.KIND)
        with pytest.raises(DraftGone):
            await service.withdraw(session, town.plan, actor, NIGHT, draft.id)


async def test_too_many_reports_are_kept_as_drafts_and_a_danger_sign_is_never_too_many(town: Town) -> None:
    limit = town.plan.limit(LimitKey.REPORTS_AN_HOUR)
    for _ in range(limit):
        await send(town)
        await no_threat(town)
        await settle(town, Nature.HAZARD)
    await send(town)
    draft = await no_threat(town)
    with pytest.raises(TooMany):
        await settle(town, Nature.HAZARD)
    assert (await newest(town)).state is DraftState.OPEN
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.answer(session, town.plan, actor, NIGHT, draft.id, Threat.YES)
    assert len(await reports(town)) == limit + 1

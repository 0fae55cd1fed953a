"""The form, before filing and after: taps, words, ways out, the telephone, what may be the same thing, withdrawal."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlmodel import col, select

from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.incident import service as incidents
from bot.incident.errors import InOtherHands
from bot.incident.models import Incident, IncidentState, PlaceSource, Threat
from bot.intake import form, jobs, receiving, service, telephone
from bot.intake.errors import ActedOn, AnotherOpen, DraftGone, NoSuchSite, NotUnderstood, TooMany
from bot.intake.models import Asked, Draft, DraftState, Item, ItemKind, Question, Report, Via
from bot.intake.schemas import Sent
from bot.plan.schema import LimitKey, Nature, WaitKey
from bot.plan.service import Plan
from tests.integration.town import DISTRICT, GRID, NIGHT, VILLAGE, Town, build

MESSAGES = count(1)


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def send(
    town: Town,
    role: str = "worker",
    kind: ItemKind = ItemKind.PHOTO,
    text: str = "",
    *,
    at: datetime = NIGHT,
    message: int | None = None,
    where: tuple[float, float] | None = None,
) -> int:
    number = message or next(MESSAGES)
    latitude, longitude = where or (None, None)
    sent = Sent(
        chat_id=town.chats[role],
        message_id=number,
        kind=kind,
        sent_at=at,
        text=text,
        file_id=f"file{number}" if kind is ItemKind.PHOTO else None,
        latitude=latitude,
        longitude=longitude,
    )
    async with town.database.write() as session:
        await receiving.receive(session, town.plan, await town.actor(session, role, at), at, sent)
    return number


async def newest(town: Town) -> Draft:
    async with town.database.read() as session:
        return (await session.exec(select(Draft).order_by(col(Draft.id).desc()).limit(1))).one()


async def reports(town: Town) -> list[Report]:
    async with town.database.read() as session:
        return list((await session.exec(select(Report).order_by(col(Report.id)))).all())


async def incident_of(town: Town, report: Report) -> Incident:
    async with town.database.read() as session:
        found = await session.get(Incident, report.incident_id)
        assert found is not None
        return found


async def choose(town: Town, field: Asked, value: str, *, role: str = "worker", at: datetime = NIGHT) -> Draft:
    draft = await newest(town)
    async with town.database.write() as session:
        actor = await town.actor(session, role, at)
        await form.choose(session, town.plan, actor, at, draft.id, field, value)
    return await newest(town)


async def no_threat(town: Town, role: str = "worker", at: datetime = NIGHT) -> Draft:
    draft = await newest(town)
    async with town.database.write() as session:
        actor = await town.actor(session, role, at)
        await service.answer(session, town.plan, actor, at, draft.id, Threat.NO)
    return await newest(town)


async def settle(town: Town, nature: Nature, *, role: str = "worker", at: datetime = NIGHT) -> Draft:
    draft = await newest(town)
    async with town.database.write() as session:
        await service.settle(session, town.plan, await town.actor(session, role, at), at, draft.id, nature)
    return await newest(town)


async def ask(town: Town, field: Asked, step: str = "") -> None:
    draft = await newest(town)
    async with town.database.write() as session:
        await form.open_field(session, await town.actor(session, "worker"), NIGHT, draft.id, field, step)


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


# --- the telephone ---------------------------------------------------------------------------------------------------


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


# --- what may be the same thing --------------------------------------------------------------------------------------


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


# --- taking it back, and too many ------------------------------------------------------------------------------------


async def accident(town: Town) -> tuple[Draft, Report]:
    await send(town)
    await no_threat(town)
    draft = await settle(town, Nature.ACCIDENT)
    return draft, (await reports(town))[-1]


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


# --- codes put up at places ------------------------------------------------------------------------------------------


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

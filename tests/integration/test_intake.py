"""What becomes of what people send: one question, one number, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlmodel import col, select

from bot.core.database import Database
from bot.delivery.models import Message
from bot.incident.models import Incident, Threat
from bot.intake import jobs, receiving, repository, service
from bot.intake.errors import DraftGone
from bot.intake.models import Draft, DraftState, Item, ItemKind, Question, Report
from bot.intake.schemas import Sent
from bot.plan.schema import Nature
from bot.plan.service import Plan
from tests.integration.town import NIGHT, Town, build

MINUTE = timedelta(minutes=1)
_numbers = count(1)


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


def photo(**fields: object) -> Sent:
    return sent(ItemKind.PHOTO, file_id="photo-1", **fields)


def words(text: str, **fields: object) -> Sent:
    return sent(ItemKind.TEXT, text=text, **fields)


def sent(kind: ItemKind, **fields: object) -> Sent:
    known: dict[str, object] = {"chat_id": 101, "message_id": next(_numbers), "sent_at": NIGHT, **fields}
    return Sent(kind=kind, **known)  # type: ignore[arg-type]  # fields are given by name in each test


async def receive(town: Town, what: Sent, *, now: datetime = NIGHT, role: str = "worker") -> None:
    async with town.database.write() as session:
        await receiving.receive(session, town.plan, await town.actor(session, role), now, what)


async def answer(town: Town, threat: Threat, *, now: datetime = NIGHT, role: str = "worker") -> None:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        await service.answer(session, town.plan, actor, now, await newest_draft(town), threat)


async def newest_draft(town: Town) -> int:
    async with town.database.read() as session:
        return (await session.exec(select(Draft.id).order_by(col(Draft.id).desc()))).first() or 0


async def drafts(town: Town) -> list[Draft]:
    async with town.database.read() as session:
        return list((await session.exec(select(Draft).order_by(col(Draft.id)))).all())


async def reports(town: Town) -> list[Report]:
    async with town.database.read() as session:
        return list((await session.exec(select(Report).order_by(col(Report.id)))).all())


async def items(town: Town) -> list[Item]:
    async with town.database.read() as session:
        return list((await session.exec(select(Item).order_by(col(Item.id)))).all())


async def test_one_photo_asks_one_question_and_rings_nobody(town: Town) -> None:
    await receive(town, photo())
    (draft,) = await drafts(town)
    assert (draft.state, draft.question) == (DraftState.OPEN, Question.THREAT)
    assert draft.region_code == "500111100216-03"
    assert set(await town.cards(f"draft:{draft.id}")) == {"worker"}
    assert await town.told("town_group") == []


@pytest.mark.parametrize("threat", [Threat.YES, Threat.UNCLEAR])
async def test_a_threat_or_not_being_able_to_tell_is_filed_at_once_with_order_number_and_phones(
    town: Town, threat: Threat
) -> None:
    await receive(town, photo())
    await answer(town, threat)
    (report,) = await reports(town)
    assert report.number == "龙水0712-1"
    assert (report.nature, report.threat) == (Nature.DANGER_SIGN, threat)
    (order,) = await town.told("worker", "order")
    assert order.startswith("<b>先撤人，不要等回复。</b>\n已同时报村、镇、区值班。")
    assert "龙水0712-1" in order
    assert "+86 23 4376 1995" in order
    assert await town.told("worker", "households") == ["几户几人？说话也行，打字也行。"]
    desks = {"village_group", "town_group", "district_group"}
    assert set(await town.cards(f"incident:{report.incident_id}")) == {*desks, "worker"}


async def test_the_same_message_delivered_twice_is_one_item(town: Town) -> None:
    same = photo()
    await receive(town, same)
    await receive(town, same)
    assert len(await items(town)) == 1
    await answer(town, Threat.YES)
    await receive(town, same)
    assert (len(await items(town)), len(await drafts(town))) == (1, 1)


async def test_everything_sent_before_the_answer_is_on_one_draft(town: Town) -> None:
    for what in (photo(), sent(ItemKind.VOICE, file_id="v"), words("屋后坡裂了"), photo(album="a")):
        await receive(town, what)
    await answer(town, Threat.YES)
    (report,) = await reports(town)
    assert [item.report_id for item in await items(town)] == [report.id] * 4


async def test_an_edited_message_changes_a_draft_and_never_a_report(town: Town) -> None:
    first = words("坡裂")
    await receive(town, first)
    await receive(town, words("坡裂了，三户", message_id=first.message_id))
    assert [item.text for item in await items(town)] == ["坡裂了，三户"]
    await answer(town, Threat.YES)
    await receive(town, words("没事", message_id=first.message_id))
    assert [item.text for item in await items(town)] == ["坡裂了，三户"]


async def test_a_late_part_of_an_album_follows_the_others_to_the_report(town: Town) -> None:
    await receive(town, photo(album="a"))
    await answer(town, Threat.YES)
    await receive(town, photo(album="a"))
    (report,) = await reports(town)
    assert [item.report_id for item in await items(town)] == [report.id, report.id]
    assert len(await drafts(town)) == 1


async def test_an_album_added_later_rings_the_desks_once(town: Town) -> None:
    await receive(town, photo(album="a"))
    await answer(town, Threat.YES)
    async with town.database.read() as session:
        report = (await session.exec(select(Report))).one()
    about = f"incident:{report.incident_id}"
    for part in ("b", "b", "b"):
        await receive(town, replace(photo(album=part), reply_about=about))
    await receive(town, replace(photo(), reply_about=about))
    await receive(town, photo(album="a"))
    async with town.database.read() as session:
        rows = select(Message.silent).where(Message.chat_id == town.chats["town_group"], Message.purpose == "media")
        silent = list((await session.exec(rows.order_by(col(Message.id)))).all())
    first_report, first_of_b, *later_of_b, alone, late_of_a = silent
    assert (first_report, first_of_b, later_of_b, alone, late_of_a) == (True, False, [True, True], False, True)


async def test_words_after_the_report_answer_how_many_households(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    await receive(town, words("3户11人"), now=NIGHT + 5 * MINUTE)
    for desk in ("village_group", "town_group", "district_group"):
        assert await town.told(desk, "supplement") == ["<b>龙水0712-1 补充</b> 龙水镇 横店村 第3网格\nworker：3户11人"]
    assert await town.told("worker", "supplement_received") == ["已补充到 <b>龙水0712-1</b>，已转各值班室。"]
    assert await town.told("other_group") == []


async def test_once_answered_or_after_half_an_hour_words_are_something_new(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    await receive(town, words("3户11人"), now=NIGHT + 5 * MINUTE)
    await receive(town, words("河边也塌了"), now=NIGHT + 6 * MINUTE)
    assert [draft.state for draft in await drafts(town)] == [DraftState.FILED, DraftState.OPEN]
    async with town.database.read() as session:
        view = await service.draft_view(session, await newest_draft(town))
    assert view is not None
    assert view.may_join == "龙水0712-1"


async def test_a_draft_can_join_the_report_before(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    await receive(town, photo(), now=NIGHT + MINUTE)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.join(session, town.plan, actor, NIGHT + MINUTE, await newest_draft(town))
    (report,) = await reports(town)
    assert [item.report_id for item in await items(town)] == [report.id, report.id]
    assert len(await town.told("town_group", "media")) == 2


async def test_a_reply_to_anything_about_the_case_is_an_addition(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    (report,) = await reports(town)
    for about in (f"incident:{report.incident_id}", f"incident:{report.incident_id}:media", "draft:1"):
        await receive(town, words(f"再说 {about}", reply_about=about), now=NIGHT + timedelta(hours=5))
    assert len(await town.told("district_group", "supplement")) == 3


async def test_the_desks_people_may_add_in_their_group_without_an_echo(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    (report,) = await reports(town)
    said = words("已到现场", chat_id=town.chats["town_group"], reply_about=f"incident:{report.incident_id}")
    await receive(town, said, role="town")
    assert await town.told("town_group", "supplement") == []
    assert len(await town.told("district_group", "supplement")) == 1
    assert await town.told("town_group", "supplement_received") == []


async def test_a_location_after_the_report_puts_the_incident_on_the_map(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    await receive(town, sent(ItemKind.LOCATION, latitude=29.7, longitude=105.72), now=NIGHT + MINUTE)
    async with town.database.read() as session:
        incident = (await session.exec(select(Incident))).one()
    assert (incident.latitude, incident.longitude) == (29.7, 105.72)


@pytest.mark.parametrize("nature", [Nature.ACCIDENT, Nature.HAZARD])
async def test_when_nobody_is_threatened_one_more_question_decides(town: Town, nature: Nature) -> None:
    await receive(town, photo())
    await answer(town, Threat.NO)
    assert await reports(town) == []
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.settle(session, town.plan, actor, NIGHT, await newest_draft(town), nature)
    (report,) = await reports(town)
    assert (report.nature, report.threat) == (nature, Threat.NO)
    assert (report.incident_id is None) is (nature is Nature.HAZARD)
    assert await town.told("worker", "households") == []


async def test_a_hazard_goes_quietly_to_village_and_town_and_not_to_the_district(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.NO)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        await service.settle(session, town.plan, actor, NIGHT, await newest_draft(town), Nature.HAZARD)
    assert len(await town.told("village_group", "hazard")) == len(await town.told("town_group", "hazard")) == 1
    assert await town.told("district_group") == []
    assert "已登记 龙水0712-1" in (await town.told("worker", "filed"))[0]


async def test_a_draft_is_answered_once_and_only_by_its_owner(town: Town) -> None:
    await receive(town, photo())
    with pytest.raises(DraftGone):
        await answer(town, Threat.YES, role="cadre")
    await answer(town, Threat.YES)
    with pytest.raises(DraftGone):
        await answer(town, Threat.YES)
    assert len(await reports(town)) == 1


async def test_what_was_given_up_can_be_restored_with_everything_in_it(town: Town) -> None:
    await receive(town, photo())
    draft_id = await newest_draft(town)
    async with town.database.write() as session:
        await service.discard(session, await town.actor(session, "worker"), NIGHT, draft_id)
    assert [draft.state for draft in await drafts(town)] == [DraftState.DISCARDED]
    async with town.database.write() as session:
        await service.restore(session, town.plan, await town.actor(session, "worker"), NIGHT, draft_id)
    await answer(town, Threat.YES)
    (report,) = await reports(town)
    assert [item.report_id for item in await items(town)] == [report.id]


async def test_a_silent_phone_still_reports(town: Town) -> None:
    """One photo is a complete first report: asked again once, then filed as 看不清, however long nobody ran."""
    await receive(town, photo())
    (draft,) = await drafts(town)
    assert draft.due_at is not None
    for now in (draft.due_at, NIGHT + timedelta(hours=3)):
        async with town.database.write() as session:
            assert await jobs.run_due(session, town.plan, now) == 1
        async with town.database.write() as session:
            assert await jobs.run_due(session, town.plan, draft.due_at) == 0
    (report,) = await reports(town)
    assert report.threat is Threat.UNCLEAR
    assert await town.told("worker", "filed_for_you") == ["<b>没有收到你的回答，已按“看不清”上报。</b>"]
    async with town.database.read() as session:
        assert await jobs.next_due(session) is None


async def test_words_alone_are_asked_about_again_but_never_filed_without_an_answer(town: Town) -> None:
    await receive(town, words("在吗"))
    for hours in (1, 2, 3):
        async with town.database.write() as session:
            await jobs.run_due(session, town.plan, NIGHT + timedelta(hours=hours))
    assert await reports(town) == []
    assert [draft.state for draft in await drafts(town)] == [DraftState.OPEN]


async def test_numbers_begin_anew_at_the_districts_midnight(town: Town) -> None:
    just_before = datetime.fromisoformat("2026-07-11T23:59:00+08:00")
    for now in (just_before, just_before + 2 * MINUTE, just_before + 3 * MINUTE):
        await receive(town, photo(), now=now)
        await answer(town, Threat.YES, now=now)
    assert [report.number for report in await reports(town)] == ["龙水0711-1", "龙水0712-1", "龙水0712-2"]


async def test_a_number_names_no_year_and_is_never_given_again(town: Town) -> None:
    """Else the first report of a day would find its number taken a year later, and could not be filed."""
    async with town.database.write() as session:
        given = [
            await repository.next_serial(session, "龙水", day) for day in ("2026-07-12", "2027-07-12", "2027-07-13")
        ]
    assert given == [1, 2, 1]


async def test_twenty_reports_at_once_get_twenty_numbers(town: Town) -> None:
    async def one(number: int) -> None:
        async with town.database.write() as session:
            actor = await town.actor(session, "worker")
            await receiving.receive(session, town.plan, actor, NIGHT, photo(message_id=1000 + number))
            draft = (await session.exec(select(Draft).order_by(col(Draft.id).desc()))).first()
            assert draft is not None
            await service.answer(session, town.plan, actor, NIGHT, draft.id, Threat.YES)

    await asyncio.gather(*(one(number) for number in range(20)))
    assert sorted(report.serial for report in await reports(town)) == list(range(1, 21))

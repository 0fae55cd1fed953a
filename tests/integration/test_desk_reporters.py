"""What the desk asks reporters for, and what a reporter may take back. Silence is asserted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.access import SYSTEM
from bot.core.database import Database
from bot.delivery.schemas import Media
from bot.incident import deeds, desk, enquiries, service
from bot.incident.errors import AlreadyAsked, InOtherHands, NoSuchIncident
from bot.incident.models import EntryKind, Facts, IncidentState, Wanted
from bot.incident.schemas import Addition
from bot.plan.service import Plan
from messages.desk import coded
from tests.integration.case import Cases
from tests.integration.town import NIGHT, build

MINUTES = timedelta(minutes=1)
WHY = coded("nothing_there")


@pytest.fixture
async def cases(database: Database, plan: Plan) -> Cases:
    return Cases(await build(database, plan))


# --- 请补充 ----------------------------------------------------------------------------------------------------------


async def test_the_reporter_is_asked_for_one_thing_and_how_to_answer(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("town", enquiries.ask, number, Wanted.POSITION)
    (asked,) = await cases.town.told("worker", "enquiry")
    assert "龙水0712-1 请补充：位置" in asked
    assert "龙水镇 横店村 第3网格" in asked
    assert "请发一个定位，或回复这条消息" in asked
    assert await cases.town.told("town_group", "enquiry") == []


async def test_asking_again_is_refused_while_the_question_is_open_and_allowed_when_it_has_expired(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("town", enquiries.ask, number, Wanted.PHOTO)
    with pytest.raises(AlreadyAsked):
        await cases.do("district", enquiries.ask, number, Wanted.KIND, at=NIGHT + 29 * MINUTES)
    await cases.do("district", enquiries.ask, number, Wanted.KIND, at=NIGHT + 31 * MINUTES)
    assert len(await cases.town.told("worker", "enquiry")) == 2


async def test_what_is_sent_while_asked_is_the_answer_and_the_next_question_may_be_put(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("town", enquiries.ask, number, Wanted.KIND)
    assert await _is_asked(cases, number, "worker")
    assert not await _is_asked(cases, number, "cadre")
    await cases.do("worker", service.supplement, number, Addition(1, "是塌方"))
    assert not await _is_asked(cases, number, "worker")
    assert (await cases.log(number))[-2:] == [EntryKind.SUPPLEMENT, EntryKind.ANSWERED]
    await cases.do("town", enquiries.ask, number, Wanted.FIGURES)


async def test_a_position_the_desk_asked_for_rings_and_one_nobody_asked_for_does_not(cases: Cases) -> None:
    number = await cases.reported()
    await _sends_position(cases, number, 29.5, 105.7)
    assert await cases.town.told("town_group", "position") == []
    await cases.do("town", enquiries.ask, number, Wanted.POSITION)
    await _sends_position(cases, number, 29.51234, 105.71234)
    (given,) = await cases.town.told("town_group", "position")
    assert "补充位置 29.51234, 105.71234" in given


async def test_what_is_filed_for_somebody_who_did_not_answer_is_shown_under_his_name(cases: Cases) -> None:
    number = await cases.reported()
    async with cases.database.write() as session:
        first = Addition(7, "坡裂了", is_supplement=False)
        await service.supplement(session, cases.plan, SYSTEM, NIGHT, number, first)
        await service.show_media(session, cases.plan, SYSTEM, NIGHT, number, first, Media("photo", "F"))
    seen = await cases.seen(number)
    assert [(entry.name, entry.text) for entry in seen.entries][-1] == ("worker", "坡裂了")
    assert "worker：坡裂了" in (await cases.town.told("town_group", "media"))[0]
    assert service.can_withdraw(seen)


async def test_an_expired_question_says_nothing_and_holds_nothing_back(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("town", service.take, number)
    await cases.do("town", enquiries.ask, number, Wanted.PHOTO)
    before = len(await cases.town.told("worker"))
    assert await cases.chase(NIGHT + timedelta(hours=2)) == 0
    assert not await _is_asked(cases, number, "worker", after=timedelta(hours=2))
    assert len(await cases.town.told("worker")) == before
    await cases.do("town", service.verify, number, at=NIGHT + timedelta(hours=2))


# --- 撤回 ------------------------------------------------------------------------------------------------------------


async def test_a_report_nobody_touched_is_withdrawn_and_the_desks_hear_it_once(cases: Cases) -> None:
    number = await cases.reported()
    assert service.can_withdraw(await cases.seen(number))
    cards = await cases.town.cards(f"incident:{number}")
    await cases.do("worker", service.withdraw, number, "龙水0712-1")
    assert (await cases.row(number)).state is IncidentState.WITHDRAWN
    assert len(await cases.town.told("town_group", "withdrawn")) == 1
    changed = await cases.town.cards(f"incident:{number}")
    assert all(changed[chat] > cards[chat] for chat in cards)
    assert await cases.chase(NIGHT + timedelta(hours=1)) == 0
    with pytest.raises(InOtherHands):
        await cases.do("worker", service.withdraw, number, "龙水0712-1")


async def test_what_the_reporter_added_himself_does_not_keep_him_from_withdrawing(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("worker", service.supplement, number, Addition(1, "看错了"))
    assert service.can_withdraw(await cases.seen(number))


@pytest.mark.parametrize("deed", ["take", "verify", "doubt", "add", "join"])
async def test_a_report_in_other_hands_is_not_withdrawn(cases: Cases, deed: str) -> None:
    number = await cases.reported()
    if deed == "take":
        await cases.do("town", service.take, number)
    elif deed == "verify":
        await cases.do("town", service.verify, number)
    elif deed == "doubt":
        await cases.do("town", desk.doubt, number, WHY)
    elif deed == "add":
        await cases.do("cadre", service.supplement, number, Addition(1, "我在现场"))
    else:
        await cases.reported(2, by="cadre", same_as=number)
    assert not service.can_withdraw(await cases.seen(number))
    with pytest.raises(InOtherHands):
        await cases.do("worker", service.withdraw, number, "龙水0712-1")


async def test_nobody_withdraws_somebody_elses_report(cases: Cases) -> None:
    number = await cases.reported()
    with pytest.raises(NoSuchIncident):
        await cases.do("cadre", service.withdraw, number, "龙水0712-1")
    with pytest.raises(NoSuchIncident):
        await cases.do("worker", service.withdraw, number, "龙水0712-9")


async def _is_asked(cases: Cases, number: int, role: str, *, after: timedelta = MINUTES) -> bool:
    async with cases.database.read() as session:
        actor = await cases.town.actor(session, role)
        return bool(await service.asked_for(session, number, actor.person_id or 0, NIGHT + after))


async def _sends_position(cases: Cases, number: int, latitude: float, longitude: float) -> None:
    async with cases.database.write() as session:
        by = deeds.Scene(session, cases.plan, await cases.town.actor(session, "worker"), NIGHT)
        await service.learn(session, number, Facts(latitude=latitude, longitude=longitude), by=by)

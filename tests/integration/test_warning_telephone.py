"""Who has not answered is telephoned: the list of numbers, what a call gave, places cut off, the list at an end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.database import Database
from bot.plan.service import Plan
from bot.warning import answering, issuing, service
from bot.warning.models import Answer, PhoneResult
from tests.integration.test_warning import LIFTED, ONE_TOWN, ORANGE, YELLOW, answers, due, missing, relayed
from tests.integration.town import NIGHT, OTHER_TOWN, TOWN, Town, build


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def test_after_the_last_reminder_the_publisher_gets_the_numbers_to_telephone(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await answers(town, "town", series_id, Answer.RECEIVED)
    await due(town, 10)
    await due(town, 20)
    (phones,) = await town.told("district", "phones")
    assert "other_town" in phones
    assert "+86 100 0000 0105" in phones


async def test_a_town_where_nobody_has_joined_is_on_the_telephone_list_with_its_desks_number(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    for role in ("town", "other_town"):
        await answers(town, role, series_id, Answer.RECEIVED)
    assert await missing(town, series_id) == set()
    async with town.database.write() as session:
        series, version = await issuing.existing(session, series_id)
        await answering.tell_phone_list(session, town.plan, NIGHT, series, version)
    (phones,) = await town.told("district", "phones")
    assert "都应答了" not in phones
    alone = {code for code, region in town.plan.regions.items() if region.duty_phone and code not in (TOWN, OTHER_TOWN)}
    assert alone
    for code in alone:
        assert town.plan.region(code).name in phones
    assert town.plan.region(TOWN).name not in phones


async def telephoned(town: Town, series_id: int, name: str, result: PhoneResult, *, minutes: float = 1) -> None:
    now = NIGHT + timedelta(minutes=minutes)
    async with town.database.write() as session:
        actor = await town.actor(session, "district", now)
        rows = {row.name: row for row in (await service.view(session, series_id)).recipients}
        await answering.phoned(session, actor, now, rows[name].id, result)


async def asks_for_numbers(town: Town, series_id: int, *, minutes: float) -> str:
    """电话清单 is tapped; what it says."""
    async with town.database.write() as session:
        series, version = await issuing.existing(session, series_id)
        now = NIGHT + timedelta(minutes=minutes)
        await answering.tell_phone_list(session, town.plan, now, series, version)
    return (await town.told("district", "phones"))[-1]


async def cut_off(town: Town, series_id: int) -> set[str]:
    async with town.database.read() as session:
        return {row.name for row in (await service.view(session, series_id)).recipients if row.is_cut_off}


async def test_a_call_that_reached_counts_and_a_place_cut_off_does_not(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await telephoned(town, series_id, "town", PhoneResult.REACHED)
    await telephoned(town, series_id, "other_town", PhoneResult.CUT_OFF)
    assert await missing(town, series_id) == {"other_town"}
    assert await cut_off(town, series_id) == {"other_town"}


async def test_who_did_not_pick_up_stays_on_the_list_with_what_the_call_gave(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await telephoned(town, series_id, "town", PhoneResult.REACHED)
    await telephoned(town, series_id, "other_town", PhoneResult.NO_ANSWER)
    told = await asks_for_numbers(town, series_id, minutes=2)
    assert "还有 1 人没有应答" in told
    assert "1. other_town +86 100 0000 0105" in told
    assert "00:51 没人接" in told


async def test_who_was_reached_by_telephone_is_on_the_list_of_the_next_version(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await telephoned(town, series_id, "town", PhoneResult.REACHED)
    await relayed(town, ORANGE, minutes=5)
    assert "1. town" in await asks_for_numbers(town, series_id, minutes=6)


async def test_somebody_who_was_sent_tells_a_place_that_was_cut_off(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await telephoned(town, series_id, "other_town", PhoneResult.CUT_OFF)
    assert "失联" in await asks_for_numbers(town, series_id, minutes=2)
    await telephoned(town, series_id, "other_town", PhoneResult.MESSENGER, minutes=3)
    assert await cut_off(town, series_id) == set()
    assert await missing(town, series_id) == {"town"}


async def test_a_place_cut_off_is_so_for_every_warning_until_it_answers(town: Town) -> None:
    rain, thunder = await relayed(town, YELLOW), await relayed(town, ONE_TOWN, minutes=1)
    await telephoned(town, rain, "town", PhoneResult.CUT_OFF, minutes=2)
    assert await cut_off(town, thunder) == {"town"}
    await relayed(town, ORANGE, minutes=3)
    assert await cut_off(town, rain) == {"town"}, "a text that was sent there is not told"
    await answers(town, "town", rain, Answer.RECEIVED, minutes=4)
    assert await cut_off(town, rain) == set()
    assert await cut_off(town, thunder) == set(), "who taps has a line"


async def test_at_a_lifting_the_publisher_gets_the_numbers_of_whoever_was_told_by_telephone(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await answers(town, "town", series_id, Answer.RECEIVED)
    await telephoned(town, series_id, "other_town", PhoneResult.REACHED, minutes=2)
    await relayed(town, LIFTED, minutes=30)
    (told,) = await town.told("district", "phones")
    assert "已解除" in told
    assert "other_town +86 100 0000 0105" in told
    assert "town +86 100 0000 0103" not in told.replace("other_town", "")


async def test_at_a_lifting_nobody_is_telephoned_who_reads_what_is_sent(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await telephoned(town, series_id, "town", PhoneResult.REACHED, minutes=2)
    await answers(town, "town", series_id, Answer.ON_POST, minutes=3)
    await answers(town, "other_town", series_id, Answer.RECEIVED, minutes=3)
    await relayed(town, LIFTED, minutes=30)
    assert await town.told("district", "phones") == []

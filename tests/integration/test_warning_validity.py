"""What ends by its own words: the publisher is asked until somebody decides; what has run out is laid aside."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from bot.warning import service, validity
from bot.warning.errors import Overtaken
from bot.warning.models import SeriesState
from tests.integration.test_warning import LIFTED, ORANGE, YELLOW, due, missing, relayed
from tests.integration.town import NIGHT, Town, build


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def asked_at(town: Town, minutes: range) -> list[int]:
    """The minutes at which the publisher was asked, of those at which somebody looked."""
    found = []
    for minute in minutes:
        before = len(await town.told("district", "ask_valid"))
        await due(town, minute)
        found += [minute] * (len(await town.told("district", "ask_valid")) - before)
    return found


async def test_the_publisher_is_asked_before_it_ends_when_it_ends_and_every_hour_after(town: Town) -> None:
    await relayed(town, YELLOW)
    assert await asked_at(town, range(300, 500, 5)) == [330, 360, 420, 480]
    first, second, *_ = await town.told("district", "ask_valid")
    assert "快到有效期" in first
    assert "已过有效期" in second


async def test_three_hours_away_the_publisher_is_asked_once(town: Town) -> None:
    await relayed(town, YELLOW)
    await due(town, 700)
    await due(town, 701)
    assert len(await town.told("district", "ask_valid")) == 1


async def test_a_text_that_names_no_end_is_asked_about_after_the_packs_time(town: Town) -> None:
    await relayed(town, YELLOW.replace("预计未来6小时，", ""))
    wait = int(town.plan.wait(WaitKey.WARNING_VALID).total_seconds() // 60)
    assert await asked_at(town, range(wait - 60, wait + 10, 5)) == [wait - 30, wait]
    assert "没有写到什么时候" in (await town.told("district", "ask_valid"))[0]


async def test_the_publisher_is_not_asked_about_a_text_that_holds_no_longer(town: Town) -> None:
    await relayed(town, YELLOW)
    await relayed(town, ORANGE.replace("未来3小时", "未来12小时"), minutes=5)
    await due(town, 360)
    assert await town.told("district", "ask_valid") == []
    await due(town, 720)
    (asked,) = await town.told("district", "ask_valid")
    assert "暴雨橙色" in asked
    await relayed(town, LIFTED, minutes=721)
    await due(town, 1000)
    assert len(await town.told("district", "ask_valid")) == 1


async def lays_aside(town: Town, series_id: int, minutes: float, *, role: str = "district", number: int = 1) -> None:
    async with town.database.write() as session:
        now = NIGHT + timedelta(minutes=minutes)
        actor = await town.actor(session, role, now)
        await validity.lay_aside(session, town.plan, actor, now, series_id, number)


async def test_what_has_run_out_is_laid_aside_and_nobody_is_told(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    with pytest.raises(Overtaken):
        await lays_aside(town, series_id, 100)
    with pytest.raises(NotAllowed):
        await lays_aside(town, series_id, 361, role="town")
    with pytest.raises(Overtaken):
        await lays_aside(town, series_id, 361, number=2)
    before = {chat: await town.told(chat) for chat in town.chats}
    await lays_aside(town, series_id, 361)
    assert await missing(town, series_id) == set()
    await due(town, 500)
    assert {chat: await town.told(chat) for chat in town.chats} == before
    async with town.database.read() as session:
        assert (await service.view(session, series_id)).state is SeriesState.LAPSED
    again = await relayed(town, YELLOW, minutes=600)
    assert again != series_id

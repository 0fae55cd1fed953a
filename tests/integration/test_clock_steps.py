"""The machine's clock is set by an hour: nobody is reminded twice or not at all, and the pace is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery.models import Card, Lane, MessageState
from bot.delivery.pacing import TELEGRAM
from bot.plan.service import Plan
from bot.watch import digest
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.integration.case import Cases
from tests.integration.delivery.post import PUT_OFF, Post
from tests.integration.test_warning import YELLOW, due, relayed
from tests.integration.town import NIGHT, Town, build
from tests.waiting import eventually

HOUR = 60
CHATS = 90


class SetClock(Clock):
    """One whose wall time somebody sets; seconds go on as they did."""

    set_by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.set_by


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def ticks(town: Town, *minutes: float) -> None:
    """The timetable at these times on the wall, in this order."""
    for minute in minutes:
        while await due(town, minute):
            pass


@pytest.mark.parametrize("step", [-HOUR, HOUR])
async def test_a_clock_that_is_set_and_set_right_again_reminds_nobody_twice(town: Town, step: int) -> None:
    await relayed(town, YELLOW)
    await ticks(town, 9, 10 + step, 11 + step, 12, 13)
    assert len(await town.told("town", "nudge")) == 1
    assert len(await town.told("other_town", "nudge")) == 1


async def test_a_clock_set_back_for_good_loses_no_reminder(town: Town) -> None:
    await relayed(town, YELLOW, minutes=HOUR)
    await ticks(town, 1, HOUR + 9)
    assert await town.told("town", "nudge") == []
    await ticks(town, HOUR + 10, HOUR + 20, HOUR + 30)
    assert len(await town.told("town", "nudge")) == 2
    assert len(await town.told("district", "phones")) == 1


@pytest.mark.parametrize("step", [-HOUR, HOUR])
async def test_what_nobody_has_in_hand_is_called_for_once_however_the_clock_is_set(
    database: Database, plan: Plan, step: int
) -> None:
    cases = Cases(await build(database, plan))
    await cases.reported()
    for minute in (5, 6 + step, 7 + step, 8):
        await cases.chase(NIGHT + timedelta(minutes=minute))
    assert len(await cases.town.told("town_group", "untaken")) == (1 if step < 0 else 2), (
        "an hour later it is due again"
    )


async def test_the_morning_comes_once_though_the_clock_is_set_back_over_it(town: Town) -> None:
    async def at(hours: float) -> None:
        async with town.database.write() as session:
            await digest.run_due(session, town.plan, NIGHT + timedelta(hours=hours))

    for hours in (0, 7.5, 6.5, 7.5, 8):
        await at(hours)
    assert len(await town.told("district", "digest")) == 1


@pytest.mark.parametrize("hours", [-1, 1])
async def test_the_pace_neither_freezes_nor_floods_when_the_clock_is_set(sqlite_url: str, hours: int) -> None:
    clock, database = SetClock(), Database(sqlite_url)
    async with Sandbox() as sandbox, Control(sandbox.url) as control:
        post = Post(database, clock, sandbox, control, policy=TELEGRAM)
        people = [await control.person(f"人员{number}", started=True) for number in range(CHATS)]
        await post.tell_all(people, "到岗", Lane.URGENT)

        async def some() -> bool:
            return (await post.states()).count(MessageState.SENT) > CHATS // 3

        async with post.sending():
            await eventually(database, some, "the first of them")
            clock.set_by = timedelta(hours=hours)
            await post.settled()
        assert await post.states() == [MessageState.SENT] * CHATS
        refused = [call for call in await control.calls(method="sendMessage") if not call["ok"]]
        assert refused == [], "the platform never has to refuse"
    await database.close()


async def test_what_was_put_off_is_not_put_off_by_an_hour_when_the_clock_is_set_back(database: Database) -> None:
    clock = SetClock()
    async with Sandbox(limits=None) as sandbox, Control(sandbox.url) as control:
        post = Post(database, clock, sandbox, control)
        officer, group = await control.person("值班员", started=True), await control.group("值班群")
        number = await post.tell(officer, "撤离", Lane.URGENT)
        await post.set_row(number, state=MessageState.RETRY, not_before=clock.now() + PUT_OFF)
        await post.wish("incident:1", group, "险情")
        async with database.write() as session:
            (await session.get_one(Card, 1)).not_before = clock.now() + PUT_OFF
        async with post.sending():
            due = await post.settled()
            assert await post.texts(officer) == await post.texts(group) == [], "nothing goes before its time"
            assert due is not None
            clock.set_by = timedelta(hours=-1)
            assert await post.settled() is None
        assert (await post.texts(officer), await post.texts(group)) == (["撤离"], ["险情"])

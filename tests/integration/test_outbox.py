"""`/delivery`: how the outbox stands, for the district's desk and the administrators, and sending again from there."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlmodel import col, select

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.delivery import ledger_repository, queue
from bot.delivery import service as delivery
from bot.delivery.models import Lane, Message, MessageState
from bot.delivery.schemas import Target, Telling
from bot.plan.service import Plan
from bot.watch import outbox
from handlers.conversation import converse
from messages import common
from tests.integration.directory.talk import OnlyNamesItself, Said, Talk
from tests.integration.practice import Practice, practise
from tests.integration.town import NIGHT, POSTS, Town, build

WATCHING = ("district", "administrator")
ISSUED = "大足区气象台2026年7月12日00时50分发布雷电黄色预警信号：预计未来2小时，龙水镇有雷电活动。"


@pytest_asyncio.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


@pytest_asyncio.fixture
async def talk(town: Town) -> Talk:
    clock = Clock()
    clock.shift((NIGHT - clock.now()).total_seconds(), 1)
    return Talk(town.database, await converse(OnlyNamesItself(), "1000:test", town.plan, clock), town.plan)


async def tell(town: Town, subject: str, *chats: str, drill: bool = False) -> None:
    telling = Telling(subject, "text", Lane.URGENT, critical=True, drill=drill)
    async with town.database.write() as session:
        targets = [Target(town.chats[chat]) for chat in chats]
        await delivery.tell(session, NIGHT, telling, common.FaultHappened(fault=subject), targets)


async def becomes(town: Town, state: MessageState, *chats: str, error: str | None = None) -> None:
    async with town.database.write() as session:
        ids = [town.chats[chat] for chat in chats]
        for row in (await session.exec(select(Message).where(col(Message.chat_id).in_(ids)))).all():
            row.state, row.sending_at, row.error = state, NIGHT, error


async def asks(town: Town, talk: Talk, role: str = "district") -> Said:
    *_, said = await talk.says(town.chats[role], "/delivery")
    assert said.chat_id == town.chats[role]
    return said


@pytest.mark.parametrize("role", POSTS)
async def test_the_districts_desk_and_the_administrator_look_and_nobody_else(town: Town, role: str) -> None:
    async with town.database.read() as session:
        actor = await town.actor(session, role)
        if role in WATCHING:
            assert (await outbox.look(session, town.plan, actor, NIGHT)).stands.waiting == 0
            return
        with pytest.raises(NotAllowed) as refused:
            await outbox.look(session, town.plan, actor, NIGHT)
    assert refused.value.permission == "delivery.see"


async def test_on_a_quiet_day_one_line_says_so(town: Town, talk: Talk) -> None:
    said = await asks(town, talk)
    assert "线路正常" in said.text
    assert "没有积压，过去一小时没有发过" in said.text
    assert "24小时内没有发不到的" in said.text
    assert list(said.buttons) == ["刷新"]


async def test_a_town_that_asks_is_told_who_may(town: Town, talk: Talk) -> None:
    (said,) = await talk.says(town.chats["town"], "/delivery")
    assert "投递" not in said.text
    assert said.buttons == {}


async def test_what_went_wrong_is_named_and_sent_again_with_the_very_act_of_the_notice(town: Town, talk: Talk) -> None:
    await tell(town, "incident:1", "cadre", "worker", "town")
    await becomes(town, MessageState.DEAD, "cadre", error="Bad Request: message is too long")
    await becomes(town, MessageState.UNCERTAIN, "worker", error="sendMessage: TimeoutError")
    said = await asks(town, talk)
    assert "没有发到1处，不确定1处（最早00:50）" in said.text
    assert "太长或太大，平台不收：1" in said.text
    assert "紧急：1条" in said.text
    assert said.buttons == {"重新发送": "watch.retry:1:incident:1", "刷新": "duty.delivery"}
    (again,) = await talk.taps(town.chats["district"], "watch.retry:1:incident:1")
    assert "已重新排队2条" in again.text
    (refreshed,) = await talk.taps(town.chats["district"], "duty.delivery")
    assert "紧急：3条" in refreshed.text
    assert list(refreshed.buttons) == ["刷新"], "nothing is left to be sent again"


async def test_a_drill_is_counted_apart_and_never_sent_again(town: Town, talk: Talk) -> None:
    await tell(town, "incident:1", "cadre", "worker", drill=True)
    await becomes(town, MessageState.DEAD, "cadre")
    said = await asks(town, talk)
    assert "演练另计：待发1条，没有发到1处" in said.text
    assert "24小时内没有发不到的" in said.text
    assert list(said.buttons) == ["刷新"]


async def test_a_parked_group_and_a_dead_line_are_said_with_until_when_and_why(town: Town, talk: Talk) -> None:
    until = NIGHT + timedelta(minutes=10)
    async with town.database.write() as session:
        await ledger_repository.park(
            session, NIGHT, town.chats["town_group"], until, "Too Many Requests: retry after 600"
        )
    assert "town_group：到01:00，平台嫌发得快" in (await asks(town, talk)).text
    async with town.database.write() as session:
        await ledger_repository.park(session, NIGHT, queue.EVERY_CHAT, until, "the line is down")
    said = await asks(town, talk)
    assert "连不上平台</b>，01:00再试" in said.text
    assert "线路正常" not in said.text


async def test_a_warning_is_told_with_how_fast_it_went_out(database: Database, plan: Plan) -> None:
    practice: Practice = await practise(await build(database, plan))
    card = (await practice.say("district", ISSUED))[0]
    await practice.tap("district", next(iter(card.buttons.values())))
    await practice.town.delivered(NIGHT + timedelta(seconds=42))
    async with database.read() as session:
        actor = await practice.town.actor(session, "administrator")
        view = await outbox.look(session, plan, actor, NIGHT + timedelta(minutes=5))
    ((issued, told),) = view.versions
    assert (issued.subject, issued.version, issued.kind_key) == ("warning:1", 1, "lightning")
    assert told.chats == told.sent > 0
    assert told.spread is not None
    assert told.spread.longest <= 42

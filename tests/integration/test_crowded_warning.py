"""A warning to hundreds: what it costs the database, and what it does not do once for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import Database
from bot.delivery.models import Message
from bot.delivery.painter import Painter
from bot.directory import people
from bot.plan.service import Plan
from bot.warning import answering, issuing, jobs, relaying
from bot.warning.models import Answer, Recipient
from handlers.painters import painters
from tests.crowded import enrol
from tests.integration.test_warning import pasted
from tests.integration.town import NIGHT, Town, build

RED = "大足区气象台2026年7月12日00时50分发布暴雨红色预警信号：预计未来3小时，我区降雨量将达100毫米以上。"
MOST_STATEMENTS = 60
WORKERS, CADRES, GROUPS = 180, 105, 20
LAST_NUDGE = 15


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    town = await build(database, plan)
    async with database.write() as session:
        await enrol(session, plan, NIGHT, groups=GROUPS, workers=WORKERS, cadres=CADRES)
    return town


@contextmanager
def statements(session: AsyncSession) -> Iterator[list[str]]:
    """Every statement that goes to the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", note)


async def issued(town: Town) -> tuple[int, int]:
    """The red signal relayed: its series, and how many statements that took."""
    version_id = await pasted(town, RED)
    async with town.database.write() as session:
        with statements(session) as seen:
            await relaying.relay(session, town.plan, await town.actor(session, "district"), NIGHT, version_id)
            await session.flush()
        told = (await session.exec(select(Recipient))).all()
    assert len(told) > WORKERS + CADRES + GROUPS, "everybody is written down"
    return told[0].series_id, len(seen)


async def answer(town: Town, series_id: int, chat_id: int) -> None:
    async with town.database.write() as session:
        actor = await people.actor_of(session, town.plan, chat_id, NIGHT)
        assert actor is not None
        await answering.answer(session, town.plan, actor, NIGHT, series_id, chat_id, Answer.RECEIVED)


async def told_in_private(town: Town, count: int) -> list[int]:
    async with town.database.read() as session:
        statement = select(Recipient.chat_id).where(col(Recipient.person_id).is_not(None), Recipient.chat_id > 0)
        return list((await session.exec(statement.order_by(col(Recipient.id)).limit(count))).all())


async def test_issuing_to_hundreds_takes_no_statement_for_each(town: Town) -> None:
    _, count = await issued(town)
    assert count <= MOST_STATEMENTS


async def test_one_more_answer_repaints_its_own_card_and_the_board_only(town: Town) -> None:
    series_id, _ = await issued(town)
    painter = Painter(town.database, painters(town.plan))
    *before, last = await told_in_private(town, 12)
    for chat in before:
        await answer(town, series_id, chat)
    while await painter.paint_changed():
        pass
    await answer(town, series_id, last)
    assert await painter.paint_changed() == 2
    assert await painter.paint_changed() == 0


async def test_all_who_never_answered_are_one_list_to_telephone(town: Town) -> None:
    await issued(town)
    for minutes in range(LAST_NUDGE + 1):
        async with town.database.write() as session:
            while await jobs.run_due(session, town.plan, NIGHT + timedelta(minutes=minutes)):
                pass
    async with town.database.read() as session:
        asked = (await session.exec(select(Message).where(Message.purpose == "nudge"))).all()
    (phones,) = await town.told("district", "phones")
    assert len({row.chat_id for row in asked}) > CADRES
    assert "村干部1" in phones
    assert issuing.subject_of(1) == asked[0].subject

"""What the sender asks costs as much with ten thousand waiting as with ten, before the database has counted them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from bot.core.database import Database
from bot.delivery import ledger_repository, queue, service
from bot.delivery.models import Lane, Message
from bot.delivery.schemas import Screen, Target, Telling
from tests.integration.delivery.plans import asked, plans, puts_in_order, reads_through

NOW = datetime(2026, 7, 12, 12, tzinfo=UTC)
CHATS = range(1, 10_001)
AT_A_TURN = 64


@pytest.fixture
async def just_told(database: Database) -> Database:
    """Ten thousand rows of this moment, which PostgreSQL counts within a minute and SQLite never."""
    async with database.write() as session:
        telling = Telling("warning:1", "text", Lane.URGENT, critical=True)
        await service.show(session, NOW, telling, Screen("红色预警"), [Target(chat) for chat in CHATS])
    return database


async def test_what_leaves_and_what_has_arrived_is_looked_up(just_told: Database) -> None:
    async with just_told.write() as session:
        texts: queue.Texts = {}
        rows = await queue.next_messages(session, NOW, Lane.BULK, AT_A_TURN)
        shipments = await queue.as_shipments(session, rows, texts)
    with asked() as statements:
        async with just_told.write() as session:
            begun = await queue.begin_messages(session, NOW, shipments)
            sent = await ledger_repository.write_sent(session, NOW, {row: 1000 + row for row in begun})
    async with just_told.read() as session:
        there = (await session.exec(select(Message.id).where(col(Message.sent_at).is_not(None)))).all()
    assert sent == begun == set(there)
    assert len(there) == AT_A_TURN
    found = await plans(just_told, statements)
    assert len(found) == 2, "beginning and settling, a statement each"
    for plan in found:
        assert not reads_through(plan), plan


async def test_the_next_rows_are_read_where_they_stand_and_no_others(just_told: Database) -> None:
    full = [(chat, Lane.URGENT) for chat in CHATS[:100]]
    with asked() as statements:
        async with just_told.read() as session:
            rows = await queue.next_messages(session, NOW, Lane.BULK, AT_A_TURN, leave=full)
    assert [row.chat_id for row in rows] == list(CHATS[100 : 100 + AT_A_TURN])
    (plan,) = await plans(just_told, statements)
    assert "ix_delivery_message_queue" in plan, plan
    assert not puts_in_order(plan), plan
    assert not reads_through(plan), plan


async def test_a_chat_that_is_full_is_left_from_its_lane_on_only(just_told: Database) -> None:
    async with just_told.write() as session:
        telling = Telling("order:1", "text", Lane.URGENT, critical=True)
        await service.show(session, NOW, telling, Screen("立即撤离"), [Target(CHATS[-1])])
    async with just_told.read() as session:
        ask = queue.next_messages
        first = await ask(session, NOW, Lane.BULK, 1, leave=[(CHATS[-1], Lane.INTERACTIVE)])
        without = await ask(session, NOW, Lane.BULK, 1, leave=[(CHATS[-1], Lane.INTERACTIVE), (CHATS[-1], Lane.URGENT)])
    assert [row.subject for row in (*first, *without)] == ["order:1", "warning:1"]

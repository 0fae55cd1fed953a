"""The audit's chain: every row sealed in order, and whatever was changed afterwards is found."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from bot.audit import service as audit
from bot.audit.models import AuditEntry
from bot.core.access import SYSTEM, Actor
from bot.core.clock import Clock
from bot.core.database import Database

OFFICER = Actor(3, "龙水镇值班员")


async def acts(database: Database, clock: Clock, count: int) -> None:
    async with database.write() as session:
        for number in range(1, count + 1):
            audit.record(
                session, clock.now(), OFFICER, "incident.take", f"incident:{number}", place="龙水镇", depth=1.5
            )


async def seal(database: Database) -> int:
    async with database.write() as session:
        return await audit.seal(session)


async def first_broken(database: Database) -> int | None:
    async with database.read() as session:
        return await audit.first_broken(session)


async def alter(database: Database, statement: str) -> None:
    async with database.write() as session:
        connection = await session.connection()
        await connection.execute(text(statement))


async def test_rows_are_sealed_once_and_the_chain_holds(database: Database, clock: Clock) -> None:
    await acts(database, clock, 3)
    async with database.read() as session:
        assert await audit.next_due(session) is not None
    assert [await seal(database), await seal(database)] == [3, 0]
    await acts(database, clock, 2)
    assert await first_broken(database) is None
    assert await seal(database) == 2
    assert await first_broken(database) is None
    async with database.read() as session:
        assert await audit.next_due(session) is None
        (entry,) = await audit.about(session, "incident:3")
        assert (entry.actor_name, entry.facts) == ("龙水镇值班员", {"place": "龙水镇", "depth": 1.5})


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE audit_entry SET actor_name = '宝顶镇值班员' WHERE id = 3", 3),
        ("UPDATE audit_entry SET act = 'incident.see' WHERE id = 1", 1),
        ("DELETE FROM audit_entry WHERE id = 2", 3),
        ("UPDATE audit_entry SET seal = NULL WHERE id = 2", 2),
        ("UPDATE audit_entry SET seal = 'x' WHERE id = 5", 5),
    ],
)
async def test_whatever_was_changed_afterwards_is_found(
    database: Database, clock: Clock, change: str, found: int
) -> None:
    await acts(database, clock, 5)
    await seal(database)
    await alter(database, change)
    assert await first_broken(database) == found


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_row_numbered_early_and_committed_late_is_sealed_in_its_place(database: Database, clock: Clock) -> None:
    async with database.write() as slow:
        audit.record(slow, clock.now(), SYSTEM, "slow", "x:1")
        await slow.flush()
        await acts(database, clock, 2)
        sealing = asyncio.ensure_future(seal(database))
        await asyncio.wait([sealing], timeout=0.1)
        assert not sealing.done()
    assert await sealing == 3
    assert await first_broken(database) is None
    async with database.read() as session:
        acts_in_order = (await session.exec(select(AuditEntry.act).order_by(col(AuditEntry.id)))).all()
    assert acts_in_order == ["slow", "incident.take", "incident.take"]

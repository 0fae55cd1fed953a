"""Every query on link tests. Private to drill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.upsert import insert_new
from bot.drill.models import LinkGroup, LinkTest, LinkTestState


async def begin(session: AsyncSession, values: dict[str, Any]) -> LinkTest | None:
    """The new test; None if one is open already, also by a transaction of the same instant."""
    if not await insert_new(session, LinkTest, [{**values, "state": LinkTestState.OPEN}]):
        return None
    return await open_test(session)


async def open_test(session: AsyncSession, *, lock: bool = False) -> LinkTest | None:
    """The one that is open."""
    statement = select(LinkTest).where(LinkTest.state == LinkTestState.OPEN)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(statement)).first()


async def get(session: AsyncSession, test_id: int) -> LinkTest | None:
    """The test, or None."""
    return await session.get(LinkTest, test_id)


async def newest(session: AsyncSession) -> LinkTest | None:
    """The test started last."""
    return (await session.exec(select(LinkTest).order_by(col(LinkTest.id).desc()).limit(1))).first()


async def add_groups(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """The groups a test is sent to, each once."""
    await insert_new(session, LinkGroup, rows)


async def groups_of(session: AsyncSession, test_id: int) -> Sequence[LinkGroup]:
    """The groups of a test, in the order they were met."""
    statement = select(LinkGroup).where(LinkGroup.test_id == test_id).order_by(col(LinkGroup.id))
    return (await session.exec(statement)).all()


async def group_in(session: AsyncSession, test_id: int, group_id: int) -> LinkGroup | None:
    """The group as one of the test, locked."""
    statement = select(LinkGroup).where(LinkGroup.test_id == test_id, LinkGroup.group_id == group_id)
    return (await session.exec(statement.with_for_update().execution_options(populate_existing=True))).first()


async def link_group(session: AsyncSession, link_id: int) -> LinkGroup | None:
    """A group of some test by the row's own id."""
    return await session.get(LinkGroup, link_id)


async def next_due(session: AsyncSession) -> datetime | None:
    """When the open test reminds, ends, or has its board painted again."""
    now_open = LinkTest.state == LinkTestState.OPEN
    found = [
        (await session.exec(select(func.min(LinkTest.nudge_due_at)).where(now_open))).one(),
        (await session.exec(select(func.min(LinkTest.closes_at)).where(now_open))).one(),
        (await session.exec(select(func.min(LinkTest.board_due_at)))).one(),
    ]
    return min((moment for moment in found if moment), default=None)


async def boards_due(session: AsyncSession, now: datetime) -> Sequence[LinkTest]:
    """Tests whose board counts what changes without anybody's act."""
    statement = select(LinkTest).where(col(LinkTest.board_due_at) <= now).order_by(col(LinkTest.id))
    return (await session.exec(statement.with_for_update())).all()

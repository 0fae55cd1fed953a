"""Directory's second repository: where people, units and groups are, for many at once. Private like the first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.directory.models import Group, GroupAlias, GroupState, Holding, Person, Post


async def accounts(session: AsyncSession, person_ids: Collection[int]) -> Sequence[tuple[int, int | None]]:
    """Person and account of each of them."""
    statement = select(Person.id, Person.platform_id).where(col(Person.id).in_(person_ids))
    return (await session.exec(statement)).all()


async def moved(session: AsyncSession, chat_ids: Collection[int]) -> Sequence[tuple[int, int]]:
    """Former and present chat of the groups that once had one of these."""
    statement = select(GroupAlias.chat_id, Group.chat_id).join(Group, col(Group.id) == col(GroupAlias.group_id))
    return (await session.exec(statement.where(col(GroupAlias.chat_id).in_(chat_ids)))).all()


async def groups_of_units(session: AsyncSession, unit_keys: Collection[str]) -> Sequence[tuple[str | None, int]]:
    """Unit and chat of every group bound to one of the units."""
    statement = select(Group.unit_key, Group.chat_id).where(col(Group.unit_key).in_(unit_keys))
    return (await session.exec(statement.where(Group.state == GroupState.BOUND))).all()


async def people_of_units(
    session: AsyncSession, unit_keys: Collection[str], now: datetime
) -> Sequence[tuple[str, int, int | None]]:
    """Unit, person and account of everybody on a post of one of the units now."""
    statement = select(Post.unit_key, Person.id, Person.platform_id).select_from(Holding)
    statement = statement.join(Post, col(Post.id) == col(Holding.post_id))
    statement = statement.join(Person, col(Person.id) == col(Holding.person_id))
    held = (col(Holding.starts_at) <= now, or_(col(Holding.ends_at).is_(None), col(Holding.ends_at) > now))
    return (await session.exec(statement.where(col(Post.unit_key).in_(unit_keys), *held))).all()

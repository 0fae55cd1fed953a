"""Every query on papers and kept packs. Private to paper."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.upsert import insert_new
from bot.paper.models import KeptPack, Paper, PaperKind, PaperState


async def waiting(session: AsyncSession, series_id: int, kind: PaperKind, chat_id: int) -> Paper | None:
    """The same paper for the same chat, if it is asked for and not made yet."""
    statement = select(Paper).where(Paper.series_id == series_id, Paper.kind == kind, Paper.chat_id == chat_id)
    return (await session.exec(statement.where(Paper.state == PaperState.WANTED))).first()


def add(session: AsyncSession, paper: Paper) -> None:
    """Writes the row with the transaction."""
    session.add(paper)


async def next_wanted(session: AsyncSession, now: datetime) -> Paper | None:
    """The oldest paper to be made now."""
    due = or_(col(Paper.not_before).is_(None), col(Paper.not_before) <= now)
    statement = select(Paper).where(Paper.state == PaperState.WANTED, due).order_by(col(Paper.id)).limit(1)
    return (await session.exec(statement)).first()


async def next_try(session: AsyncSession, now: datetime) -> datetime | None:
    """When the next paper is tried again."""
    statement = select(func.min(Paper.not_before)).where(Paper.state == PaperState.WANTED, col(Paper.not_before) > now)
    return (await session.exec(statement)).one()


async def locked(session: AsyncSession, paper_id: int) -> Paper | None:
    """The paper if it is still to be made, locked."""
    statement = select(Paper).where(Paper.id == paper_id, Paper.state == PaperState.WANTED)
    return (await session.exec(statement.with_for_update())).first()


async def keep_pack(session: AsyncSession, values: dict[str, Any]) -> None:
    """Writes down a pack unless its version is kept already."""
    await insert_new(session, KeptPack, [values])


async def packs(session: AsyncSession, versions: Collection[str]) -> Sequence[KeptPack]:
    """The kept ones among these versions."""
    statement = select(KeptPack).where(col(KeptPack.version).in_(versions)).order_by(col(KeptPack.version))
    return (await session.exec(statement)).all()

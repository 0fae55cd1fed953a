"""Every query on what has been told of. Private to watch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.upsert import insert_new
from bot.watch.models import Finding, Watermark

_LOST = "lost:"


async def watermark(session: AsyncSession, key: str, *, lock: bool = False) -> Watermark | None:
    """How far what has that key was told; None before the first time."""
    statement = select(Watermark).where(Watermark.key == key)
    return (await session.exec(statement.with_for_update() if lock else statement)).first()


async def require_watermark(session: AsyncSession, key: str, at: datetime) -> Watermark:
    """The same, locked; made now, at the instant, if it is new."""
    await insert_new(session, Watermark, [{"key": key, "at": at, "told": ""}])
    found = await watermark(session, key, lock=True)
    if found is None:
        raise LookupError(f"the watermark {key} was written and is not there")
    return found


async def lost_hours(session: AsyncSession, at: datetime) -> tuple[datetime, datetime] | None:
    """The hours between a backup and its restore in which the instant lies."""
    marks = await session.exec(select(Watermark).where(col(Watermark.key).startswith(_LOST), Watermark.at <= at))
    found = [(mark.at, datetime.fromisoformat(mark.told)) for mark in marks.all()]
    return next((hours for hours in found if at <= hours[1]), None)


async def add_lost_hours(session: AsyncSession, since: datetime, until: datetime) -> None:
    """Writes down that what came in these hours is not in this database."""
    key = f"{_LOST}{until.isoformat()}"
    await insert_new(session, Watermark, [{"key": key, "at": since, "told": until.isoformat()}])


async def findings(session: AsyncSession) -> Sequence[Finding]:
    """What is known to be late, by key."""
    return (await session.exec(select(Finding).order_by(col(Finding.key)))).all()


async def add_finding(session: AsyncSession, finding: Finding) -> None:
    """Writes down what was found."""
    session.add(finding)
    await session.flush()


async def forget_finding(session: AsyncSession, finding: Finding) -> None:
    """It is late no more."""
    await session.delete(finding)
    await session.flush()

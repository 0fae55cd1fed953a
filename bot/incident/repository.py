"""Every query on incidents. Private to incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.incident.models import Entry, Follower, Incident


async def get(session: AsyncSession, incident_id: int, *, lock: bool = False) -> Incident | None:
    """The incident; `lock` makes the deciding and the writing one."""
    statement = select(Incident).where(Incident.id == incident_id)
    if lock:
        statement = statement.with_for_update()
    return (await session.exec(statement)).first()


async def add(session: AsyncSession, incident: Incident) -> Incident:
    """Stores a new incident; its id is known afterwards."""
    session.add(incident)
    await session.flush()
    return incident


async def follow(session: AsyncSession, follower: Follower) -> None:
    """Somebody who hears what becomes of it."""
    session.add(follower)
    await session.flush()


def write_entry(session: AsyncSession, entry: Entry) -> None:
    """One more line of the event log."""
    session.add(entry)


async def followers(session: AsyncSession, incident_id: int) -> Sequence[Follower]:
    """Who hears what becomes of it, first reporter first."""
    statement = select(Follower).where(Follower.incident_id == incident_id).order_by(col(Follower.id))
    return (await session.exec(statement)).all()


async def entries(session: AsyncSession, incident_id: int) -> Sequence[Entry]:
    """The event log, oldest first."""
    statement = select(Entry).where(Entry.incident_id == incident_id).order_by(col(Entry.id))
    return (await session.exec(statement)).all()


async def due_for_chase(session: AsyncSession, now: datetime, limit: int) -> Sequence[Incident]:
    """Incidents nobody has taken although it is time to say so again."""
    statement = select(Incident).where(col(Incident.chase_due_at) <= now, col(Incident.taken_by).is_(None))
    return (await session.exec(statement.order_by(col(Incident.chase_due_at)).limit(limit).with_for_update())).all()


async def next_chase(session: AsyncSession) -> datetime | None:
    """The next instant at which an incident is due for a chase."""
    statement = select(func.min(Incident.chase_due_at)).where(col(Incident.taken_by).is_(None))
    return (await session.exec(statement)).one()

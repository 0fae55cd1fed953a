"""Every query on incidents. Private to incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.incident.models import Enquiry, Entry, Follower, Incident, IncidentState


async def get(session: AsyncSession, incident_id: int, *, lock: bool = False) -> Incident | None:
    """The incident; `lock` makes the deciding and the writing one, and reads it anew."""
    statement = select(Incident).where(Incident.id == incident_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
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


async def enter(session: AsyncSession, entry: Entry) -> Entry:
    """One more line of the event log; its id is known afterwards."""
    session.add(entry)
    await session.flush()
    return entry


async def merged_into(session: AsyncSession, incident_ids: Sequence[int]) -> Sequence[Incident]:
    """What was found to be the same as one of these, directly, oldest first."""
    statement = select(Incident).where(col(Incident.merged_into).in_(incident_ids)).order_by(col(Incident.id))
    return (await session.exec(statement)).all()


async def followers(session: AsyncSession, incident_id: int) -> Sequence[Follower]:
    """Who reported exactly this one, first reporter first."""
    return await followers_of(session, [incident_id])


async def followers_of(session: AsyncSession, incident_ids: Sequence[int]) -> Sequence[Follower]:
    """Who hears what becomes of them, first reporter first."""
    statement = select(Follower).where(col(Follower.incident_id).in_(incident_ids)).order_by(col(Follower.id))
    return (await session.exec(statement)).all()


async def follower(session: AsyncSession, follower_id: int) -> Follower | None:
    """The follower, or None."""
    return await session.get(Follower, follower_id)


async def entries(session: AsyncSession, incident_id: int) -> Sequence[Entry]:
    """The event log, oldest first."""
    statement = select(Entry).where(Entry.incident_id == incident_id).order_by(col(Entry.id))
    return (await session.exec(statement)).all()


async def ask(session: AsyncSession, enquiry: Enquiry) -> Enquiry:
    """One more question to a reporter; its id is known afterwards."""
    session.add(enquiry)
    await session.flush()
    return enquiry


async def open_enquiries(session: AsyncSession, incident_ids: Sequence[int], now: datetime) -> Sequence[Enquiry]:
    """Questions about these whose time is not over, answered or not, oldest first."""
    statement = select(Enquiry).where(col(Enquiry.incident_id).in_(incident_ids), col(Enquiry.expires_at) > now)
    return (await session.exec(statement.order_by(col(Enquiry.id)))).all()


async def under_way(session: AsyncSession, since: datetime, limit: int, *, drill: bool) -> Sequence[Incident]:
    """What is being handled by itself and was opened after the instant, newest first."""
    states = (IncidentState.REPORTED, IncidentState.VERIFIED, IncidentState.DOUBTED)
    statement = select(Incident).where(
        col(Incident.state).in_(states),
        col(Incident.merged_into).is_(None),
        col(Incident.opened_at) >= since,
        Incident.drill == drill,
    )
    return (await session.exec(statement.order_by(col(Incident.id).desc()).limit(limit))).all()


async def due_for_chase(session: AsyncSession, now: datetime, limit: int) -> Sequence[Incident]:
    """Incidents of which it is time to say again that nobody has them in hand, or to see whether somebody still has.

    One that somebody else holds is being acted on at this instant, and left out.
    """
    statement = select(Incident).where(col(Incident.chase_due_at) <= now).order_by(col(Incident.chase_due_at))
    return (await session.exec(statement.limit(limit).with_for_update(skip_locked=True))).all()


async def next_chase(session: AsyncSession) -> datetime | None:
    """The next instant at which an incident is due for a chase."""
    return (await session.exec(select(func.min(Incident.chase_due_at)))).one()

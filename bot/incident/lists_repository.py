"""Queries over many incidents, and on calls. Private to incident, like its first repository."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import cos, radians

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.geo import Point
from bot.incident.models import Call, CallResult, Follower, Incident
from bot.incident.rules import UNDER_WAY
from bot.incident.searching import STATES, Number, Search
from bot.incident.sight import Sight

_METRES_A_DEGREE = 111_000


async def open_in(session: AsyncSession, regions: Sequence[str], limit: int) -> Sequence[Incident]:
    """What is under way or asked to be taken up again in the regions, oldest first; not what is part of another."""
    waiting = or_(col(Incident.state).in_(UNDER_WAY), col(Incident.reopen_asked_at).is_not(None))
    statement = select(Incident).where(waiting, col(Incident.merged_into).is_(None), _within(regions))
    return (await session.exec(statement.order_by(col(Incident.id)).limit(limit))).all()


async def search(session: AsyncSession, sight: Sight, wanted: Search, limit: int) -> tuple[Sequence[Incident], int]:
    """The newest of what fits and is seen, and how many there are."""
    fits = [_seen(sight), *_conditions(wanted)]
    statement = select(Incident).where(*fits).order_by(col(Incident.opened_at).desc(), col(Incident.id).desc())
    found = (await session.exec(statement.limit(limit))).all()
    return found, (await session.exec(select(func.count()).select_from(Incident).where(*fits))).one()


async def around(session: AsyncSession, sight: Sight, centre: Point, metres: int) -> Sequence[Incident]:
    """What is seen in the square around the point, in no order. The corners are farther than `metres`."""
    north = metres / _METRES_A_DEGREE
    east = north / max(0.1, cos(radians(centre.latitude)))
    box = (
        col(Incident.latitude).between(centre.latitude - north, centre.latitude + north),
        col(Incident.longitude).between(centre.longitude - east, centre.longitude + east),
    )
    return (await session.exec(select(Incident).where(_seen(sight), *box))).all()


async def came_and_closed(session: AsyncSession, regions: Sequence[str], since: datetime) -> tuple[int, int]:
    """How many incidents were opened in the regions since the instant, and how many closed; drills do not count."""
    real = select(func.count()).select_from(Incident).where(_within(regions), col(Incident.drill).is_(False))
    came, closed = real.where(col(Incident.opened_at) >= since), real.where(col(Incident.closed_at) >= since)
    return (await session.exec(came)).one(), (await session.exec(closed)).one()


async def numbers_of(session: AsyncSession, incident_ids: Sequence[int]) -> dict[int, str]:
    """The incidents' numbers by id."""
    statement = select(Incident.id, Incident.number).where(col(Incident.id).in_(incident_ids))
    return dict((await session.exec(statement)).all())


async def is_followed_by(session: AsyncSession, incident_id: int, person_id: int) -> bool:
    """Whether the person reported the incident."""
    statement = select(Follower.id).where(Follower.incident_id == incident_id, Follower.person_id == person_id)
    return (await session.exec(statement)).first() is not None


async def of_unit_since(session: AsyncSession, unit_key: str, what: str, since: datetime) -> Incident | None:
    """The newest incident of the unit with these words that is under way and opened after the instant."""
    statement = select(Incident).where(
        Incident.unit_key == unit_key,
        Incident.what == what,
        col(Incident.opened_at) > since,
        col(Incident.state).in_(UNDER_WAY),
    )
    return (await session.exec(statement.order_by(col(Incident.id).desc()).limit(1))).first()


# --- calls -----------------------------------------------------------------------------------------------------------


async def add_call(session: AsyncSession, call: Call) -> Call:
    """Stores a call; its id is known afterwards."""
    session.add(call)
    await session.flush()
    return call


async def call(session: AsyncSession, call_id: int) -> Call | None:
    """The call, locked, or None."""
    return (await session.exec(select(Call).where(Call.id == call_id).with_for_update())).first()


async def last_call(session: AsyncSession, incident_id: int, callee: str, person_id: int | None) -> Call | None:
    """The person's newest call to the callee about the incident."""
    statement = select(Call).where(Call.incident_id == incident_id, Call.callee == callee, Call.person_id == person_id)
    return (await session.exec(statement.order_by(col(Call.id).desc()).limit(1))).first()


async def calls_unreached(session: AsyncSession, incident_ids: Sequence[int]) -> Sequence[Call]:
    """Of each callee about each of these incidents the newest call, where it reached nobody; oldest first."""
    newest = select(func.max(Call.id)).where(col(Call.incident_id).in_(incident_ids))
    statement = select(Call).where(
        col(Call.id).in_(newest.group_by(col(Call.incident_id), col(Call.callee))), Call.result != CallResult.REACHED
    )
    return (await session.exec(statement.order_by(col(Call.id)))).all()


# --- conditions ------------------------------------------------------------------------------------------------------


def _within(regions: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(col(Incident.region_code).startswith(code, autoescape=True) for code in regions), _NEVER)


def _seen(sight: Sight) -> ColumnElement[bool]:
    own = select(Follower.incident_id).where(Follower.person_id == sight.person_id)
    return or_(_within(sight.regions), col(Incident.unit_key).in_(sight.units), col(Incident.id).in_(own))


def _conditions(wanted: Search) -> list[ColumnElement[bool]]:
    said = [
        or_(
            col(Incident.what).contains(word, autoescape=True),
            col(Incident.place_words).contains(word, autoescape=True),
        )
        for word in wanted.words
    ]
    return [
        *(_numbered(number) for number in wanted.numbers),
        *(_in_state(state) for state in wanted.states),
        *(_within(codes) for codes in wanted.regions),
        *(col(Incident.kind_key).in_(keys) for keys in wanted.kinds),
        *(col(Incident.nature) == nature for nature in wanted.natures),
        *said,
    ]


def _numbered(number: Number) -> ColumnElement[bool]:
    """The incident's own number, or that of any report of it."""
    reports = select(Follower.incident_id).where(_is_number(col(Follower.report_number), number))
    return or_(_is_number(col(Incident.number), number), col(Incident.id).in_(reports))


def _is_number(column: ColumnElement[str] | Mapped[str], number: Number) -> ColumnElement[bool]:
    if number.whole is not None:
        return column == number.whole
    if number.serial:
        return column.endswith(number.ending, autoescape=True)
    if number.prefix:
        return column.startswith(f"{number.prefix}{number.ending}", autoescape=True)
    return column.contains(number.ending, autoescape=True)


def _in_state(word: str) -> ColumnElement[bool]:
    state = col(Incident.state).in_(STATES[word]) & col(Incident.merged_into).is_(None)
    in_hand = col(Incident.taken_by).is_not(None) & col(Incident.away).is_(None)
    if word == "untaken":
        return state & ~in_hand
    return state & in_hand if word == "taken" else state


_NEVER = col(Incident.id) < 0

"""Delivery's queries that count: for the overview and the metrics. Private to delivery, like its others.

Each finds its rows by an index that holds little else than what it counts, or by a subject and version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery.models import OPEN_STATES, Card, CardState, Chat, Lane, Message, MessageState
from bot.delivery.queue import is_parked

_ENDED_BADLY = (MessageState.DEAD, MessageState.UNCERTAIN, MessageState.HELD)
_DROPPED = (MessageState.CANCELLED, MessageState.SUPERSEDED)
_REASONS = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait in a lane, since when the first of them."""

    lane: Lane
    drill: bool
    count: int
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotArrived:
    """How many ended alike. `state` is a message's or a card's; `error` the platform's words."""

    state: str
    drill: bool
    error: str | None
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Times:
    """How many were told at one instant and written down as sent at another."""

    lane: Lane
    state: MessageState
    created_at: datetime
    sent_at: datetime | None
    count: int


async def waiting(session: AsyncSession) -> list[Waiting]:
    """Messages that have not left for good, by lane, drills apart."""
    rows = select(Message.lane, Message.drill, func.count(), func.min(Message.created_at))
    rows = rows.where(col(Message.state).in_(OPEN_STATES)).group_by(col(Message.lane), col(Message.drill))
    return [
        Waiting(Lane(lane), drill, count, oldest) for lane, drill, count, oldest in (await session.exec(rows)).all()
    ]


async def cards_behind(session: AsyncSession) -> list[Waiting]:
    """Cards that show less than they should and will be shown, by lane, drills apart."""
    coming = col(Card.state).in_((CardState.IDLE, CardState.SENDING))
    rows = select(Card.lane, Card.drill, func.count()).where(col(Card.wanted_rev) > col(Card.shown_rev), coming)
    found = (await session.exec(rows.group_by(col(Card.lane), col(Card.drill)))).all()
    return [Waiting(Lane(lane), drill, count) for lane, drill, count in found]


async def in_flight(session: AsyncSession) -> int:
    """How many are with the platform now."""
    messages = select(func.count()).select_from(Message).where(Message.state == MessageState.SENDING)
    cards = select(func.count()).select_from(Card).where(Card.state == CardState.SENDING)
    return (await session.exec(messages)).one() + (await session.exec(cards)).one()


async def not_arrived(session: AsyncSession, since: datetime) -> list[NotArrived]:
    """What failed, is uncertain or held of what was told since then, by the platform's words, the commonest first."""
    found: list[NotArrived] = []
    for model in (Message, Card):
        rows = (await (await session.connection()).execute(_ended_badly(model, since))).all()
        found += [NotArrived(str(state), drill, error, count, oldest) for state, drill, error, count, oldest in rows]
    return sorted(found, key=lambda row: -row.count)


def _ended_badly(model: type[Message] | type[Card], since: datetime) -> Select[tuple[Any, ...]]:
    alike = (col(model.state), col(model.drill), col(model.error))
    states = _ENDED_BADLY if model is Message else (CardState.DEAD, CardState.UNCERTAIN)
    rows: Select[tuple[Any, ...]] = Select(*alike, func.count(), func.min(col(model.created_at)))
    rows = rows.where(col(model.state).in_(states), col(model.created_at) >= since)
    return rows.group_by(*alike).order_by(func.count().desc()).limit(_REASONS)


async def parked(session: AsyncSession, now: datetime) -> Sequence[tuple[int, datetime, str | None]]:
    """Chats that get nothing now: until when, and why in the platform's words; the longest first."""
    chats = select(Chat.chat_id, Chat.parked_until, Chat.reason).where(*is_parked(Chat))
    found = (await session.exec(chats.order_by(col(Chat.parked_until).desc()), params={"now": now})).all()
    return [(chat_id, until, reason) for chat_id, until, reason in found if until is not None]


async def sent_since(session: AsyncSession, since: datetime) -> list[Times]:
    """When what was sent since then was told and sent, drills and what says nothing left out."""
    # Nothing of the state: SQLite would go by that, and read everything that ever arrived.
    return await _times(session, and_(col(Message.sent_at) >= since, col(Message.drill).is_(False), _is_read()))


async def times_of(session: AsyncSession, subject: str, version: int, purposes: Sequence[str]) -> list[Times]:
    """When one version was told for these purposes, parts left out, and when it was sent."""
    of_it = and_(col(Message.subject) == subject, col(Message.version) == version, col(Message.purpose).in_(purposes))
    return await _times(session, and_(of_it, col(Message.state).not_in(_DROPPED)))


async def _times(session: AsyncSession, which: ColumnElement[bool]) -> list[Times]:
    # Thousands of rows are told at one instant and written down as sent a hundred at a time: grouped, they are few.
    rows = _by_times().where(which)
    found: Sequence[Row[tuple[int, MessageState, datetime, datetime | None, int]]]
    found = (await (await session.connection()).execute(rows)).all()
    return [Times(Lane(row[0]), row[1], row[2], row[3], row[4]) for row in found]


def _by_times() -> Select[tuple[int, MessageState, datetime, datetime | None, int]]:
    columns = (col(Message.lane), col(Message.state), col(Message.created_at), col(Message.sent_at))
    grouped: Select[tuple[int, MessageState, datetime, datetime | None, int]]
    grouped = Select(*columns, func.count()).group_by(*columns)
    return grouped


def _is_read() -> ColumnElement[bool]:
    """Pinning and taking away say nothing to anybody and wait behind everything that does."""
    return and_(~col(Message.subject).endswith(":pin"), col(Message.purpose) != "erase")

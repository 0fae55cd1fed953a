"""Delivery's queries on what is late or did not arrive. Private to delivery, like its others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery.models import OPEN_STATES, Card, Chat, ChatState, Lane, Message, MessageState

_NOT_ARRIVED = (MessageState.DEAD, MessageState.UNCERTAIN)


async def unreported(session: AsyncSession, limit: int) -> Sequence[Message]:
    """Rows that did not arrive and nobody was told of, oldest first."""
    # Not by id alone: in that order a database reads the whole ledger through for the few.
    in_turn = select(Message).where(_untold()).order_by(col(Message.created_at), col(Message.id))
    return (await session.exec(in_turn.limit(limit))).all()


async def lost_among(session: AsyncSession, chat_ids: Sequence[int]) -> set[int]:
    """Which of these chats are known not to be writable."""
    lost = select(Chat.chat_id).where(col(Chat.chat_id).in_(chat_ids), Chat.state != ChatState.OPEN)
    return set((await session.exec(lost)).all())


async def oldest_unreported(session: AsyncSession) -> datetime | None:
    """When the first of them was tried last, or written if it never was."""
    tried = select(func.min(Message.sending_at)).where(_untold())
    never = select(func.min(Message.created_at)).where(_untold(), col(Message.sending_at).is_(None))
    found = [(await session.exec(statement)).one() for statement in (tried, never)]
    return min((at for at in found if at), default=None)


async def mark_reported(session: AsyncSession, now: datetime, ids: Sequence[int]) -> None:
    """They were told of."""
    await session.exec(update(Message).where(col(Message.id).in_(ids)).values(reported_at=now))


async def oldest_urgent(session: AsyncSession, *, mass: bool) -> datetime | None:
    """When the first urgent row that has not left was written, of those told to many or of the others."""
    statement = select(func.min(Message.created_at)).where(_urgent_and_open(), col(Message.mass).is_(mass))
    return (await session.exec(statement)).one()


async def urgent_count(session: AsyncSession, before: datetime) -> int:
    """How many urgent rows written before the instant have not left."""
    late = select(func.count()).select_from(Message).where(_urgent_and_open(), col(Message.created_at) <= before)
    return (await session.exec(late)).one()


async def newest_sent(session: AsyncSession) -> datetime | None:
    """When anything last arrived."""
    sent = col(Message.sent_at).is_not(None)  # said, so that the index of what has arrived is used
    return (await session.exec(select(func.max(Message.sent_at)).where(sent))).one()


async def oldest_unpainted(session: AsyncSession) -> datetime | None:
    """When the first card was wished for that was never painted."""
    # The last one says what the others do, in the words of the index that has these few.
    behind = col(Card.wanted_rev) > col(Card.painted_rev)
    waiting = and_(col(Card.painted_rev) == 0, col(Card.wanted_rev) > 0, behind)
    return (await session.exec(select(func.min(Card.created_at)).where(waiting))).one()


async def retriable(session: AsyncSession, now: datetime, since: datetime, limit: int) -> Sequence[Message]:
    """Rows told since then that did not arrive and could be sent again, the lane that comes first first."""
    rows = select(Message).where(col(Message.state).in_(_NOT_ARRIVED), col(Message.created_at) >= since)
    in_turn = rows.where(_may_go_again(now)).order_by(col(Message.lane), col(Message.id))
    return (await session.exec(in_turn.limit(limit))).all()


async def queue_again(session: AsyncSession, now: datetime, subject: str, version: int) -> int:
    """Queues the rows of that version that did not arrive and may go again."""
    rows = update(Message).where(col(Message.subject) == subject, col(Message.version) == version, _may_go_again(now))
    doubted = await session.exec(
        rows.where(col(Message.state) == MessageState.UNCERTAIN).values(**_ANEW, repeated=True)
    )
    failed = await session.exec(rows.where(col(Message.state) == MessageState.DEAD).values(**_ANEW))
    return int(doubted.rowcount) + int(failed.rowcount)


_ANEW = {"state": MessageState.QUEUED, "attempts": 0, "not_before": None, "error": None, "reported_at": None}


def _may_go_again(now: datetime) -> ColumnElement[bool]:
    """Should not be missed, is no drill, still holds, nothing newer was told there, and one can write there."""
    newer, chat = aliased(Message), aliased(Chat)
    overtaken = exists().where(
        col(newer.chat_id) == col(Message.chat_id),
        col(newer.subject) == col(Message.subject),
        col(newer.version) > col(Message.version),
    )
    lost = exists().where(col(chat.chat_id) == col(Message.chat_id), col(chat.state) != ChatState.OPEN)
    # Else it would be held as soon as its turn comes, and nobody told of that.
    holds = or_(col(Message.valid_until).is_(None), col(Message.valid_until) > now)
    return and_(col(Message.critical).is_(True), col(Message.drill).is_(False), holds, ~overtaken, ~lost)


def _untold() -> ColumnElement[bool]:
    return and_(
        col(Message.state).in_(_NOT_ARRIVED),
        col(Message.critical).is_(True),
        col(Message.drill).is_(False),
        col(Message.reported_at).is_(None),
    )


def _urgent_and_open() -> ColumnElement[bool]:
    return and_(
        col(Message.state).in_(OPEN_STATES), col(Message.lane) == int(Lane.URGENT), col(Message.drill).is_(False)
    )

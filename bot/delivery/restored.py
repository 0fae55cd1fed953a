"""What a database that was restored must not take for unsent: everything that was open when its backup was made.

Nobody knows whether it has gone out since, as nobody knows of what was being sent when the bot died; so the table of
docs/decisions/0006 holds for it, with one difference: hours may have passed. What is still true goes once more,
marked; what was news then is left as uncertain, where the desk is told of it and can send it again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, update
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery.models import OPEN_STATES, Card, CardState, Lane, Message, MessageState, Text
from bot.delivery.schemas import Doubted

STILL_NEWS = timedelta(hours=1)
"""How long after it was written a text that names no end is still worth repeating."""

_MESSAGE = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
_PERSON_WAITS = (Lane.URGENT, Lane.INTERACTIVE)
_SAYS_NOTHING = ("pins", "unpins", "deletes")
_REASON = "queued when the backup was made; may have gone out since"
_AT_ONCE = 500


async def doubt(session: AsyncSession, now: datetime, saved_at: datetime) -> Doubted:
    """Treats what was open at `saved_at` as what was being sent is treated after a crash."""
    again, parked = await _texts(session, now)
    await _mark(session, again, repeated=True, sending_at=saved_at)
    uncertain = {"state": MessageState.UNCERTAIN, "error": _REASON, "sending_at": saved_at}
    await _mark(session, parked, **uncertain)
    cards_again, cards_parked = await _cards(session, now)
    return Doubted(len(again) + cards_again, len(parked) + cards_parked)


def _goes_again(row: Row[Any], now: datetime) -> bool:
    """Whether an open row is still worth saying: a warning that holds, or news that somebody waits for."""
    if row.valid_until is not None:
        return bool(row.valid_until > now)
    return (row.critical or row.lane in _PERSON_WAITS) and now - row.created_at < STILL_NEWS


async def _texts(session: AsyncSession, now: datetime) -> tuple[list[int], list[int]]:
    columns = (_MESSAGE.c[name] for name in ("id", "text_id", "valid_until", "critical", "lane", "created_at"))
    open_ones: Select[Any] = core_select(*columns).where(_MESSAGE.c.state.in_(OPEN_STATES)).order_by(_MESSAGE.c.id)
    rows = (await (await session.connection()).execute(open_ones)).all()
    texts = select(Message.text_id).where(col(Message.state).in_(OPEN_STATES)).distinct()
    bodies = select(Text.id, Text.body).where(col(Text.id).in_(texts))
    # Pinning and taking away twice does it once: no doubt to record.
    mute = {number for number, body in (await session.exec(bodies)).all() if any(map(body.get, _SAYS_NOTHING))}
    said = [row for row in rows if row.text_id not in mute]
    again = [row.id for row in said if _goes_again(row, now)]
    return again, [row.id for row in said if not _goes_again(row, now)]


async def _mark(session: AsyncSession, ids: list[int], **values: Any) -> None:
    for first in range(0, len(ids), _AT_ONCE):
        some = col(Message.id).in_(ids[first : first + _AT_ONCE])
        await session.exec(update(Message).where(some).values(**values))


async def _cards(session: AsyncSession, now: datetime) -> tuple[int, int]:
    """Cards that were not in their chats yet. One that is there is only edited: twice shows the same once."""
    coming = and_(col(Card.message_id).is_(None), col(Card.wanted_rev) > col(Card.shown_rev))
    cards = update(Card).where(coming, col(Card.state).in_((CardState.IDLE, CardState.SENDING)))
    is_old = col(Card.created_at) <= now - STILL_NEWS
    parked = await session.exec(cards.where(is_old).values(state=CardState.UNCERTAIN, error=_REASON))
    again = await session.exec(cards.where(~is_old).values(repeated=True))
    return int(again.rowcount), int(parked.rowcount)

"""Every query on the inbox. Private to inbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.upsert import insert_new
from bot.inbox.models import InboxUpdate, UpdateState

_WHO_AND_WHEN = ("message_id", "from", "chat", "date", "edit_date")


async def add(session: AsyncSession, now: datetime, updates: Sequence[tuple[int, int, dict[str, Any]]]) -> int:
    """Stores (update_id, chat_id, payload) in order; those already here are skipped. How many were new."""
    rows = [
        {
            "update_id": update_id,
            "chat_id": chat_id,
            "payload": payload,
            "state": UpdateState.WAITING,
            "attempts": 0,
            "received_at": now,
        }
        for update_id, chat_id, payload in updates
    ]
    return await insert_new(session, InboxUpdate, rows)


async def take_next(session: AsyncSession) -> tuple[InboxUpdate, bool] | None:
    """Locks the oldest update that is the first waiting one of its chat and that nobody else holds.

    With it whether others wait, be they somebody else's or not.
    """
    earlier = aliased(InboxUpdate)
    first_of_its_chat = ~exists().where(
        col(earlier.chat_id) == col(InboxUpdate.chat_id),
        col(earlier.state) == UpdateState.WAITING,
        col(earlier.id) < col(InboxUpdate.id),
    )
    other = aliased(InboxUpdate)
    others = exists().where(col(other.state) == UpdateState.WAITING, col(other.id) != col(InboxUpdate.id))
    statement = select(InboxUpdate, others).where(InboxUpdate.state == UpdateState.WAITING, first_of_its_chat)
    statement = statement.order_by(col(InboxUpdate.id)).limit(1).with_for_update(skip_locked=True)
    return (await session.exec(statement)).first()


async def retake(session: AsyncSession, row_id: int) -> InboxUpdate | None:
    """The same update once more, locked, if it still waits."""
    statement = select(InboxUpdate).where(InboxUpdate.id == row_id, InboxUpdate.state == UpdateState.WAITING)
    return (await session.exec(statement.with_for_update())).first()


async def anything_waits(session: AsyncSession) -> bool:
    """Whether an update waits to be handled."""
    statement = select(InboxUpdate.id).where(InboxUpdate.state == UpdateState.WAITING).limit(1)
    return (await session.exec(statement)).first() is not None


async def count_waiting(session: AsyncSession) -> int:
    """How many updates wait to be handled."""
    waiting = select(func.count()).select_from(InboxUpdate).where(InboxUpdate.state == UpdateState.WAITING)
    return (await session.exec(waiting)).one()


async def oldest_waiting(session: AsyncSession) -> datetime | None:
    """When the oldest update that nobody has handled came; None if all are handled."""
    waiting = select(func.min(InboxUpdate.received_at)).where(InboxUpdate.state == UpdateState.WAITING)
    return (await session.exec(waiting)).one()


async def newest_update_id(session: AsyncSession) -> int:
    """The platform's id of the update received last; 0 if there is none."""
    newest = select(InboxUpdate.update_id).order_by(col(InboxUpdate.id).desc()).limit(1)
    return (await session.exec(newest)).first() or 0


async def oldest_done(session: AsyncSession) -> datetime | None:
    """When the update was handled that came first of those kept; None if there is none. Asked every second."""
    first = select(InboxUpdate.done_at).where(InboxUpdate.state == UpdateState.DONE)
    return (await session.exec(first.order_by(col(InboxUpdate.id)).limit(1))).first()


async def forget_done(session: AsyncSession, before: datetime) -> int:
    """Deletes updates handled before the instant, up to the first that was not; how many."""
    done = col(InboxUpdate.state) == UpdateState.DONE
    kept = select(InboxUpdate.id).where(done, col(InboxUpdate.done_at) >= before).order_by(col(InboxUpdate.id)).limit(1)
    first_kept = (await session.exec(kept)).first()
    old = delete(InboxUpdate).where(done, col(InboxUpdate.done_at) < before)
    if first_kept is not None:
        # Only those before it are looked at: everything else is of the last days.
        old = old.where(col(InboxUpdate.id) < first_kept)
    return int((await session.exec(old)).rowcount)


async def blank(session: AsyncSession, row_id: int) -> None:
    """Takes out of a message's update everything but who, where and when."""
    row = await session.get_one(InboxUpdate, row_id)
    known = {name: dict(said) for name, said in row.payload.items() if isinstance(said, dict)}
    kept = {name: {key: said[key] for key in _WHO_AND_WHEN if key in said} for name, said in known.items()}
    row.payload = {"update_id": row.update_id, **kept}
    await session.flush()


async def count_by_state(session: AsyncSession) -> dict[UpdateState, int]:
    """How many updates are in each state."""
    rows = await session.exec(select(InboxUpdate.state, func.count()).group_by(InboxUpdate.state))
    return {UpdateState(state): count for state, count in rows.all()}

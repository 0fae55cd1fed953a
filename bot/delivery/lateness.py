"""What has not arrived and what is late to leave, for whoever watches over it; and sending again what did not arrive.

A row that did not arrive is reported once (`reported_at`). Drills are none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.delivery import lateness_repository as repository
from bot.delivery.models import Message, MessageState
from bot.delivery.outcomes import Meaning, meaning_of_row

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NotArrived:
    """A row that should not be missed and did not arrive, or may not have, and what the platform said to it.

    `is_known`: its chat is known to be lost.
    """

    id: int
    subject: str
    version: int
    chat_id: int
    is_uncertain: bool
    is_known: bool
    meaning: Meaning = Meaning.REJECTED


async def unreported(session: AsyncSession) -> list[NotArrived]:
    """What did not arrive and nobody was told of, oldest first; as many as one statement takes."""
    rows = await repository.unreported(session, _AT_ONCE)
    lost = await repository.lost_among(session, [row.chat_id for row in rows])
    return [_seen(row, is_known=row.chat_id in lost) for row in rows]


async def retriable(session: AsyncSession, now: datetime, since: datetime) -> list[NotArrived]:
    """What was told since then, did not arrive and could be sent again, told of or not, urgent ones first."""
    return [_seen(row, is_known=False) for row in await repository.retriable(session, now, since, _AT_ONCE)]


async def reported(session: AsyncSession, now: datetime, ids: Sequence[int]) -> None:
    """Somebody has been told of these rows."""
    await repository.mark_reported(session, now, ids)


async def oldest_unreported(session: AsyncSession) -> datetime | None:
    """When the first of what nobody was told of was tried last."""
    return await repository.oldest_unreported(session)


async def urgent_since(session: AsyncSession) -> datetime | None:
    """Since when the urgent row that waits longest waits; None if none does.

    One of many told at once waits since anything last left: a long queue that moves is not stuck.
    """
    alone = await repository.oldest_urgent(session, mass=False)
    among_many = await repository.oldest_urgent(session, mass=True)
    if among_many is not None:
        among_many = max(among_many, await repository.newest_sent(session) or among_many)
    return min((each for each in (alone, among_many) if each), default=None)


async def urgent_count(session: AsyncSession, before: datetime) -> int:
    """How many urgent rows from before the instant have not left."""
    return await repository.urgent_count(session, before)


async def unpainted_since(session: AsyncSession) -> datetime | None:
    """Since when the card that was wished for first and never painted waits; None if there is none."""
    return await repository.oldest_unpainted(session)


async def send_again(session: AsyncSession, now: datetime, subject: str, version: int) -> int:
    """Queues again what did not arrive of that version; how many rows. What may have arrived is marked as a repeat.

    Not where a newer version has been told, nor where nothing can be written to, nor what holds no longer.
    """
    count = await repository.queue_again(session, now, subject, version)
    ring_after_commit(session, "send")
    return count


def _seen(row: Message, *, is_known: bool) -> NotArrived:
    return NotArrived(
        id=row.id,
        subject=row.subject,
        version=row.version,
        chat_id=row.chat_id,
        is_uncertain=row.state is MessageState.UNCERTAIN,
        is_known=is_known,
        meaning=meaning_of_row(row.state, row.error),
    )

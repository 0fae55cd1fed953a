"""Use cases of what was found: sending again what did not arrive, and what a restore has lost."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import lateness
from bot.delivery import service as delivery
from bot.watch import repository
from bot.watch.errors import FromLostHours, NothingToSend


async def send_again(session: AsyncSession, actor: Actor, now: datetime, subject: str, version: int) -> int:
    """Sends again what did not arrive of that text, what may have arrived marked as a repeat; how many rows.

    Raises:
        NotAllowed: without delivery.retry.
        NothingToSend: it was sent again already, holds no longer, a newer text has been told, or its chats are lost.
    """
    actor.require(Permission.DELIVERY_RETRY)
    count = await lateness.send_again(session, now, subject, version)
    if not count:
        raise NothingToSend
    audit.record(session, now, actor, "delivery.retry", subject, version=version, rows=count)
    return count


async def note_restored(session: AsyncSession, saved_at: datetime, now: datetime) -> None:
    """The database is as it was at `saved_at`, and goes on from now."""
    await repository.add_lost_hours(session, saved_at, now)


async def require_known(session: AsyncSession, chat_id: int, message_id: int, sent_at: datetime) -> None:
    """A button under a message of ours may be acted on.

    Raises:
        FromLostHours: it was sent between a backup and its restore. The ids on it are given again by now, so that it
            would take in hand, or acknowledge, another thing than the person reads.
    """
    hours = await repository.lost_hours(session, sent_at)
    if hours is not None and await delivery.subject_of(session, chat_id, message_id) is None:
        raise FromLostHours(*hours)

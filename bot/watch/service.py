"""Use cases of what was found: sending again what did not arrive."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import lateness
from bot.watch.errors import NothingToSend


async def send_again(session: AsyncSession, actor: Actor, now: datetime, subject: str, version: int) -> int:
    """Sends again what did not arrive of that text, what may have arrived marked as a repeat; how many rows.

    Raises:
        NotAllowed: without delivery.retry.
        NothingToSend: it was sent again already, a newer text has been told, or its chats are lost.
    """
    actor.require(Permission.DELIVERY_RETRY)
    count = await lateness.send_again(session, subject, version)
    if not count:
        raise NothingToSend
    audit.record(session, now, actor, "delivery.retry", subject, version=version, rows=count)
    return count

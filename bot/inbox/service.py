"""Receiving updates and looking at what is left. Handling them is the worker's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.inbox import repository

_WITH_CHAT = ("message", "edited_message", "my_chat_member", "chat_member", "chat_join_request")


async def receive(session: AsyncSession, now: datetime, updates: Sequence[Mapping[str, Any]]) -> int:
    """Stores what the platform handed over. Receiving an update again does nothing. How many were new."""
    rows = [(int(update["update_id"]), chat_of(update), dict(update)) for update in updates]
    new = await repository.add(session, now, rows)
    if new:
        ring_after_commit(session, "inbox")
    return new


async def is_empty(session: AsyncSession) -> bool:
    """Whether every update received has been handled."""
    return not await repository.anything_waits(session)


async def count_waiting(session: AsyncSession) -> int:
    """How many updates nobody has handled yet."""
    return await repository.count_waiting(session)


async def oldest_waiting(session: AsyncSession) -> datetime | None:
    """When the oldest update that nobody has handled came; None if all are handled."""
    return await repository.oldest_waiting(session)


async def newest_update_id(session: AsyncSession) -> int:
    """The platform's id of the update received last; 0 if none was."""
    return await repository.newest_update_id(session)


async def forget_done(session: AsyncSession, before: datetime) -> int:
    """Deletes updates handled before the instant; how many."""
    return await repository.forget_done(session, before)


async def forget_words(session: AsyncSession, row_id: int) -> None:
    """Keeps of a message that is being handled who sent it and when, and nothing of what it says."""
    await repository.blank(session, row_id)


async def oldest_done(session: AsyncSession) -> datetime | None:
    """When the oldest update still kept was handled."""
    return await repository.oldest_done(session)


def chat_of(update: Mapping[str, Any]) -> int:
    """The chat whose order the update belongs to; the person for a tap without a message, 0 for anything else.

    What cannot be read is 0, too: it must become a row, or it would be fetched again for ever and hold up the rest.
    """
    try:
        return _chat_of(update)
    except (AttributeError, KeyError, TypeError, ValueError):
        return 0


def _chat_of(update: Mapping[str, Any]) -> int:
    query = update.get("callback_query")
    if query:
        return int((query.get("message") or {}).get("chat", query["from"])["id"])
    for kind in _WITH_CHAT:
        if kind in update:
            return int(update[kind]["chat"]["id"])
    return 0

"""Delivery's queries on channels. Private to delivery, like its others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, literal, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.columns import PlatformId
from bot.delivery.addressing import CHANNELS_FROM, channel_chat
from bot.delivery.models import OPEN_STATES, Channel, ChannelKind, ChannelState, Message, MessageState


async def add(session: AsyncSession, channel: Channel) -> Channel:
    """Stores a new channel; it has its id then."""
    session.add(channel)
    await session.flush()
    return channel


async def get(session: AsyncSession, channel_id: int, *, lock: bool = False) -> Channel | None:
    """The channel, or None."""
    return await session.get(Channel, channel_id, with_for_update=lock or None)


async def attached(session: AsyncSession) -> Sequence[Channel]:
    """Every attached channel, oldest first."""
    statement = select(Channel).where(Channel.state == ChannelState.ATTACHED)
    return (await session.exec(statement.order_by(col(Channel.id)))).all()


async def sent_to_people(session: AsyncSession, subject: str, version: int) -> Sequence[tuple[int, ChannelKind]]:
    """Whose own channels have been sent that version of the subject, and of what kind they are."""
    there = col(Message.chat_id) == literal(CHANNELS_FROM, PlatformId) - col(Channel.id)
    rows = select(Channel.person_id, Channel.kind).join(Message, there).where(col(Channel.person_id).is_not(None))
    rows = rows.where(Message.subject == subject, Message.version == version, Message.state == MessageState.SENT)
    found = (await session.exec(rows.distinct())).all()
    return [(person, ChannelKind(kind)) for person, kind in found if person is not None]


async def asked_by(session: AsyncSession, person_id: int, since: datetime) -> Channel | None:
    """The channel whose address the person was asked for last, since that instant, and has not said."""
    waiting = and_(col(Channel.created_by) == person_id, col(Channel.state) == ChannelState.ASKED)
    statement = select(Channel).where(waiting, col(Channel.created_at) >= since)
    return (await session.exec(statement.order_by(col(Channel.id).desc()).limit(1))).first()


async def forget_asked(session: AsyncSession, person_id: int) -> None:
    """Whatever the person was asked before is asked no more."""
    asked = delete(Channel).where(col(Channel.created_by) == person_id, col(Channel.state) == ChannelState.ASKED)
    await session.exec(asked)


async def cancel_waiting(session: AsyncSession, channel_id: int) -> None:
    """What has not left for the channel never does."""
    waiting = and_(col(Message.chat_id) == channel_chat(channel_id), col(Message.state).in_(OPEN_STATES))
    await session.exec(update(Message).where(waiting).values(state=MessageState.CANCELLED))


async def told(session: AsyncSession, subject: str, version: int) -> set[int]:
    """The channels, by chat, that have a row of that version of the subject."""
    rows = select(Message.chat_id).where(Message.subject == subject, Message.version == version)
    return set((await session.exec(rows.where(col(Message.chat_id) <= CHANNELS_FROM))).all())


async def write(session: AsyncSession, channel_id: int, **values: Any) -> None:
    """Writes columns of the channel."""
    await session.exec(update(Channel).where(col(Channel.id) == channel_id).values(**values))

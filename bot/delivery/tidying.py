"""Takes away what stands in chats and holds no longer: pins are taken down, what was sent by mistake is deleted.

Rows of the outbox like everything else: paced, in order within their subject, repeated without harm. They say nothing,
so what the platform refuses here leaves nobody untold and bothers nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, literal, or_, update
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import connection_of
from bot.core.upsert import insert_new
from bot.delivery.models import LEAVING_STATES, Lane, Message, MessageState, Text
from bot.delivery.repository import MASS
from bot.delivery.schemas import Telling

DELETABLE_FOR = timedelta(hours=48)
"""A bot may delete its own messages so long (Bot API, deleteMessage)."""

_MESSAGE = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
_ERASE, _UNPIN = "erase", "unpin"


async def erase(session: AsyncSession, now: datetime, how: Telling, purposes: Collection[str]) -> int:
    """Queues the deletion of what the subject's former versions said for these purposes; how many messages.

    It goes before whatever is told on the subject afterwards. What is still on its way is deleted when it has arrived.
    """
    key = {"subject": how.subject, "version": how.version, "purpose": f"{_ERASE}#0", "locale": "zh"}
    await insert_new(session, Text, [{**key, "body": {"deletes": True, "of": sorted(purposes)}}])
    order = await _erasing(session, how.subject, how.version - 1)
    told = (
        *(col(Message.subject) == how.subject, col(Message.version) < how.version, _of_purposes(purposes)),
        *(col(Message.message_id).is_not(None), col(Message.state) == MessageState.SENT),
        col(Message.sent_at) > now - DELETABLE_FOR,
    )
    return await _add(session, now, order, told, how.lane) if order is not None else 0


async def take_away(session: AsyncSession, now: datetime, chat_id: int, message_id: int) -> None:
    """Queues the deletion of a message of somebody's, in his private chat: what he sent must not stand there."""
    key = {"subject": f"said:{chat_id}", "version": 1, "purpose": f"{_ERASE}#0", "locale": "zh"}
    await insert_new(session, Text, [{**key, "body": {"deletes": True, "of": []}}])
    order = await _erasing(session, f"said:{chat_id}", 0)
    if order is not None:
        which = {"seq": message_id, "chat_id": chat_id, "reply_to": message_id}
        await insert_new(session, Message, [_taking(now, order, Lane.INTERACTIVE) | which])


async def arrived(session: AsyncSession, now: datetime, row_id: int, message_id: int | None) -> bool:
    """Writes down that a message is there; whether it still holds. One that was erased meanwhile is deleted now."""
    sent = {"state": MessageState.SENT, "sent_at": now, "message_id": message_id, "error": None}
    row = update(Message).where(col(Message.id) == row_id)
    if (await session.exec(row.where(col(Message.state) == MessageState.SENDING).values(**sent))).rowcount:
        return True
    await session.exec(row.values(**sent))
    late = await session.get(Message, row_id, populate_existing=True)
    order = await _erasing(session, late.subject, late.version) if late else None
    if late is not None and order is not None and late.purpose.partition("/")[0] in order.body["of"]:
        await _add(session, now, order, [col(Message.id) == row_id], Lane(late.lane))
    return False


async def unpin(session: AsyncSession, now: datetime, subject: str, before_version: int) -> None:
    """Takes down what was pinned of the subject's versions before that one, each once; nobody else's pins."""
    pins = f"{subject}:pin"
    former = (col(Message.subject) == pins, col(Message.version) < before_version)
    waiting = update(Message).where(*former, col(Message.state).in_(LEAVING_STATES))
    await session.exec(waiting.values(state=MessageState.CANCELLED))
    hanging = (
        *(*former, col(Message.state).in_((MessageState.SENT, MessageState.SENDING))),
        *(col(Message.purpose) != _UNPIN, ~_is_being_unpinned(), ~_is_erased(subject)),
    )
    if (await session.exec(select(Message.id).where(*hanging).limit(1))).first() is None:
        return
    key = {"subject": pins, "version": before_version, "purpose": f"{_UNPIN}#0", "locale": "zh"}
    await insert_new(session, Text, [{**key, "body": {"unpins": True}}])
    stored = select(Text).where(Text.subject == pins, Text.version == before_version)
    text = (await session.exec(stored.where(Text.purpose == f"{_UNPIN}#0"))).one()
    await _add(session, now, text, hanging, Lane.BULK)


def _is_being_unpinned() -> ColumnElement[bool]:
    order = aliased(Message)
    same = (col(order.subject) == col(Message.subject), col(order.chat_id) == col(Message.chat_id))
    return exists().where(*same, col(order.purpose) == _UNPIN, col(order.seq) == col(Message.id))


def _is_erased(subject: str) -> ColumnElement[bool]:
    """Whether the pinned message is deleted anyway, and the pin with it."""
    deletion = aliased(Message)
    same = (col(deletion.chat_id) == col(Message.chat_id), col(deletion.reply_to) == col(Message.reply_to))
    return exists().where(col(deletion.subject) == subject, col(deletion.purpose) == _ERASE, *same)


async def _erasing(session: AsyncSession, subject: str, version: int) -> Text | None:
    """The order to erase what was told of that version of the subject, if there is one."""
    orders = select(Text).where(Text.subject == subject, Text.purpose == f"{_ERASE}#0", col(Text.version) > version)
    return (await session.exec(orders.order_by(col(Text.version)).limit(1))).first()


async def _add(
    session: AsyncSession, now: datetime, order: Text, which: Sequence[ColumnElement[bool]], lane: Lane
) -> int:
    """A row about the message of each of these rows; how many. `seq` is that row, so that each is taken away once.

    By one statement: what a whole district was told is taken away while everybody waits for it.
    """
    count = (await session.exec(select(func.count()).select_from(Message).where(*which))).one()
    same = _taking(now, order, lane) | {"mass": count > MASS}
    values: dict[str, ColumnElement[Any]] = {
        name: literal(value, _MESSAGE.c[name].type) for name, value in same.items()
    }
    there = _MESSAGE.c.reply_to if order.body.get("unpins") else _MESSAGE.c.message_id
    values |= {"seq": _MESSAGE.c.id, "chat_id": _MESSAGE.c.chat_id, "reply_to": there, "drill": _MESSAGE.c.drill}
    connection = await connection_of(session)
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = core_select(*values.values()).where(*which).order_by(_MESSAGE.c.id)
    await connection.execute(insert(_MESSAGE).from_select(list(values), rows).on_conflict_do_nothing())
    return count


def _taking(now: datetime, order: Text, lane: Lane) -> dict[str, Any]:
    return {
        "subject": order.subject,
        "version": order.version,
        "purpose": order.purpose.partition("#")[0],
        "text_id": order.id,
        "lane": int(lane),
        "mass": False,
        "critical": False,
        "silent": True,
        "drill": False,
        "state": MessageState.QUEUED,
        "attempts": 0,
        "repeated": False,
        "plain": False,
        "created_at": now,
    }


def _of_purposes(purposes: Collection[str]) -> ColumnElement[bool]:
    parts = [col(Message.purpose).startswith(f"{purpose}/", autoescape=True) for purpose in purposes]
    return or_(col(Message.purpose).in_(purposes), *parts)

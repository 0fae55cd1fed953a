"""The ledger's queries: what became of what left, and what was learned of chats. Private to delivery."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, delete, exists, update
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.columns import UtcDateTime
from bot.core.database import connection_of
from bot.core.many import as_rows, listed, looked_at
from bot.core.upsert import insert_new
from bot.delivery.models import OPEN_STATES, Card, CardState, Chat, ChatState, Lane, Message, MessageState, Text
from bot.delivery.schemas import Shipment

Key = tuple[bool, int]
"""Whether it is a card, and its row."""

_MESSAGE = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
_CARD = Card.__table__  # type: ignore[attr-defined]  # as above
_CHAT = Chat.__table__  # type: ignore[attr-defined]  # as above


async def write_sent(session: AsyncSession, now: datetime, there: Mapping[int, int]) -> set[int]:
    """Writes down at once that these rows have arrived, by row the platform's id; the rows that it is so of.

    Not the others: they were cancelled or superseded on their way, or somebody is just changing them.
    """
    connection = await connection_of(session)
    rows = as_rows([row, message_id] for row, message_id in there.items())
    written = await connection.execute(_sent(connection.dialect.name), {"now": now, "rows": rows})
    return set(written.scalars())


async def hold(session: AsyncSession, shipments: Sequence[Shipment]) -> set[Key]:
    """Keeps everybody else from these rows until the end of the transaction; those that nobody else has.

    Whoever has one keeps it for a moment only, and may wait for one of ours: so it is never waited for.
    """
    connection = await connection_of(session)
    held: set[Key] = set()
    for is_card in (False, True):
        rows = [[shipment.id] for shipment in shipments if shipment.is_card is is_card]
        if rows and connection.dialect.name == "sqlite":
            # There is one writer, and we are it.
            held |= {(is_card, row) for (row,) in rows}
        elif rows:
            found = await connection.execute(_free(connection.dialect.name, is_card), {"rows": as_rows(rows)})
            held |= {(is_card, row) for row in found.scalars()}
    return held


async def give_up(session: AsyncSession, row_id: int, state: MessageState, error: str) -> bool:
    """Writes that the row did not arrive, or may not have; not of one that was dropped on its way. Whether it was so.

    As dead or uncertain it could be sent again, and what is cancelled or superseded never is.
    """
    sending = update(Message).where(col(Message.id) == row_id, col(Message.state) == MessageState.SENDING)
    return bool((await session.exec(sending.values(state=state, error=error))).rowcount)


async def end_message(session: AsyncSession, row_id: int, **values: Any) -> None:
    """Writes what became of a row."""
    await session.exec(update(Message).where(col(Message.id) == row_id).values(**values))


async def add_pins(session: AsyncSession, now: datetime, arrived: Mapping[int, tuple[int, str]]) -> None:
    """Queues the pinning of messages that have just arrived, behind everything that is to be read.

    By row id the platform's id and the locale; a few statements for however many.
    """
    if not arrived:
        return
    rows = (await session.exec(select(Message).where(col(Message.id).in_(arrived)).order_by(col(Message.id)))).all()
    texts: dict[tuple[str, int, str, str], list[Message]] = {}
    for row in rows:
        texts.setdefault((f"{row.subject}:pin", row.version, row.purpose, arrived[row.id][1]), []).append(row)
    for (subject, version, purpose, locale), told in texts.items():
        key = {"subject": subject, "version": version, "purpose": purpose}
        await insert_new(session, Text, [{**key, "locale": locale, "body": {"pins": True}}])
        stored = select(Text.id).where(*(getattr(Text, name) == value for name, value in key.items()))
        text_id = (await session.exec(stored.where(Text.locale == locale))).one()
        await insert_new(session, Message, [_pin(now, row, text_id, arrived[row.id][0]) | key for row in told])


def _pin(now: datetime, row: Message, text_id: int, message_id: int) -> dict[str, Any]:
    where = {"seq": row.seq, "chat_id": row.chat_id, "text_id": text_id, "reply_to": message_id}
    state = {"state": MessageState.QUEUED, "attempts": 0, "repeated": False, "plain": False, "critical": False}
    how = {"lane": int(Lane.BULK), "mass": row.mass, "silent": True, "drill": row.drill, "created_at": now}
    return where | state | how


async def retry_message(session: AsyncSession, row_id: int, **values: Any) -> None:
    """The row is to be sent again, unless it was cancelled or superseded while it was being sent."""
    sending = update(Message).where(col(Message.id) == row_id, col(Message.state) == MessageState.SENDING)
    await session.exec(sending.values(state=MessageState.RETRY, **values))


async def end_card(session: AsyncSession, shipment: Shipment, **values: Any) -> None:
    """Writes what became of a card. One that has moved to another chat meanwhile only becomes idle: it starts anew."""
    card = update(Card).where(col(Card.id) == shipment.id)
    here = await session.exec(card.where(col(Card.chat_id) == shipment.chat_id).values(**values))
    if not here.rowcount:
        await session.exec(card.values(state=CardState.IDLE))


async def doubt_card(session: AsyncSession, shipment: Shipment, reason: str) -> None:
    """Leaves a card sent twice in vain as uncertain, unless it has changed since it left: then its new state goes."""
    await end_card(session, shipment, state=CardState.UNCERTAIN, error=reason)
    changed = and_(col(Card.id) == shipment.id, col(Card.wanted_rev) > shipment.rev)
    await session.exec(update(Card).where(changed).values(state=CardState.IDLE))


async def park(session: AsyncSession, now: datetime, chat_id: int, until: datetime, reason: str) -> None:
    """Nothing goes to the chat (or to EVERY_CHAT) before `until`."""
    await _set_chat(session, now, chat_id, parked_until=until, reason=reason)


async def note_loss(session: AsyncSession, now: datetime, chat_id: int, state: ChatState, reason: str) -> None:
    """Records that the chat is lost, unless it is known: since when stays as it is."""
    if not await is_shut(session, chat_id):
        await _set_chat(session, now, chat_id, state=state, reason=reason)


async def is_shut(session: AsyncSession, chat_id: int) -> bool:
    """Whether the chat is known to be lost."""
    shut = select(Chat.chat_id).where(Chat.chat_id == chat_id, Chat.state != ChatState.OPEN)
    return (await session.exec(shut)).first() is not None


async def take_back(
    session: AsyncSession, now: datetime, since: datetime, until: datetime
) -> list[tuple[int, datetime]]:
    """Chats noted as lost since then are open again, and what died there is tried again after `until`.

    Which they were, and when each was noted. What a newer version has followed stays dead.
    """
    noted = select(Chat.chat_id, Chat.changed_at).where(Chat.state != ChatState.OPEN, col(Chat.changed_at) >= since)
    found = list((await session.exec(noted)).all())
    chats = [chat_id for chat_id, _ in found]
    open_again = {"state": ChatState.OPEN, "parked_until": until, "changed_at": now}
    await session.exec(update(Chat).where(col(Chat.chat_id).in_(chats)).values(**open_again))
    newer = aliased(Message)
    followed = exists().where(
        col(newer.chat_id) == col(Message.chat_id),
        col(newer.subject) == col(Message.subject),
        col(newer.version) > col(Message.version),
    )
    died = update(Message).where(col(Message.chat_id).in_(chats), col(Message.state) == MessageState.DEAD, ~followed)
    await session.exec(died.where(col(Message.sending_at) >= since).values(state=MessageState.RETRY))
    cards = update(Card).where(col(Card.chat_id).in_(chats), col(Card.state) == CardState.DEAD)
    await session.exec(cards.values(state=CardState.IDLE))
    return found


async def shut_chats(session: AsyncSession) -> set[int]:
    """The chats known to be lost."""
    return set((await session.exec(select(Chat.chat_id).where(Chat.state != ChatState.OPEN))).all())


async def reopen(session: AsyncSession, now: datetime, chat_ids: Collection[int]) -> None:
    """The chats can be written to after all."""
    connection = await connection_of(session)
    rows = as_rows([chat] for chat in chat_ids)
    await connection.execute(_opened(connection.dialect.name), {"now": now, "rows": rows})


async def migrate(session: AsyncSession, old: int, new: int) -> None:
    """The group's new id, in every row and card. The platform numbers messages anew: cards are sent anew, once.

    What was told under the new id already is not told again: its old row becomes superseded and keeps the old id, its
    old card goes. Doing it again finds nothing left under the old id.
    """
    anew = {"chat_id": new, "thread_id": None, "message_id": None}
    messages = update(Message).where(col(Message.chat_id) == old)
    told = _twin_at(new, Message, ("subject", "version", "purpose", "seq"))
    await session.exec(messages.where(~told).values(**anew, reply_to=None))
    await session.exec(messages.where(col(Message.state).in_(OPEN_STATES)).values(state=MessageState.SUPERSEDED))
    cards = update(Card).where(col(Card.chat_id) == old, ~_twin_at(new, Card, ("subject", "role")))
    fresh = {"state": CardState.IDLE, "wanted_rev": Card.wanted_rev + 1, "repeated": False, "not_before": None}
    await session.exec(cards.values(**anew, **fresh))
    await session.exec(delete(Card).where(col(Card.chat_id) == old))


@cache
def _sent(dialect: str) -> Update:
    arrived = listed(dialect, "id", "there")
    mine = core_select(_MESSAGE.c.id, arrived.c.there).join(arrived, _MESSAGE.c.id == arrived.c.id)
    mine = mine.where(looked_at(_MESSAGE.c.state) == MessageState.SENDING)
    free = mine.with_for_update(skip_locked=True, key_share=True, of=_MESSAGE).subquery("free")
    now = bindparam("now", type_=UtcDateTime())
    values = {"state": MessageState.SENT, "sent_at": now, "message_id": free.c.there, "error": None}
    return update(_MESSAGE).where(_MESSAGE.c.id == free.c.id).values(**values).returning(_MESSAGE.c.id)


@cache
def _free(dialect: str, is_card: bool) -> Select[Any]:
    table, asked = _CARD if is_card else _MESSAGE, listed(dialect, "id")
    free = core_select(table.c.id).join(asked, table.c.id == asked.c.id).order_by(table.c.id)
    return free.with_for_update(skip_locked=True, key_share=True, of=table)


@cache
def _opened(dialect: str) -> Update:
    asked = listed(dialect, "chat")
    shut = update(_CHAT).where(_CHAT.c.state != ChatState.OPEN, _CHAT.c.chat_id.in_(core_select(asked.c.chat)))
    return shut.values(state=ChatState.OPEN, changed_at=bindparam("now", type_=UtcDateTime()))


def _twin_at(chat_id: int, model: type[Message] | type[Card], key: tuple[str, ...]) -> ColumnElement[bool]:
    twin = aliased(model)
    same = [getattr(twin, name) == getattr(model, name) for name in key]
    return exists().where(col(twin.chat_id) == chat_id, *same)


async def _set_chat(session: AsyncSession, now: datetime, chat_id: int, **values: Any) -> None:
    await insert_new(session, Chat, [{"chat_id": chat_id, "state": "open", "changed_at": now}])
    await session.exec(update(Chat).where(col(Chat.chat_id) == chat_id).values(changed_at=now, **values))

"""The sender's queries: what may be shipped, what is being shipped, what became of it. Private to delivery.

Beside `repository.py` (what is told to whom) because two different readers change them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, delete, exists, func, or_, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.core.columns import UtcDateTime
from bot.core.upsert import insert_new
from bot.delivery.models import OPEN_STATES, Card, CardState, Chat, ChatState, Lane, Message, MessageState, Text
from bot.delivery.schemas import Shipment

EVERY_CHAT = 0
"""The chat whose parking holds for all: the line is down, or the token's own budget is used up. No chat has this id."""

_SAME = (
    *("id", "chat_id", "thread_id", "subject", "silent", "reply_to", "repeated", "plain", "attempts", "mass"),
    "critical",
)
_SHIPPED = (*_SAME, "lane", "text_id")
"""What a shipment takes from its row."""

_WAITING = (MessageState.QUEUED, MessageState.RETRY)

# What the sender asks at every turn is built once, with the instant left open: building costs more than asking.
_NOW = bindparam("now", type_=UtcDateTime())
_Instant = datetime | BindParameter[Any]


async def claim_messages(session: AsyncSession, now: datetime, lanes: Sequence[Lane], limit: int) -> list[Shipment]:
    """Claims the next rows of the lanes, by lane, what is told to a few first, then age; one per subject and chat."""
    ids = (await session.exec(_to_claim(tuple(lanes), limit), params={"now": now})).all()
    if not ids:
        return []
    table = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
    connection = await session.connection()
    await connection.execute(update(table).where(table.c.id.in_(ids)).values(state=MessageState.CLAIMED))
    # Columns, not objects, and each text once: a row for ten thousand people costs little more than reading it.
    rows = (await connection.execute(_claimed(), {"ids": ids})).all()
    texts = await _texts(session, {row.text_id for row in rows})
    return [_of_row(row, *texts[row.text_id]) for row in rows]


async def changed_cards(session: AsyncSession, now: datetime, limit: int) -> list[Shipment]:
    """Cards that show less than was painted, those with a person waiting first."""
    return [_of_card(card) for card in (await session.exec(_to_show(limit), params={"now": now})).all()]


async def nothing_waits(session: AsyncSession, now: datetime) -> bool:
    """Whether the queue is empty as far as the sender is concerned; read before the writer is asked for."""
    return await _nothing(session, now, _shippable())


async def begin_messages(session: AsyncSession, now: datetime, ids: Sequence[int]) -> set[int]:
    """Marks claimed rows as being sent; those that may go.

    Cancelled, superseded or moved meanwhile: they stay as they are. Past their validity: held. Their chat was parked
    meanwhile: back into the queue.
    """
    if not ids:
        return set()
    claimed = and_(col(Message.id).in_(ids), col(Message.state) == MessageState.CLAIMED)
    past = and_(claimed, col(Message.valid_until) <= now)
    await session.exec(update(Message).where(past).values(state=MessageState.HELD))
    parked = and_(claimed, _parked(Message, now))
    await session.exec(update(Message).where(parked).values(state=MessageState.QUEUED))
    statement = update(Message).where(claimed).values(state=MessageState.SENDING, sending_at=now)
    result = await session.exec(statement.returning(col(Message.id)))
    return set(result.scalars().all())


async def begin_cards(session: AsyncSession, now: datetime, ids: Sequence[int]) -> dict[int, Shipment]:
    """Marks cards as being sent; each with its newest painted state."""
    if not ids:
        return {}
    ready = and_(col(Card.id).in_(ids), _may_be_shown(now))
    result = await session.exec(update(Card).where(ready).values(state=CardState.SENDING).returning(col(Card.id)))
    begun = result.scalars().all()
    cards = (
        await session.exec(select(Card).where(col(Card.id).in_(begun)).execution_options(populate_existing=True))
    ).all()
    return {card.id: _of_card(card) for card in cards}


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


async def release(session: AsyncSession) -> None:
    """What is only claimed goes back into the queue: the sender stops, starts, or waits for the line."""
    claimed = update(Message).where(col(Message.state) == MessageState.CLAIMED)
    await session.exec(claimed.values(state=MessageState.QUEUED))


async def interrupted(session: AsyncSession) -> list[Shipment]:
    """What is marked as being sent."""
    rows = select(Message, Text).join(Text).where(Message.state == MessageState.SENDING).order_by(col(Message.id))
    cards = select(Card).where(Card.state == CardState.SENDING).order_by(col(Card.id))
    messages = [_of_message(message, text) for message, text in (await session.exec(rows)).all()]
    return messages + [_of_card(card) for card in (await session.exec(cards)).all()]


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


async def reopen(session: AsyncSession, now: datetime, *chat_ids: int) -> None:
    """The chats can be written to after all."""
    table = Chat.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
    shut = update(table).where(table.c.chat_id.in_(chat_ids), table.c.state != ChatState.OPEN)
    await session.exec(shut.values(state=ChatState.OPEN, changed_at=now))


async def migrate(session: AsyncSession, old: int, new: int) -> None:
    """The group's new id, in every row and card. The platform numbers messages anew: cards are sent anew, once.

    What was told under the new id already is not told again: its old row becomes superseded and keeps the old id, its
    old card goes. Doing it again finds nothing left under the old id.
    """
    anew = {"chat_id": new, "thread_id": None, "message_id": None}
    messages = update(Message).where(col(Message.chat_id) == old)
    released = messages.where(col(Message.state) == MessageState.CLAIMED)
    await session.exec(released.values(state=MessageState.QUEUED))
    told = _twin_at(new, Message, ("subject", "version", "purpose", "seq"))
    await session.exec(messages.where(~told).values(**anew, reply_to=None))
    await session.exec(messages.where(col(Message.state).in_(OPEN_STATES)).values(state=MessageState.SUPERSEDED))
    cards = update(Card).where(col(Card.chat_id) == old, ~_twin_at(new, Card, ("subject", "role")))
    fresh = {"state": CardState.IDLE, "wanted_rev": Card.wanted_rev + 1, "repeated": False, "not_before": None}
    await session.exec(cards.values(**anew, **fresh))
    await session.exec(delete(Card).where(col(Card.chat_id) == old))


async def recent_sends(session: AsyncSession, since: datetime) -> list[tuple[int, datetime]]:
    """Chat and time of everything shipped lately, so that a restart does not forget what the platform still counts."""
    messages = select(Message.chat_id, Message.sending_at).where(col(Message.sending_at) >= since)
    cards = select(Card.chat_id, Card.shown_at).where(col(Card.shown_at) >= since)
    found = [*(await session.exec(messages)).all(), *(await session.exec(cards)).all()]
    return sorted(((chat, at) for chat, at in found if at), key=lambda pair: pair[1])


async def is_idle(session: AsyncSession, now: datetime) -> bool:
    """Whether nothing is to be painted or shipped at this instant."""
    return await _nothing(session, now, _in_hand())


async def next_due(session: AsyncSession, now: datetime) -> datetime | None:
    """The next instant at which something waiting may be shipped."""
    instants = (
        select(func.min(Message.not_before)).where(col(Message.state).in_(_WAITING), col(Message.not_before) > now),
        select(func.min(Card.not_before)).where(Card.state == CardState.IDLE, col(Card.not_before) > now),
        select(func.min(Chat.parked_until)).where(col(Chat.parked_until) > now),
    )
    found = [(await session.exec(statement)).one() for statement in instants]
    return min((instant for instant in found if instant), default=None)


async def _nothing(session: AsyncSession, now: datetime, statements: Sequence[SelectOfScalar[int]]) -> bool:
    for statement in statements:
        if (await session.exec(statement, params={"now": now})).first() is not None:
            return False
    return True


@cache
def _to_claim(lanes: tuple[Lane, ...], limit: int) -> SelectOfScalar[int]:
    due = select(Message.id).where(_may_be_claimed(_NOW), col(Message.lane).in_([int(lane) for lane in lanes]))
    in_turn = due.order_by(col(Message.lane), col(Message.mass), col(Message.id)).limit(limit)
    return in_turn.with_for_update(skip_locked=True)


@cache
def _claimed() -> Select[Any]:
    table = Message.__table__  # type: ignore[attr-defined]  # as above
    wanted: Select[Any] = select(*(table.c[name] for name in _SHIPPED))
    return wanted.where(table.c.id.in_(bindparam("ids", expanding=True)))


async def _texts(session: AsyncSession, ids: Collection[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Locale and body of each text."""
    statement = select(Text.id, Text.locale, Text.body).where(col(Text.id).in_(ids))
    return {text_id: (locale, dict(body)) for text_id, locale, body in (await session.exec(statement)).all()}


def _of_row(row: Row[Any], locale: str, body: dict[str, Any]) -> Shipment:
    same = dict(zip(_SAME, row, strict=False))
    return Shipment(is_card=False, lane=Lane(row.lane), locale=locale, body=body, **same)


@cache
def _to_show(limit: int) -> SelectOfScalar[Card]:
    return select(Card).where(_may_be_shown(_NOW)).order_by(col(Card.lane), col(Card.id)).limit(limit)


@cache
def _shippable() -> tuple[SelectOfScalar[int], ...]:
    messages, cards = select(Message.id).where(_may_be_claimed(_NOW)), select(Card.id).where(_may_be_shown(_NOW))
    return messages.limit(1), cards.limit(1)


@cache
def _in_hand() -> tuple[SelectOfScalar[int], ...]:
    unpainted = select(Card.id).where(col(Card.wanted_rev) > col(Card.painted_rev))
    cards = select(Card.id).where(col(Card.state) == CardState.SENDING)
    messages = select(Message.id).where(col(Message.state).in_((MessageState.CLAIMED, MessageState.SENDING)))
    return unpainted.limit(1), cards.limit(1), messages.limit(1), *_shippable()


def _is_due(model: type[Message] | type[Card], now: _Instant) -> ColumnElement[bool]:
    return or_(col(model.not_before).is_(None), col(model.not_before) <= now)


def _may_be_claimed(now: _Instant) -> ColumnElement[bool]:
    """Waiting, due, the first of its series that is still to be told, and its chat is not parked."""
    earlier = aliased(Message)
    first_of_its_series = ~exists().where(
        col(earlier.chat_id) == col(Message.chat_id),
        col(earlier.subject) == col(Message.subject),
        col(earlier.id) < col(Message.id),
        col(earlier.state).in_(OPEN_STATES),
    )
    waiting = col(Message.state).in_(_WAITING)
    return and_(waiting, _is_due(Message, now), first_of_its_series, ~_behind_a_new_card(), ~_parked(Message, now))


def _behind_a_new_card() -> ColumnElement[bool]:
    """Its subject's card was wished for before it, goes as soon as it does, and is not in the chat yet.

    What belongs to a subject in a series of its own (`incident:12:media`) is behind the subject's card too.
    """
    subject = col(Message.subject)
    of_its_subject = and_(
        col(Card.chat_id) == col(Message.chat_id),
        or_(subject == col(Card.subject), subject.like(col(Card.subject) + ":%")),
    )
    first = and_(col(Card.created_at) <= col(Message.created_at), col(Card.lane) <= col(Message.lane))
    coming = and_(col(Card.wanted_rev) > col(Card.shown_rev), col(Card.state).in_((CardState.IDLE, CardState.SENDING)))
    return exists().where(of_its_subject, first, col(Card.message_id).is_(None), coming)


def _may_be_shown(now: _Instant) -> ColumnElement[bool]:
    """Shows less than was painted, is not being sent, is due, and its chat is not parked."""
    behind = and_(col(Card.painted_rev) > col(Card.shown_rev), col(Card.state) == CardState.IDLE)
    return and_(behind, _is_due(Card, now), ~_parked(Card, now))


def _parked(model: type[Message] | type[Card], now: _Instant) -> ColumnElement[bool]:
    whose = or_(col(Chat.chat_id) == col(model.chat_id), col(Chat.chat_id) == EVERY_CHAT)
    return exists().where(whose, col(Chat.parked_until) > now)


def _twin_at(chat_id: int, model: type[Message] | type[Card], key: tuple[str, ...]) -> ColumnElement[bool]:
    twin = aliased(model)
    same = [getattr(twin, name) == getattr(model, name) for name in key]
    return exists().where(col(twin.chat_id) == chat_id, *same)


async def _set_chat(session: AsyncSession, now: datetime, chat_id: int, **values: Any) -> None:
    await insert_new(session, Chat, [{"chat_id": chat_id, "state": "open", "changed_at": now}])
    await session.exec(update(Chat).where(col(Chat.chat_id) == chat_id).values(changed_at=now, **values))


def _of_message(row: Message, text: Text) -> Shipment:
    return Shipment(
        is_card=False,
        id=row.id,
        chat_id=row.chat_id,
        thread_id=row.thread_id,
        lane=Lane(row.lane),
        subject=row.subject,
        locale=text.locale,
        body=text.body,
        silent=row.silent,
        reply_to=row.reply_to,
        repeated=row.repeated,
        plain=row.plain,
        attempts=row.attempts,
        mass=row.mass,
        critical=row.critical,
    )


def _of_card(card: Card) -> Shipment:
    return Shipment(
        is_card=True,
        id=card.id,
        chat_id=card.chat_id,
        thread_id=card.thread_id,
        lane=Lane(card.lane) if card.message_id is None else max(Lane(card.lane), Lane.INTERACTIVE),
        subject=card.subject,
        locale=card.locale,
        body=card.body or {},
        rev=card.painted_rev,
        edits=card.message_id,
        silent=card.silent,
        repeated=card.repeated,
        plain=card.plain,
        attempts=card.attempts,
    )

"""The sender's queries: what may leave next, marking it as leaving, what was under way. Private to delivery.

What became of what left is in `ledger_repository.py`. Nothing here waits for another's lock: whoever supersedes a
hundred thousand rows, or edits a card, holds up these rows and not the sender, and no two wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, MutableMapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, Update, and_, bindparam, exists, func, or_, union_all, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.core.columns import UtcDateTime
from bot.core.database import connection_of
from bot.core.many import as_rows, listed, looked_at
from bot.delivery.addressing import CHANNELS_FROM
from bot.delivery.models import LEAVING_STATES, OPEN_STATES, Card, CardState, Chat, Lane, Message, MessageState, Text
from bot.delivery.schemas import Shipment

EVERY_CHAT = 0
"""The chat whose parking holds for all: the line is down. No chat has this id."""

LONGEST_PAUSE_SECONDS = 30
"""No row is put off for longer before it is tried again."""

Texts = MutableMapping[int, tuple[str, dict[str, Any]]]
"""Locale and body by the text's id. A stored text never changes, so it may be kept as long as one likes."""

_SAME = (
    *("id", "chat_id", "thread_id", "subject", "silent", "reply_to", "repeated", "plain", "attempts", "mass"),
    *("critical", "drill"),
)
_SHIPPED = (*_SAME, "lane", "text_id", "created_at")
"""What a shipment takes from its row."""

_OF_CARD = (
    *("id", "chat_id", "thread_id", "subject", "silent", "repeated", "plain", "attempts"),
    *("lane", "locale", "body", "painted_rev", "message_id"),
)

# What the sender asks at every turn is built once, with the instant left open: building costs more than asking.
_NOW = bindparam("now", type_=UtcDateTime())
_LATEST = bindparam("latest", type_=UtcDateTime())
_MESSAGE = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
_CARD = Card.__table__  # type: ignore[attr-defined]  # as above


async def next_messages(
    session: AsyncSession, now: datetime, last: Lane, limit: int, *, leave: Iterable[tuple[int, Lane]] = ()
) -> list[Row[Any]]:
    """The next rows up to the lane `last`: by lane, what is told to a few first, then age; the first of each series.

    They stay in the queue. To `leave`: chats with the lane from which on none are wanted for them.
    """
    connection = await connection_of(session)
    asked = _at(now) | {
        "rows": as_rows((chat, int(lane)) for chat, lane in leave),
        "last": int(last),
        "limit": limit,
    }
    rows = (await connection.execute(_next(connection.dialect.name), asked)).all()
    return sorted(rows, key=lambda row: (row.lane, row.mass, row.id))[:limit]


async def as_shipments(session: AsyncSession, rows: Sequence[Row[Any]], texts: Texts) -> list[Shipment]:
    """What is to be shipped for each row. `texts` are those known already, and is added to."""
    await _learn(session, {row.text_id for row in rows} - texts.keys(), texts)
    return [_of_row(row, *texts[row.text_id]) for row in rows]


async def changed_cards(session: AsyncSession, now: datetime, limit: int) -> list[Shipment]:
    """Cards that show less than was painted, those with a person waiting first."""
    connection = await connection_of(session)
    return [_of_card(row) for row in await connection.execute(_to_show(limit), _at(now))]


async def nothing_waits(session: AsyncSession, now: datetime) -> bool:
    """Whether the queue is empty as far as the sender is concerned; read before the writer is asked for."""
    return await _nothing(session, now, _shippable())


async def begin_messages(session: AsyncSession, now: datetime, shipments: Sequence[Shipment]) -> set[int]:
    """Marks rows as being sent, one statement that looks again at each; the ids of those that may go.

    Cancelled, superseded or moved to another chat since they were read: they stay as they are. Past their validity:
    held. Their chat was parked meanwhile, or somebody is just changing them: they stay in the queue.
    """
    if not shipments:
        return set()
    connection = await connection_of(session)
    rows = as_rows((shipment.id, shipment.chat_id) for shipment in shipments)
    begun = await connection.execute(_begin(connection.dialect.name), _at(now) | {"rows": rows})
    ids = set(begun.scalars())
    if missing := [[shipment.id] for shipment in shipments if shipment.id not in ids]:
        await connection.execute(_hold(connection.dialect.name), {"now": now, "rows": as_rows(missing)})
    return ids


async def begin_cards(session: AsyncSession, now: datetime, ids: Sequence[int]) -> dict[int, Shipment]:
    """Marks cards as being sent; each with its newest painted state."""
    if not ids:
        return {}
    connection = await connection_of(session)
    rows = as_rows([card] for card in ids)
    begun = await connection.execute(_begin_cards(connection.dialect.name), _at(now) | {"rows": rows})
    return {row.id: _of_card(row) for row in begun}


async def interrupted(session: AsyncSession) -> list[Shipment]:
    """What is marked as being sent."""
    connection = await connection_of(session)
    sending: Select[Any] = select(*(_MESSAGE.c[name] for name in _SHIPPED)).where(_MESSAGE.c.state == _SENDING)
    rows = (await connection.execute(sending.order_by(_MESSAGE.c.id))).all()
    cards: Select[Any] = select(*(_CARD.c[name] for name in _OF_CARD)).where(_CARD.c.state == CardState.SENDING)
    shown = (await connection.execute(cards.order_by(_CARD.c.id))).all()
    return [*await as_shipments(session, rows, {}), *(_of_card(row) for row in shown)]


async def recent_sends(session: AsyncSession, since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """Chat and time of everything shipped lately, so that a restart does not forget what the platform still counts.

    Nothing of a time to come: where the clock was set back, an hour's sends would be waited for.
    """
    lately = col(Message.sending_at).between(since, until)
    messages = select(Message.chat_id, Message.sending_at).where(lately)
    # One question for each, so that each goes by an index: what has arrived is nearly all there is.
    arrived = messages.where(col(Message.sent_at) >= since)
    others = [messages.where(Message.state == state) for state in _TRIED]
    cards = select(Card.chat_id, Card.shown_at).where(col(Card.shown_at).between(since, until))
    found = [row for statement in (arrived, *others, cards) for row in (await session.exec(statement)).all()]
    return sorted(((chat, at) for chat, at in found if at), key=lambda pair: pair[1])


async def is_idle(session: AsyncSession, now: datetime) -> bool:
    """Whether nothing is to be painted or shipped at this instant."""
    return await _nothing(session, now, _in_hand())


async def next_due(session: AsyncSession, now: datetime) -> datetime | None:
    """The next instant at which something waiting may be shipped."""
    waiting = col(Message.state).in_(LEAVING_STATES)
    instants = (
        select(func.min(Message.not_before)).where(waiting, ~_is_due(Message)),
        select(func.min(Card.not_before)).where(Card.state == CardState.IDLE, ~_is_due(Card)),
        select(func.min(Chat.parked_until)).where(*is_parked(Chat)),
    )
    found = [(await session.exec(statement, params=_at(now))).one() for statement in instants]
    return min((instant for instant in found if instant), default=None)


def _at(now: datetime) -> dict[str, Any]:
    return {"now": now, "latest": now + timedelta(seconds=LONGEST_PAUSE_SECONDS)}


async def _nothing(session: AsyncSession, now: datetime, statements: Sequence[SelectOfScalar[int]]) -> bool:
    for statement in statements:
        if (await session.exec(statement, params=_at(now))).first() is not None:
            return False
    return True


async def _learn(session: AsyncSession, ids: Collection[int], texts: Texts) -> None:
    """Each text once: a row for ten thousand people costs little more than reading the row."""
    if not ids:
        return
    statement = select(Text.id, Text.locale, Text.body).where(col(Text.id).in_(ids))
    texts.update({number: (locale, dict(body)) for number, locale, body in (await session.exec(statement)).all()})


_SENDING = MessageState.SENDING
_TRIED = (_SENDING, MessageState.RETRY, MessageState.UNCERTAIN, MessageState.DEAD)


@cache
def _next(dialect: str) -> CompoundSelect[Any]:
    # Each state by itself, so that it can walk along its index and stop, however long the queue is.
    each = [_next_in(dialect, state).subquery() for state in LEAVING_STATES]
    return union_all(*(select(*part.c) for part in each))


def _next_in(dialect: str, state: MessageState) -> Select[Any]:
    left = listed(dialect, "chat", "lane")
    wanted: Select[Any] = select(*(_MESSAGE.c[name] for name in _SHIPPED))
    due = wanted.where(_MESSAGE.c.state == state, _MESSAGE.c.lane <= bindparam("last"), _may_leave())
    # Asked of each row, not joined: PostgreSQL would put all that waits in order again for a first few.
    is_left = _MESSAGE.c.chat_id.in_(select(left.c.chat))
    from_lane = select(func.min(left.c.lane)).where(left.c.chat == _MESSAGE.c.chat_id).scalar_subquery()
    due = due.where(or_(~is_left, _MESSAGE.c.lane < from_lane))
    return due.order_by(_MESSAGE.c.lane, _MESSAGE.c.mass, _MESSAGE.c.id).limit(bindparam("limit"))


@cache
def _begin(dialect: str) -> Update:
    asked = listed(dialect, "id", "chat")
    still = _MESSAGE.c.valid_until.is_(None) | (_MESSAGE.c.valid_until > _NOW)
    free = select(_MESSAGE.c.id).join(asked, and_(_MESSAGE.c.id == asked.c.id, _MESSAGE.c.chat_id == asked.c.chat))
    free = free.where(looked_at(_MESSAGE.c.state).in_(LEAVING_STATES), still, _is_due(Message), *_unparked(Message))
    free = free.with_for_update(skip_locked=True, key_share=True, of=_MESSAGE)
    begun = update(_MESSAGE).where(_MESSAGE.c.id.in_(free)).values(state=MessageState.SENDING, sending_at=_NOW)
    return begun.returning(_MESSAGE.c.id)


@cache
def _hold(dialect: str) -> Update:
    asked = listed(dialect, "id")
    past = select(_MESSAGE.c.id).join(asked, _MESSAGE.c.id == asked.c.id)
    past = past.where(looked_at(_MESSAGE.c.state).in_(LEAVING_STATES), _MESSAGE.c.valid_until <= _NOW)
    past = past.with_for_update(skip_locked=True, key_share=True, of=_MESSAGE)
    return update(_MESSAGE).where(_MESSAGE.c.id.in_(past)).values(state=MessageState.HELD)


@cache
def _begin_cards(dialect: str) -> Update:
    asked = listed(dialect, "id")
    ready = select(_CARD.c.id).join(asked, _CARD.c.id == asked.c.id).where(_may_be_shown())
    ready = ready.with_for_update(skip_locked=True, key_share=True, of=_CARD)
    begun = update(_CARD).where(_CARD.c.id.in_(ready)).values(state=CardState.SENDING)
    return begun.returning(*(_CARD.c[name] for name in _OF_CARD))


@cache
def _to_show(limit: int) -> Select[Any]:
    wanted: Select[Any] = select(*(_CARD.c[name] for name in _OF_CARD)).where(_may_be_shown())
    return wanted.order_by(_CARD.c.lane, _CARD.c.id).limit(limit)


@cache
def _shippable() -> tuple[SelectOfScalar[int], ...]:
    waiting = col(Message.state).in_(LEAVING_STATES)
    messages = select(Message.id).where(waiting, _may_leave())
    return messages.limit(1), select(Card.id).where(_may_be_shown()).limit(1)


@cache
def _in_hand() -> tuple[SelectOfScalar[int], ...]:
    unpainted = select(Card.id).where(col(Card.wanted_rev) > col(Card.painted_rev))
    cards = select(Card.id).where(col(Card.state) == CardState.SENDING)
    messages = select(Message.id).where(col(Message.state) == MessageState.SENDING)
    return unpainted.limit(1), cards.limit(1), messages.limit(1), *_shippable()


def _is_due(model: type[Message] | type[Card]) -> ColumnElement[bool]:
    # Put off longer than anything is: the clock was set back since, and it would wait for as long.
    at = col(model.not_before)
    return or_(at.is_(None), at <= _NOW, at > _LATEST)


def _may_leave() -> ColumnElement[bool]:
    """Due, the first of its series that is still to be told, and its chat is not parked."""
    earlier = aliased(Message)
    first_of_its_series = ~exists().where(
        col(earlier.chat_id) == col(Message.chat_id),
        col(earlier.subject) == col(Message.subject),
        col(earlier.id) < col(Message.id),
        col(earlier.state).in_(OPEN_STATES),
    )
    return and_(_is_due(Message), first_of_its_series, ~_behind_a_new_card(), *_unparked(Message))


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


def _may_be_shown() -> ColumnElement[bool]:
    """Shows less than was painted, is not being sent, is due, and its chat is not parked."""
    behind = and_(col(Card.painted_rev) > col(Card.shown_rev), col(Card.state) == CardState.IDLE)
    return and_(behind, _is_due(Card), *_unparked(Card))


def _unparked(model: type[Message] | type[Card]) -> tuple[ColumnElement[bool], ...]:
    """Neither its chat nor all of them; two questions, because the second has one answer for all rows.

    Channels go another way than all chats.
    """
    one, every = aliased(Chat), aliased(Chat)
    parked = exists().where(col(one.chat_id) == col(model.chat_id), *is_parked(one))
    all_parked = exists().where(col(every.chat_id) == EVERY_CHAT, *is_parked(every))
    return ~parked, or_(~all_parked, col(model.chat_id) <= CHANNELS_FROM)


def is_parked(chat: type[Chat]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the chat gets nothing at the instant `now`, a parameter of the statement."""
    # Parked in time to come: the clock was set back since, and the chat would be silent for as long.
    return col(chat.parked_until) > _NOW, col(chat.changed_at) <= _NOW


def _of_row(row: Row[Any], locale: str, body: dict[str, Any]) -> Shipment:
    same = dict(zip(_SAME, row, strict=False))
    return Shipment(is_card=False, lane=Lane(row.lane), locale=locale, body=body, told_at=row.created_at, **same)


def _of_card(row: Row[Any]) -> Shipment:
    return Shipment(
        is_card=True,
        id=row.id,
        chat_id=row.chat_id,
        thread_id=row.thread_id,
        lane=Lane(row.lane) if row.message_id is None else max(Lane(row.lane), Lane.INTERACTIVE),
        subject=row.subject,
        locale=row.locale,
        body=row.body or {},
        rev=row.painted_rev,
        edits=row.message_id,
        silent=row.silent,
        repeated=row.repeated,
        plain=row.plain,
        attempts=row.attempts,
    )

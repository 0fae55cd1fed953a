"""Every query on the ledger. Private to delivery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, Select, Update, bindparam, case, func, literal, or_, update
from sqlalchemy import select as core_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import connection_of
from bot.core.errors import JiaoyingError
from bot.core.many import as_rows, listed
from bot.core.upsert import insert_new
from bot.delivery.models import OPEN_STATES, Card, CardState, Lane, Message, MessageState, Text
from bot.delivery.schemas import Target, Telling

_NOT_SENT = (*OPEN_STATES, MessageState.HELD)
"""A held one too: nobody is to release what no longer holds."""

_THERE_PERHAPS = (MessageState.SENT, MessageState.UNCERTAIN)

_MESSAGE = Message.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
_CARD = Card.__table__  # type: ignore[attr-defined]  # as above

_ON_SCREEN = 5
"""Cards of a chat that somebody may be looking at. All of them would be hundreds of edits for a duty desk."""

MASS = 50
"""Chats told at once beyond which what is told to a few goes first: an order to one person waits for no broadcast."""


async def text_id(session: AsyncSession, how: Telling, locale: str, body: dict[str, Any]) -> int:
    """The id of the text, stored now unless it is there already.

    Raises:
        JiaoyingError: another text has the same key; two different things must not share a purpose.
    """
    key = {"subject": how.subject, "version": how.version, "purpose": f"{how.purpose}#{how.seq}", "locale": locale}
    await insert_new(session, Text, [{**key, "body": body}])
    statement = select(Text).where(*(getattr(Text, name) == value for name, value in key.items()))
    stored = (await session.exec(statement)).one()
    if stored.body != body:
        raise JiaoyingError(f"two texts of {how.subject} under the purpose {how.purpose!r}: give each its own")
    return stored.id


async def add_messages(
    session: AsyncSession, now: datetime, how: Telling, text: int, targets: Sequence[Target]
) -> None:
    """One row per target, in their order, by one statement; a row that is there already stays as it is."""
    connection = await connection_of(session)
    rows = as_rows((target.chat_id, target.thread_id, int(target.silent)) for target in targets)
    same = {
        "subject": how.subject,
        "version": how.version,
        "purpose": how.purpose,
        "seq": how.seq,
        "text_id": text,
        "lane": int(how.lane),
        "mass": len(targets) > MASS,
        "critical": how.critical,
        "drill": how.drill,
        "reply_to": how.reply_to,
        "valid_until": how.valid_until,
        "created_at": now,
    }
    await connection.execute(_add_messages(connection.dialect.name), {**same, "rows": rows})


@cache
def _add_messages(dialect: str) -> Executable:
    asked = listed(dialect, "chat", "thread", "silent")
    values: dict[str, ColumnElement[Any]] = {
        name: bindparam(name, type_=_MESSAGE.c[name].type)
        for name in (
            *("subject", "version", "purpose", "seq", "text_id", "lane", "mass", "critical", "drill"),
            *("reply_to", "valid_until", "created_at"),
        )
    }
    values |= {"chat_id": asked.c.chat, "thread_id": asked.c.thread, "silent": asked.c.silent != 0}
    values |= {"attempts": literal(0), "repeated": literal(False), "plain": literal(False)}
    values["state"] = literal(MessageState.QUEUED, _MESSAGE.c.state.type)
    # The condition is for SQLite: without one it takes ON CONFLICT for the condition of a join.
    row = select(*values.values()).where(asked.c.place >= 0).order_by(asked.c.place)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_MESSAGE).from_select(list(values), row).on_conflict_do_nothing()


async def add_card(
    session: AsyncSession, now: datetime, *, subject: str, role: str, target: Target, lane: Lane, drill: bool
) -> None:
    """The card's row, unless the chat has one already."""
    row = {
        "subject": subject,
        "role": role,
        "chat_id": target.chat_id,
        "thread_id": target.thread_id,
        "locale": target.locale,
        "lane": int(lane),
        "silent": target.silent,
        "drill": drill,
        "wanted_rev": 0,
        "painted_rev": 0,
        "shown_rev": 0,
        "state": "idle",
        "attempts": 0,
        "repeated": False,
        "plain": False,
        "created_at": now,
    }
    await insert_new(session, Card, [row])


async def touch_cards(
    session: AsyncSession, subject: str, role: str | None, chat_id: int | None, locale: str | None = None
) -> None:
    """One more wanted revision for every card of the subject; of one role, and of one chat, if they are named.

    In `locale` from now on, if one is given.
    """
    named = {"role": role, "chat_id": chat_id}
    given = {name: value for name, value in named.items() if value is not None}
    touch = _touch(frozenset(given), reworded=locale is not None)
    connection = await connection_of(session)
    await connection.execute(touch, {"of": subject, "read_in": locale, **{f"of_{name}": given[name] for name in given}})


@cache
def _touch(named: frozenset[str], *, reworded: bool) -> Update:
    cards = update(_CARD).where(_CARD.c.subject == bindparam("of"))
    cards = cards.where(*(_CARD.c[name] == bindparam(f"of_{name}") for name in named))
    # One that had been given up is tried again.
    stuck = _CARD.c.state.in_((CardState.UNCERTAIN, CardState.DEAD))
    values: dict[str, Any] = {
        "wanted_rev": _CARD.c.wanted_rev + 1,
        "state": case((stuck, CardState.IDLE), else_=_CARD.c.state),
        "attempts": case((stuck, 0), else_=_CARD.c.attempts),
    }
    return cards.values(values | {"locale": bindparam("read_in")} if reworded else values)


async def set_language(session: AsyncSession, chat_id: int, locale: str) -> None:
    """The chat's cards are in that language; the newest ones are to be painted anew."""
    others = update(Card).where(col(Card.chat_id) == chat_id, col(Card.locale) != locale)
    newest = select(Card.id).where(Card.chat_id == chat_id).order_by(col(Card.id).desc()).limit(_ON_SCREEN)
    shown = others.where(col(Card.id).in_(newest.subquery().select()))
    await session.exec(shown.values(locale=locale, wanted_rev=Card.wanted_rev + 1))
    await session.exec(others.values(locale=locale))


async def detach_cards(session: AsyncSession, subject: str, role: str, chat_id: int | None = None) -> None:
    """Forgets which message each card is (or that of one chat), so that the next shipment is a new one."""
    values = {"wanted_rev": Card.wanted_rev + 1, "message_id": None, "repeated": False}
    cards = update(Card).where(col(Card.subject) == subject, col(Card.role) == role)
    if chat_id is not None:
        cards = cards.where(col(Card.chat_id) == chat_id)
    await session.exec(cards.values(**values))


async def rename_cards(session: AsyncSession, subject: str, role: str, new_subject: str) -> None:
    """The cards of the role now belong to the other subject; they are painted anew."""
    cards = update(Card).where(col(Card.subject) == subject, col(Card.role) == role)
    await session.exec(cards.values(subject=new_subject, wanted_rev=Card.wanted_rev + 1))


async def left_unsent(session: AsyncSession) -> dict[str, int]:
    """Messages and cards by the states nothing leads out of by itself; what was lost of a drill counts nowhere."""
    messages = select(Message.state, func.count()).where(col(Message.drill).is_(False)).group_by(Message.state)
    cards = select(Card.state, func.count()).where(col(Card.drill).is_(False)).group_by(Card.state)
    counts: Counter[str] = Counter()
    for statement in (messages, cards):
        counts.update({str(state): count for state, count in (await session.exec(statement)).all()})
    return {state: counts[state] for state in ("dead", "uncertain", "held")}


async def hold_cards(session: AsyncSession, ids: Collection[int]) -> Sequence[Card]:
    """Those of the cards that nobody else is just changing, kept from the others until the end of the transaction.

    Whoever changes one wants it painted anew when he is done: he is not waited for.
    """
    cards = select(Card).where(col(Card.id).in_(ids)).order_by(col(Card.id))
    return (await session.exec(cards.with_for_update(skip_locked=True))).all()


async def subject_of(session: AsyncSession, chat_id: int, message_id: int) -> str | None:
    """The subject of the card or message with that platform id."""
    for model in (Card, Message):
        statement = select(model.subject).where(model.chat_id == chat_id, model.message_id == message_id)
        if subject := (await session.exec(statement)).first():
            return subject
    return None


async def texts_about(session: AsyncSession, subject: str) -> Sequence[Text]:
    """All bodies told on the subject, oldest first."""
    return (await session.exec(select(Text).where(Text.subject == subject).order_by(col(Text.id)))).all()


async def messages_about(session: AsyncSession, subject: str) -> Sequence[Message]:
    """All rows of the subject, oldest first."""
    return (await session.exec(select(Message).where(Message.subject == subject).order_by(col(Message.id)))).all()


async def drop(session: AsyncSession, subject: str, state: MessageState, before_version: int | None = None) -> int:
    """The subject's rows that are not sent yet (or those of versions before that one) get the state; how many did.

    One on its way to the platform at this moment is among them: it is not tried again, and is sent if it arrives.
    """
    rows = update(Message).where(col(Message.subject) == subject, col(Message.state).in_(_NOT_SENT))
    if before_version is not None:
        rows = rows.where(col(Message.version) < before_version)
    return (await session.exec(rows.values(state=state))).rowcount


async def call_off(
    session: AsyncSession, subject: str, purposes: Collection[str], seqs: range | None, chat_id: int | None
) -> int:
    """The subject's rows for these purposes that are not sent yet are cancelled; how many. As of `drop` on its way."""
    rows = update(Message).where(col(Message.subject) == subject, col(Message.state).in_(_NOT_SENT))
    rows = rows.where(col(Message.purpose).in_(purposes))
    if seqs is not None:
        rows = rows.where(col(Message.seq).between(seqs.start, seqs.stop - 1))
    if chat_id is not None:
        rows = rows.where(col(Message.chat_id) == chat_id)
    return (await session.exec(rows.values(state=MessageState.CANCELLED))).rowcount


async def fates_of(session: AsyncSession, subject: str, version: int, purpose: str | None) -> Sequence[Row[Any]]:
    """What `service.outcomes_among` reads of the rows of one version, oldest first; of one purpose all parts.

    No whole rows: a hundred thousand of them take five times as long to read, and a board asks again and again.
    """
    told = (_MESSAGE.c[name] for name in ("chat_id", "state", "sending_at", "sent_at", "error"))
    rows: Select[Any] = core_select(*told).where(_MESSAGE.c.subject == subject, _MESSAGE.c.version == version)
    if purpose is not None:
        parts = col(Message.purpose).startswith(f"{purpose}/", autoescape=True)
        rows = rows.where(or_(col(Message.purpose) == purpose, parts))
    return (await (await session.connection()).execute(rows.order_by(_MESSAGE.c.id))).all()


async def chats_tried(session: AsyncSession, subject: str, purposes: Collection[str]) -> set[int]:
    """The chats of the subject's rows for these purposes, parts included, that may have arrived."""
    parts = [col(Message.purpose).startswith(f"{purpose}/", autoescape=True) for purpose in purposes]
    chats = select(Message.chat_id).where(Message.subject == subject, or_(col(Message.purpose).in_(purposes), *parts))
    handed = or_(col(Message.sending_at).is_not(None), col(Message.state).in_(_THERE_PERHAPS))
    # What was refused for good may be there only if an earlier try is in doubt.
    in_doubt = or_(col(Message.state) != MessageState.DEAD, col(Message.repeated))
    return set((await session.exec(chats.where(handed, in_doubt).distinct())).all())


async def behind(session: AsyncSession, limit: int) -> Sequence[Card]:
    """Cards that were touched since they were painted, first lanes first."""
    statement = select(Card).where(col(Card.wanted_rev) > col(Card.painted_rev))
    return (await session.exec(statement.order_by(col(Card.lane), col(Card.id)).limit(limit))).all()

"""What each outcome does to a row or a card. The rules of docs/decisions on duplicate-or-lose, in one place.

Writes in the sender's transaction. A repeat happens once and is marked; after that the row is left as uncertain, where
the duty desk can see it. What was learned about the chat itself is handed on in the same transaction (`Heed`); who is
told of it is not known here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.core.counting import Event, Timed, add_after_commit, took_after_commit
from bot.core.trouble import trouble_of
from bot.delivery import ledger_repository as rows
from bot.delivery import tidying
from bot.delivery.disbelief import WINDOW, Disbelief, pause
from bot.delivery.ledger_repository import Key
from bot.delivery.models import CardState, ChatState, Lane, MessageState
from bot.delivery.outcomes import Meaning, Outcome
from bot.delivery.queue import EVERY_CHAT, LONGEST_PAUSE_SECONDS
from bot.delivery.schemas import ChatChange, Shipment

log = structlog.get_logger()

_BACKOFF_SECONDS = (1, 2, 4, 8, 15, LONGEST_PAUSE_SECONDS)
_PERSON_WAITS = (Lane.URGENT, Lane.INTERACTIVE)

_LOST = (Meaning.BLOCKED, Meaning.GONE)
_LOUD = (*_LOST, Meaning.TOO_LONG, Meaning.FILE_REFUSED, Meaning.REJECTED)

_PIN_WAITS = (Meaning.DELIVERED, Meaning.FLOODED, Meaning.UNSENT, Meaning.MISCONFIGURED)
_DOUBTED = (Meaning.UNCERTAIN, Meaning.INTERRUPTED)
_TRIES_AT_TIDYING = 3
"""What is told afterwards waits for it: it may not wait long."""

Write = Callable[[AsyncSession, datetime, Shipment, Outcome], Awaitable[None]]
Heed = Callable[[AsyncSession, datetime, ChatChange], Awaitable[None]]
"""Told at each shipment that finds a chat lost or moved; telling people once is its own affair."""


@dataclass(slots=True)
class Memory:
    """What the sender remembers of chats between its transactions.

    `shut`: those that may be marked as lost, never fewer than are; asking for each that is not would cost a statement.
    """

    disbelief: Disbelief = field(default_factory=Disbelief)
    shut: set[int] = field(default_factory=set)

    def copy(self) -> Memory:
        """As it stands, to be thrown away with a transaction that fails; what is shut only grows and is shared."""
        return Memory(self.disbelief.copy(), self.shut)


async def settle_all(
    session: AsyncSession,
    now: datetime,
    results: Sequence[tuple[Shipment, Outcome]],
    heed: Heed,
    memory: Memory,
) -> set[Key]:
    """Writes down what became of many shipments: plain texts that arrived in one statement, the rest one by one.

    Gives those it could: a row that somebody else is just changing is left for the next time.
    """
    plain = {shipment.id: (shipment, outcome) for shipment, outcome in results if _is_plainly_there(shipment, outcome)}
    there = {row: outcome.message_id or 0 for row, (_, outcome) in plain.items()}
    written = await rows.write_sent(session, now, there) if there else set()
    await _note_arrivals(session, now, [plain[row] for row in written], memory)
    rest = [(one, outcome) for one, outcome in results if one.is_card or one.id not in written]
    held = await rows.hold(session, [one for one, _ in rest])
    for shipment, outcome in rest:
        if shipment.key in held:
            await settle(session, now, shipment, outcome, heed, memory)
    return held | {(False, row) for row in written}


async def _note_arrivals(
    session: AsyncSession, now: datetime, arrived: Sequence[tuple[Shipment, Outcome]], memory: Memory
) -> None:
    add_after_commit(session, Event.OUTCOME, Meaning.DELIVERED.value, len(arrived))
    for shipment, _ in arrived:
        memory.disbelief.arrived(shipment.chat_id, now)
        _measure(session, now, shipment)
    await _reopen(session, now, [shipment.chat_id for shipment, _ in arrived], memory)
    pinned = {one.id: (outcome.message_id or 0, one.locale) for one, outcome in arrived if one.body.get("pin")}
    await rows.add_pins(session, now, pinned)


def _measure(session: AsyncSession, now: datetime, shipment: Shipment) -> None:
    """How long a text took to arrive; of drills it is not asked."""
    if shipment.told_at is not None and not (shipment.drill or shipment.pins or shipment.tidies):
        seconds = max(0.0, (now - shipment.told_at).total_seconds())
        took_after_commit(session, Timed.DELIVERY, seconds, shipment.lane.name.lower())


async def _reopen(session: AsyncSession, now: datetime, chats: Iterable[int], memory: Memory) -> None:
    """What reaches a chat shows that it is not lost."""
    if back := memory.shut.intersection(chats):
        await rows.reopen(session, now, back)


def _is_plainly_there(shipment: Shipment, outcome: Outcome) -> bool:
    simple = not shipment.is_card and not shipment.pins and not shipment.tidies
    return simple and outcome.meaning is Meaning.DELIVERED and outcome.message_id is not None


async def settle(
    session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome, heed: Heed, memory: Memory
) -> None:
    """Writes what became of the shipment, and hands on what it says of the chat, unless too many say so at once."""
    add_after_commit(session, Event.OUTCOME, outcome.meaning.value)
    if outcome.meaning is not Meaning.DELIVERED:
        _report(shipment, outcome)
    if shipment.tidies and outcome.meaning in _DOUBTED and shipment.attempts < _TRIES_AT_TIDYING:
        # Taking away twice takes away once: no doubt to record.
        await _unsent(session, now, shipment, outcome)
        return
    if (shipment.pins or shipment.tidies) and outcome.meaning not in _PIN_WAITS:
        # Not pinned is not untold: nobody has to be told of it, and it is no dead row.
        await rows.end_message(session, shipment.id, state=MessageState.CANCELLED, error=outcome.text)
        return
    if outcome.meaning is Meaning.DELIVERED:
        memory.disbelief.arrived(shipment.chat_id, now)
        _measure(session, now, shipment)
        await _reopen(session, now, [shipment.chat_id] if shipment.edits is None else [], memory)
    if outcome.meaning in _LOST and not await _is_believed(session, now, shipment, outcome, heed, memory):
        await _leave_alone(session, now, shipment, outcome)
        return
    await _WRITES[outcome.meaning](session, now, shipment, outcome)
    if outcome.meaning in (*_LOST, Meaning.MIGRATED):
        await _hand_on(session, now, ChatChange(shipment.chat_id, outcome.text, outcome.migrate_to), heed)
    if shipment.edits is None or outcome.meaning is not Meaning.DELIVERED:
        # What is told of a case waits for its card to appear; that one changes lets nothing go.
        ring_after_commit(session, "send")


async def _is_believed(
    session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome, heed: Heed, memory: Memory
) -> bool:
    """Whether the chat is lost as it says. When a wave begins, what was believed of its first chats is taken back."""
    disbelief = memory.disbelief
    memory.shut.add(shipment.chat_id)
    if await rows.is_shut(session, shipment.chat_id):
        return True
    if disbelief.lost(shipment.chat_id, now):
        log.error("mass_refusal", chats=disbelief.chats, said=outcome.text, mend="check the bot with `jiaoying doctor`")
        until = now + pause(0)
        for chat_id, since in await rows.take_back(session, now, now - WINDOW, until):
            await _hand_on(session, now, ChatChange(chat_id, outcome.text, regained=since), heed)
        await _hand_on(session, now, ChatChange(EVERY_CHAT, outcome.text, disbelieved=disbelief.chats), heed)
    return disbelief.since is None


async def _leave_alone(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    """The chat gets nothing for a while; then the same is tried again."""
    await rows.park(session, now, shipment.chat_id, now + pause(shipment.attempts), outcome.text)
    await _again(session, shipment, attempts=shipment.attempts + 1, error=outcome.text)
    ring_after_commit(session, "send")


def _report(shipment: Shipment, outcome: Outcome) -> None:
    say = log.warning if outcome.meaning in _LOUD else log.info
    say(
        "not_delivered",
        meaning=outcome.meaning.value,
        chat=shipment.chat_id,
        subject=shipment.subject,
        card=shipment.is_card,
        row=shipment.id,
        said=outcome.text,
    )


async def _hand_on(session: AsyncSession, now: datetime, change: ChatChange, heed: Heed) -> None:
    try:
        async with session.begin_nested():
            await heed(session, now, change)
    except Exception as error:
        if trouble_of(error) is not None:
            # The same succeeds later, and the row with it.
            raise
        # What became of the row matters more: it must not be lost with the news.
        log.exception("chat_change_not_heeded", chat=change.chat_id)


async def _delivered(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    if not shipment.is_card:
        holds = await tidying.arrived(session, now, shipment.id, outcome.message_id)
        if holds and shipment.body.get("pin") and outcome.message_id is not None:
            await rows.add_pins(session, now, {shipment.id: (outcome.message_id, shipment.locale)})
        return
    values: dict[str, Any] = {"state": CardState.IDLE, "shown_rev": shipment.rev, "shown_at": now, "attempts": 0}
    if shipment.edits is None:
        values |= {"message_id": outcome.message_id, "sent_at": now}
    # The next state may be sound: only this one had to go plain.
    await rows.end_card(session, shipment, **values, plain=False, error=None, not_before=None)


async def _flooded(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    until = now + timedelta(seconds=outcome.retry_after)
    await rows.park(session, now, shipment.chat_id, until, outcome.text)
    await _not_there(session, shipment, not_before=None)


async def _migrated(session: AsyncSession, _now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    await _not_there(session, shipment, not_before=None)
    if outcome.migrate_to is not None and outcome.migrate_to != shipment.chat_id:
        await rows.migrate(session, shipment.chat_id, outcome.migrate_to)
    ring_after_commit(session, "paint")


async def _blocked(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    await rows.note_loss(session, now, shipment.chat_id, ChatState.BLOCKED, outcome.text)
    await _dead(session, now, shipment, outcome)


async def _gone(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    await rows.note_loss(session, now, shipment.chat_id, ChatState.GONE, outcome.text)
    await _dead(session, now, shipment, outcome)


async def _dead(session: AsyncSession, _now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    if shipment.is_card:
        await rows.end_card(session, shipment, state=CardState.DEAD, error=outcome.text)
        return
    if not await rows.give_up(session, shipment.id, MessageState.DEAD, outcome.text):
        await _not_there(session, shipment)


async def _edit_lost(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    if shipment.edits is None:
        await _dead(session, now, shipment, outcome)
        return
    await rows.end_card(
        session, shipment, state=CardState.IDLE, message_id=None, repeated=False, not_before=None, error=outcome.text
    )


async def _thread_lost(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    if shipment.thread_id is None:
        await _dead(session, now, shipment, outcome)
        return
    await _not_there(session, shipment, not_before=None, thread_id=None)


async def _reply_lost(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    if shipment.reply_to is None:
        await _dead(session, now, shipment, outcome)
        return
    await _not_there(session, shipment, not_before=None, reply_to=None)


async def _broken_markup(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    if shipment.plain:
        await _dead(session, now, shipment, outcome)
        return
    await _not_there(session, shipment, not_before=None, plain=True)


async def _misconfigured(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    # The line is asked before anything more is risked, and shouts.
    await _not_there(session, shipment, not_before=now + timedelta(seconds=LONGEST_PAUSE_SECONDS), error=outcome.text)


async def _unsent(session: AsyncSession, now: datetime, shipment: Shipment, _outcome: Outcome) -> None:
    pause = _BACKOFF_SECONDS[min(shipment.attempts, len(_BACKOFF_SECONDS) - 1)]
    await _not_there(session, shipment, not_before=now + timedelta(seconds=pause), attempts=shipment.attempts + 1)


async def _uncertain(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    if shipment.edits is not None:
        # Editing twice shows the same once: no doubt to record.
        await _unsent(session, now, shipment, outcome)
        return
    if _is_worth_repeating(shipment) and not shipment.repeated:
        await _again(session, shipment, not_before=None, repeated=True, error=outcome.text)
        return
    if shipment.is_card:
        await rows.doubt_card(session, shipment, outcome.text)
        return
    await rows.give_up(session, shipment.id, MessageState.UNCERTAIN, outcome.text)


async def _interrupted(session: AsyncSession, now: datetime, shipment: Shipment, outcome: Outcome) -> None:
    """Our own death says nothing about the platform: what is worth a repeat goes again each time, marked."""
    if shipment.edits is None and _is_worth_repeating(shipment):
        await _again(session, shipment, not_before=None, repeated=True, error=outcome.text)
        return
    await _uncertain(session, now, shipment, outcome)


def _is_worth_repeating(shipment: Shipment) -> bool:
    return shipment.is_card or shipment.critical or shipment.lane in _PERSON_WAITS


async def _not_there(session: AsyncSession, shipment: Shipment, **values: Any) -> None:
    """For certain it did not arrive: unless an earlier try is in doubt, nobody is to be taken for told."""
    if not shipment.is_card and not shipment.repeated:
        await rows.end_message(session, shipment.id, sending_at=None)
    await _again(session, shipment, **values)


async def _again(session: AsyncSession, shipment: Shipment, **values: Any) -> None:
    if shipment.is_card:
        await rows.end_card(session, shipment, state=CardState.IDLE, **values)
        return
    await rows.retry_message(session, shipment.id, **values)


_WRITES: dict[Meaning, Write] = {
    Meaning.DELIVERED: _delivered,
    Meaning.FLOODED: _flooded,
    Meaning.MIGRATED: _migrated,
    Meaning.BLOCKED: _blocked,
    Meaning.GONE: _gone,
    Meaning.EDIT_LOST: _edit_lost,
    Meaning.THREAD_LOST: _thread_lost,
    Meaning.REPLY_LOST: _reply_lost,
    Meaning.BROKEN_MARKUP: _broken_markup,
    Meaning.MISCONFIGURED: _misconfigured,
    Meaning.TOO_LONG: _dead,
    Meaning.FILE_REFUSED: _dead,
    Meaning.REJECTED: _dead,
    Meaning.UNSENT: _unsent,
    Meaning.UNCERTAIN: _uncertain,
    Meaning.INTERRUPTED: _interrupted,
}

"""The one sender of a token: claims rows, keeps the pace, ships, writes down what became of it.

One shipment at a time per chat, so that order in a chat is the order of shipping; many chats at once. It holds no
truth: everything it knows is in the ledger, and what was under way when it died is found there as `sending`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.core.nursery import Nursery
from bot.delivery import ledger, ledger_repository, queue
from bot.delivery.addressing import is_channel
from bot.delivery.gateway import GatewayError, Platform
from bot.delivery.ledger import Heed, Memory
from bot.delivery.line import Line
from bot.delivery.models import Lane
from bot.delivery.outcomes import Meaning, Outcome, delivered, outcome_of
from bot.delivery.pacing import Pacer, Policy
from bot.delivery.schemas import Shipment
from bot.delivery.window import SIZE, Choice, Window
from bot.delivery.wire import call_of

log = structlog.get_logger()

_AT_ONCE = 128
_TEXTS_KEPT = 200
_LONGEST_NAP_SECONDS = 1.0
_BREATH_SECONDS = 0.1
_GATHERING_SECONDS = 0.005
_SOON_SECONDS = 0.05
"""What has arrived may let the next of its series go: the queue is asked again so soon, not after each of thousands."""

_REMEMBERED = timedelta(seconds=60)
_SETTLING_TRIES = 3

_Key = tuple[bool, int]


@dataclass(slots=True)
class _Result:
    """What became of a shipment, and how often writing that down has failed."""

    shipment: Shipment
    outcome: Outcome
    failures: int = 0


class Sender:
    """`run()` until `drain()`, which ends the run and waits for what has left.

    `heed` is told of chats found lost or moved, in the transaction that writes it down.
    """

    def __init__(
        self, database: Database, clock: Clock, platform: Platform, policy: Policy, nursery: Nursery, heed: Heed
    ) -> None:
        self._database = database
        self._clock = clock
        self._platform = platform
        self._line = Line(platform)
        self._pacer = Pacer(policy)
        self._nursery = nursery
        self._heed = heed
        self._memory = Memory()
        self._window = Window()
        self._texts: dict[int, tuple[str, dict[str, Any]]] = {}
        self._in_flight: dict[_Key, Shipment] = {}
        self._to_carry: asyncio.Queue[Shipment] = asyncio.Queue()
        self._carriers = 0
        self._results: list[_Result] = []
        self._looked_at, self._patience = 0.0, _LONGEST_NAP_SECONDS
        self._has_more = True
        self._heard = -1
        self._own_rings = 0
        self._draining = False
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self.turned_at: float | None = None
        """When the last turn ended, in the clock's monotonic seconds; one that is stuck ends none."""
        self._down_since: float | None = None
        self._refused_since: float | None = None
        self._ask_again_at = 0.0

    @property
    def disbelieves(self) -> bool:
        """Whether so many chats say they are lost that the platform or the token must be at fault."""
        return self._memory.disbelief.since is not None

    @property
    def line_well_at(self) -> float:
        """When the platform took last what we have for it, as far as we know, in the clock's monotonic seconds."""
        since = [at for at in (self._down_since, self._refused_since) if at is not None]
        return min(since, default=self._clock.monotonic())

    async def run(self) -> None:
        """Ships until drained. May be run again after it has died: what is still under way is not doubted then."""
        self._at_rest.clear()
        try:
            await self._recover()
            while not self._draining:
                await self._turn_round()
        finally:
            self._at_rest.set()

    async def drain(self, patience: float = 5.0) -> None:
        """Ships nothing more, waits at most `patience` seconds of real time for what has left, and writes it down."""
        self._draining = True
        self._database.bells.ring(["send"])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._at_rest.wait()
                while self._in_flight:
                    try:
                        await self._settle()
                    except Unavailable as error:
                        log.warning("not_settled_at_the_end", said=str(error))
                        await asyncio.sleep(_BREATH_SECONDS)
                    if self._in_flight:
                        await self._database.bells.wait("send", _LONGEST_NAP_SECONDS)

    async def _turn_round(self) -> None:
        """One transaction: what became of what left, what leaves now, and what is to be chosen from next."""
        if self._window and len(self._in_flight) - len(self._results) > _AT_ONCE // 2:
            # More could leave than may be under way: a turn for each answer would only keep the database busy.
            await asyncio.sleep(_GATHERING_SECONDS)
        results = self._noted_results()
        choice = Choice([])
        if not self._window and self._down_since is not None and self._clock.monotonic() >= self._ask_again_at:
            # Nothing waits for it any more: whether it is up again is asked all the same.
            await self._line_holds()
        # Channels go another way: a platform that is down must not hold up the SMS.
        if self._window and (self._window.is_for_channels() or await self._line_holds()):
            choice = self._choose(self._clock.monotonic(), results)
        chosen = choice.shipments
        # What has arrived may let the next of its series go.
        ends = bool(results) and not self._has_more and len(chosen) == len(self._window)
        looks = await self._should_look(busy=bool(results or chosen), ends=ends)
        if results or chosen or looks:
            await self._turn(results, chosen, looks=looks)
        self.turned_at = self._clock.monotonic()
        if self._draining:
            return
        if choice.is_full:
            # Nothing can go sooner: turning round for each answer would only keep the database busy.
            await asyncio.sleep(max(choice.nap, _BREATH_SECONDS))
        elif not (chosen or looks or self._untried(results)):
            # What is left is somebody else's for a moment.
            patience = _SOON_SECONDS if self._results else self._patience
            await self._database.bells.wait("send", min(choice.nap, patience))

    async def _turn(self, results: list[_Result], chosen: list[Shipment], *, looks: bool) -> None:
        memory = self._memory_for(results)
        try:
            async with self._database.write() as session:
                settled = await self._record(session, results, memory)
                begun = await self._begin(session, chosen)
                read = await self._read(session, chosen) if looks else ()
                if read and not (chosen or self._line.in_doubt):
                    # Nobody was on the way: what is found leaves in the same transaction.
                    self._window.take_in(read, self._in_flight.keys() - {result.shipment.key for result in settled})
                    read, chosen = (), self._choose(self._clock.monotonic(), results).shipments
                    begun = await self._begin(session, chosen)
        except Exception:
            if not results:
                raise
            log.exception("not_settled_at_once", results=len(results))
            await self._settle_one_by_one()
            return
        self._remember(memory)
        if results and not (self._has_more or looks):
            self._patience = _SOON_SECONDS
        self._forget(settled)
        self._launch(chosen, begun)
        self._window.take_in(read, self._in_flight)

    async def _recover(self) -> None:
        self._window.clear()
        now = self._clock.now()
        async with self._database.write() as session:
            self._memory.shut |= await ledger_repository.shut_chats(session)
            for shipment in await queue.interrupted(session):
                if shipment.key not in self._in_flight:
                    doubt = Outcome(Meaning.INTERRUPTED, "interrupted while sending")
                    await ledger.settle(session, now, shipment, doubt, self._heed, self._memory)
            recent = await queue.recent_sends(session, now - _REMEMBERED, now)
        for chat_id, at in recent:
            self._pacer.count(chat_id, self._clock.monotonic() - (now - at).total_seconds())

    async def _settle(self) -> None:
        """Writes down what became of what was shipped: all at once, or one by one if that fails."""
        results = self._noted_results()
        if not results:
            return
        try:
            await self._write_down(results)
        except Exception:
            log.exception("not_settled_at_once", results=len(self._results))
            await self._settle_one_by_one()

    async def _settle_one_by_one(self) -> None:
        """So that one row that cannot be written down does not hold up the others.

        Tried a few times (the database may be away), then left as `sending`: the next start takes it for uncertain.
        """
        failure: Exception | None = None
        for result in self._results[:]:
            try:
                await self._write_down([result])
            except Exception as error:
                failure = error
                result.failures += not isinstance(error, Unavailable)
                if result.failures >= _SETTLING_TRIES:
                    self._forget([result])
        if failure is not None:
            raise failure

    async def _write_down(self, results: list[_Result]) -> None:
        memory = self._memory_for(results)
        async with self._database.write() as session:
            settled = await self._record(session, results, memory)
        self._remember(memory)
        self._forget(settled)

    async def _record(self, session: AsyncSession, results: list[_Result], memory: Memory) -> list[_Result]:
        """Those that are written down; the rows of the others are somebody else's for a moment."""
        if not results:
            return []
        outcomes = [(result.shipment, result.outcome) for result in results]
        done = await ledger.settle_all(session, self._clock.now(), outcomes, self._heed, memory)
        return [result for result in results if result.shipment.key in done]

    def _memory_for(self, results: list[_Result]) -> Memory:
        """One to be thrown away if it cannot be written down; that something arrived stays true."""
        arrived = all(result.outcome.meaning is Meaning.DELIVERED for result in results)
        return self._memory if arrived else self._memory.copy()

    def _remember(self, memory: Memory) -> None:
        if self.disbelieves is not (memory.disbelief.since is not None):
            # What had died was taken back, and stands before what was read since.
            self._window.clear()
        self._memory = memory

    def _noted_results(self) -> list[_Result]:
        """What is to be written down; the line has heard of each outcome before anything more is chosen."""
        for result in self._results:
            if not is_channel(result.shipment.chat_id):
                self._note(result.outcome)
        return self._results[:]

    def _note(self, outcome: Outcome) -> None:
        self._line.note(outcome.meaning)
        if outcome.meaning is Meaning.DELIVERED:
            self._refused_since = None
        elif outcome.meaning is Meaning.MISCONFIGURED and self._refused_since is None:
            # An account that is frozen still says who it is: asking the line does not find it.
            log.error("bot_refused", said=outcome.text, mend="check the bot with `jiaoying doctor`")
            self._refused_since = self._clock.monotonic()

    def _untried(self, results: list[_Result]) -> bool:
        """Whether anything came back that was not among these."""
        tried = {id(result) for result in results}
        return any(id(result) not in tried for result in self._results)

    def _forget(self, results: list[_Result]) -> None:
        # Two may be at it when the sender is drained.
        done = {id(result) for result in results}
        self._results = [result for result in self._results if id(result) not in done]
        for result in results:
            self._in_flight.pop(result.shipment.key, None)

    async def _should_look(self, *, busy: bool, ends: bool) -> bool:
        """Whether the queue is to be asked for more: there is room, or something may have come that goes first.

        `ends`: nothing more is known of, and what is written down now may let something go.

        Who is idle and was not rung for asks the readers first, so that the writer is not held up by a question.
        """
        news = self._database.bells.rung("send") - self._own_rings
        now = self._clock.monotonic()
        rung = news != self._heard
        low = self._has_more and len(self._window) <= SIZE // 2
        if not (rung or low or ends) and abs(now - self._looked_at) < self._patience:
            return False
        self._heard, self._looked_at, self._patience = news, now, _LONGEST_NAP_SECONDS
        if busy or rung:
            return True
        async with self._database.read() as session:
            if not await queue.nothing_waits(session, self._clock.now()):
                return True
        self._pacer.forget_idle(now)
        return False

    async def _read(self, session: AsyncSession, chosen: Sequence[Shipment]) -> Sequence[Shipment]:
        """What comes next, with the cards that have changed."""
        now = self._clock.now()
        self._window.drop(chosen)
        if len(self._texts) > _TEXTS_KEPT:
            self._texts.clear()
        last, leave = self._window.last_wanted(), self._window.full_chats()
        rows = await queue.next_messages(session, now, last, SIZE, leave=leave)
        self._has_more = last is not Lane.BULK or len(rows) == SIZE
        new = [row for row in rows if (False, row.id) not in self._window]
        messages = await queue.as_shipments(session, new, self._texts)
        return [*messages, *await queue.changed_cards(session, now, SIZE)]

    async def _line_holds(self) -> bool:
        """Whether the platform answers; if not, everything waits in the queue for a while."""
        asked_at = self._clock.monotonic()
        pause = await self._line.pause()
        if not pause:
            self._down_since = None
            return True
        self._down_since = asked_at if self._down_since is None else self._down_since
        self._ask_again_at = self._clock.monotonic() + pause
        now = self._clock.now()
        async with self._database.write() as session:
            until = now + timedelta(seconds=pause)
            await ledger_repository.park(session, now, queue.EVERY_CHAT, until, "the line is down")
        self._window.clear()
        return False

    def _choose(self, now: float, results: Sequence[_Result]) -> Choice:
        done = {result.shipment.key for result in results}
        under_way = [shipment for key, shipment in self._in_flight.items() if key not in done]
        return self._window.choose(
            self._pacer, now, {shipment.chat_id for shipment in under_way}, _AT_ONCE - len(under_way)
        )

    async def _begin(self, session: AsyncSession, chosen: list[Shipment]) -> dict[_Key, Shipment]:
        """Marks them as being sent; those that still may go, cards in their newest state."""
        if not chosen:
            return {}
        now = self._clock.now()
        rows = await queue.begin_messages(session, now, [one for one in chosen if not one.is_card])
        cards = await queue.begin_cards(session, now, [one.id for one in chosen if one.is_card])
        messages = {one.key: one for one in chosen if not one.is_card and one.id in rows}
        return messages | {card.key: card for card in cards.values()}

    def _launch(self, chosen: list[Shipment], begun: Mapping[_Key, Shipment]) -> None:
        self._pacer.delay([shipment.chat_id for shipment in chosen], self._clock.monotonic())
        self._window.drop(chosen)
        for key, shipment in begun.items():
            self._in_flight[key] = shipment
            self._to_carry.put_nowait(shipment)
        # One task for each that may be under way at once, not one for each message.
        for _ in range(min(len(self._in_flight), _AT_ONCE) - self._carriers):
            self._carriers += 1
            self._nursery.once("carrier", self._carry_on())

    async def _carry_on(self) -> None:
        while True:
            await self._carry(await self._to_carry.get())

    async def _carry(self, shipment: Shipment) -> None:
        outcome = Outcome(Meaning.REJECTED, "no call can be made of it")
        try:
            method, params = call_of(shipment)
            outcome = Outcome(Meaning.UNCERTAIN, "the call ended in a fault of ours")
            result = await self._platform.call(method, params)
            outcome = delivered(result.get("message_id") if isinstance(result, dict) else None)
        except GatewayError as error:
            outcome = outcome_of(error)
        except Exception:
            log.exception("shipment_failed", card=shipment.is_card, row=shipment.id)
        self._results.append(_Result(shipment, outcome))
        self._own_rings += 1
        self._database.bells.ring(["send"])


async def is_settled(database: Database, now: datetime) -> tuple[bool, datetime | None]:
    """Whether nothing is to be painted or shipped now, and the next instant at which something will be."""
    async with database.read() as session:
        return await queue.is_idle(session, now), await queue.next_due(session, now)

"""The one sender of a token: claims rows, keeps the pace, ships, writes down what became of it.

One shipment at a time per chat, so that order in a chat is the order of shipping; many chats at once. It holds no
truth: everything it knows is in the ledger, and what was under way when it died is found there as `sending`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery import ledger, queue
from bot.delivery.disbelief import Disbelief
from bot.delivery.gateway import GatewayError, Platform
from bot.delivery.ledger import Heed
from bot.delivery.line import Line
from bot.delivery.models import Lane
from bot.delivery.outcomes import Meaning, Outcome, delivered, outcome_of
from bot.delivery.pacing import Pacer, Policy
from bot.delivery.schemas import Shipment
from bot.delivery.wire import call_of

log = structlog.get_logger()

_AT_ONCE = 128
_WINDOW = 500
_LONGEST_NAP_SECONDS = 1.0
_BREATH_SECONDS = 0.1
_SOON_SECONDS = 0.05
"""What has arrived may let the next of its series go: the queue is asked again so soon, not after each of thousands."""

_REMEMBERED = timedelta(seconds=60)
_SETTLING_TRIES = 3
_FAST = (Lane.URGENT, Lane.INTERACTIVE)
_SLOW = (Lane.ROUTINE, Lane.BULK)

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
        self._disbelief = Disbelief()
        self._window: dict[_Key, Shipment] = {}
        self._in_flight: dict[_Key, Shipment] = {}
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

    @property
    def disbelieves(self) -> bool:
        """Whether so many chats say they are lost that the platform or the token must be at fault."""
        return self._disbelief.since is not None

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
                    await self._settle()
                    if self._in_flight:
                        await self._database.bells.wait("send", _LONGEST_NAP_SECONDS)

    async def _turn_round(self) -> None:
        """One transaction: what became of what left, what leaves now, and what is to be chosen from next."""
        results = self._noted_results()
        chosen: list[Shipment] = []
        nap, is_full = _LONGEST_NAP_SECONDS, False
        if self._window and await self._line_holds():
            chosen, nap, is_full = self._choose(self._clock.monotonic(), results)
        looks = await self._should_look(busy=bool(results or chosen))
        if results or chosen or looks:
            await self._turn(results, chosen, looks=looks)
        self.turned_at = self._clock.monotonic()
        if self._draining:
            return
        if is_full:
            # Nothing can go sooner: turning round for each answer would only keep the database busy.
            await asyncio.sleep(max(nap, _BREATH_SECONDS))
        elif not (self._results or chosen or looks):
            await self._database.bells.wait("send", min(nap, self._patience))

    async def _turn(self, results: list[_Result], chosen: list[Shipment], *, looks: bool) -> None:
        disbelief = self._disbelief_for(results)
        try:
            async with self._database.write() as session:
                await self._record(session, results, disbelief)
                begun = await self._begin(session, chosen)
                claimed = await self._claim(session) if looks else ()
        except Exception:
            if not results:
                raise
            log.exception("not_settled_at_once", results=len(results))
            await self._settle_one_by_one()
            return
        self._disbelief = disbelief
        if results:
            self._patience = _SOON_SECONDS if self._window else 0.0
        self._forget(results)
        self._launch(chosen, begun)
        self._take_in(claimed)

    async def _recover(self) -> None:
        self._window.clear()
        now = self._clock.now()
        async with self._database.write() as session:
            await queue.release(session)
            for shipment in await queue.interrupted(session):
                if _key(shipment) not in self._in_flight:
                    doubt = Outcome(Meaning.INTERRUPTED, "interrupted while sending")
                    await ledger.settle(session, now, shipment, doubt, self._heed, self._disbelief)
            recent = await queue.recent_sends(session, now - _REMEMBERED)
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
                result.failures += 1
                if result.failures >= _SETTLING_TRIES:
                    self._forget([result])
        if failure is not None:
            raise failure

    async def _write_down(self, results: list[_Result]) -> None:
        disbelief = self._disbelief_for(results)
        async with self._database.write() as session:
            await self._record(session, results, disbelief)
        self._disbelief = disbelief
        self._forget(results)

    async def _record(self, session: AsyncSession, results: list[_Result], disbelief: Disbelief) -> None:
        if results:
            settled = [(result.shipment, result.outcome) for result in results]
            await ledger.settle_all(session, self._clock.now(), settled, self._heed, disbelief)

    def _disbelief_for(self, results: list[_Result]) -> Disbelief:
        """One to be thrown away if it cannot be written down; that something arrived stays true."""
        arrived = all(result.outcome.meaning is Meaning.DELIVERED for result in results)
        return self._disbelief if arrived else self._disbelief.copy()

    def _noted_results(self) -> list[_Result]:
        """What is to be written down; the line has heard of each outcome before anything more is chosen."""
        for result in self._results:
            self._line.note(result.outcome.meaning)
        return self._results[:]

    def _forget(self, results: list[_Result]) -> None:
        # Two may be at it when the sender is drained.
        done = {id(result) for result in results}
        self._results = [result for result in self._results if id(result) not in done]
        for result in results:
            self._in_flight.pop(_key(result.shipment), None)

    async def _should_look(self, *, busy: bool) -> bool:
        """Whether the queue is to be asked for more: there is room, or something may have come that goes first.

        Who is idle asks the readers first, so that the writer is not held up by a question.
        """
        news = self._database.bells.rung("send") - self._own_rings
        now = self._clock.monotonic()
        low = self._has_more and len(self._window) <= _WINDOW // 2
        if news == self._heard and not low and abs(now - self._looked_at) < self._patience:
            return False
        self._heard, self._looked_at, self._patience = news, now, _LONGEST_NAP_SECONDS
        if busy:
            return True
        async with self._database.read() as session:
            if not await queue.nothing_waits(session, self._clock.now()):
                return True
        self._pacer.forget_idle(now)
        return False

    async def _claim(self, session: AsyncSession) -> Sequence[Shipment]:
        now = self._clock.now()
        slow = sum(1 for shipment in self._window.values() if shipment.lane in _SLOW)
        lanes = _FAST if slow >= _WINDOW else (*_FAST, *_SLOW)
        rows = await queue.claim_messages(session, now, lanes, _WINDOW)
        self._has_more = len(rows) == _WINDOW
        return [*rows, *await queue.changed_cards(session, now, _WINDOW)]

    def _take_in(self, claimed: Sequence[Shipment]) -> None:
        for shipment in claimed:
            if _key(shipment) not in self._in_flight:
                self._window[_key(shipment)] = shipment
        if claimed:
            self._window = dict(sorted(self._window.items(), key=_turn_of))

    async def _line_holds(self) -> bool:
        """Whether the platform answers; if not, everything waits in the queue for a while."""
        pause = await self._line.pause()
        if not pause:
            return True
        now = self._clock.now()
        async with self._database.write() as session:
            await queue.park(session, now, queue.EVERY_CHAT, now + timedelta(seconds=pause), "the line is down")
            await queue.release(session)
        self._window.clear()
        return False

    def _choose(self, now: float, results: Sequence[_Result]) -> tuple[list[Shipment], float, bool]:
        """What may go now, at most one per chat, the lane that comes first first.

        Then how long to nap, in seconds, and whether it is the budget over all chats that more would have to wait for.
        """
        chosen: list[Shipment] = []
        done = {_key(result.shipment) for result in results}
        taken = {shipment.chat_id for key, shipment in self._in_flight.items() if key not in done}
        free = _AT_ONCE - len(self._in_flight) + len(done)
        nap = _LONGEST_NAP_SECONDS
        if free > 0 and (answer := self._answer_ahead(now, taken)) is not None:
            self._pacer.count(answer.chat_id, now)
            self._pacer.count_share(now)
            taken.add(answer.chat_id)
            chosen.append(answer)
        for shipment in self._window.values():
            if len(chosen) >= free:
                break
            if (wait := self._pacer.wait_overall(shipment.lane, now)) > 0:
                return chosen, min(nap, wait), True
            if shipment.chat_id in taken:
                continue
            taken.add(shipment.chat_id)
            wait = self._pacer.wait(shipment.chat_id, shipment.lane, now)
            if wait > 0:
                nap = min(nap, wait)
                continue
            self._pacer.count(shipment.chat_id, now)
            chosen.append(shipment)
        return chosen, nap, False

    def _answer_ahead(self, now: float, taken: Container[int]) -> Shipment | None:
        """While a warning to many leaves: an answer somebody waits for, or the board, now and then before it."""
        first = next(iter(self._window.values()), None)
        if first is None or not (first.lane is Lane.URGENT and first.mass) or not self._pacer.share_is_due(now):
            return None
        answers = (shipment for shipment in self._window.values() if shipment.lane is Lane.INTERACTIVE)
        free = (answer for answer in answers if answer.chat_id not in taken)
        return next((answer for answer in free if not self._pacer.wait(answer.chat_id, Lane.URGENT, now)), None)

    async def _begin(self, session: AsyncSession, chosen: list[Shipment]) -> dict[_Key, Shipment]:
        """Marks them as being sent; those that still may go, cards in their newest state."""
        if not chosen:
            return {}
        now = self._clock.now()
        rows = await queue.begin_messages(session, now, [s.id for s in chosen if not s.is_card])
        cards = await queue.begin_cards(session, now, [s.id for s in chosen if s.is_card])
        messages = {_key(s): s for s in chosen if not s.is_card and s.id in rows}
        return messages | {_key(card): card for card in cards.values()}

    def _launch(self, chosen: list[Shipment], begun: Mapping[_Key, Shipment]) -> None:
        self._pacer.delay([shipment.chat_id for shipment in chosen], self._clock.monotonic())
        for shipment in chosen:
            self._window.pop(_key(shipment), None)
        for key, shipment in begun.items():
            self._in_flight[key] = shipment
            self._nursery.once("ship", self._carry(shipment))

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


def _key(shipment: Shipment) -> _Key:
    return shipment.is_card, shipment.id


def _turn_of(item: tuple[_Key, Shipment]) -> tuple[int, bool, bool, int]:
    return _turn(item[1])


def _turn(shipment: Shipment) -> tuple[int, bool, bool, int]:
    return int(shipment.lane), shipment.mass, not shipment.is_card, shipment.id


async def is_settled(database: Database, now: datetime) -> tuple[bool, datetime | None]:
    """Whether nothing is to be painted or shipped now, and the next instant at which something will be."""
    async with database.read() as session:
        return await queue.is_idle(session, now), await queue.next_due(session, now)

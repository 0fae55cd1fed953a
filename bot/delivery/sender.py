"""The one sender of a token: claims rows, keeps the pace, ships, writes down what became of it.

One shipment at a time per chat, so that order in a chat is the order of shipping; many chats at once. It holds no
truth: everything it knows is in the ledger, and what was under way when it died is found there as `sending`.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

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
        await self._settle()
        await self._fill_window()
        chosen: list[Shipment] = []
        nap, is_full = _LONGEST_NAP_SECONDS, False
        if self._window and await self._line_holds():
            chosen, nap, is_full = self._choose(self._clock.monotonic())
        if chosen:
            await self._ship(chosen)
        self.turned_at = self._clock.monotonic()
        if is_full and not self._draining:
            # Nothing can go sooner: turning round for each answer would only keep the database busy.
            await asyncio.sleep(max(nap, _BREATH_SECONDS))
        elif not self._results and not self._draining:
            await self._database.bells.wait("send", 0 if chosen else nap)

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
        if not self._results:
            return
        try:
            await self._write_down(self._results[:])
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
                    self._forget(result)
        if failure is not None:
            raise failure

    async def _write_down(self, results: list[_Result]) -> None:
        disbelief = self._disbelief.copy()
        async with self._database.write() as session:
            for result in results:
                now = self._clock.now()
                await ledger.settle(session, now, result.shipment, result.outcome, self._heed, disbelief)
        self._disbelief = disbelief
        for result in results:
            self._line.note(result.outcome.meaning)
            self._forget(result)

    def _forget(self, result: _Result) -> None:
        # Two may be at it when the sender is drained.
        if result in self._results:
            self._results.remove(result)
        self._in_flight.pop(_key(result.shipment), None)

    async def _fill_window(self) -> None:
        now = self._clock.now()
        async with self._database.read() as session:
            if await queue.nothing_waits(session, now):
                self._pacer.forget_idle(self._clock.monotonic())
                return
        slow = sum(1 for shipment in self._window.values() if shipment.lane in _SLOW)
        lanes = _FAST if slow >= _WINDOW else (*_FAST, *_SLOW)
        async with self._database.write() as session:
            rows = await queue.claim_messages(session, now, lanes, _WINDOW)
            cards = await queue.changed_cards(session, now, _WINDOW)
        for shipment in (*rows, *cards):
            if _key(shipment) not in self._in_flight:
                self._window[_key(shipment)] = shipment

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

    def _choose(self, now: float) -> tuple[list[Shipment], float, bool]:
        """What may go now, at most one per chat, the lane that comes first first.

        Then how long to nap, in seconds, and whether it is the budget over all chats that more would have to wait for.
        """
        chosen: list[Shipment] = []
        taken = {shipment.chat_id for shipment in self._in_flight.values()}
        nap = _LONGEST_NAP_SECONDS
        for shipment in sorted(self._window.values(), key=_turn):
            if len(self._in_flight) + len(chosen) >= _AT_ONCE:
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

    async def _ship(self, chosen: list[Shipment]) -> None:
        for shipment in chosen:
            del self._window[_key(shipment)]
        now = self._clock.now()
        async with self._database.write() as session:
            rows = await queue.begin_messages(session, now, [s.id for s in chosen if not s.is_card])
            cards = await queue.begin_cards(session, now, [s.id for s in chosen if s.is_card])
        self._pacer.delay([shipment.chat_id for shipment in chosen], self._clock.monotonic())
        for shipment in chosen:
            current = cards.get(shipment.id) if shipment.is_card else (shipment if shipment.id in rows else None)
            if current is not None:
                self._in_flight[_key(current)] = current
                self._nursery.once("ship", self._carry(current))

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
        self._database.bells.ring(["send"])


def _key(shipment: Shipment) -> _Key:
    return shipment.is_card, shipment.id


def _turn(shipment: Shipment) -> tuple[int, bool, bool, int]:
    return int(shipment.lane), shipment.mass, not shipment.is_card, shipment.id


async def is_settled(database: Database, now: datetime) -> tuple[bool, datetime | None]:
    """Whether nothing is to be painted or shipped now, and the next instant at which something will be."""
    async with database.read() as session:
        return await queue.is_idle(session, now), await queue.next_due(session, now)

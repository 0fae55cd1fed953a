"""Figures for Prometheus: what was counted since the start, and how the database stands when it asks.

The only place that knows the client library. Labels are lanes, meanings, parts and passes: a few words each, never a
chat, a person, a place or a warning. Every process that serves them reads the same database: whoever adds up several
takes the largest of those figures, not their sum (docs/watching.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.counting import Event, Timed
from bot.delivery import overview
from bot.delivery.models import Lane
from bot.delivery.outcomes import Meaning
from bot.delivery.overview import Figures, LaneView, Trouble
from bot.inbox import service as inbox
from bot.watch.heartbeat import Part

_ARRIVING = (0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
"""Thirty a second: a person hears in a second, a thousand chats in half a minute, ten thousand in six."""
_HANDLING = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_RUNNING = (0.01, 0.05, 0.25, 1, 5, 15, 60)


class Metrics:
    """Counts what it is told, and is filled with how things stand before it is read."""

    def __init__(self, version: str, pack: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("jiaoying_build", "Version of the program and of its pack", registry=self.registry).info(
            {"version": version, "pack": pack}
        )
        self._count_what_happens()
        self._read_what_is()

    def add(self, event: Event, by: str = "", times: int = 1) -> None:
        """As of Counts."""
        self._events[event].labels(by).inc(times)

    def took(self, timed: Timed, seconds: float, by: str = "") -> None:
        """As of Counts."""
        if timed is Timed.UPDATE:
            self._updating.observe(seconds)
        elif timed is Timed.DELIVERY:
            self._arriving.labels(by).observe(seconds)
        else:
            self._passing.labels(by).observe(seconds)
            self._passed.labels(by).set_to_current_time()

    async def read(self, session: AsyncSession, now: datetime) -> None:
        """Takes in how the database stands."""
        found = await overview.figures(session, now)
        waiting, oldest = await inbox.count_waiting(session), await inbox.oldest_waiting(session)
        self.take_outbox(found, now)
        self._inbox.set(waiting)
        self._inbox_age.set(_age(oldest, now))
        self._database_up.set(1)

    def take_outbox(self, found: Figures, now: datetime) -> None:
        """How the outbox stands."""
        self._take_lanes(found.lanes, now)
        self._take_trouble(found.trouble)
        self._in_flight.set(found.in_flight)
        self._parked.set(found.parked)
        self._disbelieved.set(found.disbelieved)
        self._down.set(found.is_down)

    def unread(self) -> None:
        """The database did not answer: what it said last is not shown as if it held."""
        for gauge in (self._in_flight, self._parked, self._disbelieved, self._down, self._inbox, self._inbox_age):
            gauge.set(math.nan)
        for labelled in (self._backlog, self._backlog_age, self._not_arrived):
            labelled.clear()
        self._database_up.set(0)

    def take_ages(self, ages: Sequence[tuple[Part, float]]) -> None:
        """How long each part has not been well."""
        for part, age in ages:
            self._part_age.labels(part.name).set(age)
            self._part_patience.labels(part.name).set(part.patience)

    def _count_what_happens(self) -> None:
        outcomes = self._counter("jiaoying_outcomes", "Shipments by what they came to", "meaning")
        for meaning in Meaning:
            outcomes.labels(meaning.value)
        updates = self._counter("jiaoying_updates", "Updates by how handling them ended", "result")
        for result in ("done", "refused", "set_back", "failed"):
            updates.labels(result)
        errors = self._counter("jiaoying_database_errors", "Failures of the database by what it was asked for", "asked")
        for asked in ("read", "write"):
            errors.labels(asked)
        self._events = {Event.OUTCOME: outcomes, Event.UPDATE: updates, Event.DATABASE_ERROR: errors}
        self._arriving = self._histogram("jiaoying_delivery_seconds", "From telling to acceptance", _ARRIVING, "lane")
        for lane in Lane:
            self._arriving.labels(lane.name.lower())
        self._updating = self._histogram("jiaoying_update_seconds", "Handling of an update", _HANDLING)
        self._passing = self._histogram("jiaoying_pass_seconds", "Runs of passes that had work", _RUNNING, "pass")
        self._passed = self._gauge("jiaoying_pass_last_run_timestamp_seconds", "When a pass last had work", "pass")

    def _read_what_is(self) -> None:
        self._backlog = self._gauge("jiaoying_backlog", "Messages and cards that wait", "lane", "kind")
        self._backlog_age = self._gauge("jiaoying_backlog_oldest_age_seconds", "Age of the first message", "lane")
        self._not_arrived = self._gauge("jiaoying_not_arrived", "What did not arrive of the last 24 hours", "state")
        self._in_flight = self._gauge("jiaoying_in_flight", "Shipments that are with the platform now")
        self._parked = self._gauge("jiaoying_parked_chats", "Chats left alone for a while")
        self._disbelieved = self._gauge("jiaoying_disbelieved_chats", "Of them, those that say they are lost")
        self._down = self._gauge("jiaoying_line_down", "Whether the platform does not answer")
        self._inbox = self._gauge("jiaoying_inbox_waiting", "Updates nobody has handled yet")
        self._inbox_age = self._gauge("jiaoying_inbox_oldest_age_seconds", "Age of the first of them")
        self._database_up = self._gauge("jiaoying_database_up", "Whether the database could be read just now")
        self._part_age = self._gauge("jiaoying_part_age_seconds", "How long a part has not been well", "part")
        self._part_patience = self._gauge("jiaoying_part_patience_seconds", "How long it may not be", "part")

    def _take_lanes(self, lanes: Sequence[LaneView], now: datetime) -> None:
        for lane in lanes:
            name = lane.lane.name.lower()
            self._backlog.labels(name, "message").set(lane.messages)
            self._backlog.labels(name, "card").set(lane.cards)
            self._backlog_age.labels(name).set(_age(lane.oldest, now))

    def _take_trouble(self, trouble: Trouble) -> None:
        self._not_arrived.labels("dead").set(trouble.failed)
        self._not_arrived.labels("uncertain").set(trouble.uncertain)
        self._not_arrived.labels("held").set(trouble.held)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(name, words, labels, registry=self.registry)

    def _histogram(self, name: str, words: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(name, words, labels, buckets=buckets, registry=self.registry)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0

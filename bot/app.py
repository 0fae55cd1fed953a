"""The composition root: the only file that knows everything. It builds the parts and keeps their loops running."""

from __future__ import annotations

import asyncio
import gc
import importlib.metadata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, repeat

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core import shelf
from bot.core.alone import alone
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import ConfigurationFault
from bot.core.nursery import Nursery
from bot.core.sole import Make, PartT, Sole
from bot.delivery import sender as sending
from bot.delivery.apprise_gateway import AppriseGateway
from bot.delivery.gateway import Gateway, GatewayError, Platform
from bot.delivery.pacing import TELEGRAM, UNLIMITED, Policy
from bot.delivery.painter import Painter
from bot.delivery.sender import Sender
from bot.delivery.switchboard import Switchboard
from bot.drill import jobs as drill_jobs
from bot.following import ClockFollower, Standing
from bot.inbox import service as inbox
from bot.inbox.poller import Poller
from bot.inbox.taps import TapAnswerer
from bot.inbox.webhook import Webhook, address_of
from bot.inbox.worker import Worker
from bot.incident import jobs as incident_jobs
from bot.intake import jobs as intake_jobs
from bot.intake import service as intake
from bot.intake.fetcher import Fetcher
from bot.paper import service as papers
from bot.paper.clerk import Clerk
from bot.plan.service import Plan
from bot.settings import Pace, Settings, Work
from bot.timetable.service import NextDue, Pass, RunDue, Timetable
from bot.warning import jobs as warning_jobs
from bot.watch import digest, readiness
from bot.watch.auditing import Auditor
from bot.watch.exposing import Exposing
from bot.watch.heartbeat import Heartbeat, Part
from bot.watch.metrics import Metrics
from handlers.chat_changes import heeding
from handlers.conversation import Conversation, converse
from handlers.painters import painters

log = structlog.get_logger()

_POLICIES: dict[Pace, Policy] = {Pace.TELEGRAM: TELEGRAM, Pace.UNLIMITED: UNLIMITED}
_INBOX_KEPT = timedelta(days=30)
_PAUSES_SECONDS = (0.2, 1.0, 5.0, 15.0)
_LEFT_SECONDS = 3600.0
"""A part of a file that nobody has written to for so long was left by who is dead, on whichever machine."""


_ByThePlan = Callable[[AsyncSession, Plan, datetime], Awaitable[int]]
_DueByThePlan = Callable[[AsyncSession, Plan], Awaitable[datetime | None]]


@dataclass(slots=True)
class App:
    """Everything one process runs. `run()` until `stop` is set."""

    settings: Settings
    plan: Plan
    database: Database
    clock: Clock
    began: datetime | None = None
    sender: Sole[Sender] | None = None
    parts: list[Part] = field(default_factory=list)
    """What the heartbeat asks after."""

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until told to stop; what has left is then still written down.

        Raises:
            ConfigurationFault: another program runs on the same SQLite file.
        """
        async with alone(self.database.url):
            await self._run(stop)

    async def _run(self, stop: asyncio.Event) -> None:
        # What is loaded by now stays. Looked through for garbage again and again, it stops everything for 160 ms.
        gc.collect()
        gc.freeze()
        follower = self._follower()
        if follower:
            await follower.adopt()
        self.began = self.clock.now()
        token = self.settings.bot_token.get_secret_value()
        untouched = 0.0 if self.database.is_sqlite else _LEFT_SECONDS
        await asyncio.to_thread(shelf.sweep, self.settings.files, untouched)
        line = Gateway(token, self.settings.api_url, proxy=self.settings.proxy, files=self.settings.files)
        channels = AppriseGateway(self.database, self.clock, loopback_only=self.settings.sandbox_url is not None)
        async with line as gateway, Nursery() as nursery:
            self._start(nursery, Switchboard(gateway, channels), follower)
            self._accompany(nursery, follower)
            where = self.database.url.split("@")[-1]
            log.info("running", role=self.settings.role.value, pack=self.plan.version, database=where)
            await stop.wait()
            if self.sender and self.sender.part:
                await self.sender.part.drain()
        channels.close()
        log.info("stopped")

    def _start(self, nursery: Nursery, platform: Platform, follower: ClockFollower | None) -> None:
        """The work of this process's role."""
        role = self.settings.role
        if role.includes(Work.WEB):
            self._take_in(nursery, platform)
        if role.includes(Work.SENDER):
            self._send(nursery, platform, follower)
        if role.includes(Work.TIMETABLE):
            self._keep_time(nursery, platform)

    def _accompany(self, nursery: Nursery, follower: ClockFollower | None) -> None:
        """What goes with any work."""
        if self.database.far_bells:
            nursery.loop("bells", self.database.far_bells.run)
        self._watch(nursery)
        if follower:
            nursery.loop("clock", follower.follow)

    def _watch(self, nursery: Nursery) -> None:
        """Tells others how we are: a beat outward, figures for whoever asks."""
        url, fail_url, proxy = self.settings.heartbeat_url, self.settings.heartbeat_fail_url, self.settings.proxy
        beating = Heartbeat(self.database, self.clock, url or "", self.parts, fail_url=fail_url, proxy=proxy)
        if url:
            nursery.loop("heartbeat", beating.run)
        if listen := self.settings.metrics_listen:
            metrics = Metrics(importlib.metadata.version("jiaoying"), self.plan.version)
            self.database.counts = metrics
            nursery.loop("metrics", Exposing(self.database, self.clock, metrics, beating, listen).run)

    def _take_in(self, nursery: Nursery, platform: Platform) -> None:
        taps = TapAnswerer(platform, nursery)
        if address := address_of(self.settings):
            nursery.loop("webhook", Webhook(self.database, self.clock, platform, taps, address).run)
        else:
            # A second one would end the first one's polls, and be ended by them.
            poller = self._alone(nursery, "poller", lambda database, _: Poller(database, self.clock, platform, taps))
            self.parts.append(Part("poller", lambda: poller.well_at(lambda part: part.answered_at)))
        nursery.loop("conversation", lambda: self._converse(nursery, platform, taps))

    def _send(self, nursery: Nursery, platform: Platform, follower: ClockFollower | None) -> None:
        pace, heed, painted = _POLICIES[self.settings.pace], heeding(self.plan), painters(self.plan)

        def make(database: Database, nursery: Nursery) -> Sender:
            if follower:
                # One speaks for all: whoever sends is the last to have anything to do.
                nursery.loop("report", follower.report)
            return Sender(database, self.clock, platform, pace, nursery, heed)

        def believed(part: Sender) -> float | None:
            return None if part.disbelieves else self.clock.monotonic()

        self.sender = sender = self._alone(nursery, "sender", make, own_bell="send")
        self._alone(nursery, "painter", lambda database, _: Painter(database, painted), own_bell="paint")
        self.parts.append(Part("sender", lambda: sender.well_at(lambda part: part.turned_at)))
        # Who is brought his updates has no poller that would miss the platform, and a token may be taken back.
        self.parts.append(Part("line", lambda: sender.well_at(lambda part: part.line_well_at)))
        self.parts.append(Part("chats", lambda: sender.well_at(believed), patience=0.0))

    def _keep_time(self, nursery: Nursery, platform: Platform) -> None:
        clock, plan, files, pack = self.clock, self.plan, self.settings.files, self.settings.pack
        timetable = self._alone(nursery, "timetable", lambda database, _: self.timetable_on(database), own_bell="tick")

        def fetch(database: Database, _: Nursery) -> Fetcher:
            return Fetcher(database, clock, platform, files, plan)

        self._alone(nursery, "fetcher", fetch, own_bell="fetch")
        self._alone(nursery, "clerk", lambda database, _: Clerk(database, clock, plan, files, pack), own_bell="paper")
        self.parts.append(Part("timetable", lambda: timetable.well_at(lambda part: part.ticked_at)))

    def _alone(self, nursery: Nursery, what: str, make: Make[PartT], own_bell: str | None = None) -> Sole[PartT]:
        """Runs a part in one process at a time; on SQLite that is this one."""
        bot = self.settings.bot_token.get_secret_value().partition(":")[0]
        sole = Sole(self.database, self.clock, bot, what, make, own_bell)
        nursery.loop(what, sole.run)
        return sole

    async def _converse(self, nursery: Nursery, platform: Platform, taps: TapAnswerer) -> None:
        conversation = await self._introduced(platform)
        count = 1 if self.database.is_sqlite else self.settings.workers
        for _ in range(count):
            # A loop each: one that dies is started again by itself and leaves the others alone.
            nursery.loop("worker", Worker(self.database, self.clock, conversation.handling, taps).run)

    async def _introduced(self, platform: Platform) -> Conversation:
        """Handling begins when the platform has told us who we are; until then updates wait as rows."""
        for pause in chain(_PAUSES_SECONDS, repeat(_PAUSES_SECONDS[-1])):
            try:
                return await converse(platform, self.settings.bot_token.get_secret_value(), self.plan, self.clock)
            except GatewayError as error:
                log.warning("platform_not_reached", said=str(error))
                await asyncio.sleep(pause)
        raise ConfigurationFault("the platform never answered")

    @property
    def timetable(self) -> Timetable:
        """All passes of the house."""
        return self.timetable_on(self.database)

    def timetable_on(self, database: Database) -> Timetable:
        """All passes of the house, written down through that database."""
        return Timetable(database, self.clock, self._passes(), Auditor(self.plan, self.began))

    def _passes(self) -> list[Pass]:
        async def seals(session: AsyncSession, _now: datetime) -> int:
            return await audit.seal(session)

        async def sweeps(session: AsyncSession, now: datetime) -> int:
            return await inbox.forget_done(session, now - _INBOX_KEPT)

        async def sweep_due(session: AsyncSession) -> datetime | None:
            oldest = await inbox.oldest_done(session)
            return oldest + _INBOX_KEPT if oldest else None

        return [
            Pass("drafts", self._planned(intake_jobs.run_due), intake_jobs.next_due),
            Pass("chases", self._planned(incident_jobs.run_due), incident_jobs.next_due),
            Pass("warnings", self._planned(warning_jobs.run_due), self._planned_due(warning_jobs.next_due)),
            Pass("drills", self._planned(drill_jobs.run_due), drill_jobs.next_due),
            Pass("seals", seals, audit.next_due),
            Pass("sweeps", sweeps, sweep_due),
            Pass("readiness", self._planned(readiness.run_due), self._planned_due(readiness.next_due)),
            Pass("digest", self._planned(digest.run_due), self._planned_due(digest.next_due)),
        ]

    def _planned(self, run_due: _ByThePlan) -> RunDue:
        async def run(session: AsyncSession, now: datetime) -> int:
            return await run_due(session, self.plan, now)

        return run

    def _planned_due(self, next_due: _DueByThePlan) -> NextDue:
        async def due(session: AsyncSession) -> datetime | None:
            return await next_due(session, self.plan)

        return due

    def _follower(self) -> ClockFollower | None:
        if self.settings.sandbox_url is None:
            return None
        return ClockFollower(self.settings.sandbox_url, self.clock, self.database, self.standing)

    async def standing(self, now: datetime) -> Standing:
        """Whether anything is to be done at this instant, and when something will be.

        Asked in the order in which one thing leads to the next, so that nothing can slip past behind us: what was
        handled has its passes, files and cards in the database before we look at those.
        """
        async with self.database.read() as session:
            received, newest = await inbox.is_empty(session), await inbox.newest_update_id(session)
        next_pass = await self.timetable.next_due()
        async with self.database.read() as session:
            fetched, next_file = await intake.files_idle(session, now)
            written, next_paper = await papers.idle(session, now)
        shipped, next_shipment = await sending.is_settled(self.database, now)
        on_time = next_pass is None or next_pass > now
        facts = {"inbox": received, "outbox": shipped, "files": fetched, "papers": written, "passes": on_time}
        waiting = tuple(name for name, fine in facts.items() if not fine)
        to_come = (next_pass, next_shipment, next_file, next_paper)
        instants = [instant for instant in to_come if instant and instant > now]
        return Standing(not waiting, min(instants, default=None), newest, waiting)


def build(settings: Settings, plan: Plan) -> App:
    """An app on its settings. Raises ConfigurationFault when something needed is missing."""
    if not settings.bot_token.get_secret_value():
        raise ConfigurationFault("no bot token: set JIAOYING_BOT_TOKEN in .env (`jiaoying init` writes it)")
    return App(settings, plan, Database(settings.database_url), Clock())

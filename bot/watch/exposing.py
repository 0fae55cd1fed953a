"""Serves the figures to Prometheus at `/metrics`, and at `/health` whether everything is well.

Never needed by anything else: off unless an address is set, and a scrape that fails harms nobody. Who may read it is
the business of where it listens: on loopback, or behind a proxy that asks.
"""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import web
from prometheus_client.aiohttp import make_aiohttp_handler
from sqlalchemy.exc import SQLAlchemyError

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.core.serving import served
from bot.watch.heartbeat import Heartbeat
from bot.watch.metrics import Metrics

log = structlog.get_logger()

_READ_SECONDS = 5.0
"""Prometheus gives up after ten."""
_SHUTDOWN_SECONDS = 1.0
_AGAIN_SECONDS = 60.0


class Exposing:
    """`run()` until cancelled. `listen` is HOST:PORT; `parts` knows what is alive."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics, parts: Heartbeat, listen: str) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._parts = parts
        self._listen = listen
        self._exposition = make_aiohttp_handler(metrics.registry)

    def app(self) -> web.Application:
        """What is served."""
        app = web.Application()
        app.add_routes([web.get("/metrics", self._show), web.get("/health", self._healthy)])
        return app

    async def run(self) -> None:
        """Listens until cancelled; where it cannot, it says so and tries again after a while."""
        while True:
            try:
                await self._serve()
            except OSError as error:
                log.error("metrics_not_served", listen=self._listen, said=str(error))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _serve(self) -> None:
        async with served(self.app(), self._listen, shutdown_seconds=_SHUTDOWN_SECONDS):
            log.info("metrics", listen=self._listen)
            await asyncio.Event().wait()

    async def _show(self, request: web.Request) -> web.StreamResponse:
        self._metrics.take_ages(self._parts.ages())
        try:
            async with asyncio.timeout(_READ_SECONDS), self._database.read() as session:
                await self._metrics.read(session, self._clock.now())
        except (Unavailable, SQLAlchemyError, OSError) as error:
            log.warning("metrics_without_database", said=type(error).__name__)
            self._metrics.unread()
        return await self._exposition(request)

    async def _healthy(self, _request: web.Request) -> web.Response:
        """For a balancer or a service manager: 503 names what is not well."""
        not_well = await self._parts.not_well()
        return web.Response(status=503 if not_well else 200, text=", ".join(not_well) or "ok")

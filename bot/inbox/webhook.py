"""The webhook: the platform brings each update, and is told it arrived when the update is in the database.

In place of the poller, never beside it. It listens where a reverse proxy with a certificate passes on what comes to the
public address. Who brings an update must know two secrets: the last part of the path and the header the platform was
given. Nothing is kept in memory: what could not be stored is answered with an error, and the platform brings it again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import orjson
import structlog
from aiohttp import web

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.core.serving import served
from bot.delivery.gateway import GatewayError, Platform
from bot.inbox import service
from bot.inbox.poller import WANTED_UPDATES
from bot.inbox.taps import TapAnswerer
from bot.settings import Settings

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
HEALTH = "/health"
_LARGEST_BYTES = 512 * 1024
"""An update is a few kilobytes: files come by their ids."""
_SHUTDOWN_SECONDS = 5.0
_AGAIN_SECONDS = 5.0
_PAUSES_SECONDS = (0.2, 1.0, 5.0, 15.0)
_AT_ONCE = 10
"""Connections the platform may open: what they bring is stored one after the other anyway."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where updates come in: `public` as the platform calls it, `listen` as HOST:PORT on this machine."""

    public: str
    listen: str
    secret: str

    @property
    def url(self) -> str:
        """What the platform is told."""
        return f"{self.public.rstrip('/')}/{self.key}"

    @property
    def key(self) -> str:
        """The last part of the path: whoever does not know the secret finds no door."""
        return hmac.new(self.secret.encode(), b"path", hashlib.sha256).hexdigest()[:32]


def address_of(settings: Settings) -> Address | None:
    """Where this installation's updates are brought; None if it fetches them.

    One that names no secret has one made from its token: as good as that, and saying nothing of it.
    """
    if not settings.webhook_url:
        return None
    made = hmac.new(settings.bot_token.get_secret_value().encode(), b"webhook", hashlib.sha256).hexdigest()
    return Address(settings.webhook_url, settings.webhook_listen, settings.webhook_secret.get_secret_value() or made)


class Webhook:
    """`run()` until cancelled."""

    def __init__(
        self, database: Database, clock: Clock, platform: Platform, taps: TapAnswerer, address: Address
    ) -> None:
        self._database = database
        self._clock = clock
        self._platform = platform
        self._taps = taps
        self._address = address

    async def run(self) -> None:
        """Takes updates in until cancelled; where it cannot listen, it says so and tries again after a while."""
        while True:
            try:
                await self._serve()
            except OSError as error:
                mend = "end what listens there, or set another JIAOYING_WEBHOOK_LISTEN, in the proxy too"
                log.error("webhook_not_served", listen=self._address.listen, said=str(error), mend=mend)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _serve(self) -> None:
        app = web.Application(client_max_size=_LARGEST_BYTES)
        app.add_routes([web.get(HEALTH, self._healthy), web.post("/{path:.*}", self._take)])
        async with served(app, self._address.listen, shutdown_seconds=_SHUTDOWN_SECONDS):
            await self._announce()
            log.info("webhook_set", url=self._address.public, listen=self._address.listen)
            # It stays set when we end: what people do while we are away waits at the platform.
            await asyncio.Event().wait()

    async def _announce(self) -> None:
        """Tells the platform where; its errors are waited out."""
        params = {
            "url": self._address.url,
            "secret_token": self._address.secret,
            "allowed_updates": WANTED_UPDATES,
            "max_connections": _AT_ONCE,
        }
        for pause in chain(_PAUSES_SECONDS, repeat(_PAUSES_SECONDS[-1])):
            try:
                await self._platform.call("setWebhook", params)
                return
            except GatewayError as error:
                log.error("webhook_refused", said=str(error))
            await asyncio.sleep(pause)

    async def _take(self, request: web.Request) -> web.Response:
        if not _same(request.path.rpartition("/")[2], self._address.key):
            raise web.HTTPNotFound
        if not _same(request.headers.get(SECRET_HEADER, ""), self._address.secret):
            log.warning(
                "forged_update", mend="somebody knows the path and not the secret: set a new JIAOYING_WEBHOOK_SECRET"
            )
            raise web.HTTPForbidden
        update = _read(await request.read())
        if update is None:
            raise web.HTTPBadRequest
        try:
            async with self._database.write() as session:
                await service.receive(session, self._clock.now(), [update])
        except Unavailable as error:
            raise web.HTTPServiceUnavailable from error
        self._taps.answer(update)
        return web.Response()

    async def _healthy(self, _request: web.Request) -> web.Response:
        """For whoever shares out what comes, or watches: it listens, and the database can be read."""
        async with self._database.read() as session:
            await service.is_empty(session)
        return web.Response(text="ready")


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return update if isinstance(update, dict) and isinstance(update.get("update_id"), int) else None

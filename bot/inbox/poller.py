"""Long polling: each batch is committed before the next request confirms it.

It keeps no offset of its own: after a start it asks for everything unconfirmed, and what is here already is skipped by
its id. (A client that confirms before handling, as the usual ones do, loses what was in its memory when it dies.)
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import structlog

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.delivery.gateway import GatewayError, Platform, Refused
from bot.inbox import service
from bot.inbox.taps import TapAnswerer

log = structlog.get_logger()

WANTED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_LONG_POLL_SECONDS = 25
_PAUSES_SECONDS = (0.2, 1.0, 3.0, 5.0)
_TROUBLED_SECONDS = 2.0


class Poller:
    """`run()` until cancelled."""

    def __init__(self, database: Database, clock: Clock, platform: Platform, taps: TapAnswerer) -> None:
        self._database = database
        self._clock = clock
        self._platform = platform
        self._taps = taps
        self.answered_at: float | None = None
        """When the platform last answered a poll, in the clock's monotonic seconds."""

    async def run(self) -> None:
        """Polls until cancelled. Errors of the platform are waited out."""
        offset: int | None = None
        failures = 0
        webhook_gone = False
        while True:
            try:
                updates = await self._poll(offset)
            except GatewayError as error:
                if not webhook_gone and _hooked(error):
                    webhook_gone = await self._unhook()
                    continue
                _shout(error)
                await asyncio.sleep(_PAUSES_SECONDS[min(failures, len(_PAUSES_SECONDS) - 1)])
                failures += 1
                continue
            failures = 0
            self.answered_at = self._clock.monotonic()
            if updates and await self._is_stored(updates):
                offset = int(updates[-1]["update_id"]) + 1

    async def _poll(self, offset: int | None) -> list[dict[str, Any]]:
        params: dict[str, Any] = {"timeout": _LONG_POLL_SECONDS, "allowed_updates": WANTED_UPDATES}
        if offset is not None:
            params["offset"] = offset
        updates: list[dict[str, Any]] = await self._platform.call(
            "getUpdates", params, timeout=_LONG_POLL_SECONDS + 10.0
        )
        return updates

    async def _unhook(self) -> bool:
        """Takes away a webhook that an earlier run has set, once; what waits at the platform is kept."""
        with contextlib.suppress(GatewayError):
            await self._platform.call("deleteWebhook", {"drop_pending_updates": False})
            log.warning("webhook_deleted", said="this installation fetches its updates: JIAOYING_WEBHOOK_URL is empty")
        return True

    async def _is_stored(self, updates: list[dict[str, Any]]) -> bool:
        """Whether they are in the database. If it cannot take them, they stay unconfirmed and are asked for again."""
        try:
            await self._store(updates)
        except Unavailable as error:
            log.info("updates_put_off", updates=len(updates), said=str(error))
            await asyncio.sleep(_TROUBLED_SECONDS)
            return False
        return True

    async def _store(self, updates: list[dict[str, Any]]) -> None:
        async with self._database.write() as session:
            await service.receive(session, self._clock.now(), updates)
        for update in updates:
            self._taps.answer(update)


def _hooked(error: GatewayError) -> bool:
    return isinstance(error, Refused) and error.code == 409 and "webhook is active" in error.description.lower()


def _shout(error: GatewayError) -> None:
    if isinstance(error, Refused) and error.code == 409:
        log.error("second_poller", said=error.description, mend="another bot runs with this token, or a webhook is set")
    elif isinstance(error, Refused) and error.code in (401, 404):
        log.error("token_refused", said=error.description, mend="check BOT_TOKEN with `jiaoying doctor`")
    else:
        log.info("poll_failed", said=str(error))

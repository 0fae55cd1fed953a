"""Answers every tap before it is handled, so that no button spins while we work.

The outcome is told by the card that changes or by a message; what the answer's fate was does not matter to it
(after a restart the platform may find the query too old).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog

from bot.core.nursery import Nursery
from bot.delivery.gateway import GatewayError, Platform

log = structlog.get_logger()

_REMEMBERED = 10_000
_TIMEOUT_SECONDS = 5.0


class TapAnswerer:
    """Answers each callback query once per process; the poller and the worker both ask for it."""

    def __init__(self, platform: Platform, nursery: Nursery) -> None:
        self._platform = platform
        self._nursery = nursery
        self._answered: OrderedDict[str, None] = OrderedDict()

    def answer(self, update: Mapping[str, Any]) -> None:
        """Starts the answer if the update is a tap that was not answered yet."""
        query = update.get("callback_query")
        if not query or query["id"] in self._answered:
            return
        self._answered[query["id"]] = None
        if len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)
        self._nursery.once("answer", self._answer(query["id"]))

    async def _answer(self, query_id: str) -> None:
        try:
            await self._platform.call("answerCallbackQuery", {"callback_query_id": query_id}, timeout=_TIMEOUT_SECONDS)
        except GatewayError as error:
            log.info("tap_not_answered", said=str(error))

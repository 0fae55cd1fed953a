"""One protocol for every way out: a call about a channel goes to the channels' gateway, all else to the platform's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.delivery.addressing import is_channel
from bot.delivery.gateway import CALL_TIMEOUT_SECONDS, Platform


class Switchboard:
    """`Platform` made of two. Knows nothing of either but which chats are whose."""

    def __init__(self, platform: Platform, channels: Platform) -> None:
        self._platform = platform
        self._channels = channels

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = CALL_TIMEOUT_SECONDS) -> Any:
        """As `Platform` has it."""
        chat_id = params.get("chat_id")
        to_channel = isinstance(chat_id, int) and is_channel(chat_id)
        platform = self._channels if to_channel else self._platform
        return await platform.call(method, params, timeout=timeout)

    def download(self, path: str) -> AsyncIterator[bytes]:
        """Files are the platform's only."""
        return self._platform.download(path)

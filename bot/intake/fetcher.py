"""Fetches the files people sent: outside any transaction, retried, hashed, kept by their hash.

What is missing stays visible on the card. The folder is content-addressed (`ab/cd/<sha256>`), so a backup of it and of
the database can be taken in any order.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import structlog

from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery.gateway import GatewayError, Platform, Refused
from bot.intake import repository, service
from bot.intake.models import FileState, Item

log = structlog.get_logger()

_AT_ONCE = 20
_NAP_SECONDS = 5.0
_BACKOFF_SECONDS = (1, 5, 30, 120, 600, 3600)
LARGEST_BYTES = 20_000_000
"""What a bot may download (Bot API: getFile)."""


class Fetcher:
    """`run()` until cancelled."""

    def __init__(self, database: Database, clock: Clock, platform: Platform, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._platform = platform
        self._folder = folder

    async def run(self) -> None:
        """Fetches until cancelled."""
        while True:
            if not await self.fetch_wanted():
                await self._database.bells.wait("fetch", _NAP_SECONDS)

    async def fetch_wanted(self) -> int:
        """Fetches the files wanted now, one after the other; how many were tried."""
        async with self._database.read() as session:
            items = await repository.wanted_files(session, self._clock.now(), _AT_ONCE)
        for item in items:
            await self._fetch(item)
        return len(items)

    async def _fetch(self, item: Item) -> None:
        try:
            if item.size is not None and item.size > LARGEST_BYTES:
                raise Refused("getFile", 400, "file is too big", {})
            described = await self._platform.call("getFile", {"file_id": item.file_id})
            digest = await self._store(str(described["file_path"]))
        except GatewayError as error:
            await self._set_back(item, error)
            return
        await self._write(item, file_state=FileState.STORED, sha256=digest, error=None)

    async def _store(self, path: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix="part-", delete=True) as part:
            async for chunk in self._platform.download(path):
                digest.update(chunk)
                part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
            home = place_of(self._folder, digest.hexdigest())
            home.parent.mkdir(parents=True, exist_ok=True)
            if not home.exists():
                os.link(part.name, home)
        return digest.hexdigest()

    async def _set_back(self, item: Item, error: GatewayError) -> None:
        log.info("file_not_fetched", item=item.id, attempts=item.attempts + 1, said=str(error))
        gone = isinstance(error, Refused) and error.code != 429
        pause = _BACKOFF_SECONDS[min(item.attempts, len(_BACKOFF_SECONDS) - 1)]
        await self._write(
            item,
            file_state=FileState.MISSING if gone else FileState.WANTED,
            attempts=item.attempts + 1,
            not_before=self._clock.now() + timedelta(seconds=pause),
            error=str(error),
        )

    async def _write(self, item: Item, **values: object) -> None:
        async with self._database.write() as session:
            row = await repository.item(session, item.id)
            if row is None:
                return
            for name, value in values.items():
                setattr(row, name, value)
            if row.attempts:
                # Only what failed at least once was ever shown as missing.
                await service.touch_cards_of(session, row)


def place_of(folder: Path, digest: str) -> Path:
    """Where the file with that SHA-256 lies."""
    return folder / digest[:2] / digest[2:4] / digest

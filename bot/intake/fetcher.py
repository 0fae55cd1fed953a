"""Fetches the files people sent: outside any transaction, retried for some hours, hashed, kept by their hash.

What is missing stays visible on the cards. Of a picture sent as a file a copy is kept beside it that says nothing of
where and when; its original goes nowhere.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.core import shelf
from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery.gateway import GatewayError, Platform, Refused
from bot.intake import fetched, pictures, repository
from bot.intake.fetched import Failure, Kept
from bot.intake.models import Item, ItemKind
from bot.plan.service import Plan

log = structlog.get_logger()

_AT_ONCE = 8
_NAP_SECONDS = 5.0
_BACKOFF_SECONDS = (1, 5, 30, 120, 600, 3600, 3600, 3600, 3600, 3600, 3600)
"""Between two tries; after the last the file is given up: more than six hours."""

LARGEST_BYTES = 20 * 1024 * 1024
"""What a bot may download (Bot API: getFile)."""

_TOO_LARGE = "file is too big"


class Fetcher:
    """`run()` until cancelled."""

    def __init__(self, database: Database, clock: Clock, platform: Platform, folder: Path, plan: Plan) -> None:
        self._database = database
        self._clock = clock
        self._platform = platform
        self._folder = folder
        self._plan = plan
        self._looking = asyncio.Lock()
        """One picture is opened at a time: a large one takes a hundred megabytes while it is."""

    async def run(self) -> None:
        """Fetches until cancelled."""
        while True:
            if not await self.fetch_wanted():
                await self._database.bells.wait("fetch", _NAP_SECONDS)

    async def fetch_wanted(self) -> int:
        """Fetches the files wanted now, some at once: a photo does not wait for a film. How many were tried."""
        async with self._database.read() as session:
            items = await repository.wanted_files(session, self._clock.now(), _AT_ONCE)
        done = await asyncio.gather(*(self._fetch(item) for item in items), return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome
        return len(items)

    async def _fetch(self, item: Item) -> None:
        try:
            if item.size is not None and item.size > LARGEST_BYTES:
                raise Refused("getFile", 400, _TOO_LARGE, {})
            described = await self._platform.call("getFile", {"file_id": item.file_id})
            digest = await self._store(str(described["file_path"]))
        except GatewayError as error:
            await self._set_back(item, error)
            return
        kept = Kept(digest)
        if item.kind is ItemKind.DOCUMENT:
            # Opening a large picture takes seconds of work; the loop has others to serve.
            async with self._looking:
                kept = await asyncio.to_thread(_look_into, self._folder, digest)
        async with self._database.write() as session:
            await fetched.stored(session, self._plan, self._clock.now(), item.id, kept)

    async def _store(self, path: str) -> str:
        with shelf.part(self._folder) as part:
            async for chunk in self._platform.download(path):
                part.write(chunk)
            return await asyncio.to_thread(part.keep)

    async def _set_back(self, item: Item, error: GatewayError) -> None:
        log.info("file_not_fetched", item=item.id, attempts=item.attempts + 1, said=str(error))
        is_too_large = isinstance(error, Refused) and _TOO_LARGE in error.description
        next_at = None if is_too_large else self._next_try(item)
        async with self._database.write() as session:
            failure = Failure(str(error), next_at, is_too_large)
            await fetched.failed(session, self._plan, self._clock.now(), item.id, failure)

    def _next_try(self, item: Item) -> datetime | None:
        """None when tried often enough. A wrong id and a file that cannot be found just now get the same refusal."""
        if item.attempts >= len(_BACKOFF_SECONDS):
            return None
        return self._clock.now() + timedelta(seconds=_BACKOFF_SECONDS[item.attempts])


def _look_into(folder: Path, digest: str) -> Kept:
    """What the bytes of a file are, and the copy of a picture, kept."""
    data = shelf.place_of(folder, digest).read_bytes()
    if not pictures.is_picture(data):
        return Kept(digest)
    seen, copy = pictures.place_and_time(data), pictures.cleaned(data)
    return Kept(digest, True, shelf.keep(folder, copy) if copy else None, seen.point, seen.taken_at)

"""Answering HTTP at an address of this machine, for whoever has something to serve."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def served(app: web.Application, listen: str, *, shutdown_seconds: float) -> AsyncIterator[None]:
    """The app answers at `listen` (HOST:PORT) as long as the block; what is being answered then has some seconds more.

    Raises:
        OSError: nothing can listen there, most often because another program does.
    """
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_seconds)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        yield
    finally:
        await runner.cleanup()

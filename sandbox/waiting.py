"""Waiting for a state instead of sleeping: one signal, any number of waiters, real-time timeouts.

Single-threaded by design: everything here runs on the sandbox's one event loop.
"""

import asyncio
from collections.abc import Callable


class Signal:
    """Wakes everyone who waits; whoever comes later waits for the next time."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        await self._event.wait()


async def until(ready: Callable[[], bool], signal: Signal, seconds: float) -> bool:
    """Wait until `ready()` holds; it is asked again at every signal.

    Returns:
        False if it did not hold within `seconds` of real time.
    """
    try:
        async with asyncio.timeout(seconds):
            while not ready():
                await signal.wait()
    except TimeoutError:
        return ready()
    return True

"""What tests of the command line share: a sandbox beside them, and a folder with no settings but theirs.

Commands run loops of their own, so the sandbox lives on a loop in another thread.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from typer.testing import CliRunner, Result

from bot.cli import app
from sandbox.client import Control
from sandbox.server import Sandbox

T = TypeVar("T")
PATIENCE_SECONDS = 30.0


class Beside:
    """A running sandbox on a loop of its own, and acts on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
        self._loop = loop
        self.sandbox = sandbox

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result, from the other loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS)

    @property
    def settings(self) -> dict[str, str]:
        """What a program needs in its environment to speak to it."""
        return {"JIAOYING_API_URL": self.sandbox.url, "JIAOYING_BOT_TOKEN": self.sandbox.token}

    def state(self) -> dict[str, Any]:
        async def ask() -> dict[str, Any]:
            async with Control(self.sandbox.url) as control:
                return await control.state()

        return self.wait(ask())


@contextmanager
def sandbox_beside() -> Iterator[Beside]:
    """A sandbox until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sandbox")
    thread.start()
    beside = Beside(loop, Sandbox(limits=None, username="jiaoying_bot"))
    try:
        beside.wait(beside.sandbox.start())
        yield beside
        beside.wait(beside.sandbox.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_SECONDS)
        loop.close()


def jiaoying(*words: str, answers: str | None = None) -> Result:
    """Runs a command in this process; anything it does not foresee is raised here."""
    return CliRunner().invoke(app, list(words), input=answers, catch_exceptions=False)


def started(*words: str) -> subprocess.Popen[str]:
    """Starts a command as a process of its own in the present folder, its output in pipes."""
    command = [sys.executable, "-c", "from bot.cli import main; main()", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=dict(os.environ)
    )


def read_until(stream: Any, word: str) -> str:
    """The first line that holds the word; a process that ends without it fails the test."""
    seen = []
    for line in stream:
        if word in line:
            return str(line)
        seen.append(line)
    raise AssertionError(f"it ended without saying {word!r}: {''.join(seen)}")

"""One running program per SQLite file: a lock beside it that the operating system takes back however a process ends.

Two senders on one file would each take the other's rows for interrupted ones. On PostgreSQL several programs may run;
what only one of them may do is not decided here.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy.engine import make_url

from bot.core.errors import ConfigurationFault

if sys.platform != "win32":
    import fcntl

_LOOK_AGAIN_SECONDS = 0.1


@asynccontextmanager
async def alone(database_url: str, patience: float = 3.0) -> AsyncIterator[None]:
    """Holds the file of the URL; waits at most `patience` seconds for one who is just ending.

    Raises:
        ConfigurationFault: another program runs on the file.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:" or sys.platform == "win32":
        yield
        return
    with _opened(Path(f"{url.database}.lock")) as file:
        await _hold(file, url.database, patience)
        yield


def _opened(path: Path) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a")


async def _hold(file: TextIO, database: str, patience: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while not _taken(file):
        if loop.time() >= until:
            raise ConfigurationFault(f"another jiaoying runs on {database}: stop it first, or use another file")
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _taken(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

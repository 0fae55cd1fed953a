"""Files kept by their SHA-256 (`ab/cd/<sha256>`): the same bytes are there once, and never changed.

A file stands in its place, whole and on the disk, before anybody writes its name into a row, and stays; so a backup of
the folder taken after one of the database has all that its rows name. `kill -9` leaves at most a part nobody refers to.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_PART = "part-"


class Part:
    """A file being written; `keep()` puts it into its place."""

    def __init__(self, folder: Path, file: IO[bytes]) -> None:
        self._folder = folder
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        """The next bytes."""
        self._digest.update(chunk)
        self._file.write(chunk)

    def keep(self) -> str:
        """Puts what was written into its place and gives its SHA-256. Waits for the disk: call it in a thread."""
        self._file.flush()
        os.fsync(self._file.fileno())
        digest = self._digest.hexdigest()
        home = place_of(self._folder, digest)
        home.parent.mkdir(parents=True, exist_ok=True)
        # Two who keep the same bytes at once: the first link wins, the second finds what it wanted.
        with suppress(FileExistsError):
            os.link(self._file.name, home)
        return digest


@contextmanager
def part(folder: Path) -> Iterator[Part]:
    """A new file in the folder; what is not kept is gone when the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_PART, delete=True) as file:
        yield Part(folder, file)


def keep(folder: Path, data: bytes) -> str:
    """Keeps the bytes and gives their SHA-256. Waits for the disk: call it in a thread."""
    with part(folder) as written:
        written.write(data)
        return written.keep()


def place_of(folder: Path, digest: str) -> Path:
    """Where the file with that SHA-256 stands."""
    return folder / digest[:2] / digest[2:4] / digest


def sweep(folder: Path, untouched_seconds: float = 0.0) -> None:
    """Removes parts left by a process that was killed: those nobody has written to for so long.

    0 only for whoever writes there alone.
    """
    parts = list(folder.glob(f"{_PART}*"))
    if not parts:
        return
    with tempfile.NamedTemporaryFile(dir=folder) as new:
        # The folder's own clock: it may be on another machine.
        latest = os.stat(new.name).st_mtime - untouched_seconds
    for left in parts:
        if left.stat().st_mtime <= latest:
            left.unlink(missing_ok=True)

"""A PostgreSQL server of a test's own, to be restarted and crashed: nobody else's is touched.

Made with initdb in a temporary folder on a free port, as an unprivileged user where the test is root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from tempfile import mkdtemp

from tests.staging import free_address

_PROGRAMS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
_OWNERS = ("postgres", "nobody")
# A crash of the server, not of the machine: what it has written to the system is there afterwards.
_SETTINGS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"


@dataclass(frozen=True, slots=True)
class OwnPostgres:
    """`url` of an empty database on it."""

    url: str
    _control: tuple[str, ...]
    _port: str

    def restart(self, mode: str) -> None:
        """`fast` ends its clients orderly, `immediate` crashes it."""
        _run(*self._control, "-m", mode, "stop")
        self.start()

    def start(self) -> None:
        _run(*self._control, "-o", f"{_SETTINGS} -p {self._port}", "start")

    def stop(self, mode: str) -> None:
        _run(*self._control, "-m", mode, "stop")


def programs() -> Path | None:
    """The folder with initdb; None where there is none."""
    found = sorted(folder for pattern in _PROGRAMS for folder in glob(pattern) if Path(folder, "initdb").exists())
    return Path(found[-1]) if found else None


@contextmanager
def own_postgres(folder: Path) -> Iterator[OwnPostgres]:
    """A running server; gone afterwards."""
    where = programs()
    assert where is not None, "no initdb on this machine: apt-get install postgresql"
    home = Path(mkdtemp(prefix="jiaoying-postgres."))
    owner = _unprivileged()
    if owner:
        shutil.chown(home, owner.pw_uid, owner.pw_gid)
    user = ("setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups") if owner else ()
    data, log, port = str(home / "db"), str(home / "log"), free_address().rpartition(":")[2]
    control = (*user, str(where / "pg_ctl"), "-D", data, "-l", log, "-w", "-t", "60")
    try:
        _run(*user, str(where / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        made = OwnPostgres(f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres", control, port)
        made.start()
        yield made
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd="/", check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as: it refuses root."""
    if os.getuid():
        return None
    there = {each.pw_name: each for each in pwd.getpwall()}
    return next(there[name] for name in _OWNERS if name in there)


def _run(*command: str) -> None:
    # Its output goes to nobody: the server inherits it, and whoever read it would wait for the server's end.
    subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

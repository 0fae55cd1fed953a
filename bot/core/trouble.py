"""What an error of the database says about its state, and what somebody must do about it.

Whoever meets one of these has made no mistake: the same succeeds later, so it is tried again however often that takes,
nothing is set aside for it, and nothing that was not saved is confirmed to anybody. Knows no tables.
"""

from __future__ import annotations

import sqlite3
from enum import StrEnum

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class Trouble(StrEnum):
    """The state; also the name of its line in the log."""

    DEADLOCK = "deadlock"
    """Two transactions waited for each other and one was sent back: it may begin anew at once."""
    FULL = "disk_full"
    AWAY = "database_away"


MEND = {
    Trouble.FULL: "make room on the disk of the database: nothing is confirmed meanwhile, and it goes on by itself",
    Trouble.AWAY: "start the database or the way to it: nothing is confirmed meanwhile, and it goes on by itself",
}
"""What is for somebody to mend; a deadlock mends itself."""

_SQLITE = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    # A file that may grow no further, and a disk that fails: in both nothing can be written.
    sqlite3.SQLITE_IOERR: Trouble.FULL,
    sqlite3.SQLITE_BUSY: Trouble.AWAY,
    sqlite3.SQLITE_CANTOPEN: Trouble.AWAY,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATES = (
    ("40", Trouble.DEADLOCK),
    ("53100", Trouble.FULL),
    ("53", Trouble.AWAY),
    ("08", Trouble.AWAY),
    ("57P", Trouble.AWAY),
)
_CONNECTING = "Connect call failed"
"""What asyncio says of a name with several addresses, none of which answers; it is no ConnectionError."""
_PRIMARY_CODE = 0xFF
"""An extended result code of SQLite has the primary one in its lowest byte."""


POSSIBLY = (DBAPIError, PoolTimeoutError, sqlite3.Error, asyncpg.PostgresError, OSError)
"""What a database's state can come as; drivers raise some of it by themselves."""


def trouble_of(error: BaseException) -> Trouble | None:
    """What the error says about the database; None for an error of ours."""
    if isinstance(error, DBAPIError):
        return (trouble_of(error.orig) if error.orig else None) or (
            Trouble.AWAY if error.connection_invalidated else None
        )
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE)
    if isinstance(error, (ConnectionError, PoolTimeoutError)) or _CONNECTING in str(error):
        return Trouble.AWAY
    state = getattr(error, "sqlstate", None) or ""
    return next((trouble for prefix, trouble in _SQLSTATES if state.startswith(prefix)), None)

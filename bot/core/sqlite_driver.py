"""The SQLite driver with one way to its thread and back for each statement, instead of four.

The driver below does everything in a thread of its own; SQLAlchemy asks it for a cursor, for the statement, for the
rows and for the end of the cursor one after the other. A way costs more than what most of our statements take there.
As SQLAlchemy's own adapter does, it uses names of the driver that are not public.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Of its own it has only what SQLAlchemy reads: the cursor below has ended when a statement is done."""

    __slots__ = ()

    def execute(self, operation: Any, parameters: Any = None) -> None:
        """Runs the statement and takes over all it gives."""
        self._run(sqlite3.Cursor.execute, operation, () if parameters is None else parameters)

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        """The same for many rows of parameters; such a statement gives no rows."""
        self._run(sqlite3.Cursor.executemany, operation, seq_of_parameters)

    def _run(self, how: Callable[..., Any], *args: Any) -> None:
        connection: Any = self._connection
        try:
            self.description, self.lastrowid, self.rowcount, self._rows = self.await_(
                connection._execute(_in_thread, connection._conn, how, args)
            )
        except ValueError as error:
            # So the driver says that its connection is closed.
            self._adapt_connection._handle_exception(error)


def _in_thread(connection: sqlite3.Connection, how: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...]:
    cursor = connection.cursor()
    try:
        how(cursor, *args)
        if cursor.description:
            return cursor.description, -1, -1, deque(cursor.fetchall())
        return None, cursor.lastrowid, cursor.rowcount, deque()
    finally:
        cursor.close()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    def cursor(self, server_side: bool = False) -> AsyncAdapt_aiosqlite_cursor:
        """As of the class above; whoever reads row by row gets the usual one."""
        return super().cursor(server_side) if server_side else _Cursor(self)


class _Module(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *args: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        """As of the class above."""
        return _Connection(self, super().connect(*args, **kw)._connection)


def driver() -> Any:
    """What `create_async_engine` takes as its `module`."""
    return _Module(aiosqlite, sqlite3)

"""How the database would answer what it is asked about messages: what is looked up, read through, put in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from bot.core.database import Database

_ABOUT_MESSAGES = ("FROM delivery_message", "UPDATE delivery_message")


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Every statement of the block about messages, with its parameters."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if any(words in statement for words in _ABOUT_MESSAGES):
            statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def plans(database: Database, statements: list[tuple[str, Any]]) -> list[str]:
    """How the database would answer each, one plan a statement; none of them is carried out."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    found = []
    async with database.read() as session:
        connection = await session.connection()
        for statement, parameters in statements:
            rows = (await connection.exec_driver_sql(explain + statement, parameters)).all()
            found.append("\n".join(str(row[-1]) for row in rows))
    return found


def reads_through(plan: str) -> bool:
    """Whether all rows of the ledger are looked at, one after the other."""
    scans = ("SCAN delivery_message", "Seq Scan on delivery_message")
    return any(scan in line and "USING" not in line for line in plan.splitlines() for scan in scans)


def puts_in_order(plan: str) -> bool:
    """Whether rows are sorted, which all of them must be found for."""
    return any(word in plan for word in ("TEMP B-TREE", "Sort Key"))

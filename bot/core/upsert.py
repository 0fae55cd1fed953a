"""INSERT … ON CONFLICT in both dialects: how a row is written at most once however often the act is repeated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


async def insert_new(session: AsyncSession, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> int:
    """Inserts the rows that violate no unique key, skips the others; how many were new."""
    if not rows:
        return 0
    table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table models only
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # Rows as parameters, not as one long statement: a text for a whole district has more values than a statement takes.
    statement = insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return len((await session.exec(statement, params=list(rows))).all())


async def next_in_series(
    session: AsyncSession, model: type[SQLModel], key: dict[str, Any], counter: str, *, by: int = 1
) -> int:
    """Adds one (or `by`) to the counter column of the row with the key, which is made at need; the new value."""
    table = model.__table__  # type: ignore[attr-defined]  # as above
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(table).values({**key, counter: by})
    raised = statement.on_conflict_do_update(index_elements=list(key), set_={counter: table.c[counter] + by})
    result = await session.exec(raised.returning(table.c[counter]))
    return int(result.scalar_one())

"""Many rows of numbers as one parameter: a statement that is the same, and built once, for one row and for a thousand.

Both dialects read JSON; only how they do differs, and that is hidden here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    String,
    Subquery,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)

T = TypeVar("T", bound=Any)


def listed(dialect: str, *columns: str) -> Subquery:
    """The parameter `rows` (see `as_rows`) as a table with these columns of 64-bit numbers and `place`, their order."""
    return _on_postgresql(columns) if dialect == "postgresql" else _on_sqlite(columns)


def looked_at(wanted: ColumnElement[T]) -> ColumnElement[T]:
    """The column as it stands in each row that the list names, never as a way to find rows.

    SQLite would rather walk along an index on a state than look up the few rows listed, and read the list for each.
    """
    return func.coalesce(wanted, literal_column("''"), type_=wanted.type)


def as_rows(rows: Iterable[Sequence[int | None]]) -> str:
    """What the parameter `rows` takes: a number or None for each column; truth values are 0 and 1."""
    return orjson.dumps(list(rows)).decode()


def _on_sqlite(columns: Sequence[str]) -> Subquery:
    each = func.json_each(bindparam("rows", type_=String)).table_valued("value", "key", name="each_row")
    picked = [
        func.json_extract(each.c.value, f"$[{place}]", type_=BigInteger).label(name)
        for place, name in enumerate(columns)
    ]
    return select(*picked, each.c.key.label("place")).subquery("listed")


def _on_postgresql(columns: Sequence[str]) -> Subquery:
    array = cast(bindparam("rows", type_=String), JSON)
    each = func.json_array_elements(array).table_valued(column("value", JSON), with_ordinality="place", name="each_row")
    each = each.render_derived()
    picked = [
        cast(each.c.value.op("->>")(literal_column(str(place))), BigInteger).label(name)
        for place, name in enumerate(columns)
    ]
    return select(*picked, each.c.place.label("place")).subquery("listed")

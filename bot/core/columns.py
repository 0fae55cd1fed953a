"""Column types with one meaning on SQLite and PostgreSQL.

Platform ids are 64 bit, times are aware UTC, enumerations are stored as their text values with a named check. Keys get
their names here, the same on both databases: a migration can only change what it can name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, String
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

PlatformId = BigInteger
Json = JSON

# Checks are not in it: each is named where it is written, and a convention would write the table's name into it twice.
# A table takes its names when it is defined; this module is imported before the first one is.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps it naive and it is made aware on the way out; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: times are aware UTC")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Masked(str):
    """A secret as text: itself in use, dots wherever something is shown by its `repr`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


class Secret(TypeDecorator[str]):
    """A text kept as it is and never shown: not in a row's `repr`, not among the values of a failed statement."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else Masked(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else Masked(value)


def text_enum(enumeration: type[StrEnum], name: str) -> Enum:
    """A text column that holds the enumeration's *values*; `name` names its check constraint."""
    return Enum(
        enumeration,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )

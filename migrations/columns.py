"""The column types revisions are written in. Released revisions stand on these: add to them, never change one.

They are what `bot.core.columns` comes to in a database. A revision outlives the program's classes, hence its own words.
"""

from __future__ import annotations

import sqlalchemy as sa

MOMENT = sa.DateTime(timezone=True)
"""An instant, aware UTC; SQLite keeps it without its zone."""

_LONGEST_CHOICE = 32


def choice(name: str, *values: str) -> sa.Enum:
    """A text that is one of `values`; `name` names its check."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=_LONGEST_CHOICE)

"""What Alembic runs: the migrations on a connection that `migrations.run` has opened and will commit.

It opens no connection itself and reads no alembic.ini: there is one way in, the same for the program and for tests.
"""

from __future__ import annotations

import json
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, Enum
from sqlmodel.sql.sqltypes import AutoString

from bot.core.columns import UtcDateTime
from migrations.metadata import METADATA


def render(kind: str, thing: object, autogen: AutogenContext) -> str | Literal[False]:
    """How our own column types are written in a revision; False for what Alembic writes by itself."""
    if kind != "type":
        return False
    if isinstance(thing, AutoString):
        return "sa.String()"
    if isinstance(thing, UtcDateTime):
        autogen.imports.add("from migrations.columns import MOMENT")
        return "MOMENT"
    if isinstance(thing, Enum):
        autogen.imports.add("from migrations.columns import choice")
        return f"choice({', '.join(map(json.dumps, [thing.name, *thing.enums]))})"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_migrate(context.config.attributes["connection"])

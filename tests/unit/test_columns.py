"""Column types mean one thing on both databases: what goes in, what comes out, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from sqlalchemy import Dialect, make_url

from bot.core.columns import PlatformId, UtcDateTime, text_enum

NOON = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
CHONGQING = timezone(timedelta(hours=8))
SQLITE: Dialect = make_url("sqlite://").get_dialect()()
POSTGRES: Dialect = make_url("postgresql+asyncpg://").get_dialect()()
DIALECTS = [SQLITE, POSTGRES]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize("dialect", DIALECTS, ids=["sqlite", "postgresql"])
def test_a_naive_datetime_is_refused(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(NOON.replace(tzinfo=None), dialect)


def test_an_instant_of_any_zone_is_stored_as_utc_and_comes_back_aware() -> None:
    column = UtcDateTime()
    there = NOON.astimezone(CHONGQING)
    stored = column.process_bind_param(there, SQLITE)
    assert stored == datetime(2026, 6, 1, 12, 0, 0, 123456)  # noqa: DTZ001  # SQLite keeps it naive
    assert column.process_result_value(stored, SQLITE) == NOON
    assert column.process_bind_param(there, POSTGRES) == NOON
    back = column.process_result_value(there, POSTGRES)
    assert (back, back and back.tzinfo) == (NOON, UTC)
    assert column.process_bind_param(None, SQLITE) is None


def test_an_enumeration_is_stored_by_its_values_not_by_its_names() -> None:
    column = text_enum(Colour, "colour")
    assert (column.enums, column.name, column.native_enum) == (["red", "blue"], "colour", False)


def test_platform_ids_have_64_bits() -> None:
    assert PlatformId().compile(dialect=POSTGRES) == "BIGINT"

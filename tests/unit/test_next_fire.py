"""Next times of recurring duties: weekdays by name only, strictly later, on the district's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.timetable.service import next_fire

CHONGQING = ZoneInfo("Asia/Shanghai")
MONDAY_NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
"""12:00 on the district's clock."""


@pytest.mark.parametrize(
    ("cron", "day", "hour"),
    [
        ("0 9 * * mon", 8, 9),
        ("0 9 * * tue", 2, 9),
        ("0 9 * * sun", 7, 9),
        ("0 9 * * mon-fri", 2, 9),
        ("0 18 * * mon,thu", 1, 18),
        ("0 13 * * *", 1, 13),
        ("0 8 15 * *", 15, 8),
    ],
)
def test_weekdays_by_name_fire_on_the_day_they_name(cron: str, day: int, hour: int) -> None:
    assert next_fire(cron, MONDAY_NOON, CHONGQING) == datetime(2026, 6, day, hour, tzinfo=CHONGQING)


@pytest.mark.parametrize("cron", ["0 9 * * 1", "0 9 * * 1-5", "0 9 * * 1,3", "0 9 * * */2", "0 9 * * mon,3"])
def test_weekdays_by_number_are_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="weekdays by name"):
        next_fire(cron, MONDAY_NOON, CHONGQING)


def test_a_time_that_is_now_is_not_the_next_one() -> None:
    fire = next_fire("0 12 * * *", MONDAY_NOON, CHONGQING)
    assert fire == datetime(2026, 6, 2, 12, 0, tzinfo=CHONGQING)
    assert next_fire("0 12 * * *", fire, CHONGQING) == datetime(2026, 6, 3, 12, 0, tzinfo=CHONGQING)


@pytest.mark.parametrize("cron", ["", "0 9 * *", "0 25 * * *", "0 9 31 2 *", "noon"])
def test_what_is_no_expression_or_never_comes_is_refused(cron: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # half of these words are the library's
        next_fire(cron, MONDAY_NOON, CHONGQING)

"""What people type into a field, as they say it, and what it is taken for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake.answers import FIGURES, contact, figures, moment, number

NOW = datetime(2026, 7, 11, 19, 10, tzinfo=UTC)
"""03:10 on 12 July on the district's wall clock."""


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("死2困6", {"dead": 2, "trapped": 6}),
        ("死亡2人，失联1人，被困6人，重伤3人，受伤5人", dict(zip(FIGURES, (2, 1, 6, 3, 5), strict=True))),
        ("两人被困", {"trapped": 2}),
        ("重伤1", {"seriously_injured": 1}),
        ("重伤一个，轻伤十二个", {"seriously_injured": 1, "injured": 12}),
        ("死亡0", {"dead": 0}),
        ("1 dead, 3 trapped", {"dead": 1, "trapped": 3}),
        ("没有伤亡", dict.fromkeys(FIGURES, 0)),
        ("无", dict.fromkeys(FIGURES, 0)),
        ("no casualties", dict.fromkeys(FIGURES, 0)),
        ("不清楚", None),
        ("屋后坡裂了", None),
        ("死人了", None),
    ],
)
def test_figures_named_are_taken_and_the_others_stay_unknown(typed: str, taken: dict[str, int] | None) -> None:
    assert figures(typed) == taken


@given(st.integers(0, 9999))
def test_a_count_in_digits_is_that_count(count: int) -> None:
    assert number(str(count)) == count


@pytest.mark.parametrize(
    ("typed", "taken"),
    [("十", 10), ("十二", 12), ("二十一", 21), ("两", 2), ("一百零三", 103), ("10000", None), ("几", None), ("", None)],
)
def test_counts_as_people_say_them(typed: str, taken: int | None) -> None:
    assert number(typed) == taken


@pytest.mark.parametrize(
    ("typed", "local"),
    [
        ("02:50", "12 02:50"),
        ("2点50", "12 02:50"),
        ("2点半", "12 02:30"),
        ("23:10", "11 23:10"),
        ("昨晚11点", "11 23:00"),
        ("昨天 09:05", "11 09:05"),
        ("7月10日 23:10", "10 23:10"),
        ("7-10 8点", "10 08:00"),
        ("刚才", "12 03:10"),
        ("10分钟前", "12 03:00"),
        ("半小时前", "12 02:40"),
        ("两个小时前", "12 01:10"),
        ("20 minutes ago", "12 02:50"),
    ],
)
def test_a_time_is_the_last_one_that_has_passed(typed: str, local: str) -> None:
    taken = moment(typed, NOW)
    assert taken is not None
    assert (taken + timedelta(hours=8)).strftime("%d %H:%M") == local
    assert taken.tzinfo is NOW.tzinfo


@pytest.mark.parametrize("typed", ["不清楚", "25:10", "7月40日 08:00", "8月1日 08:00", "", "坡裂了"])
def test_what_is_no_time_that_can_have_been_is_not_taken(typed: str) -> None:
    assert moment(typed, NOW) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_never_gives_a_time_to_come(typed: str) -> None:
    taken = moment(typed, NOW)
    assert taken is None or NOW - timedelta(days=61) <= taken <= NOW
    figures(typed)
    contact(typed)


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("村支书 +86 10000 00201", ("村支书", "+861000000201")),
        ("10000-00201 矿上调度", ("矿上调度", "1000000201")),
        ("村支书", ("村支书", None)),
        ("1000000201", (None, "1000000201")),
    ],
)
def test_who_to_telephone(typed: str, taken: tuple[str | None, str | None]) -> None:
    assert contact(typed) == taken

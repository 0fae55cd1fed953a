"""How fast it was, in three figures: what half had, what nineteen of twenty had, and the slowest."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.overview import Spread, spread_of


def seconds(*figures: float) -> list[tuple[timedelta, int]]:
    return [(timedelta(seconds=figure), 1) for figure in figures]


def test_of_nothing_there_is_no_figure() -> None:
    assert spread_of([]) is None
    assert spread_of([(timedelta(seconds=1), 0)]) is None


def test_one_is_all_three() -> None:
    assert spread_of(seconds(3)) == Spread(1, 3, 3, 3)


def test_figures_are_times_that_somebody_waited() -> None:
    assert spread_of(seconds(*range(1, 101))) == Spread(100, 50, 95, 100)
    assert spread_of(seconds(1, 2, 3)) == Spread(3, 2, 3, 3)


def test_many_alike_count_as_often_as_they_came() -> None:
    many = [(timedelta(seconds=1), 9_500), (timedelta(seconds=300), 500)]
    assert spread_of(many) == Spread(10_000, 1, 1, 300)
    assert spread_of([*many, (timedelta(seconds=300), 1)]) == Spread(10_001, 1, 300, 300)


def test_a_clock_set_back_makes_nobody_faster_than_at_once() -> None:
    assert spread_of(seconds(-5, 2)) == Spread(2, 0, 2, 2)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=200))
def test_grouping_changes_no_figure(waits: list[int]) -> None:
    alone = spread_of(seconds(*waits))
    grouped = spread_of([(timedelta(seconds=wait), waits.count(wait)) for wait in set(waits)])
    assert alone == grouped
    assert alone is not None
    assert alone.median <= alone.p95 <= alone.longest == max(waits)

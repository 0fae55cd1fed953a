"""When a text says it was issued: what is printed, what is left out, and what is a forecast."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.warning.printed_times import issued_at, number, with_plain_digits

NOW = datetime(2026, 7, 12, 14, 0, tzinfo=UTC)
"""22:00 in Dazu."""


def at(day: int, hour: int, minute: int = 0, *, month: int = 7, year: int = 2026) -> datetime:
    """An instant in Dazu's time."""
    return datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)


def told(words: str, now: datetime = NOW) -> datetime | None:
    return issued_at([words], words, now)


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("2026年7月12日21时40分发布", at(12, 21, 40)),
        ("2026年07月12日21:40发布", at(12, 21, 40)),
        ("2026-07-12 21:40:15 发布", at(12, 21, 40)),
        ("2026/7/12 21:40发布", at(12, 21, 40)),
        ("2026 年 7 月 12 日 21 时 40 分发布", at(12, 21, 40)),
        ("7月12日21点40分发布", at(12, 21, 40)),
        ("7月12日18时发布", at(12, 18)),
        ("7月11日24时发布", at(12, 0)),
        ("12日21时40分发布", at(12, 21, 40)),
        ("28日21时40分发布", at(28, 21, 40, month=6)),
        ("今日21时40分发布", at(12, 21, 40)),
        ("昨日21时40分发布", at(11, 21, 40)),
        ("21时40分发布", at(12, 21, 40)),
        ("21：40发布", at(12, 21, 40)),
        ("22时06分发布", at(12, 22, 6)),
        ("23时10分发布", at(11, 23, 10)),
        ("12月30日16时发布", at(30, 16, month=12, year=2025)),
        ("2026年7月12日23时40分发布", at(12, 23, 40)),
        ("预计12日20时至13日08时", None),
        ("12日15时发布的信号", None),
        ("12日15时以前", None),
        ("2026年2月30日21时40分发布", None),
        ("25时10分发布", None),
        ("21时61分发布", None),
        ("未来6小时雨量50毫米", None),
        ("7月12日发布", None),
        ("", None),
    ],
)
def test_an_instant_is_the_last_one_that_what_is_printed_can_mean(words: str, instant: datetime | None) -> None:
    assert told(words) == instant


def test_a_station_whose_clock_is_a_little_ahead_means_the_day_that_begins() -> None:
    assert told("00时05分发布", now=at(12, 23, 58)) == at(13, 0, 5)
    assert told("13日00时05分发布", now=at(12, 23, 58)) == at(13, 0, 5)
    assert told("00时05分发布", now=at(12, 23, 50)) == at(12, 0, 5)


def test_what_is_labelled_comes_before_what_stands_first_and_the_signature_comes_last() -> None:
    body = "暴雨黄色预警信号\n7月12日20时起有雨\n大足区气象台 7月12日21时40分"
    assert issued_at(["7月12日20时起有雨"], body, NOW) == at(12, 21, 40)
    assert issued_at(["7月12日20时10分发布"], f"{body}\n发布时间：7月12日21:30\n", NOW) == at(12, 21, 30)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("6", 6),
        ("24", 24),
        ("六", 6),
        ("两", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十四", 24),
        ("六六", None),
    ],
)
def test_hours_are_written_in_digits_and_in_words(words: str, value: int | None) -> None:
    assert number(words) == value


def test_full_width_digits_are_digits() -> None:
    assert with_plain_digits("２１时４０分") == "21时40分"

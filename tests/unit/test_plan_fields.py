"""Durations, days and phone numbers of a pack: what is read, and what is refused rather than guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.plan.fields import Day, Duration, Phone, PlaceCode

DURATION = TypeAdapter[timedelta](Duration)
DAY = TypeAdapter[date](Day)
PHONE = TypeAdapter[str](Phone)
PLACE = TypeAdapter[str](PlaceCode)


@given(
    days=st.integers(0, 400),
    hours=st.integers(0, 100),
    minutes=st.integers(0, 600),
    seconds=st.integers(0, 4000),
)
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, seconds: int) -> None:
    read = DURATION.validate_python(f"P{days}DT{hours}H{minutes}M{seconds}S")
    assert read == timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(("text", "minutes"), [("PT0S", 0), ("PT30M", 30), ("PT1H", 60), ("PT90M", 90), ("P1D", 1440)])
def test_parts_that_are_nothing_may_be_left_out(text: str, minutes: int) -> None:
    assert DURATION.validate_python(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "P1Y",
        "P1M",
        "P1W",
        "-PT1H",
        "PT1.5H",
        "30",
        "1h",
        "pt1h",
        "PT1H ",
        "PT３０M",
        "P1H",
        "P99999999999D",
    ],
)
def test_a_duration_that_needs_guessing_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a duration"):
        DURATION.validate_python(text)


@given(st.dates())
def test_a_day_is_read_as_written(day: date) -> None:
    assert DAY.validate_python(day.isoformat()) == day


@pytest.mark.parametrize("text", ["20240208", "2024-2-8", "2024-02-30", "08.02.2024", "1707350400", "2024-W06-4", ""])
def test_a_day_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a date as YYYY-MM-DD"):
        DAY.validate_python(text)


@pytest.mark.parametrize("number", ["+86 23 4376 1995", "+86 138 0000 0000", "+86 10000 01100", "+1 212 555 0100"])
def test_a_number_is_written_so_that_it_can_be_read_aloud_and_dialled(number: str) -> None:
    assert PHONE.validate_python(number) == number


@pytest.mark.parametrize(
    "number", ["43761995", "023-43761995", "+8602343761995", "+86 23 4376 1995 ", "+86  23 4376", "110"]
)
def test_a_number_without_country_area_and_groups_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        PHONE.validate_python(number)


@pytest.mark.parametrize("code", ["500111", "500110-WS", "500111100", "500111100216", "500111100216-03"])
def test_codes_of_all_levels_are_places(code: str) -> None:
    assert PLACE.validate_python(code) == code


@pytest.mark.parametrize(
    "code", ["50011", "500111100-03", "500111100216-3", "500111100216-003", "５００１１１", "500110-ws"]
)
def test_what_only_looks_like_a_code_is_no_place(code: str) -> None:
    with pytest.raises(ValidationError):
        PLACE.validate_python(code)

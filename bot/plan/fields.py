"""The fields of a pack's entries: what a key, a name, a code, a phone number, a day and a duration look like.

Every description is a noun phrase that completes "expected ...": it is what an error message says.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_DURATION = re.compile(r"P(?:([0-9]{1,6})D)?(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-2][0-9]:[0-5][0-9]")
DURATION_WORDS = "a duration in days, hours, minutes and seconds as ISO 8601 writes it (PT30M, PT1H, P7D)"
DATE_WORDS = "a date as YYYY-MM-DD"
CLOCK_WORDS = "a time of day as 08:00, in quotation marks"


def rule_broken(found: str, expectation: str) -> PydanticCustomError:
    """An error whose two halves the pack's reader puts into a PackProblem unchanged."""
    return PydanticCustomError(
        "pack_rule", "{found}; expected {expectation}", {"found": found, "expectation": expectation}
    )


def parse_duration(text: object) -> object:
    """Reads an ISO 8601 duration without years and months, whose length the calendar would decide."""
    if not isinstance(text, str):
        return text
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise rule_broken(f'"{text}" does not fit', DURATION_WORDS)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def parse_date(text: object) -> object:
    """Reads YYYY-MM-DD and nothing else (a bare number is no date)."""
    if not isinstance(text, str):
        return text
    if _DAY.fullmatch(text):
        with suppress(ValueError):  # 2024-02-30 has the shape and is no day
            return date.fromisoformat(text)
    raise rule_broken(f'"{text}" does not fit', DATE_WORDS)


def parse_clock(text: object) -> object:
    """Reads HH:MM of the district's wall clock."""
    if not isinstance(text, str):
        return text
    if _CLOCK.fullmatch(text):
        with suppress(ValueError):  # 27:30 has the shape and is no time
            return time.fromisoformat(text)
    raise rule_broken(f'"{text}" does not fit', CLOCK_WORDS)


Key = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$", description="a key of lower-case letters, digits and _, beginning with a letter"
    ),
]
Text = Annotated[str, Field(min_length=1, description="text")]
Chinese = Annotated[
    str,
    Field(
        pattern=r"[\u4e00-\u9fff]", min_length=1, description="the name in Chinese, with at least one Chinese character"
    ),
]
English = Annotated[
    str, Field(pattern=r"^[\x20-\x7e]*[A-Za-z][\x20-\x7e]*$", description="the name in English, in ASCII letters")
]
NationalCode = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$",
        description="a division code of 6, 9 or 12 digits (district, town, village)",
    ),
]
RegionCode = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{6}(-[A-Z]{2,4})?|[0-9]{9}|[0-9]{12})$",
        description="a division code of 6, 9 or 12 digits (district, town, village), or for a district without a code "
        "of its own 6 digits, a dash and 2 to 4 capitals",
    ),
]
PlaceCode = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{6}(-[A-Z]{2,4})?|[0-9]{9}|[0-9]{12}(-[0-9]{2})?)$",
        description="the code of a region, or of a grid: the village's 12 digits, a dash and two digits",
    ),
]
Phone = Annotated[
    str,
    Field(
        pattern=r"^\+[1-9][0-9]{0,2}( [0-9]{2,5}){2,4}$",
        description='a phone number with country and area code in groups, as "+86 23 4376 1995"',
    ),
]
SectorKeys = Annotated[
    tuple[Key, ...],
    BeforeValidator(lambda value: value.split() if isinstance(value, str) else value),
    Field(description="keys of sectors, parted by blanks"),
]
Source = Annotated[
    str, Field(min_length=1, description="where it comes from: a document of pack.yaml and its section, or default")
]
Duration = Annotated[timedelta, BeforeValidator(parse_duration), Field(description=DURATION_WORDS)]
Day = Annotated[date, BeforeValidator(parse_date), Field(description=DATE_WORDS)]
ClockTime = Annotated[time, BeforeValidator(parse_clock), Field(description=CLOCK_WORDS)]

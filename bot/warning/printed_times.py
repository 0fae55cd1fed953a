"""When a text says it was issued: 2026年7月12日21时40分, 7月12日21:40, 21时40分. Pure.

What is not printed is taken so that the instant is the last one before now; forecasts (22时至次日08时) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from messages.engine import ZONE

_AHEAD = timedelta(minutes=10)
"""How far a station's clock may be ahead of ours."""

_LONGEST_SIGNATURE = len("大足区规划和自然资源局、大足区气象局 2026年07月12日21时40分 联合签发")

_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_DATE = r"(?:(?:(?P<year>\d{4})\s*[年/.-]\s*)?(?P<month>\d{1,2})\s*[月/.-]\s*)?(?P<day>\d{1,2})\s*[日号]?\s*"
_CLOCK = r"(?P<hour>\d{1,2})\s*(?:[时点]\s*(?:(?P<minute>\d{1,2})\s*分)?|[:：]\s*(?P<minutes>\d{2})(?:[:：]\d{2})?)"
_INSTANT = re.compile(rf"(?<!\d)(?:{_DATE}|今[日天晚晨]?\s*|昨[日天晚]?\s*)?(?<!\d){_CLOCK}(?!\d|\s*[-~～—－至到])")
_AFTER = re.compile(r"\s*(?:[起前后止]|以[前后]|之[前后]|(?:联合)?(?:发布|签发|发出)的)")
_BEFORE = re.compile(r"(?:预计|[至到从自~～—－-]|截至|截止|有效期)\s*$")
_LABEL = re.compile(r"(?:发布时间|签发时间|发布日期|解除时间)[：:\s]*")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}


def with_plain_digits(text: str) -> str:
    """The text with its full-width digits as plain ones; as long as before."""
    return text.translate(_FULL_WIDTH)


def number(words: str) -> int | None:
    """24, 二十四, 六; None for what is none."""
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    if any(digit not in _DIGITS for digit in tens + ones) or len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS[tens] if tens else 1) * 10 * bool(ten) + (_DIGITS[ones] if ones else 0)


def issued_at(sentences: Iterable[str], text: str, now: datetime) -> datetime | None:
    """The instant of issue in aware UTC: labelled as such, else the first in the sentences, else in the signature."""
    for label in _LABEL.finditer(text):
        if (found := _INSTANT.match(text, label.end())) and (instant := _instant(found, now)):
            return instant
    signature = text.strip().splitlines()[-1:] if len(text.strip().splitlines()) > 1 else []
    for words in (*sentences, *(line for line in signature if len(line) <= _LONGEST_SIGNATURE)):
        for instant in _instants(words, now):
            return instant
    return None


def _instants(words: str, now: datetime) -> Iterator[datetime]:
    for found in _INSTANT.finditer(words):
        if _AFTER.match(words, found.end()) or _BEFORE.search(words[: found.start()]):
            continue
        if (instant := _instant(found, now)) is not None:
            yield instant


def _instant(found: re.Match[str], now: datetime) -> datetime | None:
    """None for a date there is not. 24时 is the midnight after."""
    here = now.astimezone(ZONE)
    hour, minute = int(found["hour"]), int(found["minute"] or found["minutes"] or 0)
    clock = timedelta(hours=hour, minutes=minute)
    if hour > 24 or minute > 59:
        return None
    days = _days(found, here)
    midnights = (datetime(*day, tzinfo=ZONE) for day in days if _is_date(day))
    latest = next((day for day in midnights if found["year"] or day + clock <= here + _AHEAD), None)
    return (latest + clock).astimezone(UTC) if latest else None


def _days(found: re.Match[str], here: datetime) -> list[tuple[int, int, int]]:
    """The days it may mean, the likeliest first."""
    if found["year"]:
        return [(int(found["year"]), int(found["month"]), int(found["day"]))]
    if found["month"]:
        return [(year, int(found["month"]), int(found["day"])) for year in (here.year, here.year - 1)]
    back = [here - timedelta(days=days) for days in range(-1, 62)]
    if found["day"]:
        return [(day.year, day.month, day.day) for day in back if day.day == int(found["day"])]
    meant = back[2:3] if found[0].startswith("昨") else back[:3]
    return [(day.year, day.month, day.day) for day in meant]


def _is_date(day: tuple[int, int, int]) -> bool:
    try:
        datetime(*day, tzinfo=ZONE)
    except ValueError:
        return False
    return True

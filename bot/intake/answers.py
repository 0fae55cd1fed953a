"""Reads what people type into a field: figures, times, who to telephone. Pure; what is not understood is None.

People write as they speak: `死2困6重伤不清楚`, `昨晚11点半`, `村支书 139 0000 0000`. Nothing is guessed: a figure
that is not named stays unknown, a time that would lie in the future is not taken.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from bot.incident.rules import FIGURES as FIGURES
from messages.engine import ZONE

LARGEST_FIGURE = 9999

_CHINESE: Final = {
    "seriously_injured": r"重伤|重傷",
    "dead": r"死亡|遇难|死了|死|亡",
    "missing": r"失联|失踪|下落不明",
    "trapped": r"被困|困",
    "injured": r"受伤|轻伤|伤",
}
_ENGLISH: Final = {
    "seriously_injured": r"serious(?:ly)?(?: injur(?:ed|y|ies))?",
    "dead": r"dead|deaths?|killed",
    "missing": r"missing",
    "trapped": r"trapped",
    "injured": r"injured|hurt",
}
_COUNT = r"(\d{1,4}|[零〇一二两三四五六七八九十百]{1,5})"
_GAP = r"[\s:：为有是约了,，]{0,3}"
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NOBODY = re.compile(
    r"^(?:(?:没有?|无)(?:人员?)?(?:伤亡)?|都没事|no ?(?:casualties|one|body)(?: hurt)?|none)[。.!！]?$", re.IGNORECASE
)
_PHONE = re.compile(r"\+?\d[\d\s\-－—]{5,17}\d")

_CLOCK = re.compile(r"(?P<hour>\d{1,2})\s*(?:[:：](?P<minute>\d{2})|[点點时](?:(?P<half>半)|(?P<spoken>\d{1,2})分?)?)")
_AGO = re.compile(
    r"(?P<count>\d{1,3}|半|[一二两三四五六七八九十]{1,2})\s*个?\s*(?P<unit>分钟|小时|钟头|min(?:ute)?s?|hours?)\s*(?:之?前|ago)",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?:(?P<month>\d{1,2})\s*[月/\-.]\s*(?P<day>\d{1,2})\s*[日号]?)")
_JUST_NOW = re.compile(r"^(?:刚才|刚刚|现在|just now|now)[。.]?$", re.IGNORECASE)
_AFTERNOON = re.compile(r"下午|傍晚|晚上|昨晚|今晚|夜里|pm", re.IGNORECASE)
_YESTERDAY = re.compile(r"昨|yesterday", re.IGNORECASE)
_OLDEST = timedelta(days=60)


def figures(text: str) -> dict[str, int] | None:
    """The figures named in the text, 0 for all five where it says that nobody came to harm; None if it names none."""
    if _NOBODY.match(text.strip()):
        return dict.fromkeys(FIGURES, 0)
    found: dict[str, int] = {}
    rest = text
    for name in _CHINESE:
        match = _named(name, rest)
        count = number(match.group(1)) if match else None
        if match and count is not None:
            found[name] = count
            rest = f"{rest[: match.start()]}；{rest[match.end() :]}"
    return found or None


def number(text: str) -> int | None:
    """A count of people: 12, 十二, 两. None for anything else, also beyond LARGEST_FIGURE."""
    bare = text.strip().rstrip("人名个")
    if bare.isdecimal():
        return int(bare) if int(bare) <= LARGEST_FIGURE else None
    if not bare or any(sign not in _DIGITS and sign not in "十百" for sign in bare):
        return None
    total = current = 0
    for sign in bare:
        if sign in "十百":
            total += (current or 1) * (10 if sign == "十" else 100)
            current = 0
        else:
            current = _DIGITS[sign]
    return total + current


def moment(text: str, now: datetime) -> datetime | None:
    """When it happened, aware, not after `now` and at most 60 days before it; None if that is not what was typed.

    A bare clock time is the last one that has passed.
    """
    words = text.strip()
    if _JUST_NOW.match(words):
        return now
    if ago := _AGO.search(words):
        return now - _length(ago["count"], ago["unit"])
    clock = _CLOCK.search(_DAY.sub(" ", words))
    if clock is None:
        return None
    hour = int(clock["hour"])
    minute = 30 if clock["half"] else int(clock["minute"] or clock["spoken"] or 0)
    if _AFTERNOON.search(words) and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        return None
    return _placed(words, now, hour, minute)


def contact(text: str) -> tuple[str | None, str | None]:
    """Name or post, and the telephone number as digits with its plus; either may be missing."""
    match = _PHONE.search(text)
    phone = re.sub(r"[^\d+]", "", match.group()) if match else None
    name = (text[: match.start()] + text[match.end() :] if match else text).strip(" ,，:：;；\n")
    return name or None, phone


def _named(name: str, text: str) -> re.Match[str] | None:
    """The figure with its name. Chinese says the number after (死2), English before (2 dead); both do the other too."""
    chinese, english = _CHINESE[name], _ENGLISH[name]
    ways = (_after(chinese), _before(chinese), _before(english), _after(english))
    return next((match for way in ways if (match := re.search(way, text, re.IGNORECASE))), None)


def _after(words: str) -> str:
    return rf"(?:{words}){_GAP}{_COUNT}\s*[人名个]?"


def _before(words: str) -> str:
    return rf"{_COUNT}\s*[人名个]?\s*(?:people |persons? )?(?:{words})"


def _length(count: str, unit: str) -> timedelta:
    many = 0.5 if count == "半" else float(number(count) or 0)
    in_minutes = unit.lower().startswith(("分", "min"))
    return timedelta(minutes=many) if in_minutes else timedelta(hours=many)


def _placed(words: str, now: datetime, hour: int, minute: int) -> datetime | None:
    here = now.astimezone(ZONE)
    day = _DAY.search(words)
    try:
        at = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if day:
            at = at.replace(month=int(day["month"]), day=int(day["day"]))
            at = at.replace(year=at.year - 1) if at > here else at
        elif _YESTERDAY.search(words) or at > here:
            at -= timedelta(days=1)
    except ValueError:
        return None
    return at.astimezone(now.tzinfo) if here - _OLDEST <= at <= here else None

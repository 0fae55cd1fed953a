"""Turns a typed payload into the words a person reads, in his language.

A payload names its template; `messages/<locale>/<template>.j2` must exist in every locale. Undefined names are errors,
everything is escaped for Telegram's HTML, times are shown in the district's zone. Short words (buttons, states) are
labels in `labels.yaml`. What is sent where, and when, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

LOCALES = ("zh", "en")
DEFAULT_LOCALE = "zh"
ZONE = ZoneInfo("Asia/Shanghai")
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What one text says, as data in no language. Subclasses name their template, e.g. `incident/order`."""

    template: ClassVar[str]


def render(payload: Payload, locale: str) -> str:
    """The payload as Telegram HTML in the locale, without outer blanks. Unknown locales fall back to Chinese."""
    environment = _environment(known(locale))
    values = {field.name: getattr(payload, field.name) for field in fields(payload)}
    return environment.get_template(f"{payload.template}.j2").render(values).strip()


def label(key: str, locale: str) -> str:
    """A short word: a button, a state, a menu entry. Raises KeyError for one nobody wrote."""
    return labels(known(locale))[key]


def key_of_word(text: str) -> str | None:
    """The key of the menu word a person typed or pressed, in any locale; None if it is no menu word."""
    return _words().get(text.strip())


def phone(digits: str) -> str:
    """+862343761995 as `+86 23 4376 1995`; what is not a Chinese number stays as it is."""
    bare = digits.replace(" ", "")
    if bare.startswith("+8623") and len(bare) == 13:
        return f"+86 23 {bare[5:9]} {bare[9:]}"
    if bare.startswith("+86") and len(bare) == 13:
        return f"+86 {bare[3:8]} {bare[8:]}"
    if bare.startswith("+861") and len(bare) == 14:
        return f"+86 {bare[3:6]} {bare[6:10]} {bare[10:]}"
    return digits


def known(locale: str | None) -> str:
    """The locale itself if we have it, also for `zh-hans` or `en-GB`; else Chinese."""
    short = (locale or DEFAULT_LOCALE).split("-")[0].lower()
    return short if short in LOCALES else DEFAULT_LOCALE


@cache
def labels(locale: str) -> dict[str, str]:
    """All short words of a locale by key."""
    text = (_HERE / locale / "labels.yaml").read_text(encoding="utf-8")
    return _flattened(yaml.safe_load(text))


@cache
def _words() -> dict[str, str]:
    return {
        word: key for locale in LOCALES for key, word in labels(locale).items() if key.startswith(("menu.", "words."))
    }


def _flattened(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat.update(_flattened(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


@cache
def _environment(locale: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / locale),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["label"] = lambda key: label(str(key), locale)
    environment.filters["clock"] = _clock
    environment.filters["day_clock"] = _day_clock
    environment.filters["phone"] = phone
    return environment


def _clock(moment: datetime) -> str:
    """Hours and minutes on the district's wall clock."""
    return moment.astimezone(ZONE).strftime("%H:%M")


def _day_clock(moment: datetime) -> str:
    """Month, day and time on the district's wall clock."""
    return moment.astimezone(ZONE).strftime("%m-%d %H:%M")

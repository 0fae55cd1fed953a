"""Many buttons on small phones: rows, pages, and the keys that turn them. Pure data."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Protocol, TypeVar

from bot.delivery.schemas import Button
from messages.engine import label


class Worded(Protocol):
    """A button, or a key of the menu."""

    @property
    def text(self) -> str: ...


T = TypeVar("T")
B = TypeVar("B", bound=Worded)

PER_PAGE = 30
"""Ten rows of three: all towns of a district on one page, and far below the platform's hundred buttons."""

_ROW_WIDTH = 46
_EDGES = 2
"""In Latin letters, of which a Chinese character is two: what a row holds on a phone 390 pixels wide, and a button's
edges."""


def in_rows(buttons: Sequence[B], columns: int) -> list[list[B]]:
    """The buttons in rows of at most `columns`, fewer where a phone would cut their words off."""
    rows: list[list[B]] = []
    for button in buttons:
        if rows and len(rows[-1]) < columns and fits([*rows[-1], button]):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def fits(row: Sequence[Worded]) -> bool:
    """Whether a phone shows every word of the row; the platform makes the buttons of a row equally wide."""
    return max(map(_width, row)) <= _ROW_WIDTH / len(row)


def _width(button: Worded) -> int:
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in button.text)
    return len(button.text) + wide + _EDGES


def page_of(items: Sequence[T], page: int, size: int = PER_PAGE) -> Sequence[T]:
    """The items of a page; pages count from 1, one beyond the last shows the last."""
    start = (min(max(page, 1), pages_of(items, size)) - 1) * size
    return items[start : start + size]


def pages_of(items: Sequence[T], size: int = PER_PAGE) -> int:
    """How many pages the items fill, at least one."""
    return max(1, -(-len(items) // size))


def turning(data: str, page: int, pages: int, locale: str) -> list[list[Button]]:
    """The row that turns pages, `data` followed by the page's number; no row for a single page."""
    back = [Button(label("directory.button.former", locale), f"{data}:{page - 1}")] if page > 1 else []
    onward = [Button(label("directory.button.further", locale), f"{data}:{page + 1}")] if page < pages else []
    return [back + onward] if back or onward else []


def number_at(parts: Sequence[str], index: int, default: int = 1) -> int:
    """The number at that place of a button's data; the default where it is missing or none, as in an old button."""
    text = parts[index] if index < len(parts) else ""
    return int(text) if text.isdecimal() else default

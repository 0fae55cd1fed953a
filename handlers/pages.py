"""Many buttons on small phones: rows, pages, and the keys that turn them. Pure data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bot.delivery.schemas import Button
from messages.engine import label

T = TypeVar("T")

PER_PAGE = 30
"""Ten rows of three: all towns of a district on one page, and far below the platform's hundred buttons."""


def in_rows(buttons: Sequence[Button], columns: int) -> list[list[Button]]:
    """The buttons in rows of at most `columns`."""
    return [list(buttons[start : start + columns]) for start in range(0, len(buttons), columns)]


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

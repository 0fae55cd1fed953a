"""CONTEXT.md as the lints read it: the words we don't use, and what to say instead.

A table whose last column is headed "words we don't use" counts. A word in `backticks` there is enforced in the names
of our code; a word without is advice to writers only.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tests.architecture.source import ROOT

LAST_COLUMN = "words we don't use"
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(maxsize=1)
def banned_words() -> dict[str, str]:
    """word -> what to say instead, from the project's CONTEXT.md."""
    return banned_in((ROOT / "CONTEXT.md").read_text(encoding="utf-8"))


def banned_in(markdown: str) -> dict[str, str]:
    """word -> what to say instead, from the tables of one Markdown text."""
    banned: dict[str, str] = {}
    counts = False
    for line in markdown.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            counts = False
        elif cells[-1].lower() == LAST_COLUMN:
            counts = True
        elif counts:
            instead = f"say {cells[0]} ({cells[1]})" if len(cells) > 2 and cells[1] else f"say {cells[0]}"
            banned.update({word.lower(): instead for word in re.findall(r"`([A-Za-z]+)`", cells[-1])})
    return banned


def words_of(name: str) -> list[str]:
    """The words of an identifier, in lower case: `parse_hazardReport` -> parse, hazard, report."""
    return [word.lower() for word in WORD.findall(name)]

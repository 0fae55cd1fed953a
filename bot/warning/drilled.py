"""What makes a drill of a warning, and who takes part in it: by its mark and by division code. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_OPENING = r"[\s【\[（(《<*＊#※!！~～“”\"·、：:，,。.]*"
_CLOSING = r"[\s】\])）》>*＊#※!！~～“”\"·、：:，,。.]*"
_ADDRESSED = r"(?:(?:请|各单位|各镇街|大家)*注意[，,：:！!\s]*)?"
_SAID_OF = r"(?:(?:这|此|本|以下|下列)[^，。！!\n]{0,6}?)?(?:应急|预警|防汛|气象|桌面|综合|实战|模拟){0,3}"
_DRILL = r"(?:演练|演习|推演|(?:drill|exercise)\b)"
_OVER = r"(?!(?:已经|已|现)?(?:结束|取消|终止|中止|推迟))"
_FIRST = re.compile(rf"^{_OPENING}{_ADDRESSED}{_OPENING}{_SAID_OF}{_DRILL}{_OVER}{_CLOSING}", re.IGNORECASE)
_BRACKETED = re.compile(
    rf"[【\[（(](?P<words>[^】\])）\n]{{0,8}}{_DRILL}{_OVER}[^】\])）\n]{{0,8}})[】\])）]", re.IGNORECASE
)
_DENIED = re.compile(r"非|不是|不属|没有|取消|结束")
_WORD = re.compile(r"演练|演习")


def is_marked(text: str) -> bool:
    """Whether a text calls itself a drill: it begins with the word, or says it in brackets."""
    if _at_its_head(text):
        return True
    return any(not _DENIED.search(found["words"]) for found in _BRACKETED.finditer(text))


def speaks_of_one(text: str) -> bool:
    """Whether a text names a drill without calling itself one: who checks it is to look twice."""
    return not is_marked(text) and _WORD.search(text) is not None


def unmarked(text: str) -> str:
    """The text behind the mark it begins with, for recognising what it says; what is told keeps its mark."""
    return text[len(_at_its_head(text)) :]


def takes_part(path: Iterable[str], decided: Mapping[str, bool]) -> bool:
    """Whether somebody takes part in a drill: the nearest group decides, his own place's or the next one above.

    `path` are the keys of the places he belongs to, nearest first; `decided` says of each place that has a group
    whether one of its groups takes part. Where no place has a group nobody has agreed to anything.
    """
    return next((decided[place] for place in path if place in decided), False)


def _at_its_head(text: str) -> str:
    """The words at the beginning that make it a drill; empty without any: 这不是演练 is none."""
    found = _FIRST.match(text)
    return found[0] if found and not _DENIED.search(found[0]) else ""

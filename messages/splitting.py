"""Cuts a text that is too long for one message into several, losing nothing: no word, no mark-up, no order."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

LONGEST_TEXT = 4096
"""Characters of a message after its mark-up is taken out, in UTF-16 units (Bot API: sendMessage)."""
LONGEST_PART = LONGEST_TEXT - 64
"""Leaves room for the marks of a drill and of a repeat."""

_TOKEN = re.compile(r"<(/?)([a-z]+)[^>]*>|&[#\w]+;|.", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z]+)[^>]*>", re.DOTALL)


def visible_length(text: str) -> int:
    """How long the platform finds a text in its HTML, in UTF-16 units."""
    return _units(html.unescape(re.sub(r"<[^>]*>", "", text)))


def split(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """The text as parts of at most `longest` UTF-16 units each, cut at ends of lines where there are any.

    Tags open at a cut are closed and opened again. A text that fits comes back as it is.
    """
    if visible_length(text) <= longest:
        return [text]
    return list(_parts(text, longest))


def split_plain(text: str, longest: int = LONGEST_TEXT) -> list[str]:
    """A text without mark-up, cut in the same way: put together again, the parts are the text to the character."""
    parts: list[str] = []
    while _units(text) > longest:
        end = _end_of_first(text, longest)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def _end_of_first(text: str, longest: int) -> int:
    """Where the first part ends: after the last line break of its second half, else where it is full."""
    full, length = 0, 0
    while length + _units(text[full]) <= longest:
        length += _units(text[full])
        full += 1
    line = text.rfind("\n", full // 2, full)
    return full if line < 0 else line + 1


def _parts(text: str, longest: int) -> Iterator[str]:
    part: list[str] = []
    length = 0
    for token in _TOKEN.finditer(text):
        piece = token.group(0)
        if token.group(2):
            part.append(piece)
            continue
        if length + _units(html.unescape(piece)) > longest:
            done, rest = _cut(part)
            still_open = _open_tags(done)
            yield "".join(done) + "".join(f"</{name}>" for name, _ in reversed(still_open))
            part = [*(whole for _, whole in still_open), *rest]
            length = visible_length("".join(rest))
        part.append(piece)
        length += _units(html.unescape(piece))
    yield "".join(part)


def _cut(part: list[str]) -> tuple[list[str], list[str]]:
    """Where to end a full part: at its last line break, if that is in its second half."""
    for at in range(len(part) - 1, len(part) // 2, -1):
        if part[at] == "\n":
            return part[: at + 1], part[at + 1 :]
    return part, []


def _open_tags(part: list[str]) -> list[tuple[str, str]]:
    """The tags open at the end of the part, name and whole, outermost first."""
    opened: list[tuple[str, str]] = []
    for piece in part:
        if token := _TAG.fullmatch(piece):
            _follow(opened, bool(token.group(1)), token.group(2), piece)
    return opened


def _follow(opened: list[tuple[str, str]], closing: bool, tag: str, piece: str) -> None:
    if not closing:
        opened.append((tag, piece))
    elif opened and opened[-1][0] == tag:
        opened.pop()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

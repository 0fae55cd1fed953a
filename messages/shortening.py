"""Short variants: what goes where a text costs by its length and has no mark-up, such as an SMS.

Only the words somebody else wrote are cut, and only behind a sentence; what frames them (level, place, number, whom to
call) stays whole. Nothing is reworded.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from typing import ClassVar

from messages.engine import Payload, label, render

LONGEST_SHORT = 201
"""Three SMS: joined ones carry 67 characters each once one of them is Chinese, and a place's name always is."""

_TAG = re.compile(r"<[^>]*>")
_SENTENCE = re.compile(r".*?(?:[。！？；!?;…]+[”’」』）)]*|\.(?=\s|$)|\n|$)", re.DOTALL)
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Short(Payload):
    """What a channel is told: `words` may be cut, and `is_cut` says that they were. By itself: words and no more."""

    template: ClassVar[str] = "channel/any"
    words: str
    is_cut: bool = False


def shortened(payload: Short, locale: str, *, room: int = LONGEST_SHORT) -> str:
    """The payload as plain text that fits, with room for the mark a repeat would get."""
    room -= size(label("delivery.repeated", locale)) + 1
    whole = plain(render(payload, locale))
    if size(whole) <= room:
        return whole
    frame = plain(render(replace(payload, words=_ELLIPSIS, is_cut=True), locale))
    words = cut(payload.words, room - size(frame) + size(_ELLIPSIS))
    return plain(render(replace(payload, words=words, is_cut=True), locale))


def cut(words: str, room: int) -> str:
    """As many whole sentences as fit; of a first one that is too long, its beginning and `…`."""
    kept = ""
    for sentence in _SENTENCE.findall(words.strip()):
        if size((kept + sentence).strip()) > room:
            break
        kept += sentence
    return kept.strip() or _beginning(words.strip(), room)


def plain(text: str) -> str:
    """Telegram HTML as it reads, without empty lines."""
    lines = html.unescape(_TAG.sub("", text)).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def size(text: str) -> int:
    """In characters as an SMS counts them."""
    return len(text.encode("utf-16-le")) // 2


def _beginning(words: str, room: int) -> str:
    while words and size(words) + size(_ELLIPSIS) > room:
        words = words[:-1]
    return f"{words}{_ELLIPSIS}" if room > size(_ELLIPSIS) else ""

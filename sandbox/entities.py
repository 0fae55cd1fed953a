"""Telegram's HTML subset: text with marks in, plain text and UTF-16 entities out; broken marks are refused.

Also finds what the platform itself marks in plain text (commands, addresses, mentions, phone numbers). It knows no
Markdown: `parse_mode` other than HTML is refused as unsupported, which is honest for a simulator.
Source: Bot API, "Formatting options".
"""

import html
import re
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError, Reason

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
RAW = ("code", "pre")

_TOKEN = re.compile(r"<|&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]+)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s>"']+))?""")
_TAG_NAME = re.compile(r"[^\s>]*")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?）)】」』。，；：！？])"
    r"|(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z0-9_]{3,32})(?!\w)"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<![\w+])(?P<phone_number>\+\d(?:[ -]?\d){7,14})(?!\d)"
)


def utf16(text: str) -> int:
    """Length in UTF-16 code units, the platform's measure for entities."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    fields: dict[str, Any]
    within: int
    child: Entity | None = None


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Read Telegram's HTML.

    Returns:
        The plain text and its entities, ordered by offset, wider first.

    Raises:
        ApiError: "can't parse entities: …" with the byte offset of what is wrong.
    """
    if "<" not in source and "&" not in source:
        return source, []
    return _Parser(source).run()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.stack: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while match := _TOKEN.search(self.source, self.at):
            self._emit(self.source[self.at : match.start()])
            self.at = match.end()
            if match.group() != "<":
                self._emit(_decoded(match))
            elif self.source.startswith("/", self.at):
                self._close(match.start())
            else:
                self._open(match.start())
        self._emit(self.source[self.at :])
        if self.stack:
            raise _broken(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        return "".join(self.out), _ordered(self.entities)

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.length += utf16(text)

    def _open(self, begin: int) -> None:
        tag = self._name()
        if tag not in TAGS:
            raise _broken(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        attributes = self._attributes(tag, begin)
        self.stack.append(_Open(tag, self.length, self._fields(tag, attributes, begin), len(self.out)))

    def _name(self) -> str:
        match = _TAG_NAME.match(self.source, self.at)
        name = match.group() if match else ""
        self.at += len(name)
        return name.lower()

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            while self.source[self.at : self.at + 1].isspace():
                self.at += 1
            if self.at >= len(self.source):
                raise _broken(f"Unclosed start tag at byte offset {self._byte(begin)}")
            if self.source[self.at] == ">":
                self.at += 1
                return found
            match = _ATTRIBUTE.match(self.source, self.at)
            if match is None:
                raise _broken(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
            found[match.group(1).lower()] = html.unescape((match.group(2) or "").strip("\"'"))
            self.at = match.end()

    def _fields(self, tag: str, attributes: dict[str, str], begin: int) -> dict[str, Any]:
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _broken(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        if tag == "a":
            return {"url": attributes.get("href", "")}
        if tag == "tg-emoji":
            return {"custom_emoji_id": attributes.get("emoji-id", "")}
        if tag == "code" and attributes.get("class", "").startswith("language-"):
            return {"language": attributes["class"].removeprefix("language-")}
        if tag == "blockquote" and "expandable" in attributes:
            return {"type": "expandable_blockquote"}
        return {}

    def _close(self, begin: int) -> None:
        self.at += 1
        name = self._name()
        while self.source[self.at : self.at + 1].isspace():
            self.at += 1
        if not self.stack:
            raise _broken(f"Unexpected end tag at byte offset {self._byte(begin)}")
        if not self.source.startswith(">", self.at):
            raise _broken(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self.at += 1
        opened = self.stack.pop()
        if name and name != opened.tag:
            raise _broken(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{opened.tag}>", found "</{name}>"'
            )
        self._mark(opened)

    def _mark(self, opened: _Open) -> None:
        length = self.length - opened.offset
        if length == 0 or any(outer.tag in RAW for outer in self.stack[:-1]):
            return
        inside = self.stack[-1] if self.stack else None
        entity = {"type": TAGS[opened.tag], "offset": opened.offset, "length": length, **opened.fields}
        if inside is not None and inside.tag in RAW:
            inside.child = entity
            return
        if opened.tag == "a" and not _linked(entity, "".join(self.out[opened.within :])):
            return
        if opened.tag == "code":
            entity.pop("language", None)
        if opened.tag == "pre" and opened.child is not None and opened.child["length"] == length:
            entity |= {"language": opened.child["language"]} if "language" in opened.child else {}
        self.entities.append(entity)

    def _byte(self, index: int) -> int:
        return len(self.source[:index].encode())


def _decoded(match: re.Match[str]) -> str:
    if name := match.group(1):
        return _NAMED[name]
    number = int(match.group(2)) if match.group(2) else int(match.group(3), 16)
    if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return match.group()
    return chr(number)


def _linked(entity: Entity, label: str) -> bool:
    """Complete a link in place; False if what it points to is no address (the platform then drops the mark)."""
    url = str(entity["url"] or label).strip()
    person = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if person:
        entity |= {"type": "text_mention", "user_id": int(person.group(1))}
        del entity["url"]
        return True
    entity["url"] = normal_url(url)
    return bool(entity["url"])


def normal_url(url: str) -> str:
    """The address as the platform keeps it (a bare host gets its slash); empty if it accepts none such."""
    if re.match(r"(?:tg|ton|mailto|tel):", url):
        return url
    match = re.fullmatch(
        r"(?:(https?)://)?([^\s/?#]+\.[^\s/?#.]+|\[[0-9a-f:]+\](?::\d+)?)([/?#]\S*)?", url, re.IGNORECASE
    )
    if match is None:
        return ""
    return f"{(match.group(1) or 'http').lower()}://{match.group(2)}{match.group(3) or '/'}"


def _broken(detail: str) -> ApiError:
    return ApiError(Reason.ENTITIES, detail=detail)


def _ordered(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def detect(text: str, known: list[Entity] | None = None) -> list[Entity]:
    """Add what the platform marks by itself to the entities known, except inside links and code."""
    known = known or []
    if not _worth_looking(text):
        return known
    taken = [(e["offset"], e["offset"] + e["length"]) for e in known if e["type"] in _CLOSED]
    found = list(known)
    for match in _DETECTED.finditer(text):
        begin = utf16(text[: match.start()])
        length = utf16(match.group())
        if not any(begin < stop and start < begin + length for start, stop in taken):
            found.append({"type": match.lastgroup, "offset": begin, "length": length})
    return _ordered(found)


_CLOSED = {"text_link", "text_mention", "code", "pre", "custom_emoji"}


def _worth_looking(text: str) -> bool:
    return any(mark in text for mark in "/@#+")


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Cut blank space around the text, as the platform does, and move the entities along."""
    bare = text.strip()
    if bare == text:
        return text, entities
    lead = utf16(text[: len(text) - len(text.lstrip())])
    total = utf16(bare)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        stop = min(total, entity["offset"] + entity["length"] - lead)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return bare, kept


def formatted(text: str, parse_mode: str | None, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """Text as the bot sent it -> text and entities as everybody sees them.

    Args:
        parse_mode: "HTML" (any case) or nothing.
        entities: the bot's own entities; ignored with a `parse_mode`.

    Raises:
        ApiError: broken marks, or a mode this simulator does not speak.
    """
    mode = (parse_mode or "").lower()
    if mode not in ("", "html"):
        raise ApiError(Reason.PARSE_MODE)
    marked = parse_html(text) if mode else (text, entities or [])
    bare, kept = trim(*marked)
    return bare, detect(bare, kept)

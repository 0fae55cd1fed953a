"""Words, times and file names on paper, in the reader's language and on the district's wall clock. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.paper.models import PaperKind
from bot.paper.report import Report
from messages.engine import ZONE, label, phone

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no office file can hold (XML 1.0, Char); the text itself stands byte for byte in the archive."""

_ENDINGS = {
    PaperKind.REPORT: "docx",
    PaperKind.TABLES: "xlsx",
    PaperKind.CALL_SHEET: "xlsx",
    PaperKind.ARCHIVE: "zip",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of papers in one language."""

    locale: str

    def say(self, key: str, **values: object) -> str:
        """The label `paper.<key>`, filled in."""
        words = label(f"paper.{key}", self.locale)
        return words.format(**values) if values else words

    def short(self, key: str) -> str:
        """A word the screens use too: a level, a state, an answer."""
        return label(key, self.locale)

    def moment(self, at: datetime | None) -> str:
        """2026-07-12 21:40:05, or empty."""
        return local(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""

    def known(self, value: object) -> str:
        """What is not known is said to be so, and never 0."""
        return self.say("unknown") if value in (None, "") else str(value)

    def joined(self, names: Iterable[str]) -> str:
        """Several names in a row."""
        return ("、" if self.locale == "zh" else ", ").join(names)

    def titled(self, report: Report) -> str:
        """预0712-1 暴雨橙色预警, marked if it is a drill."""
        kind = report.kind if self.locale == "zh" else report.kind_en
        level = self.short(f"warning.level.{report.highest.value}")
        return self.mark(report) + self.say("titled", number=report.number, kind=kind, level=level)

    def mark(self, report: Report) -> str:
        """【演练】 on everything that belongs to a drill."""
        return self.short("delivery.drill") if report.drill else ""


def file_name(kind: PaperKind, number: str, locale: str, *, drill: bool) -> str:
    """预0712-1 结案报告.docx."""
    mark = label("delivery.drill", locale) if drill else ""
    return f"{mark}{number} {label(f'paper.kind.{kind.value}', locale)}.{_ENDINGS[kind]}"


def local(at: datetime) -> datetime:
    """The instant on the district's wall clock, without its zone: office files know none."""
    return at.astimezone(ZONE).replace(tzinfo=None)


def printable(text: str) -> str:
    """The text with � for each character an office file cannot hold."""
    return _UNPRINTABLE.sub("\ufffd", text)


def number_of(digits: str | None) -> str:
    """A telephone number as it is read out, or empty."""
    return phone(digits) if digits else ""

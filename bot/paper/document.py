"""The closing report to be read and filed (结案报告.docx).

Imported only where a file is built (`bot.paper.building`): the library is no part of a start.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.run import Run

from bot.paper.packing import settled
from bot.paper.report import Report, VersionLine
from bot.paper.sheets import Value
from bot.paper.tables import error_words, fate_words, overview_rows, place_words
from bot.paper.wording import Words, number_of, printable

_MOST_ROWS = 200
"""Beyond it a table is left to the .xlsx: nobody reads thousands of lines on paper."""

_BODY, _HEADING = "宋体", "黑体"
_LATIN = "Times New Roman"


def closing_document(report: Report, words: Words) -> bytes:
    """The report as a .docx."""
    paper = Document()
    _set_up(paper, report, words)
    paper.add_heading(words.say("document.title"), 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    subtitle = paper.add_paragraph(printable(words.titled(report)))
    subtitle.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if report.ended_at is None:
        paper.add_paragraph(words.say("document.in_force", at=words.moment(report.made.at)))
    _overview(paper, report, words)
    _towns(paper, report, words)
    _unanswered(paper, report, words)
    _undelivered(paper, report, words)
    _calls(paper, report, words)
    _versions(paper, report, words)
    out = BytesIO()
    paper.save(out)
    return settled(out.getvalue(), report.made.at)


def _overview(paper: Paper, report: Report, words: Words) -> None:
    paper.add_heading(words.say("sheet.overview"), 1)
    rows = [(name, _shown(value, words)) for name, value in overview_rows(report, words)]
    _table(paper, None, rows, (50, 120))


def _towns(paper: Paper, report: Report, words: Words) -> None:
    paper.add_heading(words.say("sheet.towns"), 1)
    head = _heads(words, "town", "answered", "awaited", "first_answer", "last_answer", "missing", "cut_off")
    rows = [
        (
            town.name,
            str(town.answered),
            str(town.awaited),
            words.moment(town.first_at),
            words.moment(town.last_at),
            words.joined(town.missing),
            words.joined(town.cut_off),
        )
        for town in report.towns
    ]
    _table(paper, head, rows, (24, 14, 14, 30, 30, 36, 22))


def _unanswered(paper: Paper, report: Report, words: Words) -> None:
    paper.add_heading(words.say("document.missing", count=len(report.missing)), 1)
    head = _heads(words, "name", "place", "phone", "nudges", "phoned")
    rows = [
        (
            line.name,
            line.place,
            number_of(line.phone),
            "" if line.nudges is None else str(line.nudges),
            words.short(f"warning.phoned.{line.phoned.value}") if line.phoned else "",
        )
        for line in report.missing
    ]
    _table(paper, head, _some(paper, rows, words), (46, 46, 36, 16, 26))


def _undelivered(paper: Paper, report: Report, words: Words) -> None:
    lines = report.not_delivered
    if not lines:
        return
    paper.add_heading(words.say("document.undelivered", count=len(lines)), 1)
    rows = [(line.name, line.place, fate_words(line, words), error_words(line, words) or "") for line in lines]
    _table(paper, _heads(words, "name", "place", "fate", "error"), _some(paper, rows, words), (46, 46, 28, 50))


def _calls(paper: Paper, report: Report, words: Words) -> None:
    if not report.calls:
        return
    paper.add_heading(words.say("sheet.calls"), 1)
    head = _heads(words, "called_at", "caller", "name", "phone", "result")
    rows = [
        (
            words.moment(call.at),
            call.by,
            words.known(call.name),
            number_of(call.phone),
            words.short(f"warning.phoned.{call.result.value}"),
        )
        for call in report.calls
    ]
    _table(paper, head, _some(paper, rows, words), (34, 40, 40, 34, 22))


def _versions(paper: Paper, report: Report, words: Words) -> None:
    paper.add_heading(words.say("sheet.versions"), 1)
    for line in report.versions:
        act, level = words.short(f"warning.act.{line.act.value}"), words.short(f"warning.level.{line.level.value}")
        paper.add_heading(words.say("document.version", number=line.number, act=act, level=level), 2)
        _table(paper, None, _version_rows(line, words), (50, 120))
        paper.add_paragraph(words.say("document.word_for_word")).runs[0].bold = True
        paper.add_paragraph(printable(line.text))


def _version_rows(line: VersionLine, words: Words) -> list[tuple[str, str]]:
    """What there is on a version; fields nobody had to fill in are left out."""
    countersigned = words.joined(filter(None, (line.countersigned_by, words.moment(line.countersigned_at))))
    facts: dict[str, Value] = {
        "issued_at": line.issued_at,
        "valid_until": line.valid_until,
        "places": place_words(line, words),
        "drafted": line.drafted_name,
        "signed": line.signed_name,
        "signed_at": line.signed_at,
        "oral": line.oral_words,
        "countersigned": countersigned or (words.say("not_countersigned") if line.oral_words else ""),
        "consultation": line.consultation,
        "authority": line.authority,
        "platform_number": line.platform_number,
        "document_number": line.document_number,
        "told": line.told,
        "sent": line.sent,
        "uncertain": line.uncertain,
        "failed": line.failed,
        "waiting": line.waiting,
        "first_sent": line.first_at,
        "median_sent": line.median_at,
        "last_sent": line.last_at,
        "hash": line.content_hash,
        "pack": line.pack,
    }
    return [
        (words.say(f"column.{key}"), _shown(value, words)) for key, value in facts.items() if value not in (None, "")
    ]


def _some(paper: Paper, rows: Sequence[tuple[str, ...]], words: Words) -> Sequence[tuple[str, ...]]:
    if len(rows) > _MOST_ROWS:
        paper.add_paragraph(words.say("document.more", shown=_MOST_ROWS, count=len(rows)))
    return rows[:_MOST_ROWS]


def _table(paper: Paper, head: Sequence[str] | None, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    """A ruled table; its head is printed again on every page. `widths` in millimetres."""
    if not rows:
        return
    table = paper.add_table(rows=0, cols=len(widths), style="Table Grid")
    for number, row in enumerate([*([head] if head else []), *rows]):
        cells = table.add_row().cells
        for cell, words, width in zip(cells, row, widths, strict=True):
            cell.width = Mm(width)
            run = cell.paragraphs[0].add_run(printable(words))
            run.font.size, run.bold = Pt(9), bool(head) and number == 0
    if head:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _set_up(paper: Paper, report: Report, words: Words) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.header.paragraphs[0].text = words.mark(report)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _page_number(foot.add_run())
    for name, font in (("Normal", _BODY), ("Title", _HEADING), ("Heading 1", _HEADING), ("Heading 2", _HEADING)):
        style = paper.styles[name]
        style.font.name, style.font.color.rgb = _LATIN, RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script, family in (("w:ascii", _LATIN), ("w:hAnsi", _LATIN), ("w:eastAsia", font)):
            fonts.set(qn(script), family)
    said = paper.core_properties
    said.title, said.author, said.comments, said.revision = words.titled(report), "", "", 1


def _page_number(run: Run) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _shown(value: Value, words: Words) -> str:
    return words.moment(value) if isinstance(value, datetime) else words.known(value)


def _heads(words: Words, *keys: str) -> tuple[str, ...]:
    return tuple(words.say(f"column.{key}") for key in keys)

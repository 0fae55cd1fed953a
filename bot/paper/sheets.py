"""A workbook of plain tables: typed cells, a header that stays, widths for people, A4 landscape.

A text is always a text, also one that begins like a formula: names of groups are other people's words. Imported only
where a file is built (`bot.paper.building`): the library is no part of a start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from bot.paper.packing import settled
from bot.paper.wording import local, printable

Value = str | int | datetime | None

_A4 = 9
_DATES = "yyyy-mm-dd hh:mm:ss"
_LONGEST_CELL = 32_767
"""Characters a cell holds."""

_THIN = Side(style="thin", color="999999")
_LINES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="DDDDDD")
_BOLD = Font(bold=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name, what each column is called and how wide it is, its rows.

    `above`: lines over the header, printed again on every page with it. `height`: of each row in points, for writing
    by hand.
    """

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[Value]]
    above: Sequence[str] = ()
    height: int | None = None


def workbook(tables: Sequence[Table], title: str, at: datetime, page_mark: str = "") -> bytes:
    """The tables as an .xlsx; `page_mark` stands at the head of every printed page."""
    book = Workbook(write_only=True)
    book.properties.title, book.properties.creator = title, ""
    for table in tables:
        _write(book, table, page_mark)
    out = BytesIO()
    book.save(out)
    return settled(out.getvalue(), at)


class _Sheet:
    """Writes rows of one sheet. Each look is made once: setting it out cell by cell takes three times as long."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._head = self._look(font=_BOLD, fill=_HEAD, border=_LINES, alignment=_WRAPPED)
        self._above = self._look(font=_BOLD)
        self._text = self._look(border=_LINES, alignment=_WRAPPED)
        self._plain = self._look(border=_LINES)
        self._date = self._look(border=_LINES, number_format=_DATES)

    def above(self, words: str) -> None:
        self._sheet.append([self._cell(words, self._above)])

    def head(self, names: Iterable[str]) -> None:
        self._sheet.append([self._cell(words, self._head) for words in names])

    def row(self, values: Sequence[Value]) -> None:
        self._sheet.append([self._cell(value, self._fitting(value)) for value in values])

    def _fitting(self, value: Value) -> Any:
        if isinstance(value, datetime):
            return self._date
        return self._text if isinstance(value, str) else self._plain

    def _cell(self, value: Value, look: Any) -> Any:
        cell = WriteOnlyCell(self._sheet)
        if isinstance(value, str):
            cell.value, cell.data_type = printable(value)[:_LONGEST_CELL], "s"
        else:
            cell.value = local(value) if isinstance(value, datetime) else value
        cell._style = look
        return cell

    def _look(self, **parts: Any) -> Any:
        cell = WriteOnlyCell(self._sheet)
        for name, part in parts.items():
            setattr(cell, name, part)
        return cell._style


def _write(book: Workbook, table: Table, page_mark: str) -> None:
    sheet = book.create_sheet(table.name)
    for number, (_, width) in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    head = len(table.above) + 1
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"1:{head}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddHeader.center.text = page_mark or None
    sheet.oddFooter.center.text = "&P / &N"
    writing = _Sheet(sheet)
    for line in table.above:
        writing.above(line)
    writing.head(words for words, _ in table.columns)
    for number, row in enumerate(table.rows, head + 1):
        if table.height:
            sheet.row_dimensions[number].height = table.height
        writing.row(row)

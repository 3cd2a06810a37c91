"""Workbooks for spreadsheet programs: every cell is text, so none is ever taken for a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

# Excel takes no longer text in one cell.
CELL_MAX = 32_767
# The text format: what is typed over a cell stays text too.
TEXT = "@"
HEAD = PatternFill("solid", fgColor="FFE8EDF4")


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and how wide it is in characters."""

    heading: str
    width: float


@dataclass(frozen=True)
class Table:
    """A table with what stands above it; each row has a text for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    heading: str = ""
    lines: Sequence[str] = ()


def workbook(title: str, lines: Sequence[str], tables: Sequence[Table]) -> bytes:
    """Return an .xlsx file with one sheet: the title, lines below it, the tables."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    _line(sheet, [title], Font(bold=True, size=14))
    for line in lines:
        _line(sheet, [line])
    for table in tables:
        _line(sheet, [""])
        if table.heading:
            _line(sheet, [table.heading], Font(bold=True, size=12))
        for line in table.lines:
            _line(sheet, [line])
        _line(sheet, [one.heading for one in table.columns], Font(bold=True), HEAD)
        for row in table.rows:
            _line(sheet, row)
    widths = [[one.width for one in table.columns] for table in tables]
    for number in range(max((len(one) for one in widths), default=0)):
        letter = get_column_letter(number + 1)
        given = [one[number] for one in widths if number < len(one)]
        sheet.column_dimensions[letter].width = max(given)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _line(
    sheet: Any, texts: Sequence[str], font: Font | None = None, fill: PatternFill | None = None
) -> None:
    row = sheet.max_row + 1 if sheet.cell(1, 1).value is not None else 1
    for number, text in enumerate(texts, 1):
        cell: Cell = sheet.cell(row, number)
        # Setting the type after the value: a text that begins with `=` would else be a formula.
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:CELL_MAX]
        cell.data_type = "s"
        cell.number_format = TEXT
        cell.alignment = Alignment(wrap_text=len(texts) > 1, vertical="top")
        if font is not None:
            cell.font = font
        if fill is not None:
            cell.fill = fill

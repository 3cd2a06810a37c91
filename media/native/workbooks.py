"""Workbooks for spreadsheet programs: every cell is text, so none is ever taken for a formula.

Told as JSON: `title`, `lines`, and `tables` of `columns` (heading, width in characters), `rows` of
texts, `heading` and `lines`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
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


def write(folder: str) -> dict[str, Any]:
    """Write `workbook.xlsx` with one sheet as `sheet.json` in the folder describes it."""
    told = json.loads(Path(folder, "sheet.json").read_text(encoding="utf-8"))
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    _line(sheet, [told["title"]], Font(bold=True, size=14))
    for line in told["lines"]:
        _line(sheet, [line])
    for table in told["tables"]:
        _table(sheet, table)
    _set_widths(sheet, told["tables"])
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.save(Path(folder, "workbook.xlsx"))
    return {}


def _table(sheet: Any, table: dict[str, Any]) -> None:
    _line(sheet, [""])
    if table["heading"]:
        _line(sheet, [table["heading"]], Font(bold=True, size=12))
    for line in table["lines"]:
        _line(sheet, [line])
    _line(sheet, [one["heading"] for one in table["columns"]], Font(bold=True), HEAD)
    for row in table["rows"]:
        _line(sheet, row)


def _set_widths(sheet: Any, tables: Sequence[dict[str, Any]]) -> None:
    widths = [[one["width"] for one in table["columns"]] for table in tables]
    for number in range(max((len(one) for one in widths), default=0)):
        given = [one[number] for one in widths if number < len(one)]
        sheet.column_dimensions[get_column_letter(number + 1)].width = max(given)


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

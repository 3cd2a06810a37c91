"""Drawing a printed sheet on A4 with fpdf2, in the Chinese font that the product carries.

A sheet is `{language, title, caption, mark, foot, pages, blocks}`. Blocks, by their `kind`:
`facts` with `rows` of one to three pairs of label and value, `heading` and `text` with a `text`,
`list` with `items`, `timeline` with `rows` of `{time, until, number, title, lines, after}`. Further
kinds are told by `media.native.sheet_pictures`, `sheet_sketches` and `sheet_tables`;
`media.native.printing` draws them all.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from media.native.paper import ACCENT, INK, LINE, MUTED, NAVY, PALE, Paper, spaced

TIME_WIDTH, DOT = 27.0, 3.4

Block = Mapping[str, Any]


class Sheet(Paper):
    """The pages of a sheet, on their side where that is told."""

    def __init__(self, told: Mapping[str, Any], folder: Path) -> None:
        orientation = told.get("orientation", "portrait")
        super().__init__(told, folder, told["pages"], orientation=orientation)


def head(sheet: Sheet, told: Mapping[str, Any]) -> None:
    """Draw what stands above all blocks: the caption, a mark, the title."""
    sheet.ink(9.5, ACCENT, "B")
    sheet.cell(sheet.epw * 0.7, 6, told["caption"])
    if told["mark"]:
        width = sheet.get_string_width(told["mark"]) + 6
        sheet.set_x(sheet.w - sheet.r_margin - width)
        sheet.set_draw_color(*ACCENT)
        sheet.cell(width, 6, told["mark"], border=1, align="C")
    sheet.ln(9)
    sheet.ink(22, NAVY, "B")
    sheet.lines(told["title"], 10)
    sheet.ln(2)


def _facts(sheet: Sheet, block: Block) -> None:
    """Draw labels and values, so many a line as there are, on a pale ground."""
    for pairs in block["rows"]:
        share = sheet.epw / len(pairs)
        width = share - 8
        sheet.ink(11)
        height = max(sheet.height_of(value, 5.6, width) for _, value in pairs) + 9
        sheet.room(height)
        top = sheet.get_y()
        sheet.set_fill_color(*PALE)
        sheet.rect(sheet.l_margin, top, sheet.epw, height, style="F")
        for place, (label, value) in enumerate(pairs):
            left = sheet.l_margin + 4 + place * share
            sheet.set_xy(left, top + 2)
            sheet.ink(8.5, MUTED)
            sheet.cell(width, 4.5, spaced(label))
            sheet.set_xy(left, top + 6.5)
            sheet.ink(11)
            sheet.multi_cell(width, 5.6, spaced(value), align="L")
        sheet.set_xy(sheet.l_margin, top + height)
    sheet.ln(2)


def _heading(sheet: Sheet, block: Block) -> None:
    sheet.room(block.get("room", 26))
    sheet.ln(5)
    sheet.ink(13.5, NAVY, "B")
    sheet.lines(block["text"], 7)
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.3)
    sheet.line(sheet.l_margin, sheet.get_y() + 0.6, sheet.w - sheet.r_margin, sheet.get_y() + 0.6)
    sheet.ln(3)


def _text(sheet: Sheet, block: Block) -> None:
    sheet.ink(10.5, MUTED if block.get("muted") else INK)
    sheet.lines(block["text"], 5.8)
    sheet.ln(1)


def _list(sheet: Sheet, block: Block) -> None:
    for item in block["items"]:
        sheet.ink(10.5)
        sheet.room(sheet.height_of(item, 5.8, sheet.epw - 6) + 1.6)
        sheet.set_fill_color(*ACCENT)
        sheet.ellipse(sheet.l_margin + 1, sheet.get_y() + 2.2, 1.4, 1.4, style="F")
        sheet.lines(item, 5.8, x=sheet.l_margin + 6)
        sheet.ln(1.2)


def _timeline(sheet: Sheet, block: Block) -> None:
    rows = block["rows"]
    for row in rows:
        _row(sheet, row, last=row is rows[-1])


def _row(sheet: Sheet, row: Block, *, last: bool) -> None:
    """Draw one stop: its time, its number on a line that leads on, what is told of it."""
    left = sheet.l_margin + TIME_WIDTH + 10
    width = sheet.w - sheet.r_margin - left
    sheet.ink(12, INK, "B")
    height = sheet.height_of(row["title"], 6.4, width)
    sheet.ink(9.5)
    height += sum(sheet.height_of(line, 5.2, width) for line in row["lines"])
    height += 9.5 if row["after"] else 4
    sheet.room(height)
    top, middle = sheet.get_y(), sheet.l_margin + TIME_WIDTH + 3
    if not last:
        sheet.set_draw_color(*LINE)
        sheet.set_line_width(0.6)
        sheet.line(middle, top + 6, middle, min(top + height + 1, sheet.page_break_trigger))
    dot(sheet, row["number"], middle, top + 3.2)
    sheet.set_xy(sheet.l_margin, top)
    sheet.ink(12, NAVY, "B")
    sheet.cell(TIME_WIDTH - 4, 6.4, row["time"])
    sheet.set_xy(sheet.l_margin, top + 6.2)
    sheet.ink(9, MUTED)
    sheet.cell(TIME_WIDTH - 4, 4.6, row["until"])
    sheet.set_xy(left, top)
    sheet.ink(12, INK, "B")
    sheet.lines(row["title"], 6.4, x=left)
    sheet.ink(9.5, MUTED)
    for line in row["lines"]:
        sheet.lines(line, 5.2, x=left)
    if row["after"]:
        sheet.ink(9, ACCENT)
        sheet.set_y(sheet.get_y() + 1.2)
        sheet.lines(row["after"], 4.8, x=left)
    sheet.set_xy(sheet.l_margin, top + height)


def dot(sheet: Sheet, number: str, x: float, y: float) -> None:
    """Draw a number on a disc around a point."""
    radius = DOT * 0.9
    sheet.set_fill_color(*NAVY)
    sheet.ellipse(x - radius, y - radius, radius * 2, radius * 2, style="F")
    sheet.ink(9, (255, 255, 255), "B")
    sheet.set_xy(x - radius, y - radius)
    sheet.cell(radius * 2, radius * 2, number, align="C")


DRAWN: Mapping[str, Callable[[Sheet, Block], None]] = {
    "facts": _facts,
    "heading": _heading,
    "text": _text,
    "list": _list,
    "timeline": _timeline,
}

"""Tables of a printed sheet: rows of any height, the headings again on each page."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from fpdf.fonts import FontFace

from media.native.paper import INK, LINE, PALE, spaced
from media.native.sheets import Sheet

SIZE, LEADING = 9.0, 4.8
PAD = 1.4
# A row that is higher goes on in the next one: no page could hold it.
LINES_MAX = 20


def table(sheet: Sheet, block: Mapping[str, Any]) -> None:
    """Draw `headings` over `rows` of texts, in columns of relative `widths`."""
    total = sum(block["widths"])
    widths = [sheet.epw * one / total for one in block["widths"]]
    sheet.ink(SIZE, INK)
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.2)
    sheet.room(4 * LEADING)
    usual, sheet.c_margin = sheet.c_margin, 0
    with sheet.table(
        col_widths=tuple(widths),
        line_height=LEADING,
        padding=(PAD, PAD),
        text_align="LEFT",
        v_align="TOP",
        headings_style=FontFace(emphasis="BOLD", fill_color=PALE),
    ) as drawn:
        drawn.row(block["headings"])
        for row in block["rows"]:
            for part in _parts(sheet, row, widths):
                drawn.row(part)
    sheet.c_margin = usual
    sheet.ln(3)


def _parts(sheet: Sheet, row: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
    """Return a row as rows that each fit on a page."""
    lines = [_lines(sheet, text, width - 2 * PAD) for text, width in zip(row, widths, strict=True)]
    highest = max(len(one) for one in lines)
    return [
        ["\n".join(one[at : at + LINES_MAX]) for one in lines]
        for at in range(0, max(1, highest), LINES_MAX)
    ]


def _lines(sheet: Sheet, text: str, width: float) -> list[str]:
    if not text:
        return []
    # A hair narrower than the cell, so that no line breaks once more in it.
    found = sheet.multi_cell(
        width - 0.1, LEADING, spaced(text), align="L", dry_run=True, output="LINES"
    )
    return cast(list[str], found)

"""点位示意图 of a printed sheet, drawn in lines: pins where stops lie to one another.

A `sketch` has `width` and `height` (its shape), `pins` of label, x, y, width and whether it is the
meeting point alone, a `path` of points and `arrows` of three points each, all in shares of width
and height; a `scale` of its share of the width and its text; the words `north` and `mark`; a
`legend` of labels and titles; `notes`.
"""

import math
from collections.abc import Sequence

from media.native.paper import ACCENT, INK, MUTED, NAVY, PALE, WHITE, spaced
from media.native.sheets import Block, Sheet

# How wide it is on paper, and how large its pins and letters are there, as shares of that.
ACROSS = 126.0
PIN, LETTERS = 38 / 600, 20 / 600
# The library takes half the height, or more, for a share of it.
HALF = 0.4999
POINTS_A_MM = 72 / 25.4
PATH = (120, 138, 160)
# The scale and north stand so far from the edges.
INSET, FOOT = 7.0, 6.5
COLUMNS, LEGEND = 2, 6.4


def sketch(sheet: Sheet, block: Block) -> None:
    """Draw it in the middle of the page, what its pins stand for beneath it."""
    width, height = size(block)
    sheet.room(height + 16)
    left, top = sheet.l_margin + (sheet.epw - width) / 2, sheet.get_y()
    sheet.set_fill_color(*PALE)
    sheet.rect(left, top, width, height, style="F", round_corners=True, corner_radius=2)
    drawing = _Drawing(sheet, left, top, width, height)
    drawing.path(block["path"], block["arrows"])
    for label, x, y, across, is_meeting in block["pins"]:
        drawing.pin(label, x, y, across, ACCENT if is_meeting else NAVY)
    drawing.scale(*block["scale"])
    drawing.north(block["north"])
    drawing.mark(block["mark"])
    sheet.set_xy(sheet.l_margin, top + height + 3.5)
    _legend(sheet, block["legend"])
    sheet.ln(1)
    sheet.ink(8.5, MUTED)
    for note in block["notes"]:
        sheet.lines(note, 4.6)


def size(block: Block) -> tuple[float, float]:
    """Return how wide and high it is on paper."""
    return ACROSS, ACROSS * block["height"] / block["width"]


class _Drawing:
    """Where shares of a drawing come to lie on the page."""

    def __init__(self, sheet: Sheet, left: float, top: float, width: float, height: float) -> None:
        self.sheet, self.left, self.top = sheet, left, top
        self.width, self.height = width, height

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.width, self.top + y * self.height

    def path(
        self, points: Sequence[Sequence[float]], arrows: Sequence[Sequence[Sequence[float]]]
    ) -> None:
        self.sheet.set_draw_color(*PATH)
        self.sheet.set_fill_color(*PATH)
        self.sheet.set_line_width(0.5)
        self.sheet.set_dash_pattern(dash=1.6, gap=1.2)
        self.sheet.polyline([self.at(x, y) for x, y in points])
        self.sheet.set_dash_pattern()
        for arrow in arrows:
            self.sheet.polygon([self.at(x, y) for x, y in arrow], style="F")

    def pin(
        self, label: str, x: float, y: float, across: float, colour: tuple[int, int, int]
    ) -> None:
        """Draw a disc, or a longer one for several stops, on a white rim."""
        middle, line = self.at(x, y)
        for rim, shade in ((0.5, WHITE), (0.0, colour)):
            wide, high = across * self.width + 2 * rim, PIN * self.width + 2 * rim
            self.sheet.set_fill_color(*shade)
            self.sheet.rect(
                *(middle - wide / 2, line - high / 2, wide, high),
                style="F",
                round_corners=True,
                corner_radius=min(wide, high) * HALF,
            )
        self._text(label, middle, line, LETTERS * self.width * POINTS_A_MM, WHITE, "B")

    def scale(self, share: float, text: str) -> None:
        """Draw a bar that is as long as its text says."""
        left, line = self.left + INSET, self.top + self.height - FOOT
        right = left + share * self.width
        self.sheet.set_draw_color(*INK)
        self.sheet.set_line_width(0.4)
        self.sheet.line(left, line, right, line)
        for end in (left, right):
            self.sheet.line(end, line - 1.3, end, line)
        self._text(text, (left + right) / 2, line - 3, 8.5, INK)

    def north(self, text: str) -> None:
        middle, foot = self.left + self.width - INSET - 2, self.top + self.height - FOOT + 0.6
        self.sheet.set_fill_color(*INK)
        self.sheet.polygon(
            [
                (middle, foot - 6.4),
                (middle + 1.9, foot),
                (middle, foot - 1.5),
                (middle - 1.9, foot),
            ],
            style="F",
        )
        self._text(text, middle - 5.2, foot - 2.6, 8.5, INK, "B")

    def mark(self, text: str) -> None:
        middle, line = self.left + self.width / 2, self.top + self.height - FOOT - 2
        self._text(text, middle, line, 8.5, MUTED)

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        colour: tuple[int, int, int],
        style: str = "",
    ) -> None:
        """Write a text around a point."""
        self.sheet.ink(size, colour, style)
        width, high = self.sheet.get_string_width(text), size / POINTS_A_MM * 1.3
        self.sheet.set_xy(x - width / 2, y - high / 2)
        self.sheet.cell(width, high, text, align="C")


def _legend(sheet: Sheet, rows: Sequence[tuple[str, str]]) -> None:
    """Write what each label stands for, in columns, down one after the other."""
    share = sheet.epw / COLUMNS
    lines = math.ceil(len(rows) / COLUMNS)
    for line in range(lines):
        beside = rows[line::lines]
        sheet.ink(9.5, INK)
        high = max(sheet.height_of(title, 5, share - 12) for _, title in beside)
        sheet.room(high)
        top = sheet.get_y()
        for place, (label, title) in enumerate(beside):
            left = sheet.l_margin + place * share
            sheet.set_xy(left, top)
            sheet.ink(9.5, NAVY, "B")
            sheet.cell(7, 5, label)
            sheet.set_xy(left + 7, top)
            sheet.ink(9.5, INK)
            sheet.multi_cell(share - 12, 5, spaced(title), align="L")
        sheet.set_xy(sheet.l_margin, top + high + LEGEND - 5)

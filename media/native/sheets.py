"""Drawing a printed sheet on A4 with fpdf2, in the Chinese font that the product carries.

A sheet is `{language, title, caption, mark, foot, pages, blocks}`. Blocks, by their `kind`:
`facts` with `rows` of one to three pairs of label and value, `heading` and `text` with a `text`,
`list` with `items`, `timeline` with `rows` of `{time, until, number, title, lines, after}`. Further
kinds are told by `media.native.sheet_pictures`, `sheet_sketches` and `sheet_tables`;
`media.native.printing` draws them all.
"""

import unicodedata
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

FONT = "cjk"
FONTS = {
    "": files("cvttf_NotoSansCJK_Regular") / "NotoSansCJKtc-Regular.otf",
    "B": files("cvttf_NotoSansCJK_Bold") / "NotoSansCJKtc-Bold.otf",
}
RGB = tuple[int, int, int]
INK: RGB = (28, 37, 52)
MUTED: RGB = (96, 108, 126)
NAVY: RGB = (20, 52, 96)
ACCENT: RGB = (14, 116, 124)
LINE: RGB = (214, 220, 228)
PALE: RGB = (243, 246, 249)
MARGIN, FOOT = 18.0, 16.0
# Of the CJK scripts and their punctuation on.
WIDE = "\u2e80"
BREAK = "\u200b"
OPENING, CLOSING = frozenset({"Ps", "Pi"}), frozenset({"Pe", "Pf", "Po"})
TIME_WIDTH, DOT = 27.0, 3.4

Block = Mapping[str, Any]


class Sheet(FPDF):
    """The pages, with a foot on each."""

    def __init__(self, told: Mapping[str, Any], folder: Path) -> None:
        super().__init__(orientation=told.get("orientation", "portrait"), format="A4")
        self.told, self.folder = told, folder
        for style, path in FONTS.items():
            self.add_font(FONT, style, str(path))
            font = cast(TTFFont, self.fonts[FONT + style])
            _use_mainland_forms(font)
            cast(dict[int, int], font.cw)[ord(BREAK)] = 0
        self.c_margin = 0.0
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=FOOT + 6)
        self.set_title(told["title"])
        self.set_lang(told["language"])
        self.set_creator(told["caption"])

    def footer(self) -> None:
        """Write what the sheet is, and which page."""
        self.set_y(-FOOT)
        self.ink(8.5, MUTED)
        page = self.told["pages"].format(n=self.page_no(), total="{nb}")
        self.cell(self.epw * 0.75, 5, spaced(self.told["foot"]))
        self.cell(self.epw * 0.25, 5, page, align="R")

    def ink(self, size: float, colour: RGB = INK, style: str = "") -> None:
        """Choose how the next text looks."""
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)

    def lines(self, text: str, leading: float, *, x: float | None = None) -> None:
        """Write a text over as many lines as it takes, from `x` to the right margin."""
        left = self.l_margin if x is None else x
        self.set_x(left)
        self.multi_cell(
            self.w - self.r_margin - left,
            leading,
            spaced(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def height_of(self, text: str, leading: float, width: float) -> float:
        """Return the height of a text in the font that is chosen."""
        found: Any = self.multi_cell(
            width, leading, spaced(text), align="L", dry_run=True, output="HEIGHT"
        )
        return float(found)

    def room(self, height: float) -> None:
        """Begin a new page unless so much fits on this one."""
        if self.get_y() + height > self.page_break_trigger:
            self.add_page()


def spaced(text: str) -> str:
    """Return a text with the places where a line may break between Chinese characters.

    No line begins with a closing mark or ends with an opening one (GB/T 15834).
    """
    pieces = []
    for before, after in zip(text, text[1:] + " ", strict=True):
        pieces.append(before)
        if BREAK not in (before, after) and max(before, after) >= WIDE and _parts(before, after):
            pieces.append(BREAK)
    return "".join(pieces).rstrip(BREAK)


def _parts(before: str, after: str) -> bool:
    if before.isspace() or after.isspace():
        return False
    opens = unicodedata.category(before) in OPENING
    return not opens and unicodedata.category(after) not in CLOSING


def _use_mainland_forms(font: TTFFont) -> None:
    """Let the font draw the glyphs of mainland China: its own are those of Taiwan.

    A font tells other forms by language (`locl`); nothing else of its layout is needed here.
    """
    table = font.ttfont["GSUB"].table
    languages = [
        language.LangSys
        for script in table.ScriptList.ScriptRecord
        if script.ScriptTag == "hani"
        for language in script.Script.LangSysRecord
        if language.LangSysTag == "ZHS "
    ]
    features = [
        table.FeatureList.FeatureRecord[number]
        for language in languages
        for number in language.FeatureIndex
    ]
    lookups = [
        table.LookupList.Lookup[number]
        for feature in features
        if feature.FeatureTag == "locl"
        for number in feature.Feature.LookupListIndex
    ]
    forms: dict[str, str] = {}
    for lookup in lookups:
        for part in lookup.SubTable:
            forms |= getattr(part, "ExtSubTable", part).mapping
    font.cmap = {code: forms.get(glyph, glyph) for code, glyph in font.cmap.items()}


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

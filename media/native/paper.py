"""What everything printed has in common: A4, the Chinese font, a foot, where lines may break."""

import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image

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
WHITE: RGB = (255, 255, 255)
MARGIN, FOOT = 18.0, 16.0
# Of the CJK scripts and their punctuation on.
WIDE = "\u2e80"
BREAK = "\u200b"
OPENING, CLOSING = frozenset({"Ps", "Pi"}), frozenset({"Pe", "Pf", "Po"})
# What is printed as a picture has at most so many pixels across.
PICTURE_PIXELS = 1600


class Paper(FPDF):
    """Pages with a foot: what it is on the left, which page on the right.

    What is `told` has `title`, `caption`, `language` and `foot`. `pages` is a text with places for
    `{n}` and `{total}`; pictures lie in `folder`.
    """

    def __init__(
        self, told: Mapping[str, Any], folder: Path, pages: str, *, orientation: Any = "portrait"
    ) -> None:
        super().__init__(orientation=orientation, format="A4")
        self.folder, self.foot, self.pages_text = folder, told["foot"], pages
        for style, path in FONTS.items():
            self.add_font(FONT, style, str(path))
            font = self.face(style)
            _use_mainland_forms(font)
            cast(dict[int, int], font.cw)[ord(BREAK)] = 0
        self.c_margin = 0.0
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=FOOT + 6)
        self.set_title(told["title"])
        self.set_lang(told["language"])
        self.set_creator(told["caption"])

    def footer(self) -> None:
        """Write what this is, and which page."""
        self.set_y(-FOOT)
        self.ink(8.5, MUTED)
        page = self.pages_text.format(n=self.page_no(), total="{nb}")
        self.cell(self.epw * 0.75, 5, self.foot)
        self.cell(self.epw * 0.25, 5, page, align="R")

    def face(self, style: str) -> TTFFont:
        """Return the font of a style: regular, or `B`."""
        return cast(TTFFont, self.fonts[FONT + style])

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
        if BREAK not in (before, after) and may_part(before, after):
            pieces.append(BREAK)
    return "".join(pieces).rstrip(BREAK)


def may_part(before: str, after: str) -> bool:
    """Tell whether a line may end between two characters, one of which is Chinese."""
    if max(before, after) < WIDE or before.isspace() or after.isspace():
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


def smaller(opened: Image.Image) -> Image.Image:
    """Return a picture as it is printed: on white, no larger than paper can show."""
    picture = opened
    if picture.mode in ("RGBA", "LA", "PA", "P"):
        layer = picture.convert("RGBA")
        picture = Image.new("RGB", layer.size, WHITE)
        picture.paste(layer, mask=layer.getchannel("A"))
    picture = picture.convert("RGB")
    picture.thumbnail((PICTURE_PIXELS, PICTURE_PIXELS))
    return picture

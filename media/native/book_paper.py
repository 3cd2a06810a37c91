"""The pages of a book: a front page without a foot, boxes that go on over pages, lines in them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from media.native.book_html import Mood, Span
from media.native.paper import ACCENT, INK, LINE, MUTED, NAVY, PALE, RGB, Paper, smaller
from media.native.paper_text import Line, Look, Run, lay_out, write

BODY, BODY_LEADING = 10.5, 6.3
SMALL, SMALL_LEADING = 9.0, 5.2
STEP = 6.0
# What a picture may decode to: more than our renditions have.
PIXELS_MAX = 40_000_000
DOTS_PER_MM = 150 / 25.4
PICTURE_SHARE = 0.42
# The ground and the bar of a box.
BOXES: Mapping[str, tuple[RGB | None, RGB]] = {
    "quote": (None, LINE),
    "callout": (PALE, ACCENT),
    "contact": ((238, 246, 246), NAVY),
    "warning": ((253, 244, 230), (201, 122, 20)),
}
BROKEN = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


class BookPaper(Paper):
    """The pages; `pictures` maps keys to the names of files in `folder`."""

    def __init__(self, told: Mapping[str, Any], folder: Path) -> None:
        super().__init__(told, folder, told["words"]["pages"])
        self.files = dict(told["pictures"])
        Image.MAX_IMAGE_PIXELS = PIXELS_MAX

    def footer(self) -> None:
        """Write the foot, but not on the front page."""
        if self.page_no() > 1:
            super().footer()

    @property
    def page_room(self) -> float:
        """Return the height that a page has for text."""
        return float(self.page_break_trigger - self.t_margin)

    def skip(self, height: float, box: str = "") -> None:
        """Leave room, on the ground of a box; none at the top of a page."""
        if self.get_y() <= self.t_margin:
            return
        if self.get_y() + height > self.page_break_trigger:
            self.add_page()
            return
        self._ground(height, box)
        self.set_y(self.get_y() + height)

    def flow(self, lines: Sequence[Line], leading: float, left: float, box: str = "") -> None:
        """Write lines one below the other; no single one stands alone on a page."""
        for at, line in enumerate(lines):
            rest = len(lines) - at
            beginning = at == 0 and rest > 1
            together = rest if rest <= 3 and (beginning or rest == 2) else 1 + beginning
            self.room(leading * together)
            self._ground(leading, box)
            write(self, line, left, self.get_y(), leading)
            self.set_y(self.get_y() + leading)

    def told(
        self,
        text: str,
        look: Look,
        leading: float,
        *,
        indent: float = 0.0,
    ) -> None:
        """Write a text in one look over the width of the page."""
        left = self.l_margin + indent
        self.flow(lay_out(self, [Run(text, look)], self.epw - indent), leading, left)

    def picture(self, key: str) -> Image.Image | None:
        """Return a picture, ready to be printed; None when it is not there or is broken."""
        name = self.files.get(key)
        if name is None:
            return None
        try:
            with Image.open(Path(self.folder, name), formats=["WEBP", "JPEG", "PNG"]) as opened:
                return smaller(opened)
        except BROKEN:
            return None

    def place(self, picture: Image.Image, alt: str) -> None:
        """Draw a picture in the middle, as large as paper asks for and has room for."""
        width = min(self.epw, picture.width / DOTS_PER_MM)
        height = width * picture.height / picture.width
        if height > (most := self.h * PICTURE_SHARE):
            width, height = width * most / height, most
        self.room(height + SMALL_LEADING)
        left, top = self.l_margin + (self.epw - width) / 2, self.get_y()
        self.set_image_filter("DCTDecode")
        self.image(picture, x=left, y=top, w=width, h=height, alt_text=alt or None)
        self.set_xy(self.l_margin, top + height)

    def _ground(self, height: float, box: str) -> None:
        if not box:
            return
        ground, bar = BOXES[box]
        top = self.get_y()
        if ground is not None:
            self.set_fill_color(*ground)
            self.rect(self.l_margin, top, self.epw, height, style="F")
        self.set_fill_color(*bar)
        self.rect(self.l_margin, top, 1.0, height, style="F")


def runs(spans: Sequence[Span], size: float, *, bold: bool = False, colour: RGB = INK) -> list[Run]:
    """Return a rich text as runs."""
    return [Run(span.text, _look(span.mood, size, bold, colour)) for span in spans]


def _look(mood: Mood, size: float, bold: bool, colour: RGB) -> Look:
    if mood.stressed:
        colour = NAVY  # the font has no italics, nor has Chinese
    return Look(
        size,
        ACCENT if mood.link else colour,
        bold=bold or mood.bold > 0,
        underline=mood.underline > 0,
        strike=mood.strike > 0,
        rise=(mood.raised > 0) - (mood.lowered > 0),
        link=mood.link,
    )


def quiet(size: float = SMALL) -> Look:
    """Return the look of remarks."""
    return Look(size, MUTED)

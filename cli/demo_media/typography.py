"""Chinese and Latin text: fonts, line breaking, fitting into a box, measuring.

Line breaking follows the basic rules of GB/T 15834: no line starts with a closing mark, none ends
with an opening one; words, numbers and their units stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from PIL import ImageDraw, ImageFont, features

from cli.demo_media.vocabulary import WORDS

# The packaged fonts default to Traditional glyphs; the language tag selects the mainland forms,
# which only the Raqm layout can do.
LANGUAGE = "zh-Hans" if features.check("raqm") else None
FONT_FILES = {
    False: files("cvttf_NotoSansCJK_Regular") / "NotoSansCJKtc-Regular.otf",
    True: files("cvttf_NotoSansCJK_Bold") / "NotoSansCJKtc-Bold.otf",
}
ASCENT = 0.88  # of the em square, for all Noto CJK faces
OPENING = {"Ps", "Pi"}  # Unicode categories of （《「“ and the like
CLOSING = {"Pe", "Pf", "Po", "Pd"}  # of 、，。；：）》”—
UNITS = "亿美元|亿元|万元|亿|万吨|万|千|百|元|年|月|日|天|个|家|条|项|吨|公里|平方米|人|期|号|届|点"
WORD = re.compile(
    rf"\d[\d.,:%+-]*(?:[\u2013\u2014~]\d[\d.,]*)?\s?(?:{UNITS})?"
    rf"|{'|'.join(sorted(map(re.escape, WORDS), key=len, reverse=True))}"
    r"|[^\W\d_\u2e80-\uffef][\w.'/&+-]*?(?=[\u2e80-\uffef]|[^\w.'/&+-]|$)|\s+|.",
    re.DOTALL,
)
MISSING = "\U0010ffff"  # a noncharacter: every font draws its "no such glyph" box for it


@lru_cache(maxsize=128)
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the face at `size` pixels per em."""
    return ImageFont.truetype(str(FONT_FILES[bold]), size)


@lru_cache(maxsize=8192)
def _has_glyph(character: str) -> bool:
    face = font(24)
    mask = face.getmask(character, language=LANGUAGE)
    absent = face.getmask(MISSING, language=LANGUAGE)
    return bytes(mask) != bytes(absent) or mask.size != absent.size


def drawable(text: str) -> str:
    """Return `text` in one line without symbols (emoji, joiners) that the face cannot draw.

    Letters and ideographs are never dropped, even when the face lacks them: a box tells that a
    name is incomplete, a gap does not.
    """
    kept = []
    for character in re.sub(r"(?<=[A-Za-z])\u2019(?=[A-Za-z])", "'", text):
        category = unicodedata.category(character)
        if character.isspace():
            kept.append(" ")
        elif category[0] == "L" or (category not in {"Cf", "Cc"} and _has_glyph(character)):
            kept.append(character)
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


@lru_cache(maxsize=16384)
def text_width(text: str, size: int, bold: bool = False) -> float:
    """Return the advance width of one line in pixels."""
    return font(size, bold).getlength(text, language=LANGUAGE)


def _units(text: str) -> list[str]:
    """Split into pieces that may be separated by a line break, and nowhere else."""
    return _glued(WORD.findall(text))


def _glued(tokens: Iterable[str]) -> list[str]:
    """Join closing marks to what precedes them, opening ones to what follows."""
    units: list[str] = []
    for token in tokens:
        glued = token.isspace() or unicodedata.category(token[0]) in CLOSING
        if units and (glued or unicodedata.category(units[-1][-1]) in OPENING):
            units[-1] += token
        else:
            units.append(token)
    return units


def _fitting_units(text: str, width: float, size: int, bold: bool) -> list[tuple[str, float]]:
    """Measure the units; one that is wider than a line is broken up by character."""
    measured: list[tuple[str, float]] = []
    for unit in _units(text):
        wide = text_width(unit.rstrip(), size, bold) > width
        pieces = _glued(unit) if wide else [unit]
        measured += [(piece, text_width(piece, size, bold)) for piece in pieces]
    return measured


def _pauses(unit: str) -> bool:
    """Whether a break after `unit` falls where a reader would pause anyway."""
    return unit[-1].isspace() or unicodedata.category(unit[-1]) in CLOSING


def _greedy(units: list[tuple[str, float]], width: float, size: int, bold: bool) -> list[str]:
    lines: list[str] = []
    line, filled = "", 0.0
    for unit, advance in units:
        trimmed = text_width(unit.rstrip(), size, bold) if unit[-1].isspace() else advance
        if line and filled + trimmed > width:
            lines.append(line.rstrip())
            line, filled = "", 0.0
        line += unit
        filled += advance
    return [*lines, line.rstrip()] if line else lines


def _balanced(units: list[tuple[str, float]], width: float, count: int) -> list[str]:
    """Break into exactly `count` lines of similar length, preferring breaks after punctuation."""
    sums = [0.0]
    for _, advance in units:
        sums.append(sums[-1] + advance)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for row in range(count):
        options: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in best[row].items():
            for end in range(start + 1, len(units) + 1):
                slack = 1 - (sums[end] - sums[start]) / width
                if slack < 0:
                    break
                wanted = end == len(units) or _pauses(units[end - 1][0])
                total = cost + slack**2 + (0 if wanted else 0.05)
                if end not in options or total < options[end][0]:
                    options[end] = (total, start)
        best.append(options)
    if len(units) not in best[count]:
        return []
    lines, end = [], len(units)
    for row in range(count, 0, -1):
        start = best[row][end][1]
        lines.append("".join(unit for unit, _ in units[start:end]).strip())
        end = start
    return lines[::-1]


def wrap(text: str, width: float, size: int, bold: bool = False) -> list[str]:
    """Break `text` into as few lines of at most `width` pixels as possible, evenly filled."""
    units = _fitting_units(text, width, size, bold)
    lines = _greedy(units, width, size, bold)
    if len(lines) < 2:
        return lines
    return _balanced(units, width, len(lines)) or lines


def _cut(text: str, width: float, size: int, bold: bool, count: int) -> list[str]:
    """Keep `count` full lines, the last of them ending with an ellipsis."""
    lines = _greedy(_fitting_units(text, width, size, bold), width, size, bold)[:count]
    last = lines[-1]
    while last and (
        text_width(last + "…", size, bold) > width
        or unicodedata.category(last[-1]) in OPENING | CLOSING | {"Zs"}
    ):
        last = last[:-1]
    return [*lines[:-1], last + "…"]


@dataclass(frozen=True)
class TextBlock:
    """Lines set in one size; `x` is the left edge, `y` the top of the em square."""

    lines: tuple[str, ...]
    size: int
    bold: bool
    leading: int
    x: float = 0
    y: float = 0

    @property
    def width(self) -> float:
        """Advance width of the widest line."""
        return max((text_width(line, self.size, self.bold) for line in self.lines), default=0)

    @property
    def height(self) -> int:
        """From the top of the first em square to the bottom of the last; 0 without lines."""
        return (len(self.lines) - 1) * self.leading + self.size if self.lines else 0

    def at(self, x: float, y: float) -> TextBlock:
        """Return the same block in another place."""
        return replace(self, x=x, y=y)

    def _placed(self) -> list[tuple[float, float, str]]:
        baseline = self.y + ASCENT * self.size
        return [(self.x, baseline + i * self.leading, line) for i, line in enumerate(self.lines)]

    @property
    def ink(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the pixels that the block really covers."""
        face = font(self.size, self.bold)
        boxes = [
            (x + box[0], y + box[1], x + box[2], y + box[3])
            for x, y, line in self._placed()
            for box in [face.getbbox(line, anchor="ls", language=LANGUAGE)]
        ]
        if not boxes:
            return (self.x, self.y, self.x, self.y)
        return (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )

    def draw(self, draw: ImageDraw.ImageDraw, fill: tuple[int, ...]) -> None:
        """Set the lines in the colour `fill`."""
        face = font(self.size, self.bold)
        for x, y, line in self._placed():
            draw.text((x, y), line, font=face, fill=fill, anchor="ls", language=LANGUAGE)


@lru_cache(maxsize=4096)
def fit(
    text: str,
    *,
    width: float,
    sizes: tuple[int, ...],
    max_lines: tuple[int, ...],
    bold: bool = False,
    leading: float = 1.25,
) -> TextBlock:
    """Set `text` in the first of `sizes` at which it needs no more than its `max_lines`.

    `max_lines` runs parallel to `sizes`; a text that is too long even for the last size is cut
    with an ellipsis. Characters without a glyph are left out (see `drawable`).
    """
    text = drawable(text)
    for size, count in zip(sizes, max_lines, strict=True):
        lines = wrap(text, width, size, bold)
        if len(lines) <= count:
            break
    else:
        lines = _cut(text, width, size, bold, count)
    return TextBlock(tuple(lines), size, bold, round(size * leading))

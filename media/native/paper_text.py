"""Texts in more than one look: broken into lines by the rules of Chinese, then written.

fpdf2 breaks a text in one look only, or by an API of its own; here what stands in a table, in a
box or in a paragraph is measured and written in one way.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from media.native.paper import INK, RGB, Paper, may_part

# Millimetres in a point.
POINT = 25.4 / 72
RAISED, RAISED_SIZE = 0.33, 0.7
# Where the baseline lies in the height of a line.
BASELINE = 0.72
END = "\n"
# Only those, whatever a text holds.
SCHEMES = ("http://", "https://", "mailto:", "tel:")


@dataclass(frozen=True)
class Look:
    """How a text looks; `rise` is 1 for superscript, -1 for subscript."""

    size: float
    colour: RGB = INK
    bold: bool = False
    underline: bool = False
    strike: bool = False
    rise: int = 0
    link: str = ""

    @property
    def points(self) -> float:
        """Return the size that letters are drawn in."""
        return self.size * RAISED_SIZE if self.rise else self.size


@dataclass(frozen=True)
class Run:
    """A text in one look; a line ends at each newline."""

    text: str
    look: Look


@dataclass
class Line:
    """Pieces of text in their looks, from the left, and how wide they are together."""

    pieces: list[tuple[str, Look]] = field(default_factory=list)
    width: float = 0.0


Word = list[tuple[str, Look]]


def safe_link(address: str) -> str:
    """Return an address that a reader may follow; else nothing."""
    return address if address.lower().startswith(SCHEMES) else ""


def lay_out(paper: Paper, runs: Iterable[Run], width: float) -> list[Line]:
    """Break a text into lines of at most `width`; a word that is wider is broken anywhere."""
    lines, line, gap = [], Line(), False
    for word in _words(runs):
        if not word[0][0].strip(" "):
            gap = bool(line.pieces)
            continue
        if word[0][0] == END:
            lines.append(line)
            line, gap = Line(), False
            continue
        space = _space(paper, line, word) if gap else []
        wide = _width(paper, word) + _width(paper, space)
        if line.pieces and line.width + wide > width:
            lines.append(line)
            line, space, wide = Line(), [], _width(paper, word)
        for piece in [word] if wide <= width else _letters(word):
            part = _width(paper, piece)
            if line.pieces and line.width + part > width:
                lines.append(line)
                line = Line()
            _add(line, [*space, *piece], part + _width(paper, space))
            space = []
        gap = False
    return [*lines, line] if line.pieces or not lines else lines


def widest(paper: Paper, runs: Sequence[Run]) -> tuple[float, float]:
    """Return the width of the widest word, and of the text when it is never broken."""
    words = [(word, _width(paper, word)) for word in _words(runs)]
    longest = line = 0.0
    for word, width in words:
        line = 0.0 if word[0][0] == END else line + width
        longest = max(longest, line)
    return max((width for _, width in words), default=0.0), longest


def write(paper: Paper, line: Line, left: float, top: float, height: float) -> None:
    """Write a line, `height` high, from `left` on; the position of the paper does not move."""
    base = top + height * BASELINE
    for text, look in line.pieces:
        paper.ink(look.points, look.colour, _style(look))
        width = _measured(paper, text, look)
        paper.text(left, base - look.rise * look.size * POINT * RAISED, text)
        if look.link:
            paper.link(left, top, width, height, look.link)
        left += width


def _style(look: Look) -> str:
    return "B" * look.bold + "U" * look.underline + "S" * look.strike


def _words(runs: Iterable[Run]) -> Iterator[Word]:
    """Return what a line is made of: words, each blank as one space, each newline."""
    word: Word = []
    for run in runs:
        for character in run.text:
            if character.isspace() and character != "\xa0":
                if word:
                    yield word
                word = []
                yield [(END if character == END else " ", run.look)]
                continue
            if word and may_part(word[-1][0][-1], character):
                yield word
                word = []
            if word and word[-1][1] is run.look:
                word[-1] = (word[-1][0] + character, run.look)
            else:
                word.append((character, run.look))
    if word:
        yield word


def _letters(word: Word) -> Iterator[Word]:
    return ([(letter, look)] for text, look in word for letter in text)


def _space(paper: Paper, line: Line, word: Word) -> Word:
    """Return the blank before a word: underlined only within one look."""
    look = line.pieces[-1][1]
    if look is not word[0][1]:
        look = Look(look.size)
    return [(" ", look)]


def _add(line: Line, word: Word, width: float) -> None:
    for text, look in word:
        if line.pieces and line.pieces[-1][1] == look:
            line.pieces[-1] = (line.pieces[-1][0] + text, look)
        else:
            line.pieces.append((text, look))
    line.width += width


def _width(paper: Paper, word: Word) -> float:
    return sum(_measured(paper, text, look) for text, look in word)


def _measured(paper: Paper, text: str, look: Look) -> float:
    widths = paper.face("B" if look.bold else "").cw
    return float(sum(widths[ord(letter)] for letter in text) * look.points * POINT / 1000)

"""Reading rich text: the HTML that chapters are written in becomes blocks to draw.

The text was cleaned when it was written; still nothing here trusts it. No address is opened: a
picture is known by its key, and only those that were handed in are drawn.
"""

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import ClassVar

from media.native.paper_text import safe_link

MEDIA_URL = "/media/"
BLANKS = re.compile(r"[ \t\r\n\f]+")
# What has no letter of its own: it would be drawn as a box.
CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
INLINE = {
    **dict.fromkeys(("strong", "b", "th"), "bold"),
    **dict.fromkeys(("em", "i"), "stressed"),
    "u": "underline",
    "s": "strike",
    "sup": "raised",
    "sub": "lowered",
}
DOT = "•"
SPAN_MAX = 24
DEPTH_MAX = 6


@dataclass(frozen=True)
class Mood:
    """What the text at hand is within: how many of each tag are open, and the link."""

    bold: int = 0
    stressed: int = 0
    underline: int = 0
    strike: int = 0
    raised: int = 0
    lowered: int = 0
    link: str = ""


@dataclass(frozen=True)
class Span:
    """A text and its mood."""

    text: str
    mood: Mood


@dataclass
class Cell:
    """A cell of a table; it may reach over columns and rows."""

    spans: list[Span] = field(default_factory=list)
    columns: int = 1
    rows: int = 1
    heading: bool = False


@dataclass
class Block:
    """A piece of a chapter, from above to below.

    `kind` is text, heading, item, caption, picture, table, rule, or gap: the edge of a box. `level`
    is that of a heading or the depth of a list, `box` what it stands in: quote, callout, contact,
    warning. `key` and `alt` are a picture's.
    """

    kind: str
    spans: list[Span] = field(default_factory=list)
    level: int = 0
    mark: str = ""
    box: str = ""
    key: str = ""
    alt: str = ""
    rows: list[list[Cell]] = field(default_factory=list)


def blocks(html: str) -> list[Block]:
    """Return the blocks of a rich text."""
    reader = _Reader()
    reader.feed(CONTROLS.sub("", html))
    reader.close()
    reader.end_block()
    return reader.end_table() if reader.table else reader.found


class _Reader(HTMLParser):
    BOXES: ClassVar = ("callout", "contact", "warning")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self.spans: list[Span] = []
        self.mood = Mood()
        self.kind, self.level, self.mark = "text", 0, ""
        self.boxes: list[str] = []
        self.lists: list[int] = []  # the number of the last item; below zero where none is told
        self.table: Block | None = None
        self.depth = 0
        self.later: list[Block] = []

    def handle_data(self, data: str) -> None:
        text = BLANKS.sub(" ", data)
        if self.table is not None and self.kind != "caption":
            self._in_cell(text)
        elif text.strip() or self.spans:
            self.spans.append(Span(text, self.mood))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in INLINE and tag != "th":
            self._turn(INLINE[tag], 1)
        elif tag == "a":
            self.mood = replace(self.mood, link=safe_link(told.get("href", "")))
        elif tag == "br":
            self._line()
        elif tag == "img":
            self._picture(told)
        elif tag in ("table", "tr", "td", "th"):
            self._open_table(tag, told)
        elif self.table is not None and tag != "caption":
            self._line(fresh=True)
            if tag == "li":
                self._in_cell(f"{DOT} ")
        else:
            self._open(tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag in INLINE and tag != "th":
            self._turn(INLINE[tag], -1)
        elif tag == "a":
            self.mood = replace(self.mood, link="")
        elif tag == "table":
            self.depth = max(0, self.depth - 1)
            if self.table is not None and self.depth == 0:
                self.end_table()
        elif self.table is not None and tag != "caption":
            if tag in ("p", "li", "h2", "h3", "h4", "div"):
                self._line(fresh=True)
        else:
            self._close(tag)

    def end_block(self) -> None:
        """Put what was read so far into a block of its own."""
        if any(span.text.strip() for span in self.spans):
            box = self.boxes[-1] if self.boxes else ""
            block = Block(self.kind, self.spans, level=self.level, mark=self.mark, box=box)
            self.found.append(block)
            self.mark = ""
        self.spans, self.kind, self.level = [], "text", 0
        if self.lists:
            self.kind, self.level = "item", min(len(self.lists), DEPTH_MAX)

    def end_table(self) -> list[Block]:
        """End the table at hand; what its cells show follows it."""
        table, self.table = self.table, None
        if table is not None and any(table.rows):
            self.found.append(table)
        self.found.extend(self.later)
        self.later, self.depth = [], 0
        return self.found

    def _turn(self, name: str, by: int) -> None:
        self.mood = replace(self.mood, **{name: max(0, getattr(self.mood, name) + by)})

    def _line(self, *, fresh: bool = False) -> None:
        """End a line; a `fresh` one is there already where nothing was written on it."""
        if self.table is None:
            self.spans.append(Span("\n", self.mood))
        elif not fresh or not self._cell_text().endswith(("\n", f"{DOT} ")):
            self._in_cell("\n")

    def _cell_text(self) -> str:
        cell = self._cell()
        return cell.spans[-1].text if cell is not None and cell.spans else "\n"

    def _cell(self) -> Cell | None:
        if self.table is None or not self.table.rows or not self.table.rows[-1]:
            return None
        return self.table.rows[-1][-1]

    def _in_cell(self, text: str) -> None:
        cell = self._cell()
        if cell is not None and (text.strip() or cell.spans):
            cell.spans.append(Span(text, self.mood))

    def _picture(self, told: dict[str, str]) -> None:
        address, alt = told.get("src", ""), told.get("alt", "")
        if address.startswith(MEDIA_URL):
            block = Block("picture", key=address.removeprefix(MEDIA_URL), alt=alt)
            if self.table is None:
                self.end_block()
                self.found.append(block)
            else:
                self.later.append(block)

    def _open_table(self, tag: str, told: dict[str, str]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.end_block()
                self.table = Block("table")
        elif self.table is None:
            return
        elif self.depth > 1:  # a table in a table is read as lines
            self._line(fresh=True) if tag == "tr" else self._in_cell("  ")
        elif tag == "tr" or not self.table.rows:
            self.table.rows.append([])
        if self.table is not None and self.depth == 1 and tag in ("td", "th"):
            cell = Cell(
                columns=_count(told.get("colspan")),
                rows=_count(told.get("rowspan")),
                heading=tag == "th",
            )
            self.table.rows[-1].append(cell)

    def _open(self, tag: str, told: dict[str, str]) -> None:
        if tag in ("ul", "ol"):
            self.end_block()
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li" and self.lists:
            self.end_block()
            if self.lists[-1] >= 0:
                self.lists[-1] += 1
            self.mark = f"{self.lists[-1]}." if self.lists[-1] >= 0 else DOT
        elif tag in ("blockquote", "aside"):
            self._box("quote" if tag == "blockquote" else told.get("class", ""))
        elif tag == "hr":
            self.end_block()
            self.found.append(Block("rule"))
        elif tag in ("figcaption", "caption"):
            self.end_block()
            self.kind = "caption"
        elif tag in ("h2", "h3", "h4"):
            self.end_block()
            self.kind, self.level = "heading", int(tag[1])
        else:
            self.end_block()

    def _close(self, tag: str) -> None:
        self.end_block()
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self.mark = ""
            self.end_block()
        elif tag in ("blockquote", "aside") and self.boxes:
            self.found.append(Block("gap", box=self.boxes.pop()))

    def _box(self, name: str) -> None:
        self.end_block()
        known = [one for one in self.BOXES if one in name.split()]
        self.boxes.append(known[0] if known else ("quote" if name == "quote" else "callout"))
        self.found.append(Block("gap", box=self.boxes[-1]))


def _count(text: str | None) -> int:
    """Return over how many columns or rows a cell reaches, within reason."""
    return min(SPAN_MAX, max(1, int(text))) if text and re.fullmatch(r"[0-9]{1,6}", text) else 1

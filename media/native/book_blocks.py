"""Drawing the blocks of a book's chapters."""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from media.native import book_html
from media.native.book_html import DOT, Block, Cell, Mood, Span
from media.native.book_paper import (
    BODY,
    BODY_LEADING,
    SMALL,
    SMALL_LEADING,
    STEP,
    BookPaper,
    quiet,
    runs,
)
from media.native.book_tables import Table
from media.native.paper import ACCENT, LINE, MUTED, NAVY
from media.native.paper_text import Look, Run, lay_out, safe_link, write

HEADINGS = {2: (13.0, 8.0), 3: (11.5, 7.0), 4: (10.5, 6.4)}
# The column of labels.
LABELS = 32.0
INSET = 5.0
GAP = 2.2


def rich(paper: BookPaper, html: str) -> None:
    """Draw a rich text."""
    blocks = book_html.blocks(html)
    for block, after in zip_longest(blocks, blocks[1:]):
        _one(paper, block, after)


def _one(paper: BookPaper, block: Block, after: Block | None) -> None:
    box = block.box if after is not None and after.box == block.box else ""
    match block.kind:
        case "table":
            if any(block.rows):
                Table(paper, block.rows).draw(paper)
            paper.skip(GAP + 1)
        case "picture":
            _picture(paper, block.key, block.alt)
        case "rule":
            _rule(paper)
        case "gap":
            if box:  # one opens: it is not only a sliver of it that stands on this page
                paper.room(4 * BODY_LEADING)
            paper.skip(GAP * 0.8, block.box)
            paper.skip(0 if box else GAP)
        case "heading" | "caption":
            _text(paper, block, _beginning(paper, after))
            paper.skip(GAP, box)
        case _:
            _text(paper, block)
            goes_on = after is not None and after.kind == "item"
            paper.skip(GAP * (0.5 if block.kind == "item" and goes_on else 1), box)


def _beginning(paper: BookPaper, after: Block | None) -> float:
    """Return how much of what follows must stand on the page of its heading."""
    if after is None:
        return 0.0
    if after.kind == "table" and any(after.rows):
        return min(Table(paper, after.rows).beginning, paper.page_room / 2) + GAP
    return 3 * BODY_LEADING if after.kind != "picture" else paper.page_room * 0.3


def _text(paper: BookPaper, block: Block, below: float = 0.0) -> None:
    """Draw what has lines: a paragraph, a heading, an item of a list, a caption.

    `below` is the room that must be on the same page, for what follows.
    """
    size, leading, ink = BODY, BODY_LEADING, None
    if block.kind == "heading":
        size, leading = HEADINGS.get(block.level, HEADINGS[4])
        ink = NAVY
        paper.skip(GAP, block.box)
    elif block.kind == "caption":
        size, leading, ink = SMALL, SMALL_LEADING, MUTED
    heavy = block.kind == "heading"
    said = runs(block.spans, size, bold=heavy, **({"colour": ink} if ink else {}))
    left = (
        paper.l_margin + (INSET if block.box else 0) + STEP * block.level * (block.kind == "item")
    )
    lines = lay_out(paper, said, paper.w - paper.r_margin - left - (3 if block.box else 0))
    if below or heavy:
        paper.room(len(lines) * leading + below)
    page, top = paper.page, paper.get_y()
    if block.mark and lines:
        paper.room(leading * min(2, len(lines)))
        page, top = paper.page, paper.get_y()
    paper.flow(lines, leading, left, block.box)
    if block.mark and page == paper.page:
        _mark(paper, block.mark, left, top, leading)


def _mark(paper: BookPaper, mark: str, left: float, top: float, leading: float) -> None:
    """Draw what stands before an item of a list: its number, or a dot."""
    if mark == DOT:
        paper.set_fill_color(*ACCENT)
        paper.ellipse(left - STEP + 1.6, top + leading / 2 - 0.6, 1.3, 1.3, style="F")
        return
    line = lay_out(paper, [Run(mark, Look(BODY, ACCENT, bold=True))], 2 * STEP)[0]
    write(paper, line, left - max(STEP, line.width + 0.6), top, leading)


def _picture(paper: BookPaper, key: str, alt: str) -> None:
    picture = paper.picture(key)
    if picture is not None:
        paper.place(picture, alt)
    elif alt:
        paper.told(f"[{alt}]", quiet(), SMALL_LEADING)
    paper.skip(GAP)


def _rule(paper: BookPaper) -> None:
    paper.skip(GAP)
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.3)
    paper.line(paper.l_margin, paper.get_y(), paper.w - paper.r_margin, paper.get_y())
    paper.skip(GAP)


def draw(paper: BookPaper, blocks: Sequence[Mapping[str, Any]]) -> None:
    """Draw blocks of the description, one below the other: see `media.native.books`."""
    for block in blocks:
        DRAWN[block["kind"]](paper, block)


def _html(paper: BookPaper, block: Mapping[str, Any]) -> None:
    rich(paper, block["html"])


def _note(paper: BookPaper, block: Mapping[str, Any]) -> None:
    """Draw a remark, or what a chapter is about."""
    if block.get("lead"):
        paper.told(block["text"], Look(11.5, MUTED), 6.8)
    else:
        paper.told(block["text"], quiet(), SMALL_LEADING)
    paper.skip(GAP)


def _boxed(paper: BookPaper, block: Mapping[str, Any]) -> None:
    """Draw a remark that nobody should miss."""
    box = block["box"]
    lines = lay_out(paper, [Run(block["text"], Look(SMALL))], paper.epw - INSET - 3)
    paper.room(SMALL_LEADING * len(lines) + 2 * GAP)
    paper.skip(GAP * 0.6, box)
    paper.flow(lines, SMALL_LEADING, paper.l_margin + INSET, box)
    paper.skip(GAP * 0.6, box)
    paper.skip(GAP)


def _table(paper: BookPaper, block: Mapping[str, Any]) -> None:
    """Draw rows of texts below headings; below a title, the first column is one of labels."""
    rows: list[list[Cell]] = []
    title, headings = block.get("title", ""), block.get("headings", [])
    if title:
        rows.append([_cell(title, heading=True, columns=2)])
    if headings:
        rows.append([_cell(text, heading=True) for text in headings])
    rows += [
        [_cell(text, heading=bool(title) and at == 0) for at, text in enumerate(row)]
        for row in block["rows"]
    ]
    table = Table(paper, rows, LABELS if title else 0.0)
    if above := block.get("above"):
        spans = [Span(above, Mood())]
        _text(paper, Block("heading", spans, level=3), min(table.beginning, paper.page_room / 2))
        paper.skip(GAP)
    table.draw(paper)
    paper.skip(GAP + 1)


def _cell(text: str, *, heading: bool = False, columns: int = 1) -> Cell:
    link = text if safe_link(text) and " " not in text else ""
    return Cell([Span(text, Mood(link=link))], columns=columns, heading=heading)


DRAWN: Mapping[str, Callable[[BookPaper, Mapping[str, Any]], None]] = {
    "html": _html,
    "note": _note,
    "boxed": _boxed,
    "table": _table,
}

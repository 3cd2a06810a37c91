"""Drawing the blocks of a book's chapters."""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from media.native import book_html, book_tables
from media.native.book_html import Block, Cell, Mood, Span
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
from media.native.paper import ACCENT, LINE, MUTED, NAVY
from media.native.paper_text import Look, Run, lay_out, safe_link, write

HEADINGS = {2: (13.0, 8.0), 3: (11.5, 7.0), 4: (10.5, 6.4)}
# What follows a heading must begin on its page.
BELOW_HEADING = 3 * BODY_LEADING
INSET = 5.0
GAP = 2.2


def draw(paper: BookPaper, block: Mapping[str, Any]) -> None:
    """Draw a block of the description: see `media.native.books`."""
    KINDS[block["kind"]](paper, block)


def rich(paper: BookPaper, html: str) -> None:
    """Draw a rich text."""
    blocks = book_html.blocks(html)
    for block, after in zip_longest(blocks, blocks[1:]):
        _one(paper, block, after)


def _one(paper: BookPaper, block: Block, after: Block | None) -> None:
    match block.kind:
        case "table":
            book_tables.draw(paper, block.rows)
            paper.skip(GAP + 1)
        case "picture":
            _picture(paper, block.key, block.alt)
        case "rule":
            _rule(paper)
        case "gap":
            paper.skip(GAP if after and after.box == block.box else GAP * 0.8, block.box)
            if after is None or after.box != block.box:
                paper.skip(GAP)
        case _:
            _text(paper, block)
            same = after is not None and after.box == block.box
            paper.skip(GAP * 0.5 if block.kind == "item" else GAP, block.box if same else "")


def _text(paper: BookPaper, block: Block) -> None:
    """Draw what has lines: a paragraph, a heading, an item of a list, a caption."""
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
    if heavy:
        paper.room(len(lines) * leading + BELOW_HEADING)
    elif block.kind == "caption":
        paper.room(len(lines) * leading)
    page, top = paper.page, paper.get_y()
    if block.mark and lines:
        paper.room(leading * min(2, len(lines)))
        page, top = paper.page, paper.get_y()
    paper.flow(lines, leading, left, block.box)
    if block.mark and page == paper.page:
        _mark(paper, block.mark, left, top, leading)


def _mark(paper: BookPaper, mark: str, left: float, top: float, leading: float) -> None:
    (line,) = lay_out(paper, [Run(mark, Look(BODY, ACCENT, bold=True))], STEP)[:1]
    write(paper, line, left - min(STEP, line.width + 1.6), top, leading)


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
    paper.room(SMALL_LEADING * 2 + GAP)
    paper.skip(GAP * 0.8, box)
    lines = lay_out(paper, [Run(block["text"], Look(SMALL))], paper.epw - INSET - 3)
    paper.flow(lines, SMALL_LEADING, paper.l_margin + INSET, box)
    paper.skip(GAP * 0.8, box)
    paper.skip(GAP)


def _heading(paper: BookPaper, block: Mapping[str, Any]) -> None:
    spans = [Span(block["text"], Mood())]
    _one(paper, Block("heading", spans, level=3), None)


def _table(paper: BookPaper, block: Mapping[str, Any]) -> None:
    """Draw `rows` of texts, below `headings` or a `title` over all columns.

    The first column is one of labels where `labels` is true.
    """
    rows: list[list[Cell]] = []
    width = max((len(row) for row in block["rows"]), default=1)
    if block.get("title"):
        rows.append([_cell(block["title"], heading=True, columns=width)])
    if block.get("headings"):
        rows.append([_cell(text, heading=True) for text in block["headings"]])
    labels = bool(block.get("labels"))
    rows += [
        [_cell(text, heading=labels and at == 0) for at, text in enumerate(row)]
        for row in block["rows"]
    ]
    book_tables.draw(paper, rows)
    paper.skip(GAP + 1)


def _cell(text: str, *, heading: bool = False, columns: int = 1) -> Cell:
    link = text if safe_link(text) and " " not in text else ""
    return Cell([Span(text, Mood(link=link))], columns=columns, heading=heading)


KINDS: Mapping[str, Callable[[BookPaper, Mapping[str, Any]], None]] = {
    "html": _html,
    "note": _note,
    "boxed": _boxed,
    "heading": _heading,
    "table": _table,
}


def all_of(paper: BookPaper, blocks: Sequence[Mapping[str, Any]]) -> None:
    """Draw blocks one below the other."""
    for block in blocks:
        draw(paper, block)

"""Drawing a book on A4: front page, contents with page numbers and bookmarks, chapters as a tree.

A book is `{language, title, caption, foot, words, year, summary, cover, marks, dated, made_at,
pictures, parts}`. `words` are `contents` and `pages`; `pictures` maps the keys of media files to
files in the folder; `cover` is such a key, or nothing; `marks` and `dated` stand at the end of the
front page; `made_at` is the time that the file tells. A part is `{number, title, level, blocks}`;
blocks, by their `kind`: `html` with `html`; `note` with a `text`, which is larger as `lead`;
`boxed` with a `text` and the name of a `box`; `table` with `rows` below `headings` or a `title`,
and what stands `above` it.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpdf import FPDF

from media.native import book_blocks
from media.native.book_paper import BookPaper, quiet
from media.native.paper import ACCENT, INK, LINE, MUTED, NAVY, WHITE
from media.native.paper_text import Line, Look, Run, lay_out, write

LEVEL_MAX = 6
PANEL = 118.0
ENTRY = 6.6
INDENT = 7.0
NUMBERS = 14.0
TOP_ENTRY = 2.2


@dataclass
class Entry:
    """A line of the contents, which may break; `link` leads to its part, on `page`."""

    level: int
    lines: list[Line]
    link: int
    page: int = 0

    @property
    def above(self) -> float:
        """Return the room above."""
        return 0.0 if self.level else TOP_ENTRY


def draw(folder: str) -> dict[str, Any]:
    """Read `book.json` in a folder and write `book.pdf`; return how many pages it has."""
    work = Path(folder)
    told = json.loads(Path(work, "book.json").read_text(encoding="utf-8"))
    paper = BookPaper(told, work)
    paper.set_creation_date(dt.datetime.fromisoformat(told["made_at"]))
    _front(paper, told)
    entries = [_entry(paper, part) for part in told["parts"]]
    _contents(paper, told["words"]["contents"], entries)
    for number, (part, entry) in enumerate(zip(told["parts"], entries, strict=True)):
        _part(paper, part, entry, first=number == 0)
    paper.output(str(Path(work, "book.pdf")))
    return {"pages": paper.pages_count}


def _front(paper: BookPaper, told: Mapping[str, Any]) -> None:
    paper.add_page()
    paper.set_fill_color(*NAVY)
    paper.rect(0, 0, paper.w, PANEL, style="F")
    paper.set_fill_color(*ACCENT)
    paper.rect(0, PANEL, paper.w, 2.4, style="F")
    paper.set_y(26)
    paper.told(told["caption"], Look(11, (176, 206, 226), bold=True), 6.5)
    paper.set_y(46)
    look = _largest(paper, told["title"])
    paper.told(told["title"], look, look.size * 0.5)
    paper.set_y(PANEL - 20)
    paper.told(told["year"], Look(20, (176, 206, 226), bold=True), 9)
    paper.set_y(PANEL + 14)
    if told["cover"] and (picture := paper.picture(told["cover"])) is not None:
        paper.place(picture, "")
        paper.skip(6)
    if told["summary"]:
        paper.told(told["summary"], Look(11.5, INK), 7)
    lines = [*told["marks"], told["dated"]]
    paper.set_y(max(paper.get_y() + 4, paper.page_break_trigger - 6 * len(lines)))
    for line in lines:
        paper.told(line, quiet(10), 6)


def _largest(paper: BookPaper, title: str) -> Look:
    """Return the largest letters in which the title takes one line, or else few."""
    for size, most in ((30.0, 1), (27.0, 1), (24.0, 1), (30.0, 2), (24.0, 3), (19.0, 5)):
        look = Look(size, WHITE, bold=True)
        if len(lay_out(paper, [Run(title, look)], paper.epw)) <= most:
            break
    return look


def _entry(paper: BookPaper, part: Mapping[str, Any]) -> Entry:
    level = min(part["level"], LEVEL_MAX)
    look = Look(10.5, INK if level else NAVY, bold=level == 0)
    room = paper.epw - level * INDENT - NUMBERS
    return Entry(level, lay_out(paper, [Run(_named(part), look)], room), paper.add_link())


def _contents(paper: BookPaper, title: str, entries: Sequence[Entry]) -> None:
    """Keep the pages of the contents: what stands on them is known at the end."""
    paper.add_page()

    def render(_pages: FPDF, _outline: object) -> None:
        paper.told(title, Look(22, NAVY, bold=True), 11)
        paper.skip(5)
        for entry in entries:
            _draw_entry(paper, entry)

    paper.insert_toc_placeholder(render, pages=_pages(paper, entries), reset_page_indices=False)


def _pages(paper: BookPaper, entries: Sequence[Entry]) -> int:
    """Return how many pages the contents take."""
    count, y = 1, paper.t_margin + 16
    for entry in entries:
        y += entry.above if y > paper.t_margin else 0
        height = len(entry.lines) * ENTRY
        if y + height > paper.page_break_trigger:
            count, y = count + 1, paper.t_margin
        y += height
    return count


def _draw_entry(paper: BookPaper, entry: Entry) -> None:
    """Draw a line of the contents: number and title, dots, page."""
    if paper.get_y() > paper.t_margin:
        paper.set_y(paper.get_y() + entry.above)
    paper.room(len(entry.lines) * ENTRY)
    left = paper.l_margin + entry.level * INDENT
    top = paper.get_y()
    for number, line in enumerate(entry.lines):
        write(paper, line, left, top + number * ENTRY, ENTRY)
    bottom = top + len(entry.lines) * ENTRY
    page = lay_out(paper, [Run(str(entry.page), Look(10.5, MUTED))], NUMBERS)[0]
    right = paper.w - paper.r_margin
    write(paper, page, right - page.width, bottom - ENTRY, ENTRY)
    begins, ends = left + entry.lines[-1].width + 2, right - page.width - 2
    if begins < ends:
        paper.set_draw_color(*LINE)
        paper.set_line_width(0.3)
        paper.set_dash_pattern(dash=0.4, gap=1.2)
        paper.line(begins, bottom - ENTRY * 0.34, ends, bottom - ENTRY * 0.34)
        paper.set_dash_pattern()
    paper.link(left, top, right - left, bottom - top, entry.link)
    paper.set_y(bottom)


def _part(paper: BookPaper, part: Mapping[str, Any], entry: Entry, *, first: bool) -> None:
    """Draw a part: the first ones of the tree begin on a page of their own."""
    level = entry.level
    size, leading = ((22.0, 11.0), (15.0, 8.6), (13.0, 7.6))[min(level, 2)]
    lines = lay_out(paper, _title(part, size), paper.epw)
    if level == 0 and not first:
        paper.add_page()
    elif level:
        paper.skip(7)
        paper.room(len(lines) * leading + 30)
    paper.set_link(entry.link, y=paper.get_y(), page=paper.page)
    paper.start_section(_named(part), level=level, strict=False)
    entry.page = paper.page
    if level:
        paper.set_fill_color(*ACCENT)
        paper.rect(paper.l_margin, paper.get_y(), 12, 0.7, style="F")
        paper.set_y(paper.get_y() + 2)
    paper.flow(lines, leading, paper.l_margin)
    paper.skip(4 if level == 0 else 2)
    book_blocks.draw(paper, part["blocks"])


def _title(part: Mapping[str, Any], size: float) -> list[Run]:
    named = [Run(part["title"], Look(size, NAVY, bold=True))]
    if part["number"]:
        named.insert(0, Run(f"{part['number']}  ", Look(size, ACCENT, bold=True)))
    return named


def _named(part: Mapping[str, Any]) -> str:
    return f"{part['number']}  {part['title']}" if part["number"] else str(part["title"])

"""Tables of a book: columns as wide as their texts ask for, headings again on each page.

A row that no page can hold goes on in the next one. Cells that reach over rows keep them together
on a page where one can hold them all; elsewhere they are cells of their first row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from media.native.book_html import SPAN_MAX, Cell, Mood, Span
from media.native.book_paper import BookPaper, runs
from media.native.paper import LINE, PALE
from media.native.paper_text import Line, Run, lay_out, widest, write

PAD = 1.5
SIZE, LEADING = 9.0, 4.9
# Above so many columns letters are smaller.
WIDE_FROM, WIDE_SIZE, WIDE_LEADING = 8, 7.0, 3.9
# No column is narrower while others have room to give.
NARROW = 16.0
HEADINGS_MAX = 3
# A table that takes no more of a page than this is not parted.
TOGETHER = 0.35


@dataclass
class Placed:
    """A cell in its place; `lines` as its columns break them."""

    column: int
    columns: int
    rows: int
    heading: bool
    text: list[Run]
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Grid:
    """The columns of a table: where each begins, and where the last one ends; size of letters."""

    edges: list[float]
    leading: float

    def span(self, cell: Placed) -> tuple[float, float]:
        """Return where a cell begins and how wide it is."""
        left = self.edges[cell.column]
        return left, self.edges[cell.column + cell.columns] - left


Row = list[Placed]


class Table:
    """A table laid out over the width of the page, to be drawn."""

    def __init__(
        self, paper: BookPaper, table: Sequence[Sequence[Cell]], first_width: float = 0.0
    ) -> None:
        """`first_width` is that of the first column, where it is not for the texts to say."""
        rows, count = _placed(table)
        if count > SPAN_MAX:  # no page is so wide: what stands in a row is told in a line
            rows, count = _placed([[_joined(row)] for row in table])
        leading = WIDE_LEADING if count > WIDE_FROM else LEADING
        self.grid = Grid(_edges(paper, rows, count, first_width), leading)
        for row in rows:
            for cell in row:
                cell.lines = lay_out(paper, cell.text, self.grid.span(cell)[1] - 2 * PAD)
        self.headings = _headings(rows)
        self.groups = list(_groups(rows[len(self.headings) :]))
        height, first = sum(_heights(self.grid, rows)), next(iter(self.groups), [])
        beginning = sum(_heights(self.grid, [*self.headings, *first]))
        if height < paper.page_room * TOGETHER:
            beginning = height
        elif beginning > paper.page_room:
            beginning = sum(_heights(self.grid, self.headings)) + 6 * leading
        self.beginning = beginning
        """What must stand on one page with that which is above."""

    def draw(self, paper: BookPaper) -> None:
        """Draw it from here on."""
        grid, headings = self.grid, self.headings
        paper.room(min(self.beginning, paper.page_room / 2))
        _draw_rows(paper, grid, headings, headings)
        above = sum(_heights(grid, headings))
        again = headings if above < paper.page_room / 3 else []
        for number, group in enumerate(self.groups):
            height = sum(_heights(grid, group))
            if height > paper.page_room - (above if again else 0):
                for row in group:
                    _draw_row_in_parts(paper, grid, row, again)
                continue
            if 0 < number == len(self.groups) - 2:  # the last one does not stand alone
                last = sum(_heights(grid, self.groups[-1]))
                height += last if height + last + above < paper.page_room else 0
            _draw_rows(paper, grid, group, [], again, height)


def _placed(table: Sequence[Sequence[Cell]]) -> tuple[list[Row], int]:
    """Return the cells in their columns, and how many columns there are.

    No cell reaches over more columns than there are cells in any row, nor beyond the last column
    that some cell begins at.
    """
    most = max((len(row) for row in table), default=1)
    taken: set[tuple[int, int]] = set()
    rows: list[list[tuple[int, int, Cell]]] = []
    for number, row in enumerate(table):
        found: list[tuple[int, int, Cell]] = []
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            down, wide = min(cell.rows, len(table) - number), min(cell.columns, most)
            taken |= {(number + y, column + x) for y in range(down) for x in range(wide)}
            found.append((column, down, cell))
            column += wide
        rows.append(found)
    count = max((column + 1 for row in rows for column, _, _ in row), default=0)
    size = WIDE_SIZE if count > WIDE_FROM else SIZE
    placed = [
        [
            Placed(
                column,
                min(cell.columns, most, count - column),
                down,
                cell.heading,
                runs(cell.spans, size, bold=cell.heading),
            )
            for column, down, cell in row
        ]
        for row in rows
    ]
    return [row for row in placed if row], count


def _joined(row: Sequence[Cell]) -> Cell:
    """Return the cells of a row as one."""
    spans: list[Span] = []
    for cell in row:
        spans += [Span(" · ", Mood()), *cell.spans] if spans else cell.spans
    return Cell(spans, heading=all(cell.heading for cell in row))


def _edges(paper: BookPaper, rows: Sequence[Row], count: int, first_width: float) -> list[float]:
    """Return where columns begin, and where the last one ends."""
    least, most = [2 * PAD + 1] * count, [2 * PAD + 1] * count
    for row in rows:
        for cell in row:
            word, whole = (one + 2 * PAD + 0.2 for one in widest(paper, cell.text))
            for column in range(cell.column, cell.column + cell.columns):
                share = whole / cell.columns
                least[column] = max(least[column], word / cell.columns, min(share, NARROW))
                most[column] = max(most[column], share)
    if first_width and count > 1:
        widths = [first_width, *_widths(least[1:], most[1:], paper.epw - first_width)]
    else:
        widths = _widths(least, most, paper.epw)
    return list(accumulate(widths, initial=float(paper.l_margin)))


def _widths(least: Sequence[float], most: Sequence[float], whole: float) -> list[float]:
    """Share a width among columns, whose texts ask for `least` each, and `most` to stay unbroken.

    Where there is less than all ask for, long ones share by the root, so that a very long one does
    not press the others.
    """
    if sum(most) <= whole:
        return [one * whole / sum(most) for one in most]
    low = [min(one, whole / len(least) * 1.6) for one in least]
    if sum(low) >= whole:
        return [one * whole / sum(low) for one in low]
    widths = [0.0] * len(low)
    open_columns = set(range(len(low)))
    while open_columns:
        rest = whole - sum(widths) - sum(low[one] for one in open_columns)
        wants = {one: max(0.01, most[one] - low[one]) ** 0.5 for one in open_columns}
        offered = {one: low[one] + rest * wants[one] / sum(wants.values()) for one in wants}
        content = {one for one in open_columns if offered[one] >= most[one]}
        for one in content or open_columns:
            widths[one] = most[one] if content else offered[one]
        open_columns -= content or open_columns
    return widths


def _headings(rows: Sequence[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows[:HEADINGS_MAX]:
        if not all(cell.heading and cell.rows == 1 for cell in row):
            break
        found.append(row)
    return found if len(found) < len(rows) else []


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Return rows that cells hold together."""
    group: list[Row] = []
    until = 0
    for row in rows:
        group.append(row)
        until = max(until - 1, max(cell.rows for cell in row) - 1)
        if until <= 0:
            yield group
            group, until = [], 0
    if group:
        yield group


def _heights(grid: Grid, rows: Sequence[Row]) -> list[float]:
    """Return the height of each row; what reaches over several has its room in the last."""
    heights = [0.0] * len(rows)
    for number, row in enumerate(rows):
        for cell in row:
            last = min(number + cell.rows, len(rows)) - 1
            above = sum(heights[number:last])
            heights[last] = max(heights[last], len(cell.lines) * grid.leading + 2 * PAD - above)
    return heights


def _draw_rows(
    paper: BookPaper,
    grid: Grid,
    rows: Sequence[Row],
    shaded: Sequence[Row],
    again: Sequence[Row] = (),
    needed: float = 0.0,
) -> None:
    """Draw rows on one page that has so much room; on a new one below the headings `again`."""
    heights = _heights(grid, rows)
    if paper.get_y() + max(needed, sum(heights)) > paper.page_break_trigger:
        paper.add_page()
        if again:
            _draw_rows(paper, grid, again, again)
    tops = [paper.get_y()]
    for height in heights:
        tops.append(tops[-1] + height)
    for number, row in enumerate(rows):
        for cell in row:
            bottom = tops[min(number + cell.rows, len(rows))]
            shade = cell.heading or any(row is one for one in shaded)
            _draw_cell(paper, grid, cell, cell.lines, (tops[number], bottom), shade=shade)
    paper.set_y(tops[-1])


def _draw_row_in_parts(paper: BookPaper, grid: Grid, row: Row, again: Sequence[Row]) -> None:
    """Draw a row that no page holds: so many lines as there is room for, then the next."""
    done, longest = 0, max(len(cell.lines) for cell in row)
    while done < longest:
        room = paper.page_break_trigger - paper.get_y() - 2 * PAD
        count = min(int(room / grid.leading), longest - done)
        if count < min(3, longest - done):
            paper.add_page()
            if again:
                _draw_rows(paper, grid, again, again)
            continue
        top = paper.get_y()
        bottom = top + count * grid.leading + 2 * PAD
        for cell in row:
            part = cell.lines[done : done + count]
            _draw_cell(paper, grid, cell, part, (top, bottom), shade=cell.heading)
        paper.set_y(bottom)
        done += count


def _draw_cell(
    paper: BookPaper,
    grid: Grid,
    cell: Placed,
    lines: Sequence[Line],
    extent: tuple[float, float],
    *,
    shade: bool,
) -> None:
    left, width = grid.span(cell)
    top, bottom = extent
    if shade:
        paper.set_fill_color(*PALE)
        paper.rect(left, top, width, bottom - top, style="F")
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.2)
    paper.rect(left, top, width, bottom - top, style="D")
    for number, line in enumerate(lines):
        write(paper, line, left + PAD, top + PAD + number * grid.leading, grid.leading)

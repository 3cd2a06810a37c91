"""Tables of a book: columns as wide as their texts ask for, headings again on each page.

A row that no page can hold goes on in the next one. Cells that reach over rows keep them together
on a page where one can hold them all; elsewhere they are cells of their first row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from media.native.book_html import SPAN_MAX, Cell
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
ROWS_MAX = 5_000


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


def draw(paper: BookPaper, table: Sequence[Sequence[Cell]]) -> None:
    """Draw a table over the width of the page."""
    rows, count = _placed(table[:ROWS_MAX])
    if not count:
        return
    small = count > WIDE_FROM
    grid = Grid(_edges(paper, rows, count), WIDE_LEADING if small else LEADING)
    for row in rows:
        for cell in row:
            cell.lines = lay_out(paper, cell.text, grid.span(cell)[1] - 2 * PAD)
    headings = _headings(rows)
    first = _heights(grid, rows[: len(headings) + 1])
    paper.room(min(sum(first), paper.page_room / 2))
    repeat = sum(_heights(grid, headings)) < paper.page_room / 3
    _draw_rows(paper, grid, headings, headings)
    for group in _groups(rows[len(headings) :]):
        again = headings if repeat and headings else []
        if sum(_heights(grid, group)) <= paper.page_room - sum(_heights(grid, again)):
            _draw_rows(paper, grid, group, [], again)
        else:
            for row in group:
                _draw_row_in_parts(paper, grid, row, again)


def _placed(table: Sequence[Sequence[Cell]]) -> tuple[list[Row], int]:
    """Return the cells in their columns, and how many columns there are."""
    taken: set[tuple[int, int]] = set()
    rows: list[Row] = []
    small = max((sum(cell.columns for cell in row) for row in table), default=0) > WIDE_FROM
    for number, row in enumerate(table):
        placed: Row = []
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            if column >= SPAN_MAX:
                break
            columns = min(cell.columns, SPAN_MAX - column)
            down = min(cell.rows, len(table) - number)
            taken |= {(number + y, column + x) for y in range(down) for x in range(columns)}
            size = WIDE_SIZE if small else SIZE
            text = runs(cell.spans, size, bold=cell.heading)
            placed.append(Placed(column, columns, down, cell.heading, text))
            column += columns
        rows.append(placed)
    used = [one for one in rows if one]
    return used, max((cell.column + cell.columns for row in used for cell in row), default=0)


def _edges(paper: BookPaper, rows: Sequence[Row], count: int) -> list[float]:
    """Return where columns begin: each has room for its words, then by how much it holds."""
    least, most = [2 * PAD + 1] * count, [2 * PAD + 1] * count
    for row in rows:
        for cell in row:
            word, whole = (one + 2 * PAD + 0.2 for one in widest(paper, cell.text))
            for column in range(cell.column, cell.column + cell.columns):
                share = whole / cell.columns
                least[column] = max(least[column], word / cell.columns, min(share, NARROW))
                most[column] = max(most[column], share)
    least = [min(one, paper.epw / count * 1.6) for one in least]
    if sum(least) >= paper.epw:
        widths = [one * paper.epw / sum(least) for one in least]
    else:
        # A column that is told in one line asks for no more; long ones share by the root, so that
        # a very long one does not press the others.
        wants = [max(0.01, top - low) ** 0.5 for low, top in zip(least, most, strict=True)]
        rest = paper.epw - sum(least)
        widths = [low + rest * want / sum(wants) for low, want in zip(least, wants, strict=True)]
    edges = [paper.l_margin]
    for width in widths:
        edges.append(edges[-1] + width)
    return edges


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
) -> None:
    """Draw rows on one page; on a new one below the headings `again`."""
    heights = _heights(grid, rows)
    if paper.get_y() + sum(heights) > paper.page_break_trigger:
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

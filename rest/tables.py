"""Tables as CSV files that spreadsheets open: no cell is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

MIMETYPE = "text/csv"
# Spreadsheets take a file that begins so for UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# How a formula begins, for Excel, WPS or LibreOffice; also in full width, which some convert.
# A tab or a line break may be dropped from the front of a cell, and bare it.
FORMULA_STARTS = tuple("=+-@|%\t\r\n＝＋－＠｜％")
SHIELD = "'"


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: the column names, then the rows; absent cells are empty."""
    yield _line(columns, BYTE_ORDER_MARK)
    for row in rows:
        yield _line([cell(row.get(name, "")) for name in columns])


def cell(text: str) -> str:
    """Return a text so that spreadsheets show it: before what would be a formula stands a `'`."""
    bare = text.lstrip(" \u00a0\u3000\ufeff\x00\u200b")
    return f"{SHIELD}{text}" if bare.startswith(FORMULA_STARTS) else text


def _line(cells: Sequence[str], begin: str = "") -> bytes:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return (begin + written.getvalue()).encode()

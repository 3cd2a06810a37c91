"""Tables as workbooks for spreadsheet programs; every cell is text."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from media import sheets


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and how wide it is in characters."""

    heading: str
    width: float


@dataclass(frozen=True)
class Table:
    """A table with what stands above it; each row has a text for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    heading: str = ""
    lines: Sequence[str] = ()


def workbook(title: str, lines: Sequence[str], tables: Sequence[Table]) -> bytes:
    """Return an .xlsx file with one sheet: the title, lines below it, the tables.

    Raises `RenditionFailed` when there is no time or no room for it.
    """
    told = [dataclasses.asdict(table) for table in tables]
    return sheets.workbook({"title": title, "lines": list(lines), "tables": told})

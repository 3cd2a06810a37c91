"""Printing a sheet: its head, then its blocks, whatever draws them."""

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from media.native import sheet_pictures, sheet_sketches, sheet_tables, sheets
from media.native.sheets import Block, Sheet

DRAWN: Mapping[str, Callable[[Sheet, Block], None]] = {
    **sheets.DRAWN,
    "picture": sheet_pictures.picture,
    "sketch": sheet_sketches.sketch,
    "table": sheet_tables.table,
}
# The height of a heading with the space around it.
HEADING = 30


def draw(folder: str) -> dict[str, Any]:
    """Read `sheet.json` in a folder and write `sheet.pdf`; return how many pages it has."""
    work = Path(folder)
    told = json.loads(Path(work, "sheet.json").read_text(encoding="utf-8"))
    sheet = Sheet(told, work)
    sheet.add_page()
    sheets.head(sheet, told)
    for block, after in pairwise([*told["blocks"], None]):
        if after is not None and (height := _height(sheet, after)):
            sheet.room(height + HEADING)  # its heading stands with it
        DRAWN[block["kind"]](sheet, block)
    sheet.output(str(Path(work, "sheet.pdf")))
    return {"pages": sheet.pages_count}


def _height(sheet: Sheet, block: Block) -> float:
    """Return the height of what is drawn in one piece, 0 of all else."""
    if block["kind"] == "picture":
        return sheet_pictures.size(sheet, block)[1]
    return sheet_sketches.size(block)[1] if block["kind"] == "sketch" else 0

"""Books: a description in a folder becomes a PDF, in a child process as `media.sheets` has them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.children import call

# A book of five hundred long chapters takes a minute or two on a slow machine.
TIMEOUT_S = 600.0
# Counts how books looked: one that was drawn otherwise is drawn again.
DESIGN = 1
RESULT = "book.pdf"


def draw(book: Mapping[str, Any], folder: Path) -> int:
    """Write `RESULT` into a folder, which holds the pictures; return how many pages it has.

    What a book is tells `media.native.books`; the same book becomes the same bytes. Raises what
    `media.children.call` does.
    """
    Path(folder, "book.json").write_text(json.dumps(book), encoding="utf-8")
    told = call("books.draw", timeout_s=TIMEOUT_S, folder=str(folder.resolve()))
    pages: int = told["pages"]
    return pages

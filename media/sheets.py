"""Printed sheets and workbooks: a description becomes a file, in a child process.

Fonts with all Chinese characters and the library that lays text out take a hundred megabytes:
they go back with the process. What is printed may be personal, so it is told in a file, never in
arguments that the whole machine can read.
"""

import json
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.children import call
from media.failures import RenditionFailed

TIMEOUT_S = 60.0
# A process prints so many sheets at a time, and lets others wait so long.
AT_ONCE = 2
WAIT_S = 20.0

_slots = threading.BoundedSemaphore(AT_ONCE)


def pdf(sheet: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return a PDF of a sheet, which is JSON: see `media.native.sheets`.

    Its blocks name `pictures`, which are given as the bytes of image files of ours. Raises
    `RenditionFailed` when there is no time or no room for it.
    """
    return _made("sheets.draw", "sheet.pdf", sheet, pictures or {})


def workbook(sheet: Mapping[str, Any]) -> bytes:
    """Return an .xlsx file, told as JSON: see `media.native.workbooks`. Raises as `pdf` does."""
    return _made("workbooks.write", "workbook.xlsx", sheet, {})


def _made(name: str, result: str, sheet: Mapping[str, Any], pictures: Mapping[str, bytes]) -> bytes:
    """Return the file that a function of the child process makes of a sheet."""
    if not _slots.acquire(timeout=WAIT_S):
        raise RenditionFailed("too many sheets are being printed")
    try:
        return _run(name, result, sheet, pictures)
    finally:
        _slots.release()


def _run(name: str, result: str, sheet: Mapping[str, Any], pictures: Mapping[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="toolbox-sheet-") as folder:
        work = Path(folder)
        for picture, content in pictures.items():
            Path(work, picture).write_bytes(content)
        Path(work, "sheet.json").write_text(json.dumps(sheet), encoding="utf-8")
        call(name, timeout_s=TIMEOUT_S, folder=folder)
        return Path(work, result).read_bytes()

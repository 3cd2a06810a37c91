"""Printed sheets: a description of blocks becomes a PDF, in a child process.

Fonts with all Chinese characters and the library that lays text out take a hundred megabytes:
they go back with the process. What is printed may be personal, so it is told in a file, never in
arguments that the whole machine can read.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.children import call

TIMEOUT_S = 60.0


def pdf(sheet: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """Return a PDF of a sheet, which is JSON: see `media.native.sheets`.

    Its blocks name `pictures`, which are given as the bytes of image files of ours. Raises
    `RenditionFailed` when there is no time or no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="toolbox-sheet-") as folder:
        work = Path(folder)
        for name, content in (pictures or {}).items():
            Path(work, name).write_bytes(content)
        Path(work, "sheet.json").write_text(json.dumps(sheet), encoding="utf-8")
        call("sheets.draw", timeout_s=TIMEOUT_S, folder=folder)
        return Path(work, "sheet.pdf").read_bytes()

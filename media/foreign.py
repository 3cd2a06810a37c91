"""Files in files: what is a picture for one program and a page or an archive for another.

Renditions are made anew from pixels and hold nothing of it; still no such original is kept.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from media.facts import Kind
from media.signatures import HEAD_BYTES, FileType

TAIL_BYTES = 65_536
CHUNK_BYTES = 1024 * 1024
# A marker that lies across the end of a chunk is found in the overlap.
OVERLAP_BYTES = 256
# Long enough to be no accident in compressed pixels.
_MARKUP = re.compile(
    rb"<script[\s>]|<html[\s>]|<!doctype\s+html|<iframe[\s>]|<\?php\s|<svg\s[^<>]{0,200}xmlns",
    re.IGNORECASE,
)
# Readers look for the beginning of a PDF within the first kilobyte.
_PDF = re.compile(rb"%PDF-[12]\.\d")


def foreign_content(path: Path, found: FileType) -> str | None:
    """Return the name of what else a file is, "ZIP", "HTML" or "PDF"; None when nothing.

    A PDF may hold markup as text, and must itself end as a PDF; films are looked through at both
    ends only, because of their size.
    """
    if _is_archive(path):
        return "ZIP"
    if found.kind in (Kind.DOCUMENT, Kind.SUBTITLES):
        return None
    with path.open("rb") as file:
        if _PDF.search(file.read(1024)):
            return "PDF"
    pieces = _whole(path) if found.kind is Kind.IMAGE else _ends(path)
    return "HTML" if any(_MARKUP.search(piece) for piece in pieces) else None


def _is_archive(path: Path) -> bool:
    """Tell whether unzip would find files in it: ZIP, and what is built on it (JAR, DOCX …)."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _whole(path: Path) -> Iterator[bytes]:
    kept = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield kept + chunk
            kept = chunk[-OVERLAP_BYTES:]


def _ends(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        yield file.read(TAIL_BYTES)

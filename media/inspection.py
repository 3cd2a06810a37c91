"""Finding out what a file is, and refusing what is not taken. Nothing is believed but the bytes."""

import hashlib
from pathlib import Path
from typing import Any

from core.errors import Invalid
from media import subtitles
from media.children import call
from media.facts import Inspected, Kind
from media.foreign import foreign_content
from media.limits import MB, Limits
from media.names import display_name
from media.signatures import HEAD_BYTES, FileType, declared_mime, type_of

TIMEOUT_S = 120.0
# A second for each of these on top: a film is read whole, from a disk that others use too.
BYTES_A_SECOND = 10 * MB


def inspect(
    path: Path, *, name: str = "", declared: str | None = None, limits: Limits | None = None
) -> Inspected:
    """Return what a file is, after it was opened and read as what it claims to be.

    `name` and `declared` (a MIME type) come from whoever uploads. A declared type must be the
    real one; `application/octet-stream` declares nothing. `name` only becomes the name to show.

    Raises:
        Invalid: `media_empty`, `media_too_large`, `media_type`, `media_declared`, `media_mixed`
            (there is a file of another type in it), `media_broken` (or cut off), `media_encrypted`,
            `media_subtitles`, `media_demanding`; or a limit: `media_pixels`, `media_side`,
            `media_duration`, `media_pages`, `media_streams`, `media_codec`, `media_no_picture`.
        RenditionFailed: Looking took too long or was ended from outside: try again.
        OSError: The file cannot be read.
    """
    limits = limits or Limits()
    size = path.stat().st_size
    found = _type(path, size, declared)
    if size > limits.bytes_of(found.kind):
        raise Invalid("media_too_large", megabytes=limits.bytes_of(found.kind) // MB)
    other = foreign_content(path, found)
    if other is not None:
        raise Invalid("media_mixed", found=other)
    facts = _facts(path, found, limits, TIMEOUT_S + size / BYTES_A_SECOND)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Inspected(
        kind=found.kind,
        mime=found.mime,
        extension=found.extension,
        name=display_name(name, found.extension),
        size=size,
        sha256=sha256,
        **facts,
    )


def _type(path: Path, size: int, declared: str | None) -> FileType:
    if size == 0:
        raise Invalid("media_empty")
    with path.open("rb") as file:
        found = type_of(file.read(HEAD_BYTES))
    if found is None:
        raise Invalid("media_type")
    said = declared_mime(declared)
    if said is not None and said != found.mime:
        raise Invalid("media_declared", found=found.mime)
    return found


def _facts(path: Path, found: FileType, limits: Limits, timeout_s: float) -> dict[str, Any]:
    """Open the file with the library for its type; return what `Inspected` has of it."""
    where = str(path.resolve())
    if found.kind is Kind.IMAGE:
        told = call(
            "images.inspect",
            timeout_s=timeout_s,
            path=where,
            opened_as=found.opened_as,
            max_pixels=limits.image_pixels,
        )
    elif found.kind is Kind.VIDEO:
        film = probe(path, found, limits, timeout_s)
        told = {key: film[key] for key in ("width", "height", "duration")}
        told["notes"] = [] if film["sound"] else ["silent"]
    elif found.kind is Kind.DOCUMENT:
        told = call(
            "documents.inspect", timeout_s=timeout_s, path=where, max_pages=limits.document_pages
        )
    else:
        return {"duration": subtitles.read(path)[-1].ends}
    return {**told, "notes": tuple(told["notes"])}


def probe(path: Path, found: FileType, limits: Limits, timeout_s: float) -> dict[str, Any]:
    """Return what `media.native.films.probe` tells of a film; raises what `inspect` does."""
    return call(
        "films.probe",
        timeout_s=timeout_s,
        path=str(path.resolve()),
        demuxer=found.opened_as,
        max_side=limits.film_side,
        max_seconds=limits.film_seconds,
        max_streams=limits.film_streams,
    )

"""Uploads in parts, in a folder: `<upload>/upload.json` and `<upload>/00001` to `<upload>/10000`.

A part is replaced whole. A folder goes when its upload is completed or aborted; completing an
upload whose process died after the object was written makes the same object once more.
"""

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from core.clock import now
from core.ids import ID_PATTERN, new_id
from media import files
from media.disk_errors import as_store_errors
from media.errors import ObjectMissing, PartsDiffer
from media.storage import CHUNK_BYTES, PARTS_MAX, Part, Unfinished

UPLOADS = ".uploads"
_RECORD = "upload.json"


def tag_of(found: os.stat_result) -> str:
    """Return what changes whenever a file is replaced."""
    return f"{found.st_mtime_ns:x}-{found.st_ino:x}-{found.st_size:x}"


class Uploads:
    """The unfinished uploads of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, key: str) -> str:
        """Begin an upload; return its name."""
        upload = new_id()
        record = {"key": key, "started": now().isoformat()}
        with as_store_errors():
            files.save(self._folder / upload / _RECORD, [json.dumps(record).encode()])
        return upload

    def put(self, key: str, upload: str, number: int, pieces: Iterable[bytes]) -> Part:
        """Store a part; raise `ObjectMissing` when there is no such upload."""
        path = self._of(key, upload) / _name(number)
        with as_store_errors():
            with files.replacing(path) as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            files.sync_folder(path.parent)
            return _part(path)

    def parts(self, key: str, upload: str) -> Sequence[Part]:
        """Return the parts, by number; raise `ObjectMissing`."""
        folder = self._of(key, upload)
        with as_store_errors():
            return [_part(path) for path in sorted(folder.iterdir()) if path.name.isdigit()]

    def complete(self, key: str, upload: str, parts: Sequence[Part], target: Path) -> None:
        """Write the parts behind one another to `target`, and end the upload.

        Raises `PartsDiffer`, `ObjectMissing`.
        """
        folder = self._of(key, upload)
        wanted = sorted(parts, key=lambda part: part.number)
        held = {part.number: part.etag for part in self.parts(key, upload)}
        numbers = {part.number for part in wanted}
        if not wanted or len(numbers) < len(wanted):
            raise PartsDiffer
        if any(held.get(part.number) != part.etag for part in wanted):
            raise PartsDiffer
        with as_store_errors():
            files.save(target, _joined(folder / _name(part.number) for part in wanted))
        self.abort(key, upload)

    def abort(self, key: str, upload: str) -> None:
        """Drop an upload, if it is there."""
        try:
            folder = self._of(key, upload)
        except ObjectMissing:
            return
        with as_store_errors():
            # Without its record it is no upload any more, whatever else remains for a moment.
            (folder / _RECORD).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)

    def unfinished(self, started_before: dt.datetime) -> Iterator[Unfinished]:
        """Return the uploads that were begun before a moment."""
        for path in sorted(self._folder.glob(f"*/{_RECORD}")):
            record = _read(path)
            if record is not None:
                started = dt.datetime.fromisoformat(record["started"])
                if started < started_before:
                    yield Unfinished(record["key"], path.parent.name, started)

    def drop_remains(self, older_than: dt.datetime) -> int:
        """Drop what is left of uploads whose end was interrupted; return how many there were."""
        dropped = 0
        with as_store_errors():
            for folder in self._folder.glob("*/"):
                with suppress(FileNotFoundError):  # it ends by itself just now
                    is_old = folder.stat().st_mtime < older_than.timestamp()
                    if is_old and not (folder / _RECORD).exists():
                        shutil.rmtree(folder, ignore_errors=True)
                        dropped += 1
        return dropped

    def _of(self, key: str, upload: str) -> Path:
        """Return the folder of an upload that exists and is for this key."""
        if not ID_PATTERN.fullmatch(upload):
            raise ObjectMissing
        record = _read(self._folder / upload / _RECORD)
        if record is None or record["key"] != key:
            raise ObjectMissing
        return self._folder / upload


def _name(number: int) -> str:
    if not 1 <= number <= PARTS_MAX:
        raise PartsDiffer
    return f"{number:05}"


def _part(path: Path) -> Part:
    found = path.stat()
    return Part(int(path.name), tag_of(found), found.st_size)


def _joined(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            yield from files.pieces_of(file, os.fstat(file.fileno()).st_size, CHUNK_BYTES)


def _read(path: Path) -> dict[str, str] | None:
    try:
        record: dict[str, str] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return record

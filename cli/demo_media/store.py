"""Where pictures and films are put, and the index of what has been made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cli.demo_media.specs import Item, MediaFile, MediaSource
from media import files as disk
from media import keys
from media.facts import Rendition, Role
from media.types import SHOWN

# Raise it whenever pictures or films come out differently: everything is then made again.
GENERATOR_VERSION = 2
AREA = keys.DEMO  # the folder within the media folder


def put(
    folder: Path,
    data: bytes,
    suffix: str,
    role: Role,
    *,
    size: tuple[int, int] | None = None,
    label: str | None = None,
) -> MediaSource:
    """Store `data` under its hash, unless it is there already, and return where.

    Args:
        folder: The media folder.
        data: The whole file.
        suffix: "webp" or "vtt".
        role: What the file is for.
        size: Width and height in pixels, if it has any.
        label: Language of a subtitle file.

    Raises:
        OSError: The folder cannot be written, or the disk is full; no partial file remains.
    """
    path = disk.put(folder, AREA, data, suffix)
    width, height = size or (None, None)
    mime, digest = SHOWN[f".{suffix}"], Path(path).stem
    return MediaSource(path, mime, role, digest, width, height, len(data), label)


def put_run(folder: Path, made: Iterable[Rendition]) -> list[MediaSource]:
    """Store files that name each other, under the hash of all of them, and return where.

    Raises `OSError` as `put` does.
    """
    read = {one.name: (one, one.path.read_bytes()) for one in made}
    digests = {name: hashlib.sha256(data).hexdigest() for name, (_, data) in read.items()}
    run = keys.run_folder(AREA, digests)
    for name, (_, data) in read.items():
        path = folder / run / name
        if not disk.is_intact(path, len(data), digests[name]):
            disk.write(path, data)
    return [
        MediaSource(
            f"{run}/{name}", one.mime, one.role, digests[name], one.width, one.height, one.size
        )
        for name, (one, _) in read.items()
    ]


def digest_of(item: Item) -> str:
    """Return a hash that changes with the item and with `GENERATOR_VERSION`."""
    spec = [GENERATOR_VERSION, type(item).__name__, asdict(item)]
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()


class Index:
    """What was made from which item, kept in `demo/index.json` of the media folder."""

    def __init__(self, folder: Path) -> None:
        """Read the index; a missing or unreadable one counts as empty."""
        self._folder = folder
        self._path = folder / AREA / "index.json"
        self._items: dict[str, dict[str, Any]] = {}
        try:
            stored = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return
        if isinstance(stored, dict):
            self._items = {k: v for k, v in stored.items() if isinstance(v, dict)}

    def finished(self, item: Item) -> list[MediaFile] | None:
        """Return the item's files if they were made from this very item and are all intact."""
        entry = self._items.get(item.name)
        if not entry or entry.get("spec") != digest_of(item):
            return None
        files = [_media_file(values) for values in entry["files"]]
        sources = [source for file in files for source in (*file.sources, *file.subtitles)]
        return (
            files
            if all(
                disk.is_intact(self._folder / source.path, source.size, source.sha256)
                for source in sources
            )
            else None
        )

    def record(self, item: Item, files: list[MediaFile]) -> None:
        """Note the item's files and save the index."""
        self._items[item.name] = {"spec": digest_of(item), "files": [asdict(f) for f in files]}
        text = json.dumps(self._items, ensure_ascii=False, indent=1, sort_keys=True)
        disk.write(self._path, text.encode())


def _media_file(values: dict[str, Any]) -> MediaFile:
    sources, subtitles = (
        tuple(MediaSource(**{**source, "role": Role(source["role"])}) for source in values[key])
        for key in ("sources", "subtitles")
    )
    return MediaFile(**{**values, "sources": sources, "subtitles": subtitles})

"""Copying all media from one store to another, while the product goes on using the first.

Each object is read back and compared before it counts. Copying again goes on where it stopped:
what lies in the target already is only compared. Nothing is removed. Uploads that are not finished
stay behind.
"""

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum

from media import keys
from media.errors import ObjectMissing
from media.storage import Chunks, ObjectInfo, Storage
from services import media_objects

AREAS = (keys.PUBLIC, keys.INTERNAL, keys.DEMO)
NAMED_BY_HASH = re.compile(r".*/([0-9a-f]{64})\.[a-z0-9]+")


class Outcome(StrEnum):
    """What became of an object."""

    COPIED = "copied"
    PRESENT = "present"
    DIFFERS = "differs"
    """The source does not hold what was recorded: nothing was left in the target."""
    GONE = "gone"
    """Somebody removed it meanwhile."""


def listed(source: Storage) -> list[ObjectInfo]:
    """Return what there is to copy."""
    return [one for area in AREAS for one in source.list(f"{area}/")]


def digests() -> Mapping[str, str]:
    """Return the recorded SHA-256 of objects by key."""
    return {one.key: one.sha256 for one in media_objects.recorded() if one.sha256}


def copy(source: Storage, target: Storage, one: ObjectInfo, digest: str | None) -> Outcome:
    """Copy an object unless the target has it; `digest` is its recorded SHA-256.

    Without one the name tells it, else the source is believed. Raises what the stores' verbs do.
    """
    named = NAMED_BY_HASH.fullmatch(one.key)
    try:
        wanted = digest or (named[1] if named else _digest(source, one.key))
        if _has(target, one, wanted):
            return Outcome.PRESENT
        with source.open(one.key) as chunks:
            target.put(one.key, _Stream(chunks), one.size)  # type: ignore[arg-type]  # only read
    except ObjectMissing:
        return Outcome.GONE
    if _has(target, one, wanted):
        return Outcome.COPIED
    target.remove(one.key)
    return Outcome.DIFFERS


def _has(store: Storage, one: ObjectInfo, digest: str) -> bool:
    try:
        return store.stat(one.key).size == one.size and _digest(store, one.key) == digest
    except ObjectMissing:
        return False


def _digest(store: Storage, key: str) -> str:
    digest = hashlib.sha256()
    with store.open(key) as chunks:
        for chunk in chunks:
            digest.update(chunk)
    return digest.hexdigest()


class _Stream:
    """The bytes of an object, for a reader that asks for what it likes."""

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes, none at the end."""
        piece = self._rest or next(self._chunks, b"")
        self._rest = piece[size:]
        return piece[:size]

"""Integrity: is every object that an item names there, with the bytes that were recorded?"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from media.errors import ObjectMissing
from media.storage import Storage
from services.media_objects import Recorded


class Fault(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"
    SIZE = "size"
    CONTENT = "content"


@dataclass(frozen=True)
class Finding:
    """An object that is not as it was recorded."""

    recorded: Recorded
    fault: Fault


def check(
    store: Storage, recorded: Recorded, *, on_bytes: Callable[[int], None] = lambda _size: None
) -> Finding | None:
    """Compare an object with its record; None when it is right.

    All bytes are read, unless the record knows no hash. `on_bytes` hears of each piece, and of the
    recorded size in all. Raises `StoreUnavailable`: then nothing is known.
    """
    heard = 0
    try:
        info = store.stat(recorded.key)
        if info.size != recorded.size:
            return Finding(recorded, Fault.SIZE)
        if recorded.sha256 is None:
            return None
        digest = hashlib.sha256()
        with store.open(recorded.key) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                heard += len(chunk)
                on_bytes(len(chunk))
    except ObjectMissing:
        return Finding(recorded, Fault.MISSING)
    finally:
        on_bytes(recorded.size - heard)
    is_right = digest.hexdigest() == recorded.sha256
    return None if is_right else Finding(recorded, Fault.CONTENT)

"""Counters in memory that all processes of this host share: a small file, mapped.

A counter only grows. Reading costs a fraction of a microsecond and needs no lock; raising one
takes a lock on the file, so that a slower process never sets it back.
"""

import fcntl
import mmap
import os
import struct
from pathlib import Path

_CELL = struct.Struct("=Q")
SCOPES = ("content", "availability")


class Counters:
    """One counter a scope. The file is made when it is missing, starting at zero."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        size = _CELL.size * len(SCOPES)
        if os.fstat(self._descriptor).st_size < size:
            os.ftruncate(self._descriptor, size)
        self._memory = mmap.mmap(self._descriptor, size)
        self._offsets = {scope: place * _CELL.size for place, scope in enumerate(SCOPES)}

    def read(self, scope: str) -> int:
        """Return a counter."""
        value: int = _CELL.unpack_from(self._memory, self._offsets[scope])[0]
        return value

    def raise_to(self, scope: str, value: int) -> None:
        """Set a counter to `value`, unless it is there already or beyond."""
        if self.read(scope) >= value:
            return
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            if self.read(scope) < value:
                _CELL.pack_into(self._memory, self._offsets[scope], value)
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

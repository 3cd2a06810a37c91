"""Counters in memory that all processes of this host share: a small file, mapped.

Reading costs a fraction of a microsecond and needs no lock; a counter is one machine word, so that
nobody reads half of it. Writing takes a lock among threads and one on the file.
"""

import fcntl
import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BYTES = 8
SCOPES = ("content", "availability")
_BEAT = len(SCOPES)  # the cell after those of the scopes
# Behind it, for each scope: the event that moved it last, and when (nanoseconds of the clock).
_EVENTS = _BEAT + 1
_MOVED = _EVENTS + len(SCOPES)
_CELLS = _MOVED + len(SCOPES)


class Counters:
    """One counter a scope. The file is made when it is missing, with zeros."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        size = _BYTES * _CELLS
        # Written to the disk now: a disk that is full later would end the process by a signal.
        os.posix_fallocate(self._descriptor, 0, size)
        self._cells = memoryview(mmap.mmap(self._descriptor, size)).cast("Q")
        self._places = {scope: place for place, scope in enumerate(SCOPES)}
        self._lock = threading.Lock()

    def read(self, scope: str) -> int:
        """Return a counter."""
        return self._cells[self._places[scope]]

    def beat(self) -> None:
        """Note that the counters were seen to be right at this moment, by whichever process."""
        self._cells[_BEAT] = time.monotonic_ns()  # one clock for all processes of a host

    def age_s(self) -> float:
        """Return for how many seconds nobody has seen the counters to be right."""
        return (time.monotonic_ns() - self._cells[_BEAT]) / 1e9

    def raise_to(self, scope: str, value: int) -> None:
        """Set a counter to `value`, unless it is there already or beyond."""
        place = self._places[scope]
        if self._cells[place] < value:
            with self._locked():
                self._cells[place] = max(self._cells[place], value)

    def advance(self, scope: str, event: int = 0) -> None:
        """Move a counter on, once for each event however many processes tell of it.

        Events are numbers that grow. Without one the counter moves in any case, and events are
        counted anew: what was told before is not relied on any more.
        """
        place = self._places[scope]
        with self._locked():
            if event and event <= self._cells[_EVENTS + place]:
                return
            self._cells[_EVENTS + place] = event
            # Before the counter: who reads the counter first never takes too early a date for it.
            self._cells[_MOVED + place] = time.time_ns()
            self._cells[place] += 1

    def moved_at(self, scope: str) -> float:
        """Return when `advance` moved a counter last, in seconds since 1970; 0: it never did."""
        return self._cells[_MOVED + self._places[scope]] / 1e9

    def settle(self, scope: str, value: int, before: int) -> None:
        """Set a counter to what was just read from its source, even if that is less.

        `before` is what the counter was when that reading began. If it was moved since, the
        reading may be the older of two, and only raises it.
        """
        place = self._places[scope]
        with self._locked():
            current = self._cells[place]
            self._cells[place] = value if current == before else max(current, value)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

"""Following the version counters of the database, so that every host knows of a change at once.

A change stream tells within milliseconds. Where there is none (or while it is being opened again)
the counters are read every half second; they are read as often while the stream says nothing, so
that what it does not tell, such as a restore of the database, is seen too.
"""

import threading
from collections.abc import Mapping
from typing import Any

from pymongo import ReadPreference
from pymongo.collection import Collection

from core import db, logs
from core.shared import SCOPES, Counters
from models.versions import Version

POLL_S = 0.5
AWAIT_MS = 500

Row = dict[str, Any]

logger = logs.get(__name__)


class Watcher:
    """A thread that keeps shared counters at those of the database, for as long as it lives."""

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._is_polling = False

    def ensure(self) -> None:
        """Start the thread if it does not run: at first use, in a forked child, when it died."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                # mongoengine makes a client for each thread that asks for the first at one time.
                db.client()
                self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread within a second, or when the database has answered."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()  # ends by itself when the collection was dropped
            except Exception as error:  # whatever it is, the counters must go on
                self._tell_polling(error)
            self._stopping.wait(POLL_S)
            try:
                self._read()
            except Exception as error:
                self._tell_polling(error)

    def _follow(self) -> None:
        with _versions().watch(max_await_time_ms=AWAIT_MS) as stream:
            self._read()  # after the stream is open: nothing falls between the two
            if self._is_polling:
                logger.info("watcher_follows")
                self._is_polling = False
            while stream.alive and not self._stopping.is_set():
                change = stream.try_next()
                moved = _moved(change) if change is not None else None
                if moved is None:
                    self._read()
                else:
                    self.counters.raise_to(*moved)

    def _read(self) -> None:
        before = {scope: self.counters.read(scope) for scope in SCOPES}
        found = {row["_id"]: row["number"] for row in _versions().find({}, {"number": 1})}
        for scope, number in before.items():
            self.counters.settle(scope, found.get(scope, 0), number)
        self.counters.beat()

    def _tell_polling(self, error: Exception) -> None:
        """Log once that the stream is away, not twice a second."""
        if not self._is_polling:
            logger.info("watcher_polls", error=type(error).__name__)
            self._is_polling = True


def _versions() -> "Collection[Row]":
    """Return the collection on the primary: a member behind would set counters back."""
    versions: Collection[Row] = Version._get_collection()
    return versions.with_options(read_preference=ReadPreference.PRIMARY)


def _moved(change: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return scope and number of a change that moved a counter up; None for any other change."""
    row: Mapping[str, Any] = {}
    if change["operationType"] == "update":
        row = change["updateDescription"]["updatedFields"]
    elif change["operationType"] == "insert":
        row = change["fullDocument"]
    scope = change.get("documentKey", {}).get("_id")
    return (scope, row["number"]) if scope in SCOPES and "number" in row else None

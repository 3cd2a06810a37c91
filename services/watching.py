"""Following the database, so that every host knows of a change at once.

The version of the content is a document, and its number is told as it is. Departures are followed
themselves: each change of one moves the counter of availability on.

A change stream tells within milliseconds. Where there is none (or while it is being opened again)
the version is read every half second, and availability moves on as often, whether something
changed or not. The version is read while the stream says nothing too, so that what it does not
tell, such as a restore of the database, is seen.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any

from pymongo import ReadPreference
from pymongo.change_stream import DatabaseChangeStream
from pymongo.collection import Collection

from core import db, logs
from core.shared import Counters
from models.departures import Departure
from models.versions import AVAILABILITY, CONTENT, Version

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
        self._read_at = 0.0

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
                self._follow()  # ends by itself when the database was dropped
            except Exception as error:  # whatever it is, the counters must go on
                self._tell_polling(error)
            self._stopping.wait(POLL_S)
            try:
                self._begin()
            except Exception as error:
                self._tell_polling(error)

    def _follow(self) -> None:
        with _stream() as stream:
            self._begin()  # after the stream is open: nothing falls between the two
            if self._is_polling:
                logger.info("watcher_follows")
                self._is_polling = False
            is_new = True
            while stream.alive and not self._stopping.is_set():
                change = stream.try_next()
                if change is None and is_new:
                    # Once more: a change that was being written when the stream was opened may
                    # have an earlier place in the log, and is not told.
                    self.counters.advance(AVAILABILITY)
                    is_new = False
                if change is not None:
                    self._take(change)
                if change is None or time.monotonic() - self._read_at > POLL_S:
                    self._read()

    def _take(self, change: Mapping[str, Any]) -> None:
        """Move the counter that a change is about."""
        if change.get("ns", {}).get("coll") == _departures():
            at = change["clusterTime"]
            self.counters.advance(AVAILABILITY, at.time << 32 | at.inc)
        elif (number := _number(change)) is not None:
            self.counters.raise_to(CONTENT, number)
        else:
            self._read()

    def _begin(self) -> None:
        """Take the counters to be outdated: nobody told of changes till now."""
        self._read()
        self.counters.advance(AVAILABILITY)

    def _read(self) -> None:
        before = self.counters.read(CONTENT)
        row = _versions().find_one({"_id": CONTENT}, {"number": 1})
        self.counters.settle(CONTENT, row["number"] if row else 0, before)
        self.counters.beat()
        self._read_at = time.monotonic()

    def _tell_polling(self, error: Exception) -> None:
        """Log once that the stream is away, not twice a second."""
        if not self._is_polling:
            logger.info("watcher_polls", error=type(error).__name__)
            self._is_polling = True


def _stream() -> "DatabaseChangeStream[Row]":
    """Open one stream for both collections."""
    names = [_versions().name, _departures()]
    shown = dict.fromkeys(
        (
            *("operationType", "ns.coll", "documentKey", "clusterTime"),
            *("fullDocument.number", "updateDescription.updatedFields.number"),
        ),
        1,
    )
    pipeline: list[Row] = [{"$match": {"ns.coll": {"$in": names}}}, {"$project": shown}]
    stream: DatabaseChangeStream[Row] = db.database().watch(pipeline, max_await_time_ms=AWAIT_MS)
    return stream


def _versions() -> "Collection[Row]":
    """Return the collection on the primary: a member behind would set counters back."""
    versions: Collection[Row] = Version._get_collection()
    return versions.with_options(read_preference=ReadPreference.PRIMARY)


def _departures() -> str:
    return str(Departure._get_collection_name())


def _number(change: Mapping[str, Any]) -> int | None:
    """Return the number of a change that moved the content's version up; None for any other."""
    row: Mapping[str, Any] = {}
    if change["operationType"] == "update":
        row = change["updateDescription"]["updatedFields"]
    elif change["operationType"] == "insert":
        row = change["fullDocument"]
    if change.get("documentKey", {}).get("_id") != CONTENT:
        return None
    number: int | None = row.get("number")
    return number

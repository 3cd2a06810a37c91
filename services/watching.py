"""Following the version counters of the database, so that every host knows of a change at once.

A change stream tells within milliseconds. Where there is none (or while it is being opened again)
the counters are read every half second.
"""

import threading

from pymongo.errors import PyMongoError

from core import logs
from core.shared import Counters
from models.versions import Version

POLL_S = 0.5
AWAIT_MS = 500

logger = logs.get(__name__)


class Watcher:
    """A thread that raises shared counters to those of the database, for as long as it lives."""

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def ensure(self) -> None:
        """Start the thread if it does not run: at first use, in a forked child, when it died."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread within a second."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except PyMongoError as error:
                logger.info("watcher_polls", error=type(error).__name__)
                self._stopping.wait(POLL_S)
                self._poll()

    def _follow(self) -> None:
        versions = Version._get_collection()
        with versions.watch(full_document="updateLookup", max_await_time_ms=AWAIT_MS) as stream:
            self._read()  # after the stream is open: nothing falls between the two
            while not self._stopping.is_set():
                change = stream.try_next()
                if change is not None and change.get("fullDocument"):
                    row = change["fullDocument"]
                    self._raise(row["_id"], row["number"])

    def _poll(self) -> None:
        try:
            self._read()
        except PyMongoError:
            return  # the database is away; the next round tries again

    def _read(self) -> None:
        for row in Version._get_collection().find({}, {"number": 1}):
            self._raise(row["_id"], row["number"])

    def _raise(self, scope: str, number: int) -> None:
        self.counters.raise_to(scope, number)

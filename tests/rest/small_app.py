"""A WSGI app of a few lines behind a real byte cache: it answers whatever a test asks it to."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.shared import Counters
from rest.byte_cache import ByteCache
from rest.serving import NOTE, Note
from tests.rest.cached import Environ, Got, call, environment

PREFIX = "/small"
MODIFIED = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
# Far beyond any test: one that is about age sets these, 0 for what is too old at once.
TTL_S, STALE_S = 600.0, 1_200.0


class SmallApp:
    """Answers a GET below `/small/kept` as its attributes say, and counts how often it did.

    The body tells for what it was made: path, query, version.
    """

    def __init__(self) -> None:
        self.status = "200 OK"
        self.headers: list[tuple[str, str]] = [("ETag", '"tag"'), ("Vary", "Accept-Language")]
        self.scope = "content"
        self.version = 1
        self.noted = True
        self.until: dt.datetime | None = None
        self.size = 0
        self.takes_s = 0.0
        self.failures: list[Exception] = []
        self.entered = 0
        self.closed = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterator[bytes]:
        """Answer."""
        with self._lock:
            self.entered += 1
        version = self.version
        if self.takes_s:
            time.sleep(self.takes_s)
        with self._lock:
            if self.failures:
                raise self.failures.pop(0)
        if self.noted:
            environ[NOTE] = Note(self.scope, version, MODIFIED, "/small/<rest>", self.until)
        start_response(self.status, list(self.headers))
        return self._parts(environ, version)

    def _parts(self, environ: Environ, version: int) -> Iterator[bytes]:
        try:
            yield f"{environ['PATH_INFO']}?{environ['QUERY_STRING']} {version} ".encode()
            yield b"x" * self.size
        finally:
            self.closed += 1


class Small:
    """A small app, its byte cache, and the counters that tell what is current."""

    def __init__(self, folder: Path, room: int = 2**20) -> None:
        self.app = SmallApp()
        self.counters = Counters(folder / "versions")
        self.cache = ByteCache(
            self.app,
            self.counters,
            prefix=PREFIX,
            resources=["kept"],
            room=room,
            ttl_s=TTL_S,
            stale_s=STALE_S,
            ready=lambda: None,
        )

    def get(self, target: str = "kept", method: str = "GET", **headers: str) -> Got:
        """Send a request through the cache."""
        return call(self.cache, environment(f"{PREFIX}/{target}", method, **headers))

"""What the app answered, and the part of it that is kept: how it is made and how it is sent."""

import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import Counter
from werkzeug.http import parse_date, parse_etags, parse_set_header

from core import metrics
from core.clock import now
from rest.observing import GIVEN_ID, REQUEST_ID, UNKNOWN_ROUTE
from rest.serving import CONDITIONS, NOTE, Note

NOT_WITH_304 = frozenset({"content-length", "content-type", "content-language", "last-modified"})
# Each request has an id of its own, and the web server writes the date.
NOT_KEPT = frozenset({REQUEST_ID.lower(), "date"})
# The language is in the key, and requests with an origin do not come here. An answer that
# depends on anything else is somebody's own.
MAY_VARY = frozenset({"accept-language", "origin"})
NOT_FOR_ALL = ("private", "no-store")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Answer:
    """What the app answered to a GET without conditions, and when it was asked."""

    asked: float
    status: str = ""
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    note: Note | None = None
    route: str = UNKNOWN_ROUTE

    @property
    def is_good(self) -> bool:
        """Tell whether there is what was asked for."""
        return self.status.startswith("200")

    @property
    def is_failure(self) -> bool:
        """Tell whether something that the app needs is away."""
        return self.status.startswith("503")

    @property
    def identity(self) -> str:
        """Return the id of the request as the app told and logged it."""
        return "".join(self.values(REQUEST_ID.lower()))

    def values(self, name: str) -> list[str]:
        """Return the values of a header, by its name in lower case."""
        return [value for known, value in self.headers if known.lower() == name]

    def send(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Send all of it, as it is."""
        start_response(self.status, list(self.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]

    def count(self, method: str) -> None:
        """Count that it was given once more."""
        metrics.REQUESTS.labels(method, self.route, self.status[:3]).inc()


@dataclass(frozen=True, slots=True)
class Entry:
    """A ready answer and what to count when it is given.

    `born` and `ends` are moments of the monotonic clock: when it was asked for, and from when on
    it is outdated by time alone.
    """

    headers: Headers
    body: bytes
    etag: str
    note: Note
    born: float
    ends: float
    given: Counter
    unchanged: Counter

    def send(self, environ: Environ, start_response: StartResponse, told: str = "") -> list[bytes]:
        """Send it, or 304 to who has it already, and count that.

        `told` is the id of a request for which the app was asked: the app has counted it.
        """
        method = environ["REQUEST_METHOD"]
        unchanged = self.is_unchanged(environ)
        if told:
            identity = told
        else:
            sent = environ.get("HTTP_X_REQUEST_ID")
            identity = sent if sent and GIVEN_ID.fullmatch(sent) else _new_identity()
            self._count(method, unchanged)
        if unchanged:
            kept = [pair for pair in self.headers if pair[0].lower() not in NOT_WITH_304]
            start_response("304 NOT MODIFIED", [*kept, (REQUEST_ID, identity)])
            return []
        start_response("200 OK", [*self.headers, (REQUEST_ID, identity)])
        return [] if method == "HEAD" else [self.body]

    def is_unchanged(self, environ: Environ) -> bool:
        """Tell whether the client has this very answer; a date counts only without an ETag."""
        wanted = environ.get("HTTP_IF_NONE_MATCH")
        if wanted:
            if wanted == self.etag:
                return True
            if tags := parse_etags(wanted):
                return tags.contains_weak(self.etag.strip('"'))
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if not since:
            return False
        date = parse_date(since)
        return date is not None and date >= self.note.modified

    def _count(self, method: str, unchanged: bool) -> None:
        if method == "GET":
            (self.unchanged if unchanged else self.given).inc()
        else:
            status = "304" if unchanged else "200"
            metrics.REQUESTS.labels(method, self.note.route, status).inc()


def ask(app: App, environ: Environ) -> Answer:
    """Let the app answer in full; the conditions of the client are met by `Entry.send`."""
    answer = Answer(time.monotonic())
    plain = {name: value for name, value in environ.items() if name not in CONDITIONS}
    plain["REQUEST_METHOD"] = "GET"

    def start(status: str, headers: Headers, exc_info: Any = None) -> None:
        del exc_info
        answer.status, answer.headers = status, headers

    parts = app(plain, start)
    try:
        answer.body = b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()
    answer.note = plain.get(NOTE)
    rule = getattr(plain.get("werkzeug.request"), "url_rule", None)
    answer.route = rule.rule if rule else UNKNOWN_ROUTE
    return answer


def entry(answer: Answer) -> Entry | None:
    """Return what may be kept of an answer: None unless it says that it is for everybody."""
    note, tags = answer.note, answer.values("etag")
    if note is None or not answer.is_good or not tags or answer.values("set-cookie"):
        return None
    if any(word in value for value in answer.values("cache-control") for word in NOT_FOR_ALL):
        return None
    if any(parse_set_header(value).as_set() - MAY_VARY for value in answer.values("vary")):
        return None
    labels = metrics.REQUESTS.labels
    return Entry(
        headers=[pair for pair in answer.headers if pair[0].lower() not in NOT_KEPT],
        # A copy: orjson hands out its whole buffer, 4 kB for an answer of a hundred bytes.
        body=bytes(memoryview(answer.body)),
        etag=tags[0],
        note=note,
        born=answer.asked,
        ends=_end(note),
        given=labels("GET", note.route, "200"),
        unchanged=labels("GET", note.route, "304"),
    )


def _end(note: Note) -> float:
    if note.until is None:
        return math.inf
    return time.monotonic() + (note.until - now()).total_seconds()


def _new_identity() -> str:
    """Return an id as long and as random as others; `core.ids` takes four times as long."""
    return os.urandom(8).hex()

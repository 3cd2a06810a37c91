"""Ready answers to public reads, given as bytes before Flask is entered.

What may be kept says so itself: `rest.serving` leaves a note with scope and version in the WSGI
environment. An answer is used while its version is the scope's current one, which
`services.watching` keeps in memory shared by the processes of this host, and for some seconds at
most, so that nothing stays wrong when the watcher or the database is away. While the database does
not answer, an answer that was right may stand in a little longer.

A hit has a request id and counts in the metrics; it writes no log line.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from prometheus_client import Counter
from werkzeug.http import parse_date, parse_etags

from core import metrics
from core.ids import new_id
from core.shared import Counters
from rest import language
from rest.cache_store import Store
from rest.observing import GIVEN_ID, REQUEST_ID
from rest.serving import NOTE, Note

METHODS = frozenset({"GET", "HEAD"})
CONDITIONS = frozenset(
    {
        *("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH"),
        *("HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE"),
    }
)
# These are rare and left to the app.
PASSED_ON = frozenset({"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE", "HTTP_ORIGIN"})
NOT_WITH_304 = frozenset({"content-length", "content-type", "content-language"})
# Who waits for the same answer to be computed waits no longer than this, then asks itself.
WAIT_S = 5.0
QUERY_MAX = 2_000

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Answer:
    """What the app answered, in full."""

    status: str = ""
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    note: Note | None = None

    @property
    def is_failure(self) -> bool:
        """Tell whether this side failed."""
        return self.status.startswith("5")


@dataclass(frozen=True, slots=True)
class Entry:
    """A ready answer and what to count when it is given."""

    headers: Headers
    body: bytes
    etag: str
    note: Note
    born: float
    given: Counter
    unchanged: Counter


class ByteCache:
    """WSGI middleware around the app.

    `resources` are the first parts of paths after `prefix` that may be kept. `ready` is called
    when an answer must be computed: it sees to it that the watcher runs in this process.
    """

    def __init__(
        self,
        app: App,
        counters: Counters,
        *,
        prefix: str,
        resources: Iterable[str],
        room: int,
        ttl_s: float,
        stale_s: float,
        ready: Callable[[], None],
    ) -> None:
        self.app = app
        self.counters = counters
        self.prefix = prefix + "/"
        self.resources = frozenset(resources)
        self.store: Store[Entry] = Store(room)
        self.ttl_s = ttl_s
        self.stale_s = stale_s
        self.ready = ready
        self._computing: dict[str, Future[Entry | None]] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the app answer and keep what it gives."""
        key = self._key(environ)
        if key is None:
            return self.app(environ, start_response)
        entry = self.store.get(key)
        if entry is not None and self._is_right(entry, self.ttl_s):
            return _send(entry, environ, start_response)
        self.ready()
        return self._miss(key, entry, environ, start_response)

    def _key(self, environ: Environ) -> str | None:
        """Return the canonical key of a request, None when it is not for this cache.

        Parameters are sorted; the language stands for `lang` and Accept-Language. What is not
        known or not allowed is refused by the app, and refusals are not kept.
        """
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in METHODS or not path.startswith(self.prefix):
            return None
        resource = path[len(self.prefix) :].partition("/")[0]
        query = environ.get("QUERY_STRING", "")
        if resource not in self.resources or len(query) > QUERY_MAX or PASSED_ON & environ.keys():
            return None
        accepted = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        if not query:
            return f"{language.choose('', accepted)} {path}"
        return _with_query(path, query, accepted)

    def _is_right(self, entry: Entry, seconds: float) -> bool:
        note = entry.note
        return time.monotonic() - entry.born < seconds and note.version >= self.counters.read(
            note.scope
        )

    def _miss(
        self, key: str, old: Entry | None, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Compute the answer for `key` once, however many ask for it at this moment."""
        future: Future[Entry | None] = Future()
        running = self._computing.setdefault(key, future)
        if running is not future:
            entry = _wait(running)
            if entry is None:
                return self.app(environ, start_response)
            return _send(entry, environ, start_response)
        entry = None
        try:
            answer = self._ask(environ)
            entry = self._keep(key, answer, old)
        finally:
            self._computing.pop(key, None)
            future.set_result(entry)
        if entry is not None:
            return _send(entry, environ, start_response)
        if environ["REQUEST_METHOD"] != "GET" or CONDITIONS & environ.keys():
            return self.app(environ, start_response)  # refused in full: let the app say it as asked
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _ask(self, environ: Environ) -> Answer:
        """Let the app answer in full; the conditions of this client are met by `_send`."""
        answer = Answer()
        plain = {name: value for name, value in environ.items() if name not in CONDITIONS}
        plain["REQUEST_METHOD"] = "GET"

        def start(status: str, headers: Headers, exc_info: Any = None) -> None:
            del exc_info
            answer.status, answer.headers = status, headers

        parts = self.app(plain, start)
        try:
            answer.body = b"".join(parts)
        finally:
            if close := getattr(parts, "close", None):
                close()
        answer.note = plain.get(NOTE)
        return answer

    def _keep(self, key: str, answer: Answer, old: Entry | None) -> Entry | None:
        """Keep a good answer. For a failure the old one may stand in, if it was right till now."""
        if answer.note is not None and answer.status.startswith("200"):
            entry = _entry(answer, answer.note)
            self.store.put(key, entry, len(key) + len(entry.body))
            return entry
        if answer.is_failure and old is not None and self._is_right(old, self.stale_s):
            return old
        return None


def _with_query(path: str, query: str, accepted: str) -> str | None:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    given = dict(pairs)
    wanted = given.pop("lang", "")
    chosen = language.choose(wanted, accepted)
    if len(given) + bool(wanted) != len(pairs) or (wanted and wanted != chosen):
        return None
    return f"{chosen} {path}?{urlencode(sorted(given.items()))}"


def _wait(running: "Future[Entry | None]") -> Entry | None:
    try:
        return running.result(WAIT_S)
    except NoAnswer:
        return None


def _entry(answer: Answer, note: Note) -> Entry:
    headers = [(name, value) for name, value in answer.headers if name != REQUEST_ID]
    labels = metrics.REQUESTS.labels
    return Entry(
        headers=headers,
        body=answer.body,
        etag=next(value for name, value in headers if name == "ETag"),
        note=note,
        born=time.monotonic(),
        given=labels("GET", note.route, "200"),
        unchanged=labels("GET", note.route, "304"),
    )


def _send(entry: Entry, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    sent = environ.get("HTTP_X_REQUEST_ID")
    identity = sent if sent and GIVEN_ID.fullmatch(sent) else new_id()
    if _is_unchanged(entry, environ):
        entry.unchanged.inc()
        kept = [pair for pair in entry.headers if pair[0].lower() not in NOT_WITH_304]
        start_response("304 NOT MODIFIED", [*kept, (REQUEST_ID, identity)])
        return []
    entry.given.inc()
    start_response("200 OK", [*entry.headers, (REQUEST_ID, identity)])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [entry.body]


def _is_unchanged(entry: Entry, environ: Environ) -> bool:
    """Tell whether the client has this very answer; a date counts only without an ETag."""
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted:
        return wanted == entry.etag or parse_etags(wanted).contains_weak(entry.etag.strip('"'))
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if not since:
        return False
    date = parse_date(since)
    return date is not None and date >= entry.note.modified

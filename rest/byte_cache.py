"""Ready answers to public reads, given as bytes before Flask is entered.

What may be kept says so itself: `rest.serving` leaves a note with scope and version in the WSGI
environment. An answer is used while its version is the scope's current one, which
`services.watching` keeps in memory shared by the processes of this host, and for some seconds at
most, so that nothing stays wrong when the watcher or the database is away. What time alone outdates
says until when it holds. While the database does not answer, an answer that was right may stand in
a little longer.

A hit has a request id and counts in the metrics; it writes no log line. A request for which the app
was asked is logged and counted by the app, as what it asked there: a GET without conditions.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer

from core.shared import Counters
from rest.cache_entries import Answer, App, Entry, Environ, StartResponse, ask, entry
from rest.cache_keys import Key, Keys
from rest.cache_outage import Outage
from rest.cache_store import Store
from rest.serving import CONDITIONS

# Who waits for the same answer to be computed waits no longer than this, then asks itself.
WAIT_S = 5.0
# How often a request waits for an answer that is outdated when it comes.
WAITS = 2

# What one request finds out for those that wait: an answer to keep, or that the app is failing.
Outcome = Entry | Answer | None


class ByteCache:
    """WSGI middleware around the app.

    `resources` are the first parts of paths after `prefix` that may be kept, in `room` bytes.
    `ttl_s` is how long an answer is used without asking again, `stale_s` its greatest age while
    the app answers 503. `ready` is called when an answer must be computed: it sees to it that the
    watcher runs in this process.
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
        self.keys = Keys(prefix, resources)
        self.store: Store[Key, Entry] = Store(room)
        self.ttl_s = ttl_s
        self.stale_s = stale_s
        self.ready = ready
        self.outage = Outage()
        self._computing: dict[Key, Future[Outcome]] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the app answer and keep what it gives."""
        key = self.keys.of(environ)
        if key is None:
            return self.app(environ, start_response)
        kept = self.store.get(key)
        if kept is not None and self._is_fresh(kept):
            return kept.send(environ, start_response)
        self.ready()
        if kept is not None and self._is_right(kept, self.stale_s) and not self.outage.may_ask():
            return kept.send(environ, start_response)
        return self._miss(key, environ, start_response)

    def _is_fresh(self, kept: Entry) -> bool:
        """Tell whether an answer is what the app would answer now, as far as is known."""
        return self._is_right(kept, self.ttl_s) and time.monotonic() < kept.ends

    def _is_right(self, kept: Entry, seconds: float) -> bool:
        """Tell whether an answer is of the current version and not older than `seconds`.

        Equal, not greater: after a restore of the database versions count from below again.
        """
        note = kept.note
        return time.monotonic() - kept.born < seconds and note.version == self.counters.read(
            note.scope
        )

    def _miss(self, key: Key, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Compute the answer for `key` once, however many ask for it at this moment."""
        for _ in range(WAITS):
            own: Future[Outcome] = Future()
            running = self._computing.setdefault(key, own)
            if running is own:
                return self._lead(key, own, environ, start_response)
            outcome = _wait(running)
            if outcome is None:
                break
            if isinstance(outcome, Answer):
                outcome.count(environ["REQUEST_METHOD"])
                return outcome.send(environ, start_response)
            # It may have been asked for long before this request, and be outdated by now.
            if self._is_right(outcome, max(self.ttl_s, self.stale_s)):
                return outcome.send(environ, start_response)
        return self.app(environ, start_response)

    def _lead(
        self, key: Key, future: "Future[Outcome]", environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Ask the app for all who wait; whatever happens, they are let go."""
        outcome: Outcome = None
        try:
            kept = self.store.get(key)
            if kept is not None and self._is_fresh(kept):
                outcome = kept  # came while this request was on its way here
                return kept.send(environ, start_response)
            answer = ask(self.app, environ)
            outcome = self._keep(key, answer, kept)
        finally:
            self._computing.pop(key, None)
            future.set_result(outcome)
        if isinstance(outcome, Entry):
            return outcome.send(environ, start_response, answer.identity)
        as_asked = environ["REQUEST_METHOD"] == "GET" and CONDITIONS.isdisjoint(environ)
        if answer.is_good and not as_asked:
            return self.app(environ, start_response)
        return answer.send(environ, start_response)

    def _keep(self, key: Key, answer: Answer, old: Entry | None) -> Outcome:
        """Keep a good answer. For a failure the old one may stand in, if it was right till now."""
        self.outage.told(failing=answer.is_failure)
        if answer.is_failure:
            stands_in = old is not None and self._is_right(old, self.stale_s)
            return old if stands_in else answer
        made = entry(answer)
        if made is not None:
            # Whoever reads the version first tells the others, the watcher or this request.
            self.counters.raise_to(made.note.scope, made.note.version)
            self.store.put(key, made, len(key[1]) + len(key[2]) + len(made.body))
        return made


def _wait(running: "Future[Outcome]") -> Outcome:
    try:
        return running.result(WAIT_S)
    except NoAnswer:
        return None

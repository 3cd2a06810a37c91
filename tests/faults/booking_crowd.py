"""A crowd that books, waits and cancels over HTTP, and remembers what it was told."""

import itertools
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from models.departures import Departure
from models.visitors import SignInMethod, Visitor
from services.visitors import sessions
from tests.faults.booking_desks import Office
from tests.faults.harness import Product, by_form
from tests.faults.lines import Line, code_of
from tests.visiting import create_visitor

THREADS = 64
# By turns in the long form: who waits for the product to see what became of a request holds up
# nobody then.
VISITORS = by_form(1, 4) * THREADS
PARTY_MAX = 5
# How long a request is sent again before the crowd gives up.
PATIENCE_S = 90.0
PAUSE_S = 0.2
OPEN = 0, 502, 503


@dataclass(frozen=True)
class Request:
    """A request for seats, or for a place in the queue, under a key; it may be sent again."""

    departure: str
    party: int
    key: str
    waits: bool = False

    @property
    def path(self) -> str:
        """Where it is sent."""
        return "/bookings/waiting" if self.waits else "/bookings"


@dataclass
class Member:
    """A visitor with a phone: what they hold as far as they were told.

    `open` is the booking that they last thought of on each departure, `asked` what became of the
    requests that were granted.
    """

    line: Line
    visitor: Visitor
    random: random.Random
    wanted: Sequence[str]
    open: dict[str, str] = field(default_factory=dict)
    asked: dict[str, Request] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    unanswered: Request | None = None

    def attempt(self, departure: str, number: int) -> None:
        """Ask for seats on a departure, or change one's mind about what one has there."""
        known = self.open.get(departure)
        if known is None:
            party = self.random.randint(1, PARTY_MAX)
            self.ask(Request(departure, party, f"{self.visitor.id}-{number}"))
        elif self.asked[known].waits and self.random.random() < 0.5:
            self.accept(known)
        else:
            self.cancel(departure, known)

    def ask(self, request: Request) -> None:
        """Send a request until there is an answer that stands; wait where all is full.

        A request that nobody can tell about yet is kept, to be sent again: its maker died.
        """
        body = {"departure": request.departure, "party": request.party}
        status, answer = self.insist(request.path, body, request.key)
        code = code_of(answer)
        self.unanswered = request if code == "idempotency_running" else None
        if status == HTTPStatus.CREATED:
            assert answer["id"] not in self.asked, "two keys, one booking"
            self.asked[answer["id"]], self.open[request.departure] = request, answer["id"]
        elif code == "slot_full" and self.random.random() < 0.2:
            self.ask(Request(request.departure, request.party, f"{request.key}-waiting", True))
        else:
            assert status == HTTPStatus.CONFLICT, (status, answer)

    def accept(self, booking: str) -> None:
        """Take seats that may have been offered."""
        status, answer = self.insist(f"/bookings/{booking}/accept", None, None)
        if status == HTTPStatus.OK:
            self.accepted.add(booking)
        else:
            # They wait still; it was done by an answer that got lost; they have other seats.
            assert code_of(answer) in ("wrong_state", "visit_overlap"), (status, answer)

    def cancel(self, departure: str, booking: str) -> None:
        """Give a booking back, whatever became of it."""
        status, answer = self.insist(f"/bookings/{booking}/cancel", {}, None)
        if status == HTTPStatus.OK:
            self.cancelled.add(booking)
        else:
            # Staff said no, or it was done by an answer that got lost.
            assert code_of(answer) == "wrong_state", (status, answer)
        del self.open[departure]

    def insist(self, path: str, body: Any, key: str | None) -> tuple[int, dict[str, Any]]:
        """Send until there is an answer."""
        until = time.monotonic() + PATIENCE_S
        while True:
            status, answer = self.line.send("POST", path, body, key)
            if status not in OPEN:
                return status, answer
            assert time.monotonic() < until, (path, status, answer)
            time.sleep(PAUSE_S)


@dataclass
class Crowd:
    """Visitors, 64 of them at once, who make so many attempts together with the office.

    Each wants two of the departures: one on which staff decide, and the one before it.
    """

    product: Product
    departures: Sequence[Departure]
    office: Office
    attempts: int
    seed: int = 1

    def __post_init__(self) -> None:
        self.members = [self._member(number) for number in range(VISITORS)]
        self.failures: list[BaseException] = []
        self.begun = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def _member(self, number: int) -> Member:
        visitor = create_visitor()
        started = sessions.start(visitor.id, SignInMethod.EMAIL)
        assert started is not None
        pair = 2 * (number % (len(self.departures) // 2))
        return Member(
            Line(self.product, "/api/v1", {"Authorization": f"Bearer {started.token}"}),
            visitor,
            random.Random(self.seed * 1_000 + number),  # noqa: S311
            [one.id for one in self.departures[pair : pair + 2]],
        )

    def start(self) -> None:
        """Let everybody begin."""
        for number in range(THREADS):
            members = self.members[number::THREADS]
            thread = threading.Thread(target=self._run, args=(members,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, members: Sequence[Member]) -> None:
        try:
            for member in itertools.cycle(members):
                if self.failures or self.tried >= self.attempts:
                    return
                if member.unanswered is not None:
                    member.ask(member.unanswered)
                    if all(one.unanswered is not None for one in members):
                        time.sleep(PAUSE_S)
                    continue
                with self._lock:
                    self.begun += 1
                    number = self.begun
                member.attempt(member.random.choice(member.wanted), number)
        except BaseException as error:
            self.failures.append(error)

    @property
    def tried(self) -> int:
        """Return how many attempts there were so far, those to decide included."""
        return self.begun + self.office.tried

    @property
    def is_busy(self) -> bool:
        """Tell whether anybody still tries."""
        return any(thread.is_alive() for thread in self._threads)

    def join(self, seconds: float) -> None:
        """Wait for everybody; raise what went wrong with one of them."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        assert not self.is_busy, "somebody still tries"
        if self.failures:
            raise self.failures[0]

    def ask_again(self) -> None:
        """Send what was never answered once more, now that the product knows what became of it."""
        for member in self.members:
            if member.unanswered is not None:
                member.ask(member.unanswered)
                assert member.unanswered is None

    def statuses(self) -> set[int]:
        """Return every status that was answered."""
        lines = [one.line for one in (*self.members, *self.office.desks)]
        return {status for line in lines for status in line.statuses}

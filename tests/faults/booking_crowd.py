"""A crowd that books and cancels over HTTP, and remembers what it was told."""

import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from models.departures import Departure
from models.visitors import SignInMethod, Visitor
from services.visitors import sessions
from tests.faults.harness import Product
from tests.visiting import create_visitor

THREADS = 64
PARTY_MAX = 5
# How long a request is sent again under its key before the crowd gives up.
PATIENCE_S = 90.0
PAUSE_S = 0.2
OPEN = 0, 502, 503
DONE = 200, 201


@dataclass
class Member:
    """A visitor with a phone: what they hold as far as they were told."""

    product: Product
    visitor: Visitor
    token: str
    random: random.Random
    statuses: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    booked: dict[str, int] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)

    def attempt(self, departure: str, number: int) -> None:
        """Ask for seats; give them back seven times of ten."""
        key = f"{self.visitor.id}-{number}"
        body = {"departure": departure, "party": self.random.randint(1, PARTY_MAX)}
        status, answer = self._insist("/bookings", body, key)
        if status != http.HTTPStatus.CREATED:
            return
        booking = answer["id"]
        assert answer["state"] == "confirmed"
        self.booked[booking], self.keys[key] = body["party"], booking
        if self.random.random() < 0.7:
            status, answer = self._insist(f"/bookings/{booking}/cancel", {}, None)
            told = answer.get("error", {}).get("code")
            # It was done by an answer that got lost.
            assert status in DONE or told == "wrong_state", (status, answer)
            self.cancelled.add(booking)

    def _insist(self, path: str, body: Any, key: str | None) -> tuple[int, dict[str, Any]]:
        """Send until there is an answer that stands."""
        until = time.monotonic() + PATIENCE_S
        while True:
            status, answer = self._send(path, body, key)
            code = answer.get("error", {}).get("code", "")
            self.statuses.append(status)
            self.codes.append(code)
            if status not in OPEN and code != "idempotency_running":
                return status, answer
            assert time.monotonic() < until, (path, status, code)
            time.sleep(PAUSE_S)

    def _send(self, path: str, body: Any, key: str | None) -> tuple[int, dict[str, Any]]:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            **({} if key is None else {"Idempotency-Key": key}),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.product.port, timeout=30)
        try:
            connection.request("POST", f"/api/v1{path}", orjson.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, orjson.loads(answer.read())
        except (OSError, http.client.HTTPException, orjson.JSONDecodeError):
            return 0, {}
        finally:
            connection.close()


@dataclass
class Crowd:
    """So many visitors at once, who make so many attempts together."""

    product: Product
    departure: Departure
    attempts: int
    seed: int = 1

    def __post_init__(self) -> None:
        self.members = [self._member(number) for number in range(THREADS)]
        self.failures: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def _member(self, number: int) -> Member:
        visitor = create_visitor()
        started = sessions.start(visitor.id, SignInMethod.EMAIL)
        assert started is not None
        return Member(
            self.product,
            visitor,
            started.token,
            random.Random(self.seed * 1_000 + number),  # noqa: S311
        )

    def start(self) -> None:
        """Let everybody begin."""
        for number, member in enumerate(self.members):
            share = range(number, self.attempts, THREADS)
            thread = threading.Thread(target=self._run, args=(member, share), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, member: Member, share: range) -> None:
        try:
            for number in share:
                member.attempt(self.departure.id, number)
        except BaseException as error:
            self.failures.append(error)

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

    def statuses(self) -> set[int]:
        """Return every status that was answered."""
        return {status for member in self.members for status in member.statuses}

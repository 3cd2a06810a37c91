"""Staff who decide about requests over HTTP, all about the same, and remember what they were told.

A decision whose answer is lost is not sent again: the list tells what is left.
"""

import random
import threading
import time

from models.staff import Role, Staff
from tests.factories import create_staff
from tests.faults.harness import Product
from tests.faults.lines import Line, code_of
from tests.faults.newsdesk import headers_of

DESKS = 4
AT_ONCE_MAX = 8
PAUSE_S = 0.1
OK, CONFLICT = 200, 409
REASON = "名额已满"


class Desk(threading.Thread):
    """Confirms or rejects what waits for it, until it is told that nothing more comes.

    `decided` is what was acknowledged, by booking; `unclear` are those whose answer was lost, and
    `beaten` counts those that a colleague, or the visitor, was faster about.
    """

    def __init__(self, product: Product, number: int, closing: threading.Event) -> None:
        super().__init__(daemon=True)
        account: Staff = create_staff(Role.BOOKING_DESK)
        self.actor = account.id
        self.line = Line(product, "/admin/api/v1", headers_of(Role.BOOKING_DESK, account))
        self.closing = closing
        self.random = random.Random(number)  # noqa: S311 - a sequence, no secrets
        self.decided: dict[str, bool] = {}
        self.unclear: set[str] = set()
        self.beaten = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while True:
                last = self.closing.is_set()
                waiting = self._waiting()
                if waiting:
                    self._decide(waiting)
                elif waiting is None or not last:
                    time.sleep(PAUSE_S)
                else:
                    return
        except BaseException as error:
            self.failure = error

    def _waiting(self) -> list[str] | None:
        """Return what waits for a decision; None when the product does not tell."""
        status, answer = self.line.send("GET", "/bookings?view=to_decide")
        return [one["id"] for one in answer["items"]] if status == OK else None

    def _decide(self, waiting: list[str]) -> None:
        count = min(len(waiting), self.random.choice((1, AT_ONCE_MAX)))
        chosen, approved = self.random.sample(waiting, count), self.random.random() < 0.5
        decision = {"approved": approved, **({} if approved else {"reason": REASON})}
        if count == 1:
            status, answer = self.line.send("POST", f"/bookings/{chosen[0]}/decide", decision)
            items = [{"id": chosen[0], "done": status == OK, "code": code_of(answer)}]
        else:
            status, answer = self.line.send(
                "POST", "/bookings/decide", {**decision, "bookings": chosen}
            )
            items = answer.get("items", [])
        if status not in (OK, CONFLICT):
            self.unclear |= set(chosen)
            return
        assert [one["id"] for one in items] == chosen
        for one in items:
            if one["done"]:
                assert one["id"] not in self.decided, "decided twice"
                self.decided[one["id"]] = approved
            else:
                assert one["code"] == "wrong_state", one
                self.beaten += 1


class Office:
    """Some members of staff at once."""

    def __init__(self, product: Product) -> None:
        self._closing = threading.Event()
        self.desks = [Desk(product, number, self._closing) for number in range(DESKS)]

    def open(self) -> None:
        """Let all begin."""
        for desk in self.desks:
            desk.start()

    def close(self, seconds: float) -> None:
        """Let all decide what is left; raise what went wrong with one of them."""
        self._closing.set()
        until = time.monotonic() + seconds
        for desk in self.desks:
            desk.join(max(0.0, until - time.monotonic()))
            assert not desk.is_alive(), "a desk does not come to an end"
            if desk.failure is not None:
                raise desk.failure

    @property
    def decided(self) -> dict[str, tuple[bool, str]]:
        """Return what was acknowledged: yes or no, and who said so."""
        found: dict[str, tuple[bool, str]] = {}
        for desk in self.desks:
            assert not found.keys() & desk.decided.keys(), "two decided about one"
            found |= {name: (approved, desk.actor) for name, approved in desk.decided.items()}
        return found

    @property
    def tried(self) -> int:
        """Return how many decisions were tried that had an answer."""
        return sum(len(desk.decided) + desk.beaten for desk in self.desks)

    @property
    def unclear(self) -> set[str]:
        """Return about which bookings an answer was lost."""
        return set[str]().union(*(desk.unclear for desk in self.desks))

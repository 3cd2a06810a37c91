"""Seats over HTTP: 64 visitors at once, staff who decide, processes that are killed meanwhile.

Killed are web workers, and the database. No acknowledged booking or decision is lost, none is
doubled, and the sums are exact.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from cli.mongod import EmbeddedMongod
from core.settings import Settings
from models.audit import AuditEntry
from models.bookings import Booking, BookingState, By
from models.departures import Departure
from models.notifications import Event, InboxEntry
from models.routes import Confirmation
from services.bookings import settling
from tests.clocks import Clock
from tests.faults.booking_crowd import Crowd
from tests.faults.booking_desks import Office
from tests.faults.harness import WEB_WORKERS, Product, by_form, children, restart
from tests.visiting import check_books, create_departure, terms
from tests.waiting import eventually

CAPACITY = 60
# Half of them are decided about by staff.
DEPARTURES = by_form(short=2, long=8)
# The long form makes 100,000 attempts while something is killed.
PEACEFUL = by_form(short=256, long=2_000)
ATTEMPTS = by_form(short=256, long=50_000)
KILLS = by_form(short=3, long=100)
MONGOD_KILLS = by_form(short=2, long=20)
WITHIN_S = by_form(short=240.0, long=3_600.0)
S = BookingState
TOLD = {
    S.REQUESTED: Event.BOOKING_REQUESTED,
    S.CONFIRMED: Event.BOOKING_CONFIRMED,
    S.REJECTED: Event.BOOKING_REJECTED,
    S.CANCELLED: Event.BOOKING_CANCELLED,
    S.WAITLISTED: Event.BOOKING_WAITLISTED,
    S.OFFERED: Event.BOOKING_OFFERED,
}
VERBS = {S.CONFIRMED: "bookings.confirm", S.REJECTED: "bookings.reject"}


@pytest.fixture
def busy_product(product: Product, settings: Settings) -> Iterator[Product]:
    """The product, which limits nobody: all visitors of these tests have one address."""
    limits = [name.upper() for name in vars(settings) if name.startswith("limit_")]
    product.environ |= dict.fromkeys(limits, "100000")
    product.start_web()
    return product


@pytest.fixture
def departures(busy_product: Product) -> list[Departure]:
    """Departures that many want, one after the other."""
    ways = Confirmation.AUTOMATIC, Confirmation.STAFF
    return [
        create_departure(
            in_hours=7 * 24 + 3 * number,
            capacity=CAPACITY,
            terms=terms(group_max=5, confirmation=ways[number % 2]),
        )
        for number in range(DEPARTURES)
    ]


def run(crowd: Crowd, kills: int = 0, kill: Callable[[], None] = int) -> None:
    """Let visitors and staff do what they do, and kill something at even distances."""
    crowd.start()
    crowd.office.open()
    for number in range(1, kills + 1):
        due = number * crowd.attempts // (kills + 1)
        assert eventually(lambda: crowd.tried >= due or crowd.failures, WITHIN_S)  # noqa: B023
        kill()
    crowd.join(WITHIN_S)


def check(crowd: Crowd, clock: Clock) -> None:
    """Check what everybody was told against the books, once the recovery has been."""
    clock.advance(minutes=5)
    settling.settle_due()
    crowd.ask_again()
    crowd.office.close(WITHIN_S)
    assert Booking.objects(state__in=[S.PLACING, S.REQUESTED]).count() == 0
    check_books()
    bookings = {one.id: one for one in Booking.objects}
    check_visitors(crowd, bookings)
    check_staff(crowd.office, bookings)
    check_told(bookings)
    for departure in Departure.objects:
        own = [one for one in bookings.values() if one.departure == departure.id]
        kept = sum(one.party for one in own if one.state in (S.CONFIRMED, S.OFFERED))
        assert departure.held == kept <= CAPACITY


def check_visitors(crowd: Crowd, bookings: dict[str, Booking]) -> None:
    """Check that every acknowledged booking is there once, and as it was left."""
    told: set[str] = set()
    for member in crowd.members:
        keys = [request.key for request in member.asked.values()]
        assert len(set(keys)) == len(keys), "one key, two bookings"
        assert not told & member.asked.keys()
        told |= member.asked.keys()
        for name, request in member.asked.items():
            found = bookings[name]
            assert (found.party, found.visitor) == (request.party, member.visitor.id)
            assert found.departure == request.departure
            last = found.steps[-1]
            if name in member.cancelled:
                assert (last.state, last.by) == (S.CANCELLED, By.VISITOR)
        for name in member.accepted:
            assert S.CONFIRMED in [
                one.state for one in bookings[name].steps if one.by is By.VISITOR
            ]
    assert bookings.keys() == told, "every booking was acknowledged"
    assert len(told) > crowd.attempts / 20, "hardly anybody got anything"


def check_staff(office: Office, bookings: dict[str, Booking]) -> None:
    """Check that every acknowledged decision holds, and every request was decided once at most."""
    decided = office.decided
    made = {}
    for name, found in bookings.items():
        steps = [one for one in found.steps if one.by is By.STAFF]
        assert len(steps) <= 1, "decided twice"
        if steps:
            made[name] = (steps[0].state is S.CONFIRMED, steps[0].actor)
            (entry,) = AuditEntry.objects(target=f"bookings:{name}", actor=steps[0].actor)
            assert entry.action == VERBS[steps[0].state]
    assert decided.items() <= made.items(), "an acknowledged decision is lost"
    assert made.keys() - decided.keys() <= office.unclear, "decided by nobody"
    assert {approved for approved, _ in decided.values()} == {True, False}
    assert sum(desk.beaten for desk in office.desks), "nobody was ever beaten to it"


def check_told(bookings: dict[str, Booking]) -> None:
    """Check that each visitor was told of each step once."""
    told: dict[str, Counter[Event]] = {name: Counter() for name in bookings}
    for row in InboxEntry._get_collection().find({}, {"event": 1, "data.booking": 1}):
        told[row["data"]["booking"]][Event(row["event"])] += 1
    for name, found in bookings.items():
        steps = [one.state for one in found.steps if one.state is not S.PLACING]
        assert told[name] == Counter(TOLD[state] for state in steps)


def test_all_visitors_at_once(
    departures: list[Departure], busy_product: Product, clock: Clock
) -> None:
    crowd = Crowd(busy_product, departures, Office(busy_product), PEACEFUL)
    run(crowd)
    check(crowd, clock)
    assert crowd.statuses() <= {200, 201, 409}


def test_web_workers_are_killed_while_visitors_book_and_staff_decide(
    departures: list[Departure], busy_product: Product, clock: Clock
) -> None:
    def kill() -> None:
        # One of two that are at work: the product is never without, and each kill hits something.
        assert eventually(lambda: busy_product.has_web_workers(WEB_WORKERS))
        os.kill(min(children(busy_product.web.pid)), signal.SIGKILL)

    crowd = Crowd(busy_product, departures, Office(busy_product), ATTEMPTS, seed=2)
    run(crowd, KILLS, kill)
    check(crowd, clock)
    assert crowd.statuses() <= {0, 200, 201, 409, 503}


def test_the_database_is_killed_while_visitors_book_and_staff_decide(
    departures: list[Departure], busy_product: Product, mongod: EmbeddedMongod, clock: Clock
) -> None:
    crowd = Crowd(busy_product, departures, Office(busy_product), ATTEMPTS, seed=3)
    run(crowd, MONGOD_KILLS, lambda: restart(mongod, down_s=1.0))
    assert eventually(lambda: busy_product.read("/readyz").status == 200)
    check(crowd, clock)
    assert crowd.statuses() <= {0, 200, 201, 409, 503}

"""Seats over HTTP: 64 visitors at once, web workers that are killed, a database that is killed.

No acknowledged booking is lost, none is doubled, and the sums are exact.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from cli.mongod import EmbeddedMongod
from core.settings import Settings
from models.bookings import Booking, BookingState
from models.departures import Departure
from services.bookings import settling
from tests.clocks import Clock
from tests.faults.booking_crowd import Crowd
from tests.faults.harness import Product, by_form, children, restart
from tests.visiting import check_books, create_departure, terms
from tests.waiting import eventually

CAPACITY = 50
ATTEMPTS = by_form(short=256, long=1_000)
KILLS = by_form(short=3, long=1_000)
MONGOD_KILLS = by_form(short=2, long=10)
WITHIN_S = by_form(short=240.0, long=1_800.0)
S = BookingState


@pytest.fixture
def busy_product(product: Product, settings: Settings) -> Iterator[Product]:
    """The product, which limits nobody: all visitors of these tests have one address."""
    limits = [name.upper() for name in vars(settings) if name.startswith("limit_")]
    product.environ |= dict.fromkeys(limits, "100000")
    product.start_web()
    return product


@pytest.fixture
def departure(busy_product: Product) -> Departure:
    """A departure that many want."""
    return create_departure(capacity=CAPACITY, terms=terms(group_max=5))


def check(crowd: Crowd, clock: Clock) -> None:
    """Check what the crowd was told against the books, once the recovery has been."""
    clock.advance(minutes=5)
    settling.settle_due()
    assert Booking.objects(state=S.PLACING).count() == 0
    check_books()
    bookings = {one.id: one for one in Booking.objects}
    told: dict[str, int] = {}
    for member in crowd.members:
        assert len(set(member.keys.values())) == len(member.keys), "two keys, one booking"
        told |= member.booked
        for booking_id, party in member.booked.items():
            found = bookings[booking_id]
            gone = booking_id in member.cancelled
            assert found.state is (S.CANCELLED if gone else S.CONFIRMED)
            assert (found.party, found.visitor) == (party, member.visitor.id)
    kept = sum(one.party for one in bookings.values() if one.state is S.CONFIRMED)
    assert Departure.objects.get(id=crowd.departure.id).held == kept <= CAPACITY
    assert len(told) > CAPACITY / 5, "hardly anybody got anything"
    assert bookings.keys() == told.keys(), "every booking was acknowledged"


def test_all_visitors_at_once(departure: Departure, busy_product: Product, clock: Clock) -> None:
    crowd = Crowd(busy_product, departure, ATTEMPTS)
    crowd.start()
    crowd.join(WITHIN_S)
    assert crowd.statuses() <= {200, 201, 409}
    check(crowd, clock)


def test_web_workers_are_killed_while_visitors_book(
    departure: Departure, busy_product: Product, clock: Clock
) -> None:
    crowd = Crowd(busy_product, departure, ATTEMPTS, seed=2)
    crowd.start()
    kills = 0
    while crowd.is_busy and kills < KILLS:
        time.sleep(1)
        for pid in sorted(children(busy_product.web.pid))[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
    crowd.join(WITHIN_S)
    assert kills >= by_form(short=2, long=10)
    assert crowd.statuses() <= {0, 200, 201, 409, 503}
    check(crowd, clock)


def test_the_database_is_killed_while_visitors_book(
    departure: Departure, busy_product: Product, mongod: EmbeddedMongod, clock: Clock
) -> None:
    crowd = Crowd(busy_product, departure, ATTEMPTS, seed=3)
    crowd.start()
    for _ in range(MONGOD_KILLS):
        time.sleep(1.5)
        restart(mongod, down_s=1.0)
    crowd.join(WITHIN_S)
    assert eventually(lambda: busy_product.read("/readyz").status == 200)
    assert crowd.statuses() <= {0, 200, 201, 409, 503}
    check(crowd, clock)

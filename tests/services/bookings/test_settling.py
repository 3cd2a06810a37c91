"""A maker that dies at any step leaves what is finished, or undone, later: no seat is lost."""

import datetime as dt
from collections.abc import Callable

import pytest

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from models.bookings import Booking, BookingState
from models.departures import Departure
from models.visitors import Visitor
from services import seats
from services.bookings import cutoffs, drafting, settling
from services.bookings.drafting import Maker
from services.visitors import deletion, engagements
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.visiting import check_books, create_departure, create_visitor, details, wait
from tests.visiting import request as ask

LATE = dt.timedelta(minutes=2)


def placing(
    visitor: Visitor, departure: Departure, *, steps: int, party: int = 2, key: str = "key-00001"
) -> Booking:
    """Do the first so many steps of a request: write, take the time, hold the seats."""
    until = now() + settling.PLACING
    booking = drafting.draft(departure, party, details(), Maker(visitor), key=key, settle_by=until)
    drafting.insert(booking)
    if steps > 1:
        engagements.engage(visitor.id, booking.id, booking.starts_at, booking.ends_at)
    if steps > 2:
        seats.hold(departure.id, booking.id, party, visitor=visitor.id, before=until)
    return booking


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_what_was_begun_is_ended(steps: int, clock: Clock, run_jobs: Callable[[], int]) -> None:
    departure, visitor = create_departure(), create_visitor()
    booking = placing(visitor, departure, steps=steps)
    run_jobs()
    assert Booking.objects.get(id=booking.id).state is BookingState.PLACING, "it may be under way"
    clock.advance(seconds=LATE.total_seconds())
    run_jobs()
    states = [one.state for one in Booking.objects]
    assert states == ([BookingState.CONFIRMED] if steps == 3 else [])
    check_books()


def test_sent_again_a_request_that_holds_seats_is_finished_at_once() -> None:
    departure, visitor = create_departure(), create_visitor()
    booking = placing(visitor, departure, steps=3)
    assert ask(visitor, departure, key="key-00001").id == booking.id
    check_books()


def test_sent_again_a_request_without_seats_waits_for_its_maker(clock: Clock) -> None:
    departure, visitor = create_departure(), create_visitor()
    booking = placing(visitor, departure, steps=2)
    with pytest.raises(Conflict, match="idempotency_running"):
        ask(visitor, departure, key="key-00001")
    clock.advance(seconds=LATE.total_seconds())
    assert ask(visitor, departure, key="key-00001").id != booking.id
    assert Booking.objects.count() == 1
    check_books()


def test_a_departure_that_is_cancelled_takes_along_what_is_being_placed() -> None:
    departure, visitor = create_departure(), create_visitor()
    booking = placing(visitor, departure, steps=3)
    held = Departure.objects.get(id=departure.id)

    def work(session: object) -> None:
        cutoffs.close(held, "天气", ACTOR, session)  # type: ignore[arg-type]

    transaction(work)
    with pytest.raises(Conflict, match="departure_closed"):
        settling.settle(booking, held, by=booking.steps[0].by)
    assert Booking.objects.count() == 0
    check_books()


def test_undoing_offers_the_seats_to_who_waits(clock: Clock, run_jobs: Callable[[], int]) -> None:
    departure = create_departure(capacity=2)
    visitor = create_visitor()
    placing(visitor, departure, steps=3)
    waits = wait(create_visitor(), departure)
    deletion.delete(visitor.id)
    clock.advance(seconds=LATE.total_seconds())
    run_jobs()
    assert [(one.id, one.state) for one in Booking.objects] == [(waits.id, BookingState.OFFERED)]
    check_books()


def test_nothing_that_is_settled_is_undone() -> None:
    departure, visitor = create_departure(), create_visitor()
    booking = ask(visitor, departure)
    settling.undo(booking)
    assert Booking.objects.get(id=booking.id).state is BookingState.CONFIRMED
    check_books()

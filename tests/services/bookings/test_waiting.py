"""The waiting list: order, offers, their ends, and every path that frees seats."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.clock import now
from core.errors import Conflict, Forbidden
from models.audit import AuditEntry
from models.bookings import Booking, BookingSource, BookingState
from models.departures import Departure
from models.notifications import CallTask, Event, InboxEntry
from models.routes import Confirmation
from models.visitors import Visitor
from services.bookings import cancelling, deciding, moving, offers, parties, waiting
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.visiting import (
    DESK,
    EDITOR,
    check_books,
    create_departure,
    create_visitor,
    details,
    terms,
    wait,
)
from tests.visiting import request as ask

S = BookingState
Forward = Callable[..., None]


def state(booking: Booking) -> BookingState:
    found: BookingState = Booking.objects.get(id=booking.id).state
    return found


def events(visitor: str) -> list[Event]:
    return [one.event for one in InboxEntry.objects(visitor=visitor).order_by("at", "id")]


def full(capacity: int = 4, **changes: Any) -> tuple[Departure, Booking]:
    """Return a departure whose seats one booking holds."""
    departure = create_departure(capacity=capacity, **changes)
    return departure, ask(create_visitor(), departure, capacity)


def owner(booking: Booking) -> Visitor:
    found: Visitor = Visitor.objects.get(id=booking.visitor)
    return found


def test_who_waits_is_told_and_has_a_place() -> None:
    departure, _ = full()
    visitor = create_visitor()
    booking = wait(visitor, departure)
    assert booking.state is S.WAITLISTED
    assert events(visitor.id) == [Event.BOOKING_WAITLISTED]
    check_books()


def test_nobody_waits_for_what_is_free_or_twice_or_beyond_the_cut_off() -> None:
    with pytest.raises(Conflict, match="seats_free"):
        wait(create_visitor(), create_departure())
    departure, holder = full()
    visitor = create_visitor()
    wait(visitor, departure)
    for again in (visitor, owner(holder)):
        with pytest.raises(Conflict, match="visit_overlap"):
            wait(again, departure)
    Departure.objects(id=departure.id).update(cancel_by=now())
    with pytest.raises(Conflict, match="booking_closed"):
        wait(create_visitor(), departure)
    suspended = create_visitor(suspended_until=now() + dt.timedelta(days=1))
    with pytest.raises(Conflict, match="booking_suspended"):
        wait(suspended, full()[0])


def test_free_seats_go_to_the_first_that_fits_and_on() -> None:
    departure, holder = full(4)
    big, small, smaller = (wait(create_visitor(), departure, n) for n in (5, 2, 1))
    cancelling.cancel(owner(holder), holder.id)
    assert [state(one) for one in (big, small, smaller)] == [S.WAITLISTED, S.OFFERED, S.OFFERED]
    check_books()
    offers.decline(owner(small), small.id)
    assert state(small) is S.CANCELLED
    confirmed = offers.accept(owner(smaller), smaller.id)
    assert confirmed.state is S.CONFIRMED
    assert events(smaller.visitor) == [
        *(Event.BOOKING_WAITLISTED, Event.BOOKING_OFFERED, Event.BOOKING_CONFIRMED),
    ]
    check_books()


def test_staff_wait_and_answer_for_callers_and_for_nobody_else() -> None:
    departure, holder = full(2)
    first, second = (
        waiting.join_for(DESK, departure.id, 2, details(), key=key) for key in ("one", "two")
    )
    again = waiting.join_for(DESK, departure.id, 2, details(), key="one")
    assert (again.id, first.source, state(second)) == (first.id, BookingSource.PHONE, S.WAITLISTED)
    visitor = wait(create_visitor(), departure)
    assert CallTask.objects.count() == 0, "they are on the phone"
    cancelling.cancel(owner(holder), holder.id)
    call = CallTask.objects.get()
    assert (call.event, call.data["booking"]) == (Event.BOOKING_OFFERED, first.id)
    offers.decline_for(DESK, first.id)
    assert [state(one) for one in (first, second)] == [S.CANCELLED, S.OFFERED]
    assert offers.accept_for(DESK, second.id).state is S.CONFIRMED
    cancelling.cancel_for(DESK, second.id, reason="测试原因")
    assert state(visitor) is S.OFFERED
    for answer in (offers.accept_for, offers.decline_for):
        with pytest.raises(Forbidden):
            answer(DESK, visitor.id)
        with pytest.raises(Forbidden):
            answer(EDITOR, second.id)
    with pytest.raises(Forbidden):
        waiting.join_for(EDITOR, departure.id, 2, details())
    called = CallTask.objects(event__ne=Event.BOOKING_OFFERED)
    assert [one.event for one in called] == [Event.BOOKING_CANCELLED], (
        "what staff did by themselves"
    )
    made = {one.action for one in AuditEntry.objects(actor=DESK.id, outcome="done")}
    assert made >= {"bookings.wait", "bookings.decline", "bookings.accept"}
    check_books()


def test_an_offer_that_nobody_takes_moves_on(pass_time: Forward) -> None:
    departure, holder = full(2)
    first, second = (wait(create_visitor(), departure) for _ in range(2))
    cancelling.cancel(owner(holder), holder.id)
    pass_time(minutes=100)
    assert state(first) is S.OFFERED
    assert events(first.visitor)[-1] is Event.BOOKING_OFFER_ENDING
    pass_time(minutes=21)
    assert (state(first), state(second)) == (S.LAPSED, S.OFFERED)
    assert events(first.visitor)[-1] is Event.BOOKING_LAPSED
    with pytest.raises(Conflict, match="offer_ended"):
        offers.accept(owner(first), first.id)
    check_books()


def test_an_offer_that_has_ended_is_not_taken_before_the_job_came(clock: Clock) -> None:
    departure, holder = full(2)
    first = wait(create_visitor(), departure)
    cancelling.cancel(owner(holder), holder.id)
    clock.advance(minutes=121)
    with pytest.raises(Conflict, match="offer_ended"):
        offers.accept(owner(first), first.id)


def test_an_offer_never_lasts_beyond_the_cut_off(clock: Clock) -> None:
    departure, holder = full(2)
    first = wait(create_visitor(), departure)
    clock.set(departure.cancel_by - dt.timedelta(minutes=30))
    cancelling.cancel(owner(holder), holder.id)
    assert Booking.objects.get(id=first.id).offer_until == departure.cancel_by


def test_an_offer_that_overlaps_another_visit_stays() -> None:
    departure, holder = full(2)
    visitor = create_visitor()
    waits = wait(visitor, departure)
    ask(visitor, create_departure())
    cancelling.cancel(owner(holder), holder.id)
    with pytest.raises(Conflict, match="visit_overlap"):
        offers.accept(visitor, waits.id)
    assert state(waits) is S.OFFERED
    check_books()


def shrink(booking: Booking) -> None:
    parties.change(owner(booking), booking.id, {"party": 2})


def reject(booking: Booking) -> None:
    deciding.reject(ACTOR, booking.id, reason="场地维护")


def leave(booking: Booking) -> None:
    cancelling.cancel(owner(booking), booking.id)


def cancel_as_staff(booking: Booking) -> None:
    cancelling.cancel_for(ACTOR, booking.id, reason="场地维护")


def move_on(booking: Booking) -> None:
    moving.reschedule(owner(booking), booking.id, create_departure(in_hours=400).id)


def expire(booking: Booking) -> None:
    Booking.objects(id=booking.id).update(decide_by=now())
    deciding.expire(booking.id, Booking.objects.get(id=booking.id).decide_by)


@pytest.mark.parametrize("free", [shrink, reject, leave, cancel_as_staff, move_on, expire])
def test_every_path_that_frees_seats_offers_them(free: Callable[[Booking], None]) -> None:
    departure, holder = full(4, terms=terms(confirmation=Confirmation.STAFF))
    waits = wait(create_visitor(), departure, 2)
    free(holder)
    assert state(waits) is S.OFFERED
    check_books()


def test_at_the_cut_off_waiting_ends_and_everybody_is_told(pass_time: Forward) -> None:
    departure, _ = full()
    waits = [wait(create_visitor(), departure) for _ in range(3)]
    pass_time(seconds=(departure.cancel_by - now()).total_seconds() + 1)
    for one in waits:
        assert state(one) is S.LAPSED
        assert events(one.visitor)[-1] is Event.BOOKING_LAPSED
    found = Departure.objects.get(id=departure.id)
    assert (found.queue, found.held) == ([], 4)
    check_books()


def test_leaving_the_queue_is_possible_at_any_time() -> None:
    departure, _ = full()
    waits = wait(create_visitor(), departure)
    leave(waits)
    assert state(waits) is S.CANCELLED
    check_books()

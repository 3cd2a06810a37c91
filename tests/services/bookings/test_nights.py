"""Bookings at night: offers whose time stands still, and who is told before the morning."""

import datetime as dt
from collections.abc import Callable

import pytest
from pymongo.client_session import ClientSession

from core.clock import SHANGHAI
from core.db import transaction
from core.errors import Conflict
from models.bookings import Booking, BookingState
from models.departures import Departure
from models.enums import Language
from models.notifications import Event, InboxEntry
from models.outbox import Job
from models.routes import Confirmation
from models.visitors import Visitor
from services import availability, seats
from services.bookings import (
    cancelling,
    cutoffs,
    deciding,
    following,
    moving,
    offers,
    parties,
    waiting,
)
from tests.clocks import Clock
from tests.visiting import DESK, check_books, create_departure, create_visitor, terms, wait
from tests.visiting import request as ask

pytestmark = pytest.mark.usefixtures("night")
S = BookingState
Forward = Callable[..., None]


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 12, day, hour, minute, tzinfo=SHANGHAI)


def starting(starts_at: dt.datetime, clock: Clock, **changes: object) -> Departure:
    hours = (starts_at - clock.read()).total_seconds() / 3600
    return create_departure(in_hours=hours, **changes)  # type: ignore[arg-type]


def of(booking: Booking) -> Booking:
    found: Booking = Booking.objects.get(id=booking.id)
    return found


def owner(booking: Booking) -> Visitor:
    found: Visitor = Visitor.objects.get(id=booking.visitor)
    return found


def told(booking: Booking, event: Event) -> InboxEntry:
    """Return what the visitor of a booking was told last of an event."""
    entries = InboxEntry.objects(visitor=booking.visitor, event=event)
    found: InboxEntry = entries.order_by("-at").first()
    return found


def queued(clock: Clock, starts_at: dt.datetime, **rules: float) -> list[Booking]:
    """Return a booking that fills a departure, and two that wait."""
    departure = starting(starts_at, clock, capacity=2, terms=terms(**rules))
    holder = ask(create_visitor(), departure)
    return [holder, *(wait(create_visitor(), departure) for _ in range(2))]


def test_an_offer_at_night_lasts_for_two_hours_of_the_day(clock: Clock, pass_time: Forward) -> None:
    clock.set(at(1, 12))
    holder, first, second = queued(clock, at(9, 14))
    clock.set(at(1, 23))
    cancelling.cancel(owner(holder), holder.id)
    assert of(first).offer_until == at(2, 10)
    offered = told(first, Event.BOOKING_OFFERED)
    assert (offered.data["until"], offered.held_until) == ("2026-12-02 10:00", at(2, 8))
    clock.set(at(2, 9, 29))
    pass_time()
    assert told(first, Event.BOOKING_OFFER_ENDING) is None
    pass_time(minutes=2)
    assert told(first, Event.BOOKING_OFFER_ENDING).held_until is None
    assert offers.accept(owner(first), first.id).state is S.CONFIRMED
    assert of(second).state is S.WAITLISTED
    check_books()


def test_an_offer_of_the_evening_goes_on_in_the_morning(clock: Clock, pass_time: Forward) -> None:
    clock.set(at(1, 21))
    holder, first, second = queued(clock, at(9, 14))
    cancelling.cancel(owner(holder), holder.id)
    assert told(first, Event.BOOKING_OFFERED).held_until is None
    clock.set(at(2, 8, 59))
    pass_time()
    assert of(first).state is S.OFFERED
    pass_time(minutes=2)
    assert (of(first).state, of(second).state) == (S.LAPSED, S.OFFERED)
    assert of(second).offer_until == at(2, 11, 1)
    with pytest.raises(Conflict, match="offer_ended"):
        offers.accept(owner(first), first.id)


@pytest.mark.parametrize(("cut_off", "warned"), [((2, 3), (2, 2)), ((2, 9), (2, 8, 45))])
def test_an_offer_that_the_cut_off_ends_by_the_morning_goes_out_at_once(
    clock: Clock, pass_time: Forward, cut_off: tuple[int, int], warned: tuple[int, ...]
) -> None:
    clock.set(at(1, 12))
    holder, first, _ = queued(clock, at(*cut_off) + dt.timedelta(days=1))
    clock.set(at(1, 23))
    cancelling.cancel(owner(holder), holder.id)
    assert of(first).offer_until == at(*cut_off)
    assert told(first, Event.BOOKING_OFFERED).held_until is None
    assert Job.objects.get(name=waiting.WARN_JOB).run_at == at(*warned)
    clock.set(at(*warned))
    pass_time()
    assert told(first, Event.BOOKING_OFFER_ENDING).held_until is None
    clock.set(at(*cut_off))
    pass_time(seconds=1)
    lapsed = told(first, Event.BOOKING_LAPSED)
    assert of(first).state is S.LAPSED
    assert lapsed.held_until == (at(2, 8) if cut_off == (2, 3) else None)


def test_what_visitors_do_at_night_is_answered_at_once(clock: Clock) -> None:
    clock.set(at(1, 23))
    departure = starting(at(9, 14), clock)
    booking = ask(create_visitor(), departure)
    visitor = owner(booking)
    parties.change(visitor, booking.id, {"party": 1})
    moved = moving.reschedule(visitor, booking.id, starting(at(10, 14), clock).id)
    cancelling.cancel(visitor, moved.id)
    by_staff = starting(at(9, 9), clock, terms=terms(confirmation=Confirmation.STAFF))
    ask(create_visitor(), by_staff)
    full = starting(at(11, 9), clock, capacity=2)
    holder = ask(create_visitor(), full)
    waits = wait(create_visitor(), full)
    assert {one.held_until for one in InboxEntry.objects} == {None}
    assert InboxEntry.objects.count() == 7
    cancelling.cancel(owner(holder), holder.id)
    offers.accept(owner(waits), waits.id)
    assert told(waits, Event.BOOKING_OFFERED).held_until == at(2, 8)
    assert told(waits, Event.BOOKING_CONFIRMED).held_until is None


def by_staff(booking: Booking) -> None:
    cancelling.cancel_for(DESK, booking.id, reason="测试原因")


def with_departure(booking: Booking) -> None:
    def work(session: ClientSession) -> None:
        departure = seats.lock(booking.departure, session)
        cutoffs.close(departure, "测试原因", DESK, session)

    transaction(work)


def to_another_week(booking: Booking) -> None:
    other = create_departure(in_hours=400)
    moving.reschedule_for(DESK, booking.id, other.id, reason="测试原因")


def with_its_departure(booking: Booking) -> None:
    def work(session: ClientSession) -> None:
        departure, later = seats.lock(booking.departure, session), dt.timedelta(days=20)
        departure.starts_at, departure.ends_at = booking.starts_at + later, booking.ends_at + later
        times = {"starts_at": departure.starts_at, "ends_at": departure.ends_at}
        rows = Departure._get_collection()
        rows.update_one({"_id": departure.id}, {"$set": times}, session=session)
        following.follow(departure, reason="测试原因", session=session)

    transaction(work)


@pytest.mark.parametrize(
    ("change", "event"),
    [
        (by_staff, Event.BOOKING_CANCELLED),
        (with_departure, Event.BOOKING_CANCELLED),
        (to_another_week, Event.BOOKING_RESCHEDULED),
        (with_its_departure, Event.DEPARTURE_CHANGED),
    ],
)
@pytest.mark.parametrize(("starts_at", "held"), [(at(2, 8, 30), None), (at(2, 14), at(2, 8))])
def test_who_would_set_out_in_the_morning_is_told_at_night(
    clock: Clock,
    change: Callable[[Booking], None],
    event: Event,
    starts_at: dt.datetime,
    held: dt.datetime | None,
) -> None:
    clock.set(at(1, 12))
    late = terms(lead_days=0, cancel_hours=0, reschedule_hours=0)
    booking = ask(create_visitor(), starting(starts_at, clock, terms=late))
    clock.set(at(1, 23))
    change(booking)
    assert told(booking, event).held_until == held


def test_decisions_of_staff_at_night_wait(clock: Clock) -> None:
    clock.set(at(1, 12))
    rules = terms(confirmation=Confirmation.STAFF)
    first, second = (
        ask(create_visitor(), starting(at(9, 14), clock, terms=rules)) for _ in range(2)
    )
    clock.set(at(1, 23))
    deciding.confirm(DESK, first.id)
    deciding.reject(DESK, second.id, reason="测试原因")
    assert told(first, Event.BOOKING_CONFIRMED).held_until == at(2, 8)
    assert told(second, Event.BOOKING_REJECTED).held_until == at(2, 8)


def test_the_rule_of_the_waiting_list_tells_of_the_night(clock: Clock) -> None:
    clock.set(at(1, 12))
    departure = starting(at(9, 14), clock)
    for language, words in (
        (Language.ZH_CN, "夜间22点至8点不计入"),
        (Language.EN, "from 22:00 to 8:00 (Beijing time) do not count"),
    ):
        assert words in str(availability.get(departure.id, language)["waitlist_rule"])

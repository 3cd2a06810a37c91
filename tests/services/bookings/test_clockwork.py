"""What the clock does: reminders outside of the quiet hours, cut-offs, minimum, the end."""

import datetime as dt
from collections.abc import Callable

import pytest
from pymongo.client_session import ClientSession

from core import db
from core.clock import SHANGHAI, now
from core.errors import Conflict, Forbidden
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState, Minimum
from models.notifications import CallTask, Event, InboxEntry
from models.visitors import Visitor
from services import seats
from services.bookings import (
    attendance,
    cancelling,
    cutoffs,
    desk,
    endings,
    following,
    parties,
    reminders,
)
from services.bookings import steps as moves
from tests.clocks import Clock
from tests.visiting import (
    DESK,
    EDITOR,
    check_books,
    create_departure,
    create_visitor,
    details,
    terms,
)
from tests.visiting import request as ask

S = BookingState
Forward = Callable[..., None]


def shanghai(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 12, day, hour, minute, tzinfo=SHANGHAI)


def counts(visitor: Visitor, event: Event) -> int:
    return int(InboxEntry.objects(visitor=visitor.id, event=event).count())


def at(moment: dt.datetime, **changes: object) -> Departure:
    """Return a departure that starts at a moment."""
    hours = (moment - now()).total_seconds() / 3600
    return create_departure(in_hours=hours, **changes)  # type: ignore[arg-type]


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize(
    ("event", "starts_at", "due"),
    [
        (Event.REMINDER_DAY, shanghai(10, 9), shanghai(9, 9)),
        (Event.REMINDER_DAY, shanghai(10, 7), shanghai(9, 8)),
        (Event.REMINDER_DAY, shanghai(10, 22, 30), shanghai(10, 8)),
        (Event.REMINDER_HOURS, shanghai(10, 9), shanghai(10, 8)),
        (Event.REMINDER_HOURS, shanghai(10, 8), shanghai(10, 7, 30)),
        (Event.REMINDER_HOURS, shanghai(10, 7, 30), shanghai(10, 7)),
        (Event.REMINDER_HOURS, shanghai(10, 14), shanghai(10, 12)),
        (Event.REMINDER_HOURS, shanghai(11, 0, 30), shanghai(11, 0)),
    ],
)
def test_reminders_keep_quiet_at_night_and_come_before_the_start(
    event: Event, starts_at: dt.datetime, due: dt.datetime
) -> None:
    assert reminders.due_at(event, starts_at) == due


def test_each_reminder_comes_once(clock: Clock, pass_time: Forward) -> None:
    clock.set(shanghai(1, 10))
    visitor = create_visitor()
    ask(visitor, at(shanghai(10, 14)))
    clock.set(shanghai(9, 13))
    pass_time()
    assert InboxEntry.objects(event=Event.REMINDER_DAY).count() == 0
    for _ in range(3):
        pass_time(minutes=61)
    assert (counts(visitor, Event.REMINDER_DAY), counts(visitor, Event.REMINDER_HOURS)) == (1, 0)
    clock.set(shanghai(10, 12, 1))
    pass_time()
    pass_time(minutes=30)
    assert (counts(visitor, Event.REMINDER_DAY), counts(visitor, Event.REMINDER_HOURS)) == (1, 1)


def test_a_caller_is_called_about_what_others_read(clock: Clock, pass_time: Forward) -> None:
    clock.set(shanghai(1, 10))
    departure = at(shanghai(10, 14), terms=terms(minimum_to_run=5, cancel_hours=48))
    booking = desk.add(DESK, departure.id, 2, details())
    visitor = create_visitor()
    ask(visitor, departure, 1)
    parties.change_for(DESK, booking.id, {"party": 3})
    clock.set(shanghai(8, 14, 1))
    pass_time()
    cutoffs.run(DESK, departure.id)
    clock.set(shanghai(9, 14, 1))
    pass_time()
    clock.set(shanghai(10, 12, 1))
    pass_time()
    called = [one.event for one in CallTask.objects(phone__ne=None).order_by("created_at")]
    assert called == [Event.BOOKING_CHANGED, Event.DEPARTURE_RUNS, Event.REMINDER_DAY]
    assert counts(visitor, Event.REMINDER_HOURS) == 1
    about = [one.event for one in CallTask.objects(visitor=visitor.id)]
    assert about == [Event.BOOKING_CONFIRMED], "who has an inbox is not called about the others"


def test_a_cancelled_visit_and_a_late_worker_remind_nobody(
    clock: Clock, pass_time: Forward
) -> None:
    clock.set(shanghai(1, 10))
    cancelled, late = create_visitor(), create_visitor()
    departure = at(shanghai(10, 14))
    cancelling.cancel(cancelled, ask(cancelled, departure).id)
    ask(late, departure)
    clock.set(shanghai(10, 13))
    pass_time()
    assert counts(cancelled, Event.REMINDER_DAY) + counts(cancelled, Event.REMINDER_HOURS) == 0
    assert (counts(late, Event.REMINDER_DAY), counts(late, Event.REMINDER_HOURS)) == (0, 1)


def test_reminders_follow_a_departure_that_is_moved(clock: Clock, pass_time: Forward) -> None:
    clock.set(shanghai(1, 10))
    visitor, departure = create_visitor(), at(shanghai(10, 14))
    booking = ask(visitor, departure)

    def work(session: ClientSession) -> None:
        found = seats.lock(departure.id, session)
        found.starts_at, found.ends_at = shanghai(12, 14), shanghai(12, 16)
        times = {"starts_at": found.starts_at, "ends_at": found.ends_at}
        Departure._get_collection().update_one({"_id": found.id}, {"$set": times}, session=session)
        following.follow(found, reason="讲解员有变", session=session)

    db.transaction(work)
    assert counts(visitor, Event.DEPARTURE_CHANGED) == 1
    assert Booking.objects.get(id=booking.id).starts_at == shanghai(12, 14)
    assert Visitor.objects.get(id=visitor.id).engagements[0].starts_at == shanghai(12, 14)
    clock.set(shanghai(10, 13))
    pass_time()
    assert counts(visitor, Event.REMINDER_DAY) == 0
    clock.set(shanghai(11, 15))
    pass_time()
    assert counts(visitor, Event.REMINDER_DAY) == 1
    check_books()


def to_cutoff(departure: Departure) -> float:
    return (departure.cancel_by - now()).total_seconds() + 1


def test_enough_people_at_the_cut_off(pass_time: Forward) -> None:
    departure = create_departure(terms=terms(minimum_to_run=2))
    ask(create_visitor(), departure, 2)
    pass_time(seconds=to_cutoff(departure))
    assert Departure.objects.get(id=departure.id).minimum is Minimum.REACHED


def test_too_few_people_and_staff_let_it_run(pass_time: Forward) -> None:
    departure, visitor = create_departure(terms=terms(minimum_to_run=3)), create_visitor()
    ask(visitor, departure, 2)
    with pytest.raises(Conflict, match="wrong_state"):
        cutoffs.run(DESK, departure.id)
    pass_time(seconds=to_cutoff(departure))
    assert Departure.objects.get(id=departure.id).minimum is Minimum.DUE
    with pytest.raises(Forbidden):
        cutoffs.run(EDITOR, departure.id)
    assert cutoffs.run(DESK, departure.id).minimum is Minimum.WAIVED
    pass_time(hours=20)
    assert counts(visitor, Event.DEPARTURE_RUNS) == 1
    assert Departure.objects.get(id=departure.id).state is DepartureState.OPEN
    check_books()


def test_too_few_people_and_nobody_decides(pass_time: Forward) -> None:
    departure, visitor = create_departure(terms=terms(minimum_to_run=3)), create_visitor()
    booking = ask(visitor, departure, 2)
    pass_time(seconds=to_cutoff(departure))
    pass_time(hours=11)
    assert Departure.objects.get(id=departure.id).state is DepartureState.OPEN
    pass_time(hours=2)
    assert Departure.objects.get(id=departure.id).state is DepartureState.CANCELLED
    assert Booking.objects.get(id=booking.id).state is S.CANCELLED
    assert counts(visitor, Event.BOOKING_CANCELLED) == 1
    check_books()


def minimum_of(departure: Departure) -> tuple[DepartureState, Minimum]:
    found = Departure.objects.get(id=departure.id)
    return found.state, found.minimum


def test_who_books_after_the_cut_off_counts_for_the_minimum(pass_time: Forward) -> None:
    """Booking goes on until the start, and cancelling ends a day before."""
    departure = create_departure(terms=terms(lead_days=0, minimum_to_run=3))
    ask(create_visitor(), departure, 2)
    pass_time(seconds=to_cutoff(departure))
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.DUE)
    ask(create_visitor(), departure, 4)
    pass_time(minutes=2)
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.REACHED)
    pass_time(hours=13)
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.REACHED)
    assert Booking.objects(state=S.CONFIRMED).count() == 2


def test_people_are_counted_again_before_a_departure_is_given_up(
    clock: Clock, pass_time: Forward
) -> None:
    departure = create_departure(terms=terms(minimum_to_run=3))
    ask(create_visitor(), departure, 2)
    pass_time(seconds=to_cutoff(departure))
    desk.add(DESK, departure.id, 1, details(), override="接待任务")
    clock.advance(hours=13)
    cutoffs.give_up(departure.id)
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.REACHED)
    check_books()


def test_staff_have_two_hours_where_the_cut_off_is_the_end_of_deciding(pass_time: Forward) -> None:
    departure = create_departure(terms=terms(cancel_hours=12, minimum_to_run=3))
    ask(create_visitor(), departure, 2)
    pass_time(seconds=to_cutoff(departure))
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.DUE)
    found = Departure.objects.get(id=departure.id)
    assert cutoffs.decide_by(found) == found.due_since + cutoffs.DECIDING
    pass_time(minutes=115)
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.DUE)
    pass_time(minutes=10)
    assert minimum_of(departure) == (DepartureState.CANCELLED, Minimum.DUE)
    check_books()


def test_nobody_decides_beyond_the_start(pass_time: Forward) -> None:
    departure = create_departure(terms=terms(lead_days=0, cancel_hours=1, minimum_to_run=3))
    booking = ask(create_visitor(), departure, 2)
    pass_time(seconds=to_cutoff(departure))
    assert cutoffs.decide_by(Departure.objects.get(id=departure.id)) == departure.starts_at
    pass_time(minutes=58)
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.DUE)
    pass_time(minutes=2)
    assert Booking.objects.get(id=booking.id).state is S.CANCELLED


def test_the_first_to_book_after_the_cut_off_are_not_cancelled_at_once(pass_time: Forward) -> None:
    departure = create_departure(terms=terms(lead_days=0, minimum_to_run=3))
    pass_time(seconds=to_cutoff(departure) + 19 * 3600)
    booking = ask(create_visitor(), departure, 2)
    pass_time(minutes=2)
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.DUE)
    assert cutoffs.run(DESK, departure.id).minimum is Minimum.WAIVED
    assert Booking.objects.get(id=booking.id).state is S.CONFIRMED


def test_what_staff_let_a_group_in_for_runs(pass_time: Forward) -> None:
    departure = create_departure(terms=terms(lead_days=0, cancel_hours=1, minimum_to_run=3))
    booking = ask(create_visitor(), departure, 2)
    pass_time(seconds=to_cutoff(departure))
    attendance.check_in(DESK, booking.id)
    pass_time(hours=1)
    assert minimum_of(departure) == (DepartureState.OPEN, Minimum.WAIVED)
    assert Booking.objects.get(id=booking.id).state is S.CHECKED_IN
    late = create_departure(in_hours=0, terms=terms(lead_days=0, minimum_to_run=3))
    desk.walk_in(DESK, late.id, 2, details())
    pass_time(minutes=2)
    assert minimum_of(late) == (DepartureState.OPEN, Minimum.WAIVED)
    check_books()


def test_a_departure_with_nobody_is_cancelled_without_a_word(pass_time: Forward) -> None:
    departure = create_departure()
    pass_time(seconds=to_cutoff(departure))
    assert Departure.objects.get(id=departure.id).state is DepartureState.CANCELLED
    assert InboxEntry.objects.count() == 0


def test_a_departure_with_nobody_stays_while_it_can_be_booked(pass_time: Forward) -> None:
    departure = create_departure(terms=terms(lead_days=0))
    pass_time(seconds=to_cutoff(departure))
    assert Departure.objects.get(id=departure.id).minimum is Minimum.AHEAD
    ask(create_visitor(), departure, 2)
    pass_time(minutes=2)
    assert Departure.objects.get(id=departure.id).minimum is Minimum.REACHED


@pytest.mark.parametrize("used", [True, False])
def test_after_the_end(used: bool, pass_time: Forward) -> None:
    departure = create_departure(terms=terms(lead_days=0))
    came, missed = create_visitor(), create_visitor()
    first, second = ask(came, departure), ask(missed, departure)
    if used:
        by, to = moves.By.STAFF, S.CHECKED_IN
        db.transaction(lambda session: moves.move(first.id, to, by=by, session=session))
    pass_time(seconds=(departure.ends_at - now()).total_seconds() + 1_800)
    assert Departure.objects.get(id=departure.id).state is DepartureState.OPEN
    pass_time(seconds=endings.AFTER.total_seconds())
    assert Departure.objects.get(id=departure.id).state is DepartureState.COMPLETED
    states = [Booking.objects.get(id=one.id).state for one in (first, second)]
    assert states == ([S.COMPLETED, S.NO_SHOW] if used else [S.CONFIRMED, S.CONFIRMED])
    assert counts(came, Event.VISIT_OVER) == used
    assert counts(missed, Event.NO_SHOW) == used
    check_books()

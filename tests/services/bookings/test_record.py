"""What the product does by itself is in the audit log, as what staff do is."""

from collections.abc import Callable

from core.clock import now
from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState
from models.routes import Confirmation
from services.bookings import attendance, cancelling, cutoffs, deciding, desk, endings
from tests.clocks import Clock
from tests.visiting import (
    DESK,
    check_record,
    create_departure,
    create_visitor,
    details,
    terms,
    wait,
)
from tests.visiting import request as ask

S = BookingState
Forward = Callable[..., None]


def actions(target: str) -> list[str]:
    """Return what the product did to something, in order."""
    entries = AuditEntry.objects(target=target, actor="system").order_by("at", "id")
    return [one.action for one in entries]


def test_offers_and_waiting_that_end_are_on_record(pass_time: Forward) -> None:
    departure, holder = create_departure(capacity=2), create_visitor()
    held = ask(holder, departure)
    first, second = (wait(create_visitor(), departure) for _ in range(2))
    cancelling.cancel(holder, held.id)
    pass_time(hours=2, seconds=1)
    assert actions(f"bookings:{first.id}") == ["bookings.offer", "bookings.lapse"]
    assert actions(f"bookings:{second.id}") == ["bookings.offer"]
    full = create_departure(capacity=2)
    ask(create_visitor(), full)
    third = wait(create_visitor(), full)
    pass_time(seconds=(full.cancel_by - now()).total_seconds() + 1)
    assert actions(f"bookings:{third.id}") == ["bookings.lapse"]
    entry = AuditEntry.objects.get(target=f"bookings:{third.id}")
    assert (entry.before["state"], entry.after["state"]) == ("waitlisted", "lapsed")
    check_record()


def test_the_end_of_a_visit_is_on_record(clock: Clock) -> None:
    decided = terms(confirmation=Confirmation.STAFF, cancel_hours=0, lead_days=0)
    departure = create_departure(capacity=4, in_hours=3, terms=decided)
    came, slow = ask(create_visitor(), departure), ask(create_visitor(), departure)
    waits = wait(create_visitor(), departure)
    deciding.confirm(DESK, came.id)
    clock.advance(hours=2)
    attendance.check_in(DESK, came.id)
    clock.advance(hours=4)
    endings.complete(departure.id)
    assert Departure.objects.get(id=departure.id).state is DepartureState.COMPLETED
    assert actions(f"departures:{departure.id}") == ["departures.complete"]
    assert actions(f"bookings:{came.id}") == ["bookings.complete"]
    assert actions(f"bookings:{slow.id}") == ["bookings.expire"]
    assert actions(f"bookings:{waits.id}") == ["bookings.lapse"]
    check_record()


def test_what_is_decided_about_too_few_people_is_on_record(
    clock: Clock, pass_time: Forward
) -> None:
    few = terms(minimum_to_run=3)
    joined, let_in, alone, empty = (create_departure(terms=few) for _ in range(4))
    for departure in (joined, let_in, alone):
        ask(create_visitor(), departure)
    pass_time(seconds=(empty.cancel_by - now()).total_seconds() + 1)
    assert minimum_told(joined) == [("departures.count", "ahead", "due")]
    desk.add(DESK, joined.id, 1, details(), override="测试加入")
    pass_time(minutes=2)
    assert minimum_told(joined)[1:] == [("departures.count", "due", "reached")]
    clock.advance(hours=13)
    booking = Booking.objects.get(departure=let_in.id)
    attendance.check_in(DESK, booking.id, override="测试提前签到")
    cutoffs.give_up(let_in.id)
    cutoffs.give_up(alone.id)
    assert minimum_told(let_in)[1:] == [("departures.count", "due", "waived")]
    assert actions(f"departures:{alone.id}") == ["departures.count", "departures.cancel"]
    assert actions(f"departures:{empty.id}") == ["departures.cancel"]
    check_record()


def minimum_told(departure: Departure) -> list[tuple[str, str, str]]:
    """Return what the product did to a departure's minimum, in order."""
    entries = AuditEntry.objects(target=f"departures:{departure.id}", actor="system")
    ordered = entries.order_by("at", "id")
    return [(one.action, one.before["minimum"], one.after["minimum"]) for one in ordered]


def test_who_is_checked_in_after_the_end_is_completed_on_record(clock: Clock) -> None:
    departure = create_departure(in_hours=3, terms=terms(cancel_hours=0, lead_days=0))
    booking = ask(create_visitor(), departure)
    clock.advance(hours=7)
    endings.complete(departure.id)
    assert actions(f"bookings:{booking.id}") == []
    attendance.check_in(DESK, booking.id, override="测试补签到")
    assert Booking.objects.get(id=booking.id).state is S.COMPLETED
    assert actions(f"bookings:{booking.id}") == ["bookings.complete"]
    entry = AuditEntry.objects.get(target=f"bookings:{booking.id}", actor="system")
    assert (entry.actor_name, entry.before["state"]) == ("departures.complete", "checked_in")
    check_record()

"""What the product does by itself is in the audit log, as what staff do is."""

from collections.abc import Callable

from core.clock import now
from models.audit import AuditEntry
from models.bookings import BookingState
from models.departures import Departure, DepartureState
from models.routes import Confirmation
from services.bookings import attendance, cancelling, deciding, endings
from tests.clocks import Clock
from tests.visiting import DESK, check_record, create_departure, create_visitor, terms, wait
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

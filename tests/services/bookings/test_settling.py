"""A maker that dies at any step leaves what is finished, or undone, later: no seat is lost."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from models.audit import AuditEntry
from models.bookings import Booking, BookingSource, BookingState
from models.departures import Departure, DepartureState
from models.staff import Role
from models.visitors import Visitor
from services import seats
from services.actors import Actor
from services.bookings import cutoffs, desk, drafting, endings, requesting, settling
from services.bookings.drafting import Maker
from services.visitors import deletion, engagements
from tests.clocks import Clock
from tests.factories import ACTOR, create_staff
from tests.visiting import DESK, check_books, create_departure, create_visitor, details, wait
from tests.visiting import request as ask

KEY = "key-00001"
LATE = dt.timedelta(minutes=2)
PHONE, WALK_IN = BookingSource.PHONE, BookingSource.WALK_IN
S = BookingState


def placing(
    visitor: Visitor, departure: Departure, *, steps: int, party: int = 2, key: str = "key-00001"
) -> Booking:
    """Do the first so many steps of a request: write, take the time, hold the seats."""
    until = now() + settling.PLACING
    maker = Maker(visitor)
    keyed = drafting.keyed(maker, key, requesting.VERB, departure.id, party, details())
    booking = drafting.draft(departure, party, details(), maker, key=keyed, settle_by=until)
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
        settling.settle(booking, held)
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


def placing_for(actor: Actor, departure: Departure, source: BookingSource) -> Booking:
    """Do all of a booking by staff, with a reason, up to the holding of its seats."""
    until = now() + settling.PLACING
    maker = Maker(None, actor, source, "接待任务" if source is PHONE else None)
    keyed = drafting.keyed(maker, KEY, requesting.VERB, departure.id, 2, details())
    booking = drafting.draft(departure, 2, details(), maker, key=keyed, settle_by=until)
    drafting.insert(booking)
    seats.hold(departure.id, booking.id, 2, visitor=None, before=until)
    return booking


def once_more(
    actor: Actor, departure: Departure, source: BookingSource, *, override: str | None = None
) -> Booking:
    if source is WALK_IN:
        return desk.walk_in(actor, departure.id, 2, details(), key=KEY)
    return desk.add(actor, departure.id, 2, details(), override=override, key=KEY)


@pytest.mark.parametrize(
    ("source", "state", "actions"),
    [
        (PHONE, S.CONFIRMED, ["bookings.add"]),
        (WALK_IN, S.CHECKED_IN, ["bookings.add", "bookings.check_in"]),
    ],
)
@pytest.mark.parametrize("again", ["sent again", "by the clock", "by the clock, then sent again"])
def test_what_staff_began_is_one_booking_with_its_record(
    again: str,
    source: BookingSource,
    state: BookingState,
    actions: list[str],
    clock: Clock,
    run_jobs: Callable[[], int],
) -> None:
    departure = create_departure(in_hours=1, closes_at=now() + dt.timedelta(hours=1))
    account = create_staff(Role.BOOKING_DESK)
    known = Actor(account.id, account.name, frozenset(account.roles), None, "", "")
    booking = placing_for(known, departure, source)
    if "clock" in again:
        clock.advance(seconds=LATE.total_seconds())
        run_jobs()
    if "sent" in again:
        override = "接待任务" if source is PHONE else None
        assert once_more(known, departure, source, override=override).id == booking.id
    (found,) = Booking.objects
    assert (found.state, found.steps[-1].actor) == (state, account.id)
    assert Departure.objects.get(id=departure.id).held == 2
    entries = AuditEntry.objects(target=f"bookings:{booking.id}").order_by("at", "id")
    assert [(one.action, one.actor) for one in entries] == [(one, account.id) for one in actions]
    override = "接待任务" if source is PHONE else None
    assert entries[0].after.get("override") == override
    check_books()


def test_a_walk_in_that_is_found_after_the_visit_was_closed_has_come(clock: Clock) -> None:
    departure = create_departure(in_hours=1)
    booking = placing_for(ACTOR, departure, WALK_IN)
    clock.set(departure.ends_at + endings.AFTER)
    endings.complete(departure.id)
    assert Departure.objects.get(id=departure.id).state is DepartureState.COMPLETED
    settling.settle_due()
    assert Booking.objects.get(id=booking.id).state is S.COMPLETED
    check_books()


def test_a_key_is_that_of_one_member_of_staff_and_of_one_door() -> None:
    departure = create_departure(in_hours=1, closes_at=now() + dt.timedelta(hours=1))
    first = once_more(ACTOR, departure, PHONE)
    assert once_more(ACTOR, departure, PHONE).id == first.id
    with pytest.raises(Conflict, match="idempotency_reused"):
        once_more(ACTOR, departure, WALK_IN)
    assert once_more(DESK, departure, PHONE).id != first.id
    check_books()


def test_one_key_of_staff_from_many_sides_makes_one_booking() -> None:
    departure = create_departure(in_hours=1, capacity=50)

    def attempt(_: int) -> str | None:
        try:
            return once_more(DESK, departure, WALK_IN).id
        except Conflict as error:
            if error.code != "idempotency_running":
                raise
            return None

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(attempt, range(16))) - {None}
    assert len(found) == 1
    assert AuditEntry.objects(action="bookings.check_in").count() == 1
    check_books()

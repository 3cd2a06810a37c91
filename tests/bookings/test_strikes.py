"""No-shows: the third in half a year suspends for a month; what is taken back takes that back."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from models.audit import AuditEntry, Outcome
from models.bookings import Booking, BookingState
from models.notifications import CallTask, InboxEntry
from models.staff import Role
from models.visitors import DemoVisitor, Visitor
from services import permissions
from services.bookings import attendance, strikes
from services.visitors import engagements, signing_in
from tests.bookings.booked import create_booking
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.visiting import create_departure

WHY = "测试原因"
DAY = 24


@pytest.fixture
def visitor() -> str:
    return str(signing_in.as_demo(DemoVisitor.A).visitor.id)


def missed(visitor: str, *, days_ago: float = 0.1) -> Booking:
    """Return a booking that its visitor did not come to."""
    booking = create_booking(create_departure(in_hours=-days_ago * DAY), visitor=visitor)
    return attendance.no_show(ACTOR, booking.id)


def told(visitor: str) -> list[str]:
    rows = InboxEntry.objects(visitor=visitor, event__ne="no_show").order_by("at", "id")
    return [one.event.value for one in rows]


def until(visitor: str) -> dt.datetime | None:
    found: dt.datetime | None = Visitor.objects.get(id=visitor).suspended_until
    return found


def books(visitor: str) -> None:
    """Try what a visitor does who requests a visit."""
    departure = create_departure()
    engagements.engage(visitor, "booking", departure.starts_at, departure.ends_at)


def test_the_third_no_show_in_half_a_year_suspends_for_a_month(visitor: str, clock: Clock) -> None:
    clock.set(now())
    missed(visitor, days_ago=179)
    missed(visitor, days_ago=1)
    assert (until(visitor), told(visitor)) == (None, [])
    missed(visitor)
    assert until(visitor) == now() + dt.timedelta(days=30)
    assert told(visitor) == ["suspended"]
    assert strikes.standing(visitor).no_shows == 3
    with pytest.raises(Conflict, match="booking_suspended"):
        books(visitor)
    clock.advance(days=30)
    books(visitor)
    assert strikes.standing(visitor).suspended_until is None


def test_what_is_longer_ago_does_not_count(visitor: str) -> None:
    for days in (400, 181, 1, 0.1):
        missed(visitor, days_ago=days)
    assert until(visitor) is None
    assert strikes.standing(visitor).no_shows == 2


def test_a_mark_taken_back_takes_the_suspension_back(visitor: str) -> None:
    made = [missed(visitor, days_ago=days) for days in (3, 2, 1)]
    attendance.undo_no_show(ACTOR, made[0].id, reason=WHY)
    assert (until(visitor), told(visitor)) == (None, ["suspended", "suspension_lifted"])
    books(visitor)
    assert Booking.objects.get(id=made[0].id).state is BookingState.CONFIRMED


def test_who_comes_late_is_no_no_show(visitor: str) -> None:
    for days in (3, 2):
        missed(visitor, days_ago=days)
    late = missed(visitor, days_ago=0.01)
    assert until(visitor) is not None
    attendance.check_in(ACTOR, late.id)
    assert until(visitor) is None


def test_a_suspension_that_still_follows_stays(visitor: str) -> None:
    made = [missed(visitor, days_ago=days) for days in (4, 3, 2, 1)]
    before = until(visitor)
    attendance.undo_no_show(ACTOR, made[0].id, reason=WHY)
    assert until(visitor) == before
    assert "suspension_lifted" not in told(visitor)


def test_staff_lift_a_suspension_with_a_reason_and_all_begins_anew(visitor: str) -> None:
    for days in (3, 2, 1):
        missed(visitor, days_ago=days)
    with pytest.raises(Invalid, match="reason_needed"):
        strikes.lift(ACTOR, visitor, reason=" ")
    found = strikes.lift(ACTOR, visitor, reason=WHY)
    assert (found.no_shows, found.suspended_until) == (0, None)
    assert told(visitor) == ["suspended", "suspension_lifted"]
    entry = AuditEntry.objects.get(action="bookings.lift")
    assert (entry.target, entry.after["reason"]) == (f"visitors:{visitor}", WHY)
    with pytest.raises(Conflict, match="wrong_state"):
        strikes.lift(ACTOR, visitor, reason=WHY)
    missed(visitor, days_ago=0.5)
    assert strikes.standing(visitor).no_shows == 0, "it began before that"
    books(visitor)


def test_strikes_that_do_not_suspend_yet_are_forgiven_too(visitor: str) -> None:
    missed(visitor)
    strikes.lift(ACTOR, visitor, reason=WHY)
    assert (strikes.standing(visitor).no_shows, told(visitor)) == (0, [])


def test_nobody_lifts_without_the_right_or_for_nobody(visitor: str) -> None:
    liaison = permissions.Actor("x", "测试", frozenset({Role.DEPARTMENT_LIAISON}), None, "", "")
    with pytest.raises(Forbidden):
        strikes.lift(liaison, visitor, reason=WHY)
    assert AuditEntry.objects.get().outcome is Outcome.DENIED
    with pytest.raises(NotFound):
        strikes.lift(ACTOR, "absent", reason=WHY)
    with pytest.raises(NotFound):
        strikes.standing("absent")


def test_no_shows_at_one_moment_see_each_other(visitor: str) -> None:
    made = [
        create_booking(create_departure(in_hours=-hours), visitor=visitor).id
        for hours in (20, 30, 40, 50)
    ]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda one: attendance.no_show(ACTOR, one), made))
    assert strikes.standing(visitor).no_shows == 4
    assert until(visitor) is not None
    # The third suspends; the fourth, marked later, may move the end.
    assert set(told(visitor)) == {"suspended"}


def test_who_has_no_account_is_marked_and_not_called_about_it() -> None:
    booking = create_booking(create_departure(in_hours=-1))
    assert attendance.no_show(ACTOR, booking.id).state is BookingState.NO_SHOW
    assert CallTask.objects.count() == 0


def test_an_account_that_is_gone_is_passed_over() -> None:
    transaction(lambda session: strikes.recount("absent", session=session))
    booking = create_booking(create_departure(in_hours=-1), visitor="absent")
    assert attendance.no_show(ACTOR, booking.id).state is BookingState.NO_SHOW

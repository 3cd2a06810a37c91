"""Who came and who did not: the time for check-ins, codes, marks taken back, who is missing."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.clock import now
from core.errors import AppError, Conflict, Invalid
from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState
from models.notifications import CallTask, InboxEntry
from models.visitors import DemoVisitor, Visitor
from services import departures
from services.bookings import attendance, codes, desk, endings
from services.bookings.drafting import Details
from services.visitors import signing_in
from tests.bookings.booked import create_booking, scanned
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.visiting import check_books, create_departure, create_visitor, request

S = BookingState
WHY = "测试原因"


def state(booking: Booking) -> BookingState:
    found: BookingState = Booking.objects.get(id=booking.id).state
    return found


def told(visitor: str) -> list[str]:
    return [one.event.value for one in InboxEntry.objects(visitor=visitor).order_by("at", "id")]


def at_once(count: int, act: Callable[[], Any]) -> list[str]:
    """Return what each of many that act at one moment is answered: `done`, or a code."""

    def one(_: int) -> str:
        try:
            act()
        except AppError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(count) as threads:
        return sorted(threads.map(one, range(count)))


@pytest.mark.parametrize(
    ("minutes", "answer"),
    [(-121, "check_in_early"), (-119, None), (0, None), (119, None), (121, "in_the_past")],
)
def test_groups_check_in_from_two_hours_before_to_the_end(
    clock: Clock, minutes: int, answer: str | None
) -> None:
    departure = create_departure(minutes=120)
    booking = create_booking(departure)
    clock.set(departure.starts_at + dt.timedelta(minutes=minutes))
    if answer is None:
        found = attendance.check_in(ACTOR, booking.id)
        assert (found.state, found.checked_in_at) == (S.CHECKED_IN, now())
        return
    with pytest.raises(Conflict, match=answer):
        attendance.check_in(ACTOR, booking.id)
    assert attendance.check_in(ACTOR, booking.id, override=WHY).state is S.CHECKED_IN
    with pytest.raises(Invalid, match="reason_needed"):
        attendance.check_in(ACTOR, booking.id, override="  ")


def test_a_code_that_rotates_checks_in_and_an_old_screenshot_does_not(clock: Clock) -> None:
    departure = create_departure(in_hours=1)
    booking = create_booking(departure, code=codes.new_short_code())
    clock.set(now())
    shown = scanned(booking)
    clock.advance(minutes=5)
    with pytest.raises(Invalid, match="code_wrong"):
        attendance.check_in_by_payload(ACTOR, shown)
    fresh = scanned(booking)
    clock.advance(seconds=50)
    assert attendance.check_in_by_payload(ACTOR, fresh).id == booking.id
    with pytest.raises(Conflict, match="checked_in_already"):
        attendance.check_in_by_code(ACTOR, f" {booking.code.lower()} ")


def test_a_check_in_by_mistake_is_taken_back_with_a_reason() -> None:
    booking = create_booking(create_departure(in_hours=1))
    attendance.check_in(ACTOR, booking.id)
    with pytest.raises(Invalid, match="reason_needed"):
        attendance.undo_check_in(ACTOR, booking.id, reason=" ")
    found = attendance.undo_check_in(ACTOR, booking.id, reason=WHY)
    assert (found.state, found.checked_in_at) == (S.CONFIRMED, None)
    with pytest.raises(Conflict, match="wrong_state"):
        attendance.undo_check_in(ACTOR, booking.id, reason=WHY)
    with pytest.raises(Conflict, match="wrong_state"):
        attendance.undo_no_show(ACTOR, booking.id, reason=WHY)
    entry = AuditEntry.objects.get(action="bookings.undo_check_in")
    assert (entry.target, entry.after["reason"]) == (f"bookings:{booking.id}", WHY)


def test_nobody_is_a_no_show_before_the_start() -> None:
    booking = create_booking(create_departure(in_hours=0.1))
    with pytest.raises(Conflict, match="not_begun"):
        attendance.no_show(ACTOR, booking.id)
    waiting = create_booking(create_departure(in_hours=-1), state=S.REQUESTED)
    with pytest.raises(Conflict, match="wrong_state"):
        attendance.no_show(ACTOR, waiting.id)


def test_seats_stay_held_whatever_is_marked() -> None:
    departure = create_departure(in_hours=-1)
    booking = create_booking(departure, party=3)
    attendance.no_show(ACTOR, booking.id)
    attendance.undo_no_show(ACTOR, booking.id, reason=WHY)
    attendance.check_in(ACTOR, booking.id)
    assert Departure.objects.get(id=departure.id).held == 3


def test_who_is_late_is_confirmed_and_not_there() -> None:
    begun = create_departure(in_hours=-0.5)
    missing, other = create_booking(begun), create_booking(create_departure(in_hours=-0.6))
    attendance.check_in(ACTOR, create_booking(begun).id)
    create_booking(begun, state=S.CANCELLED)
    create_booking(create_departure(in_hours=1))
    assert [one.id for one in attendance.late(ACTOR)] == [other.id, missing.id]
    assert [one.id for one in attendance.late(ACTOR, departure=begun.id)] == [missing.id]
    first = attendance.late(ACTOR, limit=1)[0]
    rest = attendance.late(ACTOR, after=(first.starts_at, first.id))
    assert [one.id for one in rest] == [missing.id]


def test_after_the_end_who_came_all_the_same_is_thanked(clock: Clock) -> None:
    visitor = signing_in.as_demo(DemoVisitor.A).visitor.id
    departure = create_departure(in_hours=1)
    came, late = create_booking(departure), create_booking(departure, visitor=visitor)
    attendance.check_in(ACTOR, came.id)
    clock.set(departure.ends_at + dt.timedelta(hours=2))
    endings.run_due()
    assert (state(came), state(late)) == (S.COMPLETED, S.NO_SHOW)
    found = attendance.check_in(ACTOR, late.id, override=WHY)
    assert (found.state, found.checked_in_at) == (S.COMPLETED, now())
    assert sorted(told(visitor)) == ["no_show", "visit_over"], "both at one moment"


def test_of_many_desks_that_check_a_group_in_at_once_one_does() -> None:
    booking = create_booking(create_departure(in_hours=1))
    found = at_once(6, lambda: attendance.check_in(ACTOR, booking.id))
    assert found == ["checked_in_already"] * 5 + ["done"]
    assert AuditEntry.objects(action="bookings.check_in").count() == 1


def test_a_check_in_and_a_no_show_at_once_leave_one_truth() -> None:
    visitor = signing_in.as_demo(DemoVisitor.A).visitor.id
    departure = create_departure(in_hours=-0.5)
    for _ in range(4):
        booking = create_booking(departure, visitor=visitor)
        verbs = iter([attendance.check_in, attendance.no_show])
        answers = at_once(2, lambda verbs=verbs, one=booking: next(verbs)(ACTOR, one.id))  # type: ignore[misc]
        # Whoever marks first: a group that was marked can still come, one that came was there.
        assert answers in (["done", "done"], ["done", "wrong_state"])
        assert state(booking) is S.CHECKED_IN


def test_who_was_checked_in_is_sent_home_when_a_departure_under_way_is_cancelled(
    clock: Clock,
) -> None:
    departure, visitors = create_departure(), [create_visitor(), create_visitor()]
    came, missing = (request(one, departure) for one in visitors)
    clock.set(departure.starts_at - dt.timedelta(minutes=30))
    caller = Details(name="测试访客 B", phone="13800138000")
    at_the_door = desk.walk_in(ACTOR, departure.id, 1, caller)
    attendance.check_in(ACTOR, came.id)
    clock.set(departure.starts_at + dt.timedelta(minutes=5))

    gone = departures.cancel(ACTOR, departure.id, reason=WHY)

    assert (gone.state, gone.held) == (DepartureState.CANCELLED, 0)
    for one in (came, missing, at_the_door):
        found = Booking.objects.get(id=one.id)
        assert (found.state, found.reason, found.checked_in_at) == (S.CANCELLED, WHY, None)
    for visitor in visitors:
        assert told(visitor.id) == ["booking_confirmed", "booking_cancelled"]
        assert Visitor.objects.get(id=visitor.id).engagements == []
    assert CallTask.objects.get().data["reason"] == WHY
    assert AuditEntry.objects(action="bookings.undo_check_in").count() == 2
    check_books()

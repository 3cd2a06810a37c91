"""The desk: many decisions at once, callers, groups at the door, several desks at one moment."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import now
from core.errors import AppError, Conflict, Invalid, Unprocessable
from models.audit import AuditEntry
from models.bookings import Booking, BookingSource, BookingState
from models.departures import Departure, DepartureState
from models.notifications import CallTask, InboxEntry
from models.visitors import DemoVisitor
from services import personal_data
from services.bookings import cancelling, desk, moving, parties
from services.bookings.drafting import Details
from services.visitors import signing_in
from tests.bookings.booked import create_booking
from tests.factories import ACTOR
from tests.visiting import create_departure, terms

S = BookingState
WHY = "测试原因"
CALLER = Details(name="测试来电者", phone="138 0013 8000", companions=("测试同行 B",))


def held(departure: Departure) -> int:
    found: Departure = Departure.objects.get(id=departure.id)
    assert found.held == sum(one.party for one in found.holds) <= found.capacity
    return int(found.held)


def test_each_decision_stands_on_its_own() -> None:
    visitor = signing_in.as_demo(DemoVisitor.A).visitor.id
    departure = create_departure()
    asked = create_booking(departure, state=S.REQUESTED, visitor=visitor)
    over = create_booking(departure, state=S.CANCELLED)
    ids = [asked.id, over.id, "absent", asked.id]
    found = desk.decide(ACTOR, ids, approved=True)
    assert [(one.id, one.done) for one in found] == [
        (asked.id, True),
        (over.id, False),
        ("absent", False),
    ]
    assert [one.error.code for one in found[1:] if one.error] == ["wrong_state", "not_found"]
    assert Booking.objects.get(id=asked.id).state is S.CONFIRMED
    assert [one.event.value for one in InboxEntry.objects(visitor=visitor)] == ["booking_confirmed"]
    assert AuditEntry.objects(action="bookings.confirm").count() == 1


def test_a_no_needs_its_reason_which_the_caller_hears() -> None:
    departure = create_departure()
    asked = create_booking(departure, state=S.REQUESTED, party=3)
    with pytest.raises(Invalid, match="reason_needed"):
        desk.decide(ACTOR, [asked.id], approved=False, reason=" ")
    desk.decide(ACTOR, [asked.id], approved=False, reason=WHY)
    assert (Booking.objects.get(id=asked.id).state, held(departure)) == (S.REJECTED, 0)
    call = CallTask.objects.get()
    assert (call.event.value, call.data["reason"]) == ("booking_rejected", WHY)


def test_two_desks_that_decide_at_once_agree() -> None:
    departure = create_departure(capacity=40)
    asked = [create_booking(departure, state=S.REQUESTED).id for _ in range(8)]

    def decide(approved: bool) -> set[str]:
        found = desk.decide(ACTOR, asked, approved=approved, reason=WHY)
        assert {one.error.code for one in found if one.error} <= {"wrong_state"}
        return {one.id for one in found if one.done}

    with ThreadPoolExecutor(2) as threads:
        confirmed, rejected = threads.map(decide, (True, False))
    assert confirmed | rejected == set(asked)
    assert confirmed & rejected == set()
    assert held(departure) == 2 * len(confirmed)
    assert {one.id for one in Booking.objects(state=S.CONFIRMED)} == confirmed


def test_a_caller_is_booked_and_found_by_nobody_else() -> None:
    departure = create_departure()
    found = desk.add(ACTOR, departure.id, 2, CALLER)
    assert (found.state, found.source, found.visitor) == (S.CONFIRMED, BookingSource.PHONE, None)
    assert personal_data.opened(found, "phone") == "+8613800138000"
    assert CALLER.name not in str(Booking._get_collection().find_one())
    entry = AuditEntry.objects.get(action="bookings.add")
    assert (entry.after["party"], entry.after["source"]) == (2, "phone")
    assert held(departure) == 2


def test_limits_give_way_to_a_reason_and_seats_do_not() -> None:
    departure = create_departure(in_hours=3, capacity=8, terms=terms(group_max=4))
    with pytest.raises(Conflict, match="booking_closed"):
        desk.add(ACTOR, departure.id, 2, CALLER)
    later = create_departure(capacity=8, terms=terms(group_max=4))
    with pytest.raises(Unprocessable, match="party_size"):
        desk.add(ACTOR, later.id, 5, CALLER)
    with pytest.raises(Invalid, match="reason_needed"):
        desk.add(ACTOR, later.id, 5, CALLER, override=" ")
    for one in (departure, later):
        added = desk.add(ACTOR, one.id, 5, CALLER, override=WHY)
        assert added.state is S.CONFIRMED
    assert AuditEntry.objects(action="bookings.add", after__override=WHY).count() == 2
    with pytest.raises(Conflict, match="slot_full"):
        desk.add(ACTOR, later.id, 4, CALLER, override=WHY)
    assert held(later) == 5


def test_a_group_at_the_door_is_checked_in_while_there_are_seats() -> None:
    departure = create_departure(in_hours=0.5, capacity=3)
    found = desk.walk_in(ACTOR, departure.id, 2, Details(name="测试访客 A"))
    assert (found.state, found.source) == (S.CHECKED_IN, BookingSource.WALK_IN)
    with pytest.raises(Conflict, match="slot_full"):
        desk.walk_in(ACTOR, departure.id, 2, Details(name="测试访客 B"))
    assert held(departure) == 2
    assert Booking.objects.count() == 1, "what was refused is not there"


@pytest.mark.parametrize(
    ("in_hours", "code"), [(5, "check_in_early"), (-5, "in_the_past")], ids=["early", "over"]
)
def test_nobody_walks_in_at_another_time(in_hours: float, code: str) -> None:
    departure = create_departure(in_hours=in_hours)
    with pytest.raises(Conflict, match=code):
        desk.walk_in(ACTOR, departure.id, 1, Details(name="测试访客 A"))
    assert (held(departure), Booking.objects.count()) == (0, 0)


def test_nobody_walks_into_what_is_cancelled() -> None:
    departure = create_departure(in_hours=0.5, state=DepartureState.CANCELLED)
    with pytest.raises(Conflict, match="departure_closed"):
        desk.walk_in(ACTOR, departure.id, 1, Details(name="测试访客 A"))


def test_many_doors_at_once_let_in_as_many_as_there_are_seats() -> None:
    departure = create_departure(in_hours=0.5, capacity=9)
    refused: set[str] = set()

    def enter(number: int) -> int:
        party = number % 3 + 1
        try:
            desk.walk_in(ACTOR, departure.id, party, Details(name=f"测试访客 {number}"))
        except AppError as error:
            refused.add(error.code)
            return 0
        return party

    with ThreadPoolExecutor(8) as threads:
        came = sum(threads.map(enter, range(24)))
    assert held(departure) == came
    assert (came >= 8, refused) == (True, {"slot_full"})
    assert {one.state for one in Booking.objects} == {S.CHECKED_IN}


def test_seats_that_staff_free_go_to_who_waits_exactly_once() -> None:
    departure = create_departure(capacity=4)
    booked = [create_booking(departure, party=2) for _ in range(2)]

    def cancel(booking: Booking) -> str:
        return str(cancelling.cancel_for(ACTOR, booking.id, reason=WHY).state)

    def shrink(booking: Booking) -> str:
        try:
            return str(parties.change_for(ACTOR, booking.id, {"party": 1}).state)
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(4) as threads:
        cancelled = [threads.submit(cancel, one) for one in booked]
        shrunk = [threads.submit(shrink, one) for one in booked]
        assert {one.result(60) for one in cancelled} == {"cancelled"}
        assert {one.result(60) for one in shrunk} <= {"confirmed", "wrong_state"}
    assert held(departure) == 0


def test_staff_move_a_booking_beyond_its_cut_off_and_its_visitor_hears_why() -> None:
    visitor = signing_in.as_demo(DemoVisitor.A).visitor.id
    near, far = create_departure(in_hours=3), create_departure(in_hours=300)
    booking = create_booking(near, visitor=visitor)
    moved = moving.reschedule_for(ACTOR, booking.id, far.id, reason=WHY)
    assert (moved.departure, moved.state) == (far.id, S.CONFIRMED)
    assert (held(near), held(far)) == (0, 2)
    assert InboxEntry.objects.get(visitor=visitor).event.value == "booking_rescheduled"
    assert moved.starts_at - now() > dt.timedelta(days=12)
    assert AuditEntry.objects(action="bookings.reschedule").count() == 1

"""Deciding, cancelling, moving, changing the party: rules, records, and what is told."""

import datetime as dt
from collections.abc import Callable

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from models.audit import AuditEntry
from models.bookings import Booking, BookingState, By
from models.departures import Departure
from models.notifications import Event, InboxEntry
from models.routes import Confirmation
from models.visitors import Visitor
from services import permissions
from services.bookings import cancelling, deciding, drafting, moving, offers, parties
from tests.clocks import Clock
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
BY_STAFF = terms(confirmation=Confirmation.STAFF)


def told(visitor: Visitor) -> InboxEntry:
    return InboxEntry.objects(visitor=visitor.id).order_by("-at", "-id").first()


def requested() -> tuple[Visitor, Booking]:
    visitor = create_visitor()
    return visitor, ask(visitor, create_departure(terms=BY_STAFF))


def test_staff_confirm_with_a_record_and_the_visitor_is_told_and_reminded() -> None:
    visitor, booking = requested()
    done = deciding.confirm(DESK, booking.id)
    assert (done.state, done.decide_by) == (S.CONFIRMED, None)
    assert (done.steps[-1].by, done.steps[-1].actor) == (By.STAFF, DESK.id)
    entry = AuditEntry.objects.get(action="bookings.confirm")
    assert (entry.before, entry.after) == ({"state": "requested"}, {"state": "confirmed"})
    assert told(visitor).event is Event.BOOKING_CONFIRMED
    with pytest.raises(Conflict, match="wrong_state"):
        deciding.confirm(DESK, booking.id)
    with pytest.raises(Conflict, match="wrong_state"):
        deciding.reject(DESK, booking.id, reason="名额已满")
    check_books()


def test_staff_reject_with_a_reason() -> None:
    visitor, booking = requested()
    with pytest.raises(Invalid, match="reason_needed"):
        deciding.reject(DESK, booking.id, reason=" ")
    assert deciding.reject(DESK, booking.id, reason="名额已满").state is S.REJECTED
    entry = told(visitor)
    assert (entry.event, entry.data["reason"]) == (Event.BOOKING_REJECTED, "名额已满")
    check_books()


def test_an_undecided_request_expires_once(pass_time: Callable[..., None]) -> None:
    visitor, booking = requested()
    pass_time(hours=47)
    assert Booking.objects.get(id=booking.id).state is S.REQUESTED
    pass_time(hours=2)
    pass_time(hours=2)
    assert Booking.objects.get(id=booking.id).state is S.EXPIRED
    assert InboxEntry.objects(visitor=visitor.id, event=Event.BOOKING_EXPIRED).count() == 1
    check_books()


@pytest.mark.parametrize(
    "act",
    [
        lambda booking: deciding.confirm(EDITOR, booking.id),
        lambda booking: deciding.reject(EDITOR, booking.id, reason="x"),
        lambda booking: cancelling.cancel_for(EDITOR, booking.id, reason="x"),
        lambda booking: parties.change_for(EDITOR, booking.id, {"party": 1}),
        lambda booking: moving.reschedule_for(EDITOR, booking.id, booking.departure, reason="x"),
    ],
)
def test_staff_without_the_right_are_refused_on_record(act: Callable[[Booking], object]) -> None:
    _, booking = requested()
    with pytest.raises(Forbidden):
        act(booking)
    assert AuditEntry.objects(actor=EDITOR.id, outcome="denied").count() == 1
    assert Booking.objects.get(id=booking.id).state is S.REQUESTED


def test_a_visitor_cancels_until_the_cut_off(clock: Clock) -> None:
    visitor, departure = create_visitor(), create_departure()
    booking = ask(visitor, departure)
    clock.set(departure.cancel_by)
    with pytest.raises(Conflict, match="cutoff_passed"):
        cancelling.cancel(visitor, booking.id)
    assert Booking.objects.get(id=booking.id).state is S.CONFIRMED
    clock.set(departure.cancel_by - dt.timedelta(seconds=1))
    assert cancelling.cancel(visitor, booking.id).state is S.CANCELLED
    assert told(visitor).event is Event.BOOKING_CANCELLED
    with pytest.raises(Conflict, match="wrong_state"):
        cancelling.cancel(visitor, booking.id)
    check_books()


def test_staff_cancel_beyond_the_cut_off_with_a_reason(clock: Clock) -> None:
    visitor, departure = create_visitor(), create_departure()
    booking = ask(visitor, departure)
    clock.set(departure.cancel_by + dt.timedelta(hours=1))
    cancelling.cancel_for(DESK, booking.id, reason="设备检修")
    assert told(visitor).data["reason"] == "设备检修"
    assert AuditEntry.objects.get(action="bookings.cancel").after["reason"] == "设备检修"
    check_books()


def test_other_peoples_bookings_are_not_there() -> None:
    _, booking = requested()
    stranger = create_visitor()
    other = create_departure(in_hours=500)
    for act in (
        lambda: cancelling.cancel(stranger, booking.id),
        lambda: parties.change(stranger, booking.id, {"party": 1}),
        lambda: moving.reschedule(stranger, booking.id, other.id),
        lambda: offers.accept(stranger, booking.id),
        lambda: offers.decline(stranger, booking.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_booking_is_moved_with_all_that_it_holds() -> None:
    visitor = create_visitor()
    old, new = create_departure(), create_departure(in_hours=7 * 24 + 1)
    booking = ask(visitor, old, 3, details(companions=("测试访客 B",), needs="轮椅"))
    moved = moving.reschedule(visitor, booking.id, new.id, key="key-00001")
    assert moving.reschedule(visitor, booking.id, new.id, key="key-00001").id == moved.id
    assert (moved.state, moved.party, moved.moved_from) == (S.CONFIRMED, 3, booking.id)
    assert drafting.unlisted(moved, "companions") == ["测试访客 B"]
    was = Booking.objects.get(id=booking.id)
    assert (was.state, was.moved_to) == (S.RESCHEDULED, moved.id)
    assert [Departure.objects.get(id=one.id).held for one in (old, new)] == [0, 3]
    entry = told(visitor)
    assert entry.event is Event.BOOKING_RESCHEDULED
    assert entry.data["was"] != entry.data["at"]
    check_books()


def test_who_moves_to_where_staff_decide_is_told_that_it_waits_for_them() -> None:
    visitor, to = create_visitor(), create_departure(in_hours=400, terms=BY_STAFF)
    booking = ask(visitor, create_departure())
    moved = moving.reschedule(visitor, booking.id, to.id)
    assert (booking.state, moved.state) == (S.CONFIRMED, S.REQUESTED)
    entries = InboxEntry.objects(visitor=visitor.id).order_by("at", "id")
    assert [one.event for one in entries] == [
        Event.BOOKING_CONFIRMED,
        Event.BOOKING_RESCHEDULED,
        Event.BOOKING_REQUESTED,
    ]
    check_books()


def test_a_move_that_fails_leaves_all_as_it_was(clock: Clock) -> None:
    visitor = create_visitor()
    old, full = create_departure(), create_departure(in_hours=400, capacity=2)
    ask(create_visitor(), full, 1)
    booking = ask(visitor, old, 2)
    with pytest.raises(Conflict, match="slot_full"):
        moving.reschedule(visitor, booking.id, full.id)
    with pytest.raises(Conflict, match="same_departure"):
        moving.reschedule(visitor, booking.id, old.id)
    ask(visitor, create_departure(in_hours=500))
    with pytest.raises(Conflict, match="visit_overlap"):
        moving.reschedule(visitor, booking.id, create_departure(in_hours=501).id)
    small = create_departure(in_hours=600, terms=terms(group_max=1))
    with pytest.raises(Unprocessable, match="party_size"):
        moving.reschedule(visitor, booking.id, small.id)
    with pytest.raises(NotFound):
        moving.reschedule(visitor, booking.id, "absent")
    clock.set(old.reschedule_by)
    with pytest.raises(Conflict, match="cutoff_passed"):
        moving.reschedule(visitor, booking.id, create_departure(in_hours=400).id)
    assert Booking.objects.get(id=booking.id).state is S.CONFIRMED
    check_books()


def test_staff_move_beyond_the_cut_off(clock: Clock) -> None:
    visitor, old = create_visitor(), create_departure(terms=BY_STAFF)
    booking = ask(visitor, old)
    clock.set(old.reschedule_by)
    new = create_departure(in_hours=400, terms=BY_STAFF)
    moved = moving.reschedule_for(DESK, booking.id, new.id, reason="客人要求")
    assert moved.state is S.CONFIRMED, "staff decided by moving it"
    check_books()


def test_a_party_changes_while_seats_and_cut_off_allow(clock: Clock) -> None:
    visitor, departure = create_visitor(), create_departure(capacity=4)
    booking = ask(visitor, departure, 2)
    ask(create_visitor(), departure, 1)
    assert parties.change(visitor, booking.id, {"party": 3}).party == 3
    with pytest.raises(Conflict, match="slot_full"):
        parties.change(visitor, booking.id, {"party": 4})
    assert told(visitor).event is Event.BOOKING_CHANGED
    after = parties.change(visitor, booking.id, {"companions": ["测试访客 B", "测试访客 C"]})
    assert drafting.unlisted(after, "companions") == ["测试访客 B", "测试访客 C"]
    with pytest.raises(Invalid):
        parties.change(visitor, booking.id, {"party": 2})
    parties.change(visitor, booking.id, {"party": 1, "companions": [], "needs": None})
    check_books()
    clock.set(departure.cancel_by)
    with pytest.raises(Conflict, match="cutoff_passed"):
        parties.change(visitor, booking.id, {"party": 2})
    with pytest.raises(Invalid, match="reason_needed"):
        parties.change_for(DESK, booking.id, {"party": 2}, override=" ")
    with pytest.raises(Conflict, match="cutoff_passed"):
        parties.change_for(DESK, booking.id, {"party": 2})
    known = parties.change_for(DESK, booking.id, {"party": 1, "plates": ["测A00001"]})
    assert drafting.unlisted(known, "plates") == ["测A00001"], "who comes is not how many"
    done = parties.change_for(DESK, booking.id, {"party": 2}, override="接待任务")
    assert done.party == 2
    check_books()


def test_beyond_the_size_of_groups_staff_move_with_the_right_to_override(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booking = ask(create_visitor(), create_departure(), 5)
    small = create_departure(in_hours=400, terms=terms(group_max=2))
    elsewhere = {**permissions.TABLE["bookings"], "override": permissions.ADMINISTRATOR}
    with monkeypatch.context() as patch:
        patch.setitem(permissions.TABLE, "bookings", elsewhere)  # type: ignore[misc]
        with pytest.raises(Forbidden):
            moving.reschedule_for(DESK, booking.id, small.id, reason="客人要求")
        fits = create_departure(in_hours=500)
        booking = moving.reschedule_for(DESK, booking.id, fits.id, reason="客人要求")
    assert moving.reschedule_for(DESK, booking.id, small.id, reason="客人要求").party == 5
    check_books()


def test_who_waits_changes_nothing() -> None:
    departure, visitor = create_departure(capacity=1), create_visitor()
    ask(create_visitor(), departure, 1)
    waits = wait(visitor, departure)
    with pytest.raises(Conflict, match="wrong_state"):
        parties.change(visitor, waits.id, {"party": 1})
    with pytest.raises(Conflict, match="wrong_state"):
        moving.reschedule(visitor, waits.id, create_departure(in_hours=400).id)
    with pytest.raises(Conflict, match="wrong_state"):
        offers.accept(visitor, waits.id)

"""Requesting: seats, terms, times, keys, and what is told."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import now
from core.errors import AppError, Conflict, Invalid, NotFound, Unprocessable
from core.ids import new_id
from models.audit import AuditEntry
from models.bookings import Booking, BookingSource, BookingState, By
from models.departures import Audience, Departure, DepartureState
from models.notifications import CallTask, Event, InboxEntry
from models.outbox import Job
from models.routes import Confirmation
from models.visitors import Visitor
from services import personal_data
from services.bookings import codes, drafting, requesting
from services.bookings.reminders import REMIND_JOB
from tests.factories import ACTOR
from tests.visiting import check_books, create_departure, create_visitor, details, terms
from tests.visiting import request as ask

BY_STAFF = {"terms": terms(confirmation=Confirmation.STAFF)}


def events(visitor: Visitor) -> list[Event]:
    return [one.event for one in InboxEntry.objects(visitor=visitor.id).order_by("at", "id")]


def test_a_request_is_confirmed_by_itself() -> None:
    departure, visitor = create_departure(capacity=5), create_visitor()
    booking = ask(visitor, departure, 3)
    assert (booking.state, booking.party) == (BookingState.CONFIRMED, 3)
    assert [(one.state, one.by) for one in booking.steps] == [
        (BookingState.PLACING, By.VISITOR),
        (BookingState.CONFIRMED, By.VISITOR),
    ]
    assert booking.settle_by is None
    assert len(booking.code) == codes.SHORT_LENGTH
    assert events(visitor) == [Event.BOOKING_CONFIRMED]
    assert Job.objects(name=REMIND_JOB).count() == 2
    check_books()


def test_a_request_waits_for_staff_where_the_terms_say_so() -> None:
    departure, visitor = create_departure(**BY_STAFF), create_visitor()
    booking = ask(visitor, departure)
    assert booking.state is BookingState.REQUESTED
    assert booking.decide_by == min(booking.decide_by, departure.cancel_by)
    assert events(visitor) == [Event.BOOKING_REQUESTED]
    assert Job.objects(name=REMIND_JOB).count() == 0
    check_books()


def test_personal_texts_are_sealed_and_completed_from_the_profile() -> None:
    visitor = create_visitor()
    told = personal_data.sealed(Visitor, visitor.id, {"organisation": "测试单位"})
    Visitor.objects(id=visitor.id).update(**told)
    visitor.reload()
    asked = details(companions=("测试访客 B",), plates=("测A00001",), needs="轮椅")
    booking = ask(visitor, create_departure(), 2, asked)
    raw = str(Booking._get_collection().find_one({"_id": booking.id}))
    for text in ("测试", "13800138000", "轮椅", "测A00001"):
        assert text not in raw
    assert personal_data.opened(booking, "organisation") == "测试单位"
    assert personal_data.opened(booking, "phone") == "+8613800138000"
    assert drafting.unlisted(booking, "companions") == ["测试访客 B"]
    found = Booking.objects(phone_index__in=personal_data.indexed("phone", "+8613800138000")["$in"])
    assert [one.id for one in found] == [booking.id]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": DepartureState.CANCELLED}, "departure_closed"),
        ({"closes_at": now() - dt.timedelta(seconds=1)}, "booking_closed"),
        ({"state": DepartureState.PROPOSED}, "not_found"),
        ({"audience": Audience.PRIVATE}, "not_found"),
        ({"terms": terms(group_min=3)}, "party_size"),
        ({"terms": terms(group_max=1)}, "party_size"),
        ({"capacity": 1}, "slot_full"),
    ],
)
def test_what_cannot_be_requested_leaves_nothing(changes: dict[str, object], error: str) -> None:
    departure, visitor = create_departure(**changes), create_visitor()  # type: ignore[arg-type]
    with pytest.raises(AppError, match=error):
        ask(visitor, departure, 2)
    assert Booking.objects.count() == 0
    assert Visitor.objects.get(id=visitor.id).engagements == []
    check_books()


def test_an_unknown_departure_and_too_many_companions_are_refused() -> None:
    visitor = create_visitor()
    with pytest.raises(NotFound):
        requesting.request_visit(visitor=visitor, departure=new_id(), party=1, details=details())
    with pytest.raises(Invalid):
        ask(visitor, create_departure(), 1, details(companions=("测试访客 B",)))
    with pytest.raises(Invalid):
        ask(visitor, create_departure(), 1, details(phone="not a number"))


def test_visits_of_one_visitor_do_not_overlap() -> None:
    first, second = create_departure(minutes=120), create_departure(in_hours=7 * 24 + 1)
    visitor = create_visitor()
    ask(visitor, first)
    with pytest.raises(Conflict, match="visit_overlap"):
        ask(visitor, second)
    assert Departure.objects.get(id=second.id).held == 0
    ask(visitor, create_departure(in_hours=7 * 24 + 3))
    check_books()


def test_who_is_suspended_does_not_book() -> None:
    visitor = create_visitor(suspended_until=now() + dt.timedelta(days=1))
    with pytest.raises(Conflict, match="booking_suspended"):
        ask(visitor, create_departure())


def test_a_request_sent_again_finds_its_booking() -> None:
    departure, visitor = create_departure(capacity=2), create_visitor()
    first = ask(visitor, departure, 2, key="key-00001")
    assert ask(visitor, departure, 2, key="key-00001").id == first.id
    with pytest.raises(Conflict, match="idempotency_reused"):
        ask(visitor, create_departure(in_hours=999), 2, key="key-00001")
    with pytest.raises(Conflict, match="slot_full"):
        ask(create_visitor(), departure, 1, key="key-00001")
    check_books()


def test_one_key_from_many_sides_makes_one_booking() -> None:
    departure, visitor = create_departure(capacity=50), create_visitor()

    def attempt(_: int) -> str | None:
        try:
            return str(ask(visitor, departure, 2, key="key-00001").id)
        except Conflict as error:
            if error.code != "idempotency_running":
                raise
            return None

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(attempt, range(24))) - {None}
    assert len(found) == 1
    assert Departure.objects.get(id=departure.id).held == 2
    check_books()


def test_many_at_once_never_get_more_than_there_is() -> None:
    departure = create_departure(capacity=20)
    visitors = [create_visitor() for _ in range(24)]

    def attempt(number: int) -> int:
        try:
            return int(ask(visitors[number], departure, number % 5 + 1).party)
        except Conflict as error:
            if error.code != "slot_full":
                raise
            return 0

    with ThreadPoolExecutor(12) as pool:
        got = sum(pool.map(attempt, range(24)))
    assert Departure.objects.get(id=departure.id).held == got <= 20
    check_books()


def test_staff_book_for_who_calls() -> None:
    departure = create_departure(**BY_STAFF)
    booking = requesting.place_for(ACTOR, departure.id, 4, details(), source=BookingSource.PHONE)
    assert (booking.state, booking.visitor) == (BookingState.CONFIRMED, None)
    entry = AuditEntry.objects.get(action="bookings.add")
    assert entry.after["party"] == 4
    assert CallTask.objects.count() == 0, "they were told on the phone"
    check_books()


def test_limits_hold_for_staff_unless_they_say_why_and_seats_hold_always() -> None:
    closed = {"closes_at": now() - dt.timedelta(hours=1), "terms": terms(group_max=2)}
    departure = create_departure(in_hours=1, capacity=4, **closed)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="booking_closed"):
        requesting.place_for(ACTOR, departure.id, 2, details(), source=BookingSource.PHONE)
    done = requesting.place_for(
        ACTOR, departure.id, 3, details(), source=BookingSource.PHONE, override="接待任务"
    )
    assert done.steps[-1].reason == "接待任务"
    with pytest.raises(Conflict, match="slot_full"):
        requesting.place_for(ACTOR, departure.id, 2, details(), source=BookingSource.WALK_IN)
    requesting.place_for(ACTOR, departure.id, 1, details(), source=BookingSource.WALK_IN)
    open_ = create_departure(terms=terms(group_max=2))
    with pytest.raises(Unprocessable, match="party_size"):
        requesting.place_for(ACTOR, open_.id, 3, details(), source=BookingSource.PHONE)
    check_books()

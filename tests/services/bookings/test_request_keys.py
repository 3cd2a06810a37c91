"""A key is that of one request for as long as there is what it made, whatever became of that."""

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Conflict
from models.bookings import Booking, BookingSource
from models.departures import Departure
from models.visitors import Visitor
from services import request_keys
from services.bookings import cancelling, moving, parties, requesting, waiting
from services.bookings.drafting import Details
from tests.clocks import Clock
from tests.visiting import DESK, check_books, create_departure, create_visitor, details, request

KEY = "key-00001"


class Case:
    """A departure with seats, a full one, and who asks for them under one key."""

    def __init__(self) -> None:
        self.visitor: Visitor = create_visitor()
        self.free: Departure = create_departure(in_hours=240, capacity=50)
        self.other: Departure = create_departure(in_hours=480, capacity=50)
        self.full: Departure = create_departure(in_hours=360, capacity=2)
        request(create_visitor(), self.full, 2)
        self.held = request(self.visitor, create_departure(in_hours=720), 2)

    def request(self, party: int = 2, **told: Any) -> Booking:
        return requesting.request_visit(
            visitor=self.visitor,
            departure=self.free.id,
            party=party,
            details=details(**told),
            key=KEY,
        )

    def wait(self, party: int = 2, **told: Any) -> Booking:
        return waiting.join(
            visitor=self.visitor,
            departure=self.full.id,
            party=party,
            details=details(**told),
            key=KEY,
        )

    def add(self, party: int = 2, **told: Any) -> Booking:
        source = BookingSource.PHONE
        about = details(**told)
        return requesting.place_for(DESK, self.free.id, party, about, source=source, key=KEY)

    def wait_for(self, party: int = 2, **told: Any) -> Booking:
        return waiting.join_for(DESK, self.full.id, party, details(**told), key=KEY)


@pytest.mark.parametrize("make", [Case.request, Case.wait, Case.add, Case.wait_for])
def test_days_later_the_same_finds_its_booking_and_other_is_refused(
    make: Callable[..., Booking], clock: Clock
) -> None:
    case = Case()
    first = make(case)
    clock.advance(days=3)
    assert make(case).id == first.id
    for changed in ({"party": 5}, {"phone": "13800138001"}, {"companions": ("测试同行",)}):
        with pytest.raises(Conflict, match="idempotency_reused"):
            make(case, **changed)
    stored = Booking.objects.get(id=first.id)
    assert (stored.party, len(stored.request_hash)) == (2, 32)
    check_books()


def test_what_was_asked_counts_not_what_became_of_it() -> None:
    case = Case()
    first = case.request()
    parties.change(case.visitor, first.id, {"party": 4})
    assert (case.request().id, case.request().party) == (first.id, 4)
    with pytest.raises(Conflict, match="idempotency_reused"):
        case.request(party=4)
    cancelling.cancel(case.visitor, first.id)
    assert case.request().state is Booking.objects.get(id=first.id).state
    check_books()


def test_one_key_is_not_for_two_verbs() -> None:
    case = Case()
    moved = moving.reschedule(case.visitor, case.held.id, case.free.id, key=KEY)
    assert moving.reschedule(case.visitor, case.held.id, case.free.id, key=KEY).id == moved.id
    for refused in (
        lambda: moving.reschedule(case.visitor, case.held.id, case.other.id, key=KEY),
        lambda: moving.reschedule(case.visitor, moved.id, case.free.id, key=KEY),
        case.request,
        case.wait,
    ):
        with pytest.raises(Conflict, match="idempotency_reused"):
            refused()
    check_books()


def test_what_is_not_told_does_not_count_and_nothing_is_readable() -> None:
    def asked(key: str, about: Details) -> str:
        found = request_keys.of("visitor-1", key, "request", "departure-1", 2, about)
        assert found is not None
        return found.asked

    plain = asked(KEY, Details(phone="13800138000"))
    assert plain == asked(KEY, Details(phone="13800138000", needs="", companions=()))
    assert plain != asked("key-00002", Details(phone="13800138000")), "the key salts it"
    assert request_keys.of("visitor-1", None, "request") is None

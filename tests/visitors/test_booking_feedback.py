"""Feedback: after the visit, of who was there, for thirty days; what is written is sealed."""

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.clock import now
from models.bookings import Booking, BookingState
from models.enums import Kind
from services import personal_data
from services.bookings import codes, opinions
from tests.api.documented import Documented
from tests.bookings.booked import create_booking
from tests.clocks import Clock
from tests.factories import create, create_live
from tests.rest.cached import all_at_once
from tests.visiting import create_departure
from tests.visitors.callers import API, Caller, code

S = BookingState
OVER = {"in_hours": -24}


@pytest.fixture
def documented(anybody: FlaskClient) -> Documented:
    return Documented(anybody.get(f"{API}/swagger.json").get_json())


def booked(caller: Caller, state: BookingState = S.CONFIRMED, **departure: Any) -> Booking:
    return create_booking(
        create_departure(**departure), visitor=caller.id, state=state, code=codes.new_short_code()
    )


def said(**changes: Any) -> dict[str, Any]:
    return {"rating": 5, "stops": [{"stop": "stop-1", "rating": 4}], "text": "很好", **changes}


def test_feedback_is_kept_and_sealed(visitor: Caller, documented: Documented) -> None:
    booking, track = booked(visitor, S.COMPLETED, **OVER), create_live(Kind.TRACKS)
    path = f"/bookings/{booking.id}/feedback"
    assert code(visitor.get(path)) == (404, "not_found")
    given = visitor.put(path, said(tracks=[track.id]))
    assert given.status_code == 200, given.text
    assert documented.faults(given.get_json(), "Feedback") == []
    assert visitor.get(path).get_json() == given.get_json()
    assert given.get_json()["text"] == "很好"
    row = Booking._get_collection().find_one({"_id": booking.id})
    assert row is not None
    assert "很好" not in str(row)
    assert row["feedback"]["tracks"] == [track.id]
    assert personal_data.opened(Booking._from_son(row), "feedback_text") == "很好"


def test_feedback_is_one_and_changed_for_thirty_days(visitor: Caller, clock: Clock) -> None:
    booking = booked(visitor, S.CHECKED_IN, **OVER)
    path, begun = f"/bookings/{booking.id}/feedback", now()
    clock.set(begun)
    first = visitor.put(path, said()).get_json()
    clock.set(begun + opinions.CHANGEABLE_FOR - dt.timedelta(seconds=1))
    # What was read can be sent back.
    again = visitor.put(path, {**first, "rating": 1, "stops": [], "text": None}).get_json()
    assert (again["rating"], again["stops"], again["text"]) == (1, [], None)
    assert again["at"] == first["at"], "the first time counts"
    assert Booking._get_collection().find_one({"_id": booking.id, "feedback_text": None})
    clock.set(begun + opinions.CHANGEABLE_FOR)
    assert code(visitor.put(path, said())) == (409, "cutoff_passed")
    assert visitor.get(path).get_json()["rating"] == 1


@pytest.mark.parametrize("state", sorted(set(S) - {S.PLACING, S.CHECKED_IN, S.COMPLETED}))
def test_only_who_was_there_says_how_it_was(visitor: Caller, state: BookingState) -> None:
    answer = visitor.put(f"/bookings/{booked(visitor, state).id}/feedback", said())
    assert code(answer) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": None}, "rating"),
        ({"stops": [{"stop": "other", "rating": 3}]}, "stops"),
        ({"stops": [{"stop": "stop-1", "rating": 3}] * 2}, "stops"),
        ({"stops": [{"stop": "stop-1", "rating": 3}] * 41}, "stops"),
        ({"stops": [{"stop": "stop-1", "rating": 9}]}, "stops.0.rating"),
        ({"stops": [{"stop": "$where", "rating": 1}]}, "stops"),
        ({"tracks": ["absent"]}, "tracks"),
        ({"text": "x" * 601}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"more": 1}, "more"),
    ],
)
def test_bad_feedback_is_refused_by_field(
    visitor: Caller, changes: dict[str, Any], field: str
) -> None:
    booking = booked(visitor, S.COMPLETED, **OVER)
    answer = visitor.put(f"/bookings/{booking.id}/feedback", said(**changes))
    assert answer.status_code == 400, answer.text
    assert field in answer.get_json()["error"]["fields"]
    assert Booking.objects.get(id=booking.id).feedback is None


def test_a_track_that_is_a_draft_is_none(visitor: Caller) -> None:
    booking = booked(visitor, S.COMPLETED, **OVER)
    answer = visitor.put(f"/bookings/{booking.id}/feedback", said(tracks=[create(Kind.TRACKS).id]))
    assert answer.status_code == 400


def test_feedback_sent_many_times_at_once_is_one(visitor: Caller) -> None:
    booking = booked(visitor, S.COMPLETED, **OVER)
    ratings = (1, 2, 3, 4, 5)
    opinion = [opinions.Opinion(rating, {"stop-1": rating}, (), str(rating)) for rating in ratings]
    all_at_once(5, lambda number: opinions.say(visitor.id, booking.id, opinion[number]))
    found = opinions.of(visitor.id, booking.id)
    rating = found.feedback.rating
    assert [(one.stop, one.rating) for one in found.feedback.stops] == [("stop-1", rating)]
    assert personal_data.opened(found, "feedback_text") == str(rating), "of one and the same"

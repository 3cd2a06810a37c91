"""Bookings as staff find them: filters, pages, masks, the whole on record, a phone by its hash."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import SHANGHAI
from core.ids import new_id
from models.audit import AuditEntry
from models.bookings import Booking, BookingSource, BookingState, Feedback, StopRating
from models.departures import Departure, DepartureState, Minimum
from models.idempotency import IdempotentAnswer
from models.staff import Role
from models.visitors import DemoVisitor
from services import personal_data, seats
from services.bookings import drafting
from services.visitors import signing_in
from tests.api.documented import Documented
from tests.bookings.booked import create_booking
from tests.bookings.gates import NAMES, PLATES, gate, through
from tests.factories import staff_client
from tests.visiting import create_departure

API = "/admin/api/v1/bookings"
NAME, PHONE, ORGANISATION = "测试来电者", "+8613800138000", "测试单位"
PERSONAL = {
    **{"name": NAME, "phone": PHONE, "organisation": ORGANISATION, "purpose": "看厂房"},
    **{"needs": "轮椅", "feedback_text": "很好", "companions": drafting.listed(("测试同行 B",))},
    "plates": drafting.listed(("鲁B·00000",)),
}
S = BookingState


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return staff_client(app, Role.BOOKING_DESK)


def full(departure: Departure, **changes: Any) -> Booking:
    """Write a booking of which everything is told."""
    booking_id = new_id()
    booking = create_booking(departure, **changes)
    Booking.objects(id=booking.id).delete()
    row = {**booking.to_mongo(), "_id": booking_id}
    row |= personal_data.sealed(Booking, booking_id, PERSONAL)
    Booking._get_collection().insert_one(row)
    found: Booking = Booking.objects.get(id=booking_id)
    return found


def ids(client: FlaskClient, **query: str) -> list[str]:
    answer = client.get(API, query_string=query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.get_json()["items"]]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def test_lists_mask_who_asked_and_a_detail_tells_it_on_record(desk: FlaskClient) -> None:
    visitor = signing_in.as_demo(DemoVisitor.A).visitor.id
    departure = create_departure(in_hours=-1)
    rating = Feedback(
        rating=4,
        stops=[StopRating(stop="stop-1", rating=5)],
        tracks=["t"],
        at=departure.ends_at,
    )
    booking = full(departure, visitor=visitor, feedback=rating)
    (card,) = desk.get(API).get_json()["items"]
    assert (card["name"], card["phone"], card["organisation"]) == (
        "测****",
        "138****8000",
        "测****",
    )
    assert (card["title"], card["party"], card["state"]) == ("演示线路", 2, "confirmed")
    text = desk.get(API).text
    assert not any(secret in text for secret in (NAME, "13800138000", ORGANISATION, "轮椅"))
    assert AuditEntry.objects.count() == 0
    answer = desk.get(f"{API}/{booking.id}")
    whole = answer.get_json()
    assert {name: whole[name] for name in ("name", "phone", "organisation", "needs")} == {
        **{"name": NAME, "phone": PHONE, "organisation": ORGANISATION, "needs": "轮椅"}
    }
    assert (whole["companions"], whole["plates"]) == (["测试同行 B"], ["鲁B·00000"])
    assert (whole["feedback"]["stops"], whole["feedback_text"]) == (
        [{"stop": "stop-1", "rating": 5}],
        "很好",
    )
    assert whole["standing"] == {"visitor": visitor, "no_shows": 0, "suspended_until": None}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target) == ("bookings.reveal", f"bookings:{booking.id}")
    assert PHONE not in str(list(AuditEntry._get_collection().find()))
    document = desk.get("/admin/api/v1/swagger.json").get_json()
    assert Documented(document).faults(whole, "DeskBooking") == []


def test_nothing_is_told_when_it_cannot_be_recorded(
    desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    booking = full(create_departure())
    monkeypatch.setattr("services.audit.record", fail)
    answer = desk.get(f"{API}/{booking.id}")
    assert answer.status_code == 500
    assert "138" not in answer.text


def test_filters_find_what_they_name(desk: FlaskClient) -> None:
    visitor = signing_in.as_demo(DemoVisitor.A).visitor.id
    first = create_departure(in_hours=50, route="route-1")
    second = create_departure(in_hours=100, route="route-2", minimum=Minimum.DUE)
    asked = create_booking(first, state=S.REQUESTED, visitor=visitor)
    called = create_booking(second)
    Booking.objects(id=called.id).update(set__source=BookingSource.PHONE)
    create_booking(first, state=S.PLACING)
    day = first.starts_at.astimezone(SHANGHAI).date()
    both = [asked.id, called.id]
    for query, expected in (
        ({}, both),
        ({"departure": second.id}, [called.id]),
        ({"route": "route-1"}, [asked.id]),
        ({"visitor": visitor}, [asked.id]),
        ({"state": "confirmed"}, [called.id]),
        ({"state": "placing"}, []),
        ({"source": "phone"}, [called.id]),
        ({"view": "to_decide"}, [asked.id]),
        ({"view": "to_decide", "state": "confirmed"}, []),
        ({"view": "below_minimum"}, [called.id]),
        ({"from": str(day), "until": str(day)}, [asked.id]),
        ({"from": str(day + dt.timedelta(days=1))}, [called.id]),
        ({"until": str(day - dt.timedelta(days=1))}, []),
        ({"departure": "absent"}, []),
    ):
        assert ids(desk, **query) == expected, query
    for wrong in ({"from": "2026-13-01"}, {"until": "0001-01-01"}, {"until": "9999-12-31"}):
        assert code(desk.get(API, query_string=wrong)) == (400, "invalid"), wrong
    assert code(desk.get(API, query_string={"organisation": "x"})) == (400, "invalid")


def test_what_was_cancelled_below_its_minimum_waits_for_nobody(desk: FlaskClient) -> None:
    over = create_departure(minimum=Minimum.DUE, state=DepartureState.CANCELLED)
    gone = create_booking(over, state=S.CANCELLED)
    assert ids(desk) == [gone.id]
    assert ids(desk, view="below_minimum") == []


def test_pages_have_no_gap_and_no_double(desk: FlaskClient) -> None:
    departure = create_departure(capacity=20)
    made = [create_booking(departure).id for _ in range(5)]
    found: list[str] = []
    query = {"limit": "2"}
    for _ in range(3):
        page = desk.get(API, query_string=query).get_json()
        found += [one["id"] for one in page["items"]]
        query = {"limit": "2", "cursor": page["next_cursor"]}
    assert (found, page["next_cursor"]) == (sorted(made), None)


def test_somebody_is_found_by_the_whole_number_only(desk: FlaskClient) -> None:
    departure = create_departure()
    booking = full(departure)
    create_booking(departure)
    for typed in ("13800138000", "+86 138-0013-8000", "0086 13800138000"):
        (card,) = desk.post(f"{API}/lookup", json={"phone": typed}).get_json()["items"]
        assert (card["id"], card["phone"]) == (booking.id, "138****8000")
    assert desk.post(f"{API}/lookup", json={"phone": "13800138001"}).get_json()["items"] == []
    for wrong in ("138*****", "1380013800", {"$ne": 1}, "13800138000\u0000"):
        assert code(desk.post(f"{API}/lookup", json={"phone": wrong})) == (400, "invalid")


def test_a_caller_waits_and_is_answered_for(desk: FlaskClient) -> None:
    departure = create_departure(capacity=2)
    holder = create_booking(departure)
    told = {"departure": departure.id, "party": 2, "name": "测试访客 B", "phone": "13800138000"}
    nameless = {name: value for name, value in told.items() if name != "phone"}
    assert code(desk.post(f"{API}/waiting", json=nameless)) == (400, "invalid")
    key = {"Idempotency-Key": "0123456789"}
    answers = [desk.post(f"{API}/waiting", json=told, headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201], answers[0].text
    waits = answers[0].get_json()
    assert (waits["state"], waits["place"]) == ("waitlisted", 1)
    assert answers[1].get_json()["id"] == waits["id"]
    other = desk.post(f"{API}/waiting", json={**told, "party": 1}, headers=key)
    assert code(other) == (409, "idempotency_reused")
    path = f"{API}/{waits['id']}"
    assert code(desk.post(f"{path}/accept")) == (409, "wrong_state")
    desk.post(f"{API}/{holder.id}/cancel", json={"reason": "测试原因"})
    assert desk.post(f"{path}/accept").get_json()["state"] == "confirmed"
    assert code(desk.post(f"{path}/decline")) == (409, "wrong_state")


def test_who_waits_has_a_place(desk: FlaskClient) -> None:
    departure = create_departure(capacity=2)
    create_booking(departure)
    waits = create_booking(create_departure(), state=S.WAITLISTED)
    Booking.objects(id=waits.id).update(set__departure=departure.id)
    seats.wait(departure.id, waits.id, 2, visitor=None)
    answer = desk.get(API, query_string={"state": "waitlisted"}).get_json()
    assert [one["place"] for one in answer["items"]] == [1]


def test_the_desk_books_lets_in_decides_and_is_told_of_each(desk: FlaskClient) -> None:
    departure = create_departure(capacity=6)
    guest = {"departure": departure.id, "party": 2, "name": NAME, "phone": PHONE}
    headers = {"Idempotency-Key": "key-of-a-caller"}
    first = desk.post(API, json=guest, headers=headers)
    again = desk.post(API, json=guest, headers=headers)
    assert (first.status_code, first.get_json()) == (201, again.get_json())
    IdempotentAnswer.objects.delete()  # as after a failure, or a worker that died
    once_more = desk.post(API, json=guest, headers=headers)
    assert (once_more.status_code, once_more.get_json()["id"]) == (201, first.get_json()["id"])
    for path, changed in (("", {"party": 3}), ("", {"needs": "测试"}), ("/walk-ins", {})):
        answer = desk.post(f"{API}{path}", json={**guest, **changed}, headers=headers)
        assert code(answer) == (409, "idempotency_reused"), (path, changed)
    assert Departure.objects.get(id=departure.id).held == 2
    made = first.get_json()["id"]
    for wrong in (
        {"party": 0},
        {"party": True},
        {"companions": ["a"] * 300},
        {"companions": [{"$ne": 1}]},
        {"phone": "nobody"},
        {"state": "completed"},
    ):
        assert code(desk.post(API, json={**guest, **wrong})) == (400, "invalid"), wrong
    changed = desk.patch(f"{API}/{made}/party", json={"party": 3, "companions": ["测试同行 B"]})
    assert changed.get_json()["party"] == 3
    asked = create_booking(departure, state=S.REQUESTED)
    body = {"bookings": [made, asked.id], "approved": True}
    found = desk.post(f"{API}/decide", json=body, headers={"Accept-Language": "en"}).get_json()
    assert [(one["done"], one["code"]) for one in found["items"]] == [
        (False, "wrong_state"),
        (True, None),
    ]
    assert found["items"][0]["message"] == "Not possible in this state (confirmed)"
    assert found["items"][1]["booking"]["state"] == "confirmed"
    gone = desk.post(f"{API}/{made}/cancel", json={"reason": "来电取消"}).get_json()
    assert (gone["state"], gone["reason"]) == ("cancelled", "来电取消")
    assert Departure.objects.get(id=departure.id).held == 2


def test_staff_see_and_note_what_gates_need(desk: FlaskClient) -> None:
    departure = through(gate(NAMES, PLATES))
    body = {"departure": departure.id, "party": 2, "name": NAME, "phone": PHONE, "no_car": True}
    made = desk.post(API, json=body)
    assert (made.status_code, made.get_json()["missing"]) == (201, ["names"]), made.text
    path = f"{API}/{made.get_json()['id']}"
    assert [one["missing"] for one in desk.get(API).get_json()["items"]] == [["names"]]
    whole = desk.get(path).get_json()
    assert (whole["missing"], whole["no_car"]) == (["names"], True)
    Booking.objects(id=whole["id"]).update(state=S.CHECKED_IN)
    noted = desk.patch(f"{path}/party", json={"party": 2, "companions": ["测试同行 B"]})
    assert (noted.status_code, noted.get_json()["missing"]) == (200, []), noted.text
    shown = desk.get(f"/admin/api/v1/departures/{departure.id}").get_json()
    assert shown["gate_needs"] == ["names", "plates"]

"""Booking over HTTP, as the mini-program does: from the request to the new date, and refusals."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from models.bookings import Booking, BookingState
from models.departures import Departure
from models.enums import Kind
from models.visitors import Visitor
from services.bookings import cancelling
from tests.api.documented import Documented
from tests.api.profiling import profiled
from tests.bookings.gates import NAMES, PLATES, gate, through
from tests.clocks import Clock
from tests.factories import create_live
from tests.visiting import DESK, check_books, create_departure, create_visitor, wait
from tests.visiting import request as ask
from tests.visitors.callers import API, Caller, code


def send(caller: Caller, path: str, body: dict[str, Any], **headers: str) -> TestResponse:
    """Send a POST with further headers."""
    return caller.client.post(
        f"{API}{path}", json=body, headers={"Authorization": f"Bearer {caller.token}", **headers}
    )


def full(capacity: int = 2) -> tuple[Departure, Visitor, Booking]:
    departure, holder = create_departure(capacity=capacity), create_visitor()
    return departure, holder, ask(holder, departure, capacity)


def everything(departure: Departure, track: str) -> dict[str, Any]:
    return {
        **{"departure": departure.id, "party": 2, "name": "测试访客 A", "phone": "13800138000"},
        **{"organisation": "测试单位", "companions": ["测试访客 B"], "plates": ["测A00001"]},
        **{"purpose": "考察", "needs": "轮椅", "tracks": [track], "language": "en"},
        "channel": "wechat",
    }


def test_a_booking_is_made_changed_moved_and_cancelled(visitor: Caller) -> None:
    first, second = create_departure(), create_departure(in_hours=400)
    track = create_live(Kind.TRACKS).id
    made = visitor.post("/bookings", everything(first, track))
    assert made.status_code == 201, made.text
    body = made.get_json()
    assert (body["state"], body["phone"]) == ("confirmed", "138****8000")
    assert body["possible"] == ["cancel", "change", "company", "reschedule"]
    assert body["departure"]["title"] == "演示线路"
    path = f"/bookings/{body['id']}"
    assert visitor.get(path, lang="en").get_json()["departure"]["title"] == "Demonstration route"
    changed = visitor.patch(path, {"party": 3, "companions": ["测试访客 B", "测试访客 C"]})
    assert (changed.status_code, changed.get_json()["party"]) == (200, 3)
    moved = visitor.post(f"{path}/reschedule", {"departure": second.id})
    assert moved.status_code == 201, moved.text
    new = moved.get_json()
    assert (new["moved_from"], new["companions"]) == (body["id"], ["测试访客 B", "测试访客 C"])
    assert visitor.get(path).get_json()["moved_to"] == new["id"]
    gone = visitor.post(f"/bookings/{new['id']}/cancel", {"reason": "行程有变"})
    assert gone.get_json()["state"] == "cancelled"
    check_books()


def test_the_same_key_makes_one_booking(visitor: Caller) -> None:
    departure = create_departure()
    body = {"departure": departure.id, "party": 2}
    key = {"Idempotency-Key": "0123456789"}
    answers = [send(visitor, "/bookings", body, **key) for _ in range(3)]
    assert {one.status_code for one in answers} == {201}
    assert len({one.get_json()["id"] for one in answers}) == 1
    assert Departure.objects.get(id=departure.id).held == 2
    other = {**body, "departure": create_departure(in_hours=999).id}
    assert code(send(visitor, "/bookings", other, **key)) == (409, "idempotency_reused")
    bad = send(visitor, "/bookings", body, **{"Idempotency-Key": "short"})
    assert code(bad) == (400, "idempotency_key")


def test_a_key_is_bound_to_what_was_asked_first(visitor: Caller, other: Caller) -> None:
    departure, later = create_departure(), create_departure(in_hours=400)
    body, key = {"departure": departure.id, "party": 2}, {"Idempotency-Key": "0123456789"}
    made = send(visitor, "/bookings", body, **key).get_json()
    reused = (409, "idempotency_reused")
    for path, asked in (
        ("/bookings", {**body, "party": 5}),
        ("/bookings", {**body, "name": "测试访客 B"}),
        ("/bookings/waiting", body),
        (f"/bookings/{made['id']}/reschedule", {"departure": departure.id}),
    ):
        assert code(send(visitor, path, asked, **key)) == reused, (path, asked)
    assert visitor.patch(f"/bookings/{made['id']}", {"party": 3}).status_code == 200
    again = send(visitor, "/bookings", body, **key)
    assert (again.status_code, again.get_json()["id"]) == (201, made["id"])
    assert again.get_json()["party"] == 3, "the booking as it is now"
    move = f"/bookings/{made['id']}/reschedule"
    keys = {"Idempotency-Key": "another-key"}
    moved = [send(visitor, move, {"departure": later.id}, **keys).get_json() for _ in range(2)]
    assert moved[0]["id"] == moved[1]["id"]
    assert send(other, "/bookings", {**body, "party": 5}, **key).status_code == 201
    check_books()


def test_a_refusal_gives_the_key_back(visitor: Caller) -> None:
    departure, key = create_departure(capacity=4), {"Idempotency-Key": "0123456789"}
    body = {"departure": departure.id, "party": 5}
    assert code(send(visitor, "/bookings", body, **key)) == (409, "slot_full")
    assert send(visitor, "/bookings", {**body, "party": 4}, **key).status_code == 201


def test_waiting_offer_and_answer(visitor: Caller) -> None:
    departure, holder, held = full()
    wait(create_visitor(), departure, 5)
    wanted = {"departure": departure.id, "party": 2}
    assert code(visitor.post("/bookings", wanted)) == (409, "slot_full")
    joined = visitor.post("/bookings/waiting", wanted).get_json()
    assert (joined["state"], joined["place"]) == ("waitlisted", 2)
    cancelling.cancel(holder, held.id)
    offered = visitor.get(f"/bookings/{joined['id']}").get_json()
    assert (offered["state"], offered["place"]) == ("offered", None)
    assert offered["possible"] == ["cancel", "accept", "decline"]
    assert offered["offer_until"] is not None
    accepted = visitor.post(f"/bookings/{joined['id']}/accept")
    assert accepted.get_json()["state"] == "confirmed"
    again = visitor.post(f"/bookings/{joined['id']}/decline")
    assert code(again) == (409, "wrong_state")
    check_books()


def test_a_visitor_lists_their_own(visitor: Caller, other: Caller) -> None:
    ids = []
    for hours in (200, 300, 400):
        body = {"departure": create_departure(in_hours=hours).id, "party": 1}
        ids.append(visitor.post("/bookings", body).get_json()["id"])
    visitor.post(f"/bookings/{ids[0]}/cancel", {})
    first = visitor.get("/bookings", limit="2").get_json()
    assert [one["id"] for one in first["items"]] == [ids[2], ids[1]]
    rest = visitor.get("/bookings", limit="2", cursor=first["next_cursor"]).get_json()
    assert [one["id"] for one in rest["items"]] == [ids[0]]
    live = visitor.get("/bookings", live="true").get_json()["items"]
    assert {one["id"] for one in live} == set(ids[1:])
    assert [one["id"] for one in visitor.get("/bookings", live="false").get_json()["items"]] == [
        ids[0]
    ]
    assert other.get("/bookings").get_json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"party": 0}, "party"),
        ({"party": 1_001}, "party"),
        ({"phone": "not a number"}, "phone"),
        ({"companions": ["a", "b"]}, "companions"),
        ({"companions": [""]}, "companions.0"),
        ({"tracks": ["absent"]}, "tracks"),
        ({"plates": ["x" * 21]}, "plates.0"),
        ({"state": "confirmed"}, "state"),
        ({"settle_by": "2020-01-01"}, "settle_by"),
    ],
)
def test_wrong_input_is_named_in_the_language_of_the_request(
    visitor: Caller, changes: dict[str, Any], field: str
) -> None:
    body = {"departure": create_departure().id, "party": 2, **changes}
    for language, chinese in (("zh-CN", True), ("en", False)):
        answer = visitor.open("POST", "/bookings", body, lang=language)
        assert code(answer) == (400, "invalid")
        error = answer.get_json()["error"]
        assert field in error["fields"], error
        assert ("请求" in error["message"]) is chinese
    assert Booking.objects.count() == 0


def test_refusals_are_told_in_words(visitor: Caller) -> None:
    departure, _, _ = full(2)
    body = {"departure": departure.id, "party": 2}
    answer = visitor.open("POST", "/bookings", body, lang="en")
    assert answer.get_json()["error"]["message"] == "Only 0 seats are left"
    assert visitor.open("POST", "/bookings", body).get_json()["error"]["message"].startswith("该班")


def test_without_consent_nothing_is_booked(sign_in: Any) -> None:
    caller = sign_in("C", agrees=False)
    body = {"departure": create_departure().id, "party": 1}
    assert code(caller.post("/bookings", body)) == (403, "consent_needed")


def test_every_key_is_documented(visitor: Caller, visitor_app: Flask) -> None:
    documented = Documented(visitor_app.test_client().get(f"{API}/swagger.json").get_json())
    departure, _, held = full()
    visitor.post("/bookings", everything(create_departure(), create_live(Kind.TRACKS).id))
    joined = visitor.post("/bookings/waiting", {"departure": departure.id, "party": 1}).get_json()
    assert documented.faults(joined, "Booking") == []
    cancelling.cancel_for(DESK, held.id, reason="设备检修")
    Booking.objects(visitor=visitor.id, state=BookingState.CONFIRMED).update(
        set__reason="x", set__moved_to="x", set__moved_from="x", set__decide_by=departure.cancel_by
    )
    Booking.objects(visitor=visitor.id).update(set__checked_in_at=departure.cancel_by)
    page = visitor.get("/bookings").get_json()
    assert documented.faults(page, "BookingPage") == []
    own = {"Booking", "BookedDeparture", "BookingStep"}
    unseen = {one for one in documented.properties() if one[0] in own} - documented.seen
    assert unseen <= {("Booking", "place")}


def test_a_list_of_bookings_goes_through_indexes(visitor: Caller) -> None:
    departure = create_departure(capacity=200)
    for _ in range(30):
        ask(create_visitor(), departure, 1)
    reads = profiled(lambda: visitor.get("/bookings"))
    assert len(reads) >= 3
    for read in reads:
        assert "COLLSCAN" not in read.stages, read
        assert read.documents <= 5, read


def test_a_booking_tells_what_gates_still_need(visitor: Caller, clock: Clock) -> None:
    departure = through(gate(NAMES, PLATES))
    made = visitor.post("/bookings", {"departure": departure.id, "party": 2, "name": "测试访客 A"})
    assert made.status_code == 201, made.text
    body = made.get_json()
    assert body["missing"] == body["departure"]["gate_needs"] == ["names", "plates"]
    assert body["no_car"] is False
    clock.set(departure.cancel_by)
    path = f"/bookings/{body['id']}"
    assert visitor.get(path).get_json()["possible"] == ["company"]
    told = visitor.patch(path, {"companions": ["测试访客 B"], "no_car": True})
    assert (told.status_code, told.get_json()["missing"]) == (200, []), told.text
    assert code(visitor.patch(path, {"party": 1, "companions": []})) == (409, "cutoff_passed")
    assert code(visitor.patch(path, {"no_car": "yes"})) == (400, "invalid")
    listed = visitor.get("/bookings").get_json()["items"][0]
    assert (listed["missing"], listed["no_car"]) == ([], True)

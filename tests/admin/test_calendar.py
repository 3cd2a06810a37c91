"""The calendar of visits over REST: what it is made of, and departures in it."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import today
from models.audit import AuditEntry
from models.departures import Departure, DepartureState, Minimum
from models.guides import Guide
from models.staff import Role
from services.occupancy import at
from tests.arranging import create_guide, create_route, create_schedule, monday
from tests.factories import staff_client
from tests.visiting import create_departure, create_visitor, request

API = "/admin/api/v1"
PHONE = "13800138000"


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return staff_client(app, Role.BOOKING_DESK)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def departure(**changes: Any) -> dict[str, Any]:
    """Return the body of a departure on a Monday at nine."""
    if "route" not in changes:
        changes["route"] = create_route().slug
    start = at(monday(), "09:00").isoformat()
    return {"starts_at": start, "capacity": 10, **changes}


def test_a_guide_is_kept_changed_and_forgotten(desk: FlaskClient) -> None:
    body = {"name": "测试讲解员", "phone": PHONE, "languages": ["zh-CN", "en"], "note": "测试"}
    made = desk.post(f"{API}/guides", json=body)
    assert made.status_code == 201, made.text
    guide = made.get_json()
    assert {name: guide[name] for name in body} == body
    assert (guide["active"], guide["feed"], guide["demo"], guide["revision"]) == (
        *(True, False, False, 1),
    )
    # Sealed where it lies, masked in lists, struck out in the log.
    assert PHONE not in (Guide.objects.get().phone or "")
    (listed,) = desk.get(f"{API}/guides").get_json()["items"]
    assert listed["phone"] == "138****8000"
    assert all(PHONE not in str(one.after) for one in AuditEntry.objects)

    path = f"{API}/guides/{guide['id']}"
    # What was read can be sent back.
    changed = desk.put(path, json={**guide, "note": None, "active": False}).get_json()
    assert (changed["note"], changed["active"], changed["phone"]) == (None, False, PHONE)
    assert changed["revision"] == 2
    assert code(desk.put(path, json={**guide})) == (409, "stale_revision")
    assert desk.delete(path).status_code == 204
    assert code(desk.get(path)) == (404, "not_found")
    actions = [one.action for one in AuditEntry.objects(action__startswith="guides.")]
    assert sorted(actions) == ["guides.create", "guides.delete", "guides.update"]


def test_what_departures_need_is_not_forgotten(desk: FlaskClient) -> None:
    guide = create_guide()
    create_departure(guide=guide)
    assert code(desk.delete(f"{API}/guides/{guide}")) == (409, "resource_in_use")
    Departure.objects.update(starts_at=at(today() - dt.timedelta(days=1), "09:00"))
    assert desk.delete(f"{API}/guides/{guide}").status_code == 204


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("guides", {"name": ""}, "name"),
        ("guides", {"name": "测", "languages": ["fr"]}, "languages.0"),
        ("guides", {"name": "测", "feed_hash": "x"}, "feed_hash"),
        ("vehicles", {"name": "测", "seats": 0}, "seats"),
        ("vehicles", {"name": "测", "seats": {"$gt": 0}}, "seats"),
        ("closures", {"from_day": "2030-01-02", "until_day": "2030-01-01"}, "reason"),
        (
            "closures",
            {"from_day": "2030-02-30", "until_day": "2030-03-01", "reason": "测"},
            "from_day",
        ),
        (
            "closures",
            {"from_day": "0001-01-01", "until_day": "2030-03-01", "reason": "测"},
            "from_day",
        ),
        (
            "closures",
            {
                **{"from_day": "2030-01-01", "until_day": "2030-01-02", "reason": "测"},
                **{"opens": "12:00", "closes": "09:00"},
            },
            "closes",
        ),
        ("departures", {"route": "x", "capacity": 1, "starts_at": "2030-01-01T09:00"}, "starts_at"),
        (
            "schedules",
            {"route": "x", "weekdays": [8], "starts": "9", "capacity": 1, "from_day": "2030-01-01"},
            "weekdays.0",
        ),
    ],
)
def test_bad_input_is_named(desk: FlaskClient, path: str, body: dict[str, Any], field: str) -> None:
    answer = desk.post(f"{API}/{path}", json=body)
    assert answer.status_code == 400, answer.text
    assert field in answer.get_json()["error"]["fields"]


def test_working_days_follow_the_public_calendar_until_staff_know_better(
    desk: FlaskClient,
) -> None:
    path = f"{API}/working-days"
    query = {"first": "2026-10-01", "last": "2026-10-10"}
    days = {one["day"]: one for one in desk.get(path, query_string=query).get_json()["items"]}
    assert len(days) == 10
    assert days["2026-10-01"]["holiday"] == {"zh": "国庆节", "en": "National Day"}
    assert not days["2026-10-01"]["working"]
    assert days["2026-10-10"]["working"], "调休: a Saturday that is worked"
    said = desk.put(f"{path}/2026-10-10", json={"working": False, "note": "测试"}).get_json()
    assert (said["working"], said["override"], said["note"]) == (False, True, "测试")
    again = desk.put(f"{path}/2026-10-10", json={"working": True}).get_json()
    assert (again["working"], again["note"]) == (True, None)
    assert desk.delete(f"{path}/2026-10-10").status_code == 204
    assert not desk.get(f"{path}/2026-10-10").get_json()["override"]
    far = desk.get(f"{path}/2088-01-01").get_json()
    assert (far["provisional"], far["holiday"]) == (True, None)


def test_a_day_off_names_the_departures_that_stay(desk: FlaskClient) -> None:
    schedule = create_schedule(holidays="skip")
    found = create_departure(schedule=schedule.id)
    path = f"{API}/working-days/{found.day}"

    Departure.objects(id=found.id).update(set__revision=2)
    said = desk.put(path, json={"working": False}).get_json()
    assert ([one["id"] for one in said["affected"]], said["removed"]) == ([found.id], 0)
    assert [one["id"] for one in desk.get(path).get_json()["affected"]] == [found.id]
    Departure.objects(id=found.id).update(set__revision=1)
    said = desk.put(path, json={"working": False}).get_json()
    assert (said["affected"], said["removed"]) == ([], 1)
    assert desk.put(path, json={"working": True}).get_json()["removed"] == 0


def test_a_closure_names_the_departures_that_stand_in_it(desk: FlaskClient) -> None:
    made = desk.post(f"{API}/departures", json=departure()).get_json()
    span = {"from_day": made["day"], "until_day": made["day"], "reason": "测试"}

    closed = desk.post(f"{API}/closures", json={**span, "site": made["stops"][1]["site"]})
    assert closed.status_code == 201, closed.text
    assert [one["id"] for one in closed.get_json()["affected"]] == [made["id"]]
    early = {**span, "opens": "07:00", "closes": "09:00"}
    assert desk.post(f"{API}/closures", json=early).get_json()["affected"] == []
    known = desk.get(f"{API}/closures", query_string={"on_or_after": made["day"]}).get_json()
    assert len(known["items"]) == 2

    path = f"{API}/closures/{closed.get_json()['closure']['id']}"
    body = {**closed.get_json()["closure"], "site": None}
    assert desk.put(path, json=body).get_json()["closure"]["site"] is None
    refused = desk.post(f"{API}/departures", json=departure())
    assert code(refused) == (409, "day_closed")
    assert desk.delete(path).status_code == 204
    assert desk.post(f"{API}/departures", json=departure()).status_code == 201


def test_a_schedule_answers_for_each_day(desk: FlaskClient) -> None:
    guide = create_guide()
    body = {
        **{"route": create_route().slug, "weekdays": [1], "starts": "09:00", "capacity": 9},
        **{"guide": guide, "from_day": monday().isoformat(), "holidays": "run"},
    }
    blocked = desk.post(f"{API}/departures", json=departure(guide=guide)).get_json()

    answer = desk.post(f"{API}/schedules", json=body)

    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    first, *others = made["days"]
    assert (first["outcome"], first["code"]) == ("refused", "resource_conflict")
    assert first["conflicts"][0]["departure"] == blocked["id"]
    assert {one["outcome"] for one in others} == {"created"}
    path = f"{API}/schedules/{made['schedule']['id']}"
    kept = desk.get(path).get_json()
    assert [one["day"] for one in kept["problems"]] == [first["day"]]

    cancelled = desk.post(f"{API}/departures/{blocked['id']}/cancel", json={"reason": "测试"})
    assert cancelled.get_json()["state"] == "cancelled"
    again = desk.post(f"{path}/generate").get_json()
    assert again["days"][0]["outcome"] == "created"
    # What was read can be sent back; nothing then differs.
    changed = desk.put(path, json=kept).get_json()
    assert (changed["removed"], changed["stays"]) == (0, [])
    listed = desk.get(f"{API}/schedules", query_string={"route": kept["route"]}).get_json()
    assert len(listed["items"]) == 1
    assert desk.delete(path).status_code == 204
    assert Departure.objects(schedule=kept["id"]).count() == 0


def test_a_departure_is_checked_created_changed_and_found(desk: FlaskClient) -> None:
    guide = create_guide()
    body = departure(guide=guide)

    free = desk.post(f"{API}/departures/check", json=body).get_json()
    assert free["conflicts"] == []
    assert free["departure"]["stops"][0]["arrives_at"] == body["starts_at"]
    assert not Departure.objects
    made = desk.post(f"{API}/departures", json=body)
    assert made.status_code == 201, made.text
    found = made.get_json()
    assert found["guide_name"].startswith("测试讲解员")
    taken = desk.post(f"{API}/departures/check", json=departure(guide=guide)).get_json()
    assert [(one["resource"], one["why"]) for one in taken["conflicts"]] == [("guides", "taken")]
    refused = desk.post(f"{API}/departures", json=departure(guide=guide))
    assert code(refused) == (409, "resource_conflict")
    assert refused.get_json()["error"]["details"]["conflicts"] == taken["conflicts"]

    path = f"{API}/departures/{found['id']}"
    later = at(monday(), "14:00").isoformat()
    assert desk.post(f"{path}/check", json={"starts_at": later}).get_json()["conflicts"] == []
    moved = desk.patch(path, json={"revision": 1, "starts_at": later, "note": "测试"}).get_json()
    assert (moved["starts_at"], moved["note"], moved["revision"]) == (later, "测试", 2)
    assert code(desk.patch(path, json={"revision": 1, "note": "x"})) == (409, "stale_revision")

    for query in (
        {},
        {"guide": guide},
        {"route": found["route"], "state": "open", "audience": "open"},
        {"site": found["stops"][0]["site"], "minimum": "ahead"},
        {"first": found["day"], "last": found["day"]},
    ):
        items = desk.get(f"{API}/departures", query_string=query).get_json()["items"]
        assert [one["id"] for one in items] == [found["id"]], query
    nothing = {"last": (monday() - dt.timedelta(days=1)).isoformat()}
    assert desk.get(f"{API}/departures", query_string=nothing).get_json()["items"] == []


def test_with_bookings_a_change_needs_a_reason(desk: FlaskClient) -> None:
    found = create_departure()
    request(create_visitor(), found)
    path = f"{API}/departures/{found.id}"

    assert code(desk.patch(path, json={"revision": 1, "language": "en"})) == (
        *(409, "bookings_affected"),
    )
    assert code(desk.patch(path, json={"revision": 1, "capacity": 1})) == (
        *(409, "capacity_below_held"),
    )


def test_staff_decide_about_too_few_people(desk: FlaskClient) -> None:
    found = create_departure(minimum=Minimum.DUE)
    over = create_departure(minimum=Minimum.DUE, state=DepartureState.CANCELLED)
    query = {"minimum": "due", "state": "cancelled"}
    named = desk.get(f"{API}/departures", query_string=query).get_json()["items"]
    assert [one["id"] for one in named] == [over.id]
    due = desk.get(f"{API}/departures", query_string={"minimum": "due"}).get_json()["items"]
    assert [one["id"] for one in due] == [found.id]

    assert desk.post(f"{API}/departures/{found.id}/run").get_json()["minimum"] == "waived"


def test_lists_go_on_where_the_page_before_ended(desk: FlaskClient) -> None:
    create_schedule()
    ids = [create_departure(in_hours=48 + number // 2).id for number in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = desk.get(f"{API}/departures", query_string=query).get_json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 5

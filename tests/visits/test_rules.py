"""The rules of bespoke visits, one by one, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.calendar import ResourceDay
from models.content import Content
from models.departures import Departure, DepartureState
from models.idempotency import IdempotentAnswer
from models.notifications import CallTask, InboxEntry
from models.staff import Role
from models.visits import ProposalState, Visit, VisitState
from services.visits import proposing
from services.visits.composing import Composition
from tests.clocks import Clock
from tests.factories import ACTOR, staff_client
from tests.visitors.callers import Caller, code
from tests.visits.asking import API, Desk, ask, at, day, later, wish
from tests.visits.test_races import check_books


def sent_twice(caller: Caller, body: dict[str, Any], key: str) -> Any:
    return caller.client.post(
        "/api/v1/visits",
        json=body,
        headers={"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key},
    )


def test_the_same_key_asks_once(delegation: Caller, enter: Callable[..., Caller]) -> None:
    first = sent_twice(delegation, wish(), "key-00001").get_json()
    assert sent_twice(delegation, wish(), "key-00001").get_json()["id"] == first["id"]
    for changes in ({"party": 7}, {"hosts": "另一家"}, {"phone": "13800138001"}, {"needs": None}):
        body = {name: value for name, value in wish(**changes).items() if value is not None}
        again = sent_twice(delegation, body, "key-00001")
        assert code(again) == (409, "idempotency_reused"), changes
    assert code(sent_twice(delegation, wish(), "short")) == (400, "idempotency_key")
    assert sent_twice(enter("B"), wish(), "key-00001").get_json()["id"] != first["id"]
    assert Visit.objects.count() == 2


def test_what_staff_ask_under_a_key_is_found_by_it_when_the_answer_is_gone(desk: Desk) -> None:
    key = {"Idempotency-Key": "key-00001"}

    def sent(**changes: Any) -> Any:
        IdempotentAnswer.objects.delete()  # as after a day
        return desk.client.post(f"{API}/visits", json=wish(**changes), headers=key)

    assert sent().get_json()["id"] == sent().get_json()["id"]
    assert code(sent(party=7)) == (409, "idempotency_reused")
    assert Visit.objects.count() == 1
    assert AuditEntry.objects(action="visits.ask").count() == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"dates": [day(0)]}, (422, "dates_needed")),
        ({"dates": [day(9), day(9)]}, (400, "invalid")),
        ({"dates": [day(n) for n in range(2, 6)]}, (400, "invalid")),
        ({"dates": []}, (400, "invalid")),
        ({"dates": ["2030-02-30"]}, (400, "invalid")),
        ({"party": 0}, (400, "invalid")),
        ({"purpose": ""}, (400, "invalid")),
        ({"phone": "12345"}, (400, "invalid")),
        ({"tracks": ["nowhere"]}, (400, "invalid")),
        ({"route": "nowhere"}, (422, "route_not_live")),
        ({"sites": ["nowhere"]}, (422, "site_not_live")),
    ],
)
def test_what_cannot_be_asked_is_refused(
    delegation: Caller, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert code(delegation.post("/visits", wish(**changes))) == expected
    assert Visit.objects.count() == 0


def test_what_is_asked_is_encrypted_and_falls_back_to_the_profile(delegation: Caller) -> None:
    told = {"revision": delegation.me()["revision"], "name": "测试本名"}
    delegation.patch("/me", told)
    body = {name: value for name, value in wish().items() if name != "name"}
    shown = delegation.post("/visits", body).get_json()
    assert (shown["name"], shown["purpose"]) == ("测试本名", body["purpose"])
    stored = str(Visit._get_collection().find_one({"_id": shown["id"]}))
    for text in ("测试本名", body["purpose"], body["hosts"], body["needs"], "13800138000"):
        assert text not in stored


def test_a_proposal_expires_and_gives_back_what_it_held(
    delegation: Caller, desk: Desk, route: Content, clock: Clock, run_jobs: Callable[[], None]
) -> None:
    visit = ask(delegation)
    desk.propose(visit["id"], route)
    clock.advance(hours=71)
    run_jobs()
    assert Visit.objects.get(id=visit["id"]).state is VisitState.PROPOSED
    clock.advance(hours=2)
    run_jobs()
    found = Visit.objects.get(id=visit["id"])
    assert (found.state, found.proposals[0].state) == (VisitState.LAPSED, ProposalState.EXPIRED)
    entry = AuditEntry.objects.get(action="visits.lapse", target=f"visits:{visit['id']}")
    assert (entry.actor, entry.before["state"], entry.after["version"]) == ("system", "proposed", 1)
    (told,) = InboxEntry.objects(visitor=delegation.id, event="visit_lapsed")
    assert told.data["version"] == 1
    answer = delegation.post(f"/visits/{visit['id']}/accept", {"version": 1})
    assert code(answer) == (409, "proposal_ended")
    check_books()
    assert ResourceDay.objects(spans__0__exists=True).count() == 0


def test_a_request_whose_dates_have_passed_lapses_when_nobody_cares_for_it(
    delegation: Caller, route: Content, clock: Clock, run_jobs: Callable[[], None]
) -> None:
    visit = ask(delegation, dates=[day(3), day(1)])
    answered = ask(delegation, dates=[day(1)])
    clock.advance(days=3)
    proposing.propose(ACTOR, answered["id"], Composition(later(days=14), route.id), revision=1)
    change = {"version": 1, "text": "请改为下月"}
    assert delegation.post(f"/visits/{answered['id']}/change", change).status_code == 200
    run_jobs()
    assert Visit.objects(state=VisitState.LAPSED).count() == 0, "the third day is still to come"
    clock.advance(days=1)
    run_jobs()
    states = {one.id: one.state for one in Visit.objects}
    assert states == {visit["id"]: VisitState.LAPSED, answered["id"]: VisitState.ASKED}
    entry = AuditEntry.objects.get(action="visits.lapse")
    assert (entry.actor, entry.target) == ("system", f"visits:{visit['id']}")
    (told,) = InboxEntry.objects(visitor=delegation.id, event="visit_unanswered")
    assert told.data["visit"] == visit["id"]
    clock.advance(days=3)
    run_jobs()
    assert Visit.objects(state=VisitState.LAPSED).count() == 2


def test_a_proposal_never_holds_beyond_its_start(
    delegation: Caller, desk: Desk, route: Content
) -> None:
    visit = ask(delegation)
    (proposal,) = desk.propose(visit["id"], route, starts_at=at(23, ahead=1))["proposals"]
    assert proposal["expires_at"].replace("Z", "+00:00") <= at(23, ahead=1)


def test_a_proposal_in_the_past_or_too_small_is_refused(
    delegation: Caller, desk: Desk, route: Content
) -> None:
    path = f"/visits/{ask(delegation)['id']}/proposals"
    base = {"revision": 1, "route": route.id, "starts_at": at(9)}
    for changes, expected in (
        ({"starts_at": at(9, ahead=-1)}, (422, "in_the_past")),
        ({"capacity": 5}, (422, "party_size")),
        ({"route": "nowhere"}, (422, "route_not_live")),
        ({"guide": "nobody"}, (409, "resource_inactive")),
        ({"starts_at": "2030-01-01T09:00:00"}, (400, "invalid")),
        ({"route": None}, (400, "invalid")),
        ({"revision": 2}, (409, "stale_revision")),
    ):
        assert code(desk.post(path, {**base, **changes})) == expected, changes
    bare = {name: value for name, value in base.items() if name != "route"}
    stops = [{"site": "nowhere", "dwell_minutes": 30}]
    for changes, expected in (
        ({}, (400, "invalid")),
        ({"stops": stops}, (400, "invalid")),
        ({"stops": stops, "title": {"zh": "测试"}}, (422, "site_not_live")),
        ({"stops": stops, "route": route.id}, (400, "invalid")),
    ):
        assert code(desk.post(path, {**bare, **changes})) == expected, changes
    assert Departure.objects.count() == 0


def test_withdrawing_and_declining_give_back_what_was_held(
    delegation: Caller, desk: Desk, route: Content
) -> None:
    first, second = ask(delegation), ask(delegation)
    desk.propose(first["id"], route)
    assert delegation.post(f"/visits/{first['id']}/withdraw").get_json()["state"] == "withdrawn"
    desk.propose(second["id"], route)
    told = {"reason": "当天场地维修", "alternative": "可改为次日"}
    declined = desk.post(f"/visits/{second['id']}/decline", told).get_json()
    assert (declined["state"], declined["alternative"]) == ("declined", told["alternative"])
    (entry,) = InboxEntry.objects(visitor=delegation.id, event="visit_declined")
    assert (entry.data["reason"], entry.data["alternative"]) == tuple(told.values())
    texts = [one["text"] for one in delegation.get("/me/inbox").get_json()["items"]]
    assert any(told["reason"] in text and told["alternative"] in text for text in texts)
    for path in ("withdraw", "decline"):
        body = told if path == "decline" else None
        answer = desk.post(f"/visits/{second['id']}/{path}", body)
        assert code(answer) in ((409, "wrong_state"), (403, "forbidden"))
    check_books()
    assert {one.state for one in Departure.objects} == {DepartureState.CANCELLED}


def test_a_caller_without_an_account_is_asked_for_and_answered_for(
    desk: Desk, route: Content
) -> None:
    visit = desk.post("/visits", wish()).get_json()
    assert (visit["visitor"], visit["phone"]) == (None, "+8613800138000")
    desk.propose(visit["id"], route)
    assert CallTask.objects(event="visit_proposed").count() == 1, "the desk calls"
    accepted = desk.post(f"/visits/{visit['id']}/accept", {"version": 1}).get_json()
    booking = Booking.objects.get(id=accepted["booking"])
    assert (booking.state, booking.visitor) == (BookingState.CONFIRMED, None)
    assert AuditEntry.objects(action="visits.accept").count() == 1
    assert CallTask.objects.count() == 1, "who accepted by phone needs no call about that"


def test_who_calls_again_is_found_by_the_whole_number_only(delegation: Caller, desk: Desk) -> None:
    own = ask(delegation)
    called = desk.post("/visits", wish()).get_json()
    ask(delegation, phone="13800138001")
    for typed in ("13800138000", "+86 138-0013-8000"):
        found = desk.post("/visits/lookup", {"phone": typed}).get_json()["items"]
        assert [one["id"] for one in found] == [called["id"], own["id"]]
        assert {one["phone"] for one in found} == {"138****8000"}
    assert desk.post("/visits/lookup", {"phone": "13800138002"}).get_json()["items"] == []
    for wrong in ("138*****", {"$ne": 1}):
        assert code(desk.post("/visits/lookup", {"phone": wrong})) == (400, "invalid")


def test_a_cancelled_visit_gives_its_places_back(
    delegation: Caller, desk: Desk, route: Content, run_jobs: Callable[[], None]
) -> None:
    visit = ask(delegation)
    desk.propose(visit["id"], route)
    accepted = delegation.post(f"/visits/{visit['id']}/accept", {"version": 1}).get_json()
    run_jobs()
    assert Departure.objects.get(id=accepted["departure"]).state is DepartureState.OPEN
    answer = delegation.post(f"/bookings/{accepted['booking']}/cancel", {})
    assert answer.status_code == 200, answer.text
    run_jobs()
    assert Departure.objects.get(id=accepted["departure"]).state is DepartureState.CANCELLED
    named = f"departures:{accepted['departure']}"
    assert AuditEntry.objects.get(action="departures.cancel").target == named
    check_books()


def test_a_deleted_account_leaves_nothing_taken_and_no_words(
    delegation: Caller, desk: Desk, route: Content, run_jobs: Callable[[], None]
) -> None:
    first, second = ask(delegation), ask(delegation)
    title = {"zh": "测试单位专程考察"}
    desk.propose(first["id"], route, title=title)
    delegation.post(f"/visits/{first['id']}/accept", {"version": 1})
    desk.propose(second["id"], route, hour=14, title=title)
    assert delegation.delete("/me").status_code == 204
    run_jobs()
    assert Visit.objects.count() == 0
    (kept,) = Departure.objects
    assert (kept.state, kept.title.zh, kept.visit) == (DepartureState.CANCELLED, "定制考察", None)
    check_books()


def test_two_visits_of_one_visitor_do_not_overlap(
    delegation: Caller, desk: Desk, route: Content, sites: list[Content]
) -> None:
    first, second = ask(delegation), ask(delegation)
    desk.propose(first["id"], route)
    delegation.post(f"/visits/{first['id']}/accept", {"version": 1})
    # At the second site nobody is yet while the first group is at the first one.
    body = {
        "revision": 1,
        "starts_at": at(9),
        "title": {"zh": "测试"},
        "stops": [{"site": sites[1].id, "dwell_minutes": 30}],
    }
    assert desk.post(f"/visits/{second['id']}/proposals", body).status_code == 201
    answer = delegation.post(f"/visits/{second['id']}/accept", {"version": 1})
    assert code(answer) == (409, "visit_overlap")
    assert Visit.objects.get(id=second["id"]).state is VisitState.PROPOSED, "the proposal stays"
    check_books()


def test_lists_page_and_filter(delegation: Caller, desk: Desk, route: Content) -> None:
    made = [ask(delegation)["id"] for _ in range(3)]
    desk.propose(made[0], route)
    page = desk.get("/visits?limit=2").get_json()
    rest = desk.get(f"/visits?limit=2&cursor={page['next_cursor']}").get_json()
    assert [one["id"] for one in [*page["items"], *rest["items"]]] == made[::-1]
    (proposed,) = desk.get("/visits?state=proposed").get_json()["items"]
    assert (proposed["id"], proposed["versions"]) == (made[0], 1)
    mine = delegation.get("/visits", limit="2").get_json()
    assert [one["id"] for one in mine["items"]] == made[:0:-1]


def test_reading_whom_it_is_from_is_on_record_and_not_for_everybody(
    app: Flask, delegation: Caller, desk: Desk
) -> None:
    visit = ask(delegation)
    liaison = Desk(staff_client(app, Role.DEPARTMENT_LIAISON))
    assert liaison.get("/visits").status_code == 200
    assert code(liaison.get(f"/visits/{visit['id']}")) == (403, "forbidden")
    assert desk.get(f"/visits/{visit['id']}").get_json()["phone"] == "+8613800138000"
    assert AuditEntry.objects(action="visits.reveal", target=f"visits:{visit['id']}").count() == 1

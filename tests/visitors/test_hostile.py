"""Every route of visitors, from the URL map: closed without a session, nothing of others in it.

And deaf to operators, and to fields that are nobody's to set.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from core.clock import now
from models.enums import Kind
from models.notifications import Event, InboxEntry
from models.registry import DOCUMENTS
from models.visitors import Visitor, VisitorSession
from services import notifications
from services.notifications import ToVisitor
from services.visitors import sessions
from services.visits import asking
from services.visits.asking import Ask
from tests.api import surface
from tests.factories import create_live
from tests.visiting import create_departure
from tests.visiting import request as ask
from tests.visitors.callers import API, Caller, code
from tests.visits.asking import day

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

Operation = tuple[Rule, str]
OPERATORS: tuple[Any, ...] = (
    *({"$ne": None}, {"$gt": ""}, {"$where": "1"}, ["$ne"], [], {}, 1.5),
    *("\x00", "\ud800", "a" * 100_000),
)
REQUEST = {
    **{"departure": "x", "party": 1, "name": "x", "phone": "13800138000", "organisation": "x"},
    **{"purpose": "x", "needs": "x", "channel": "x", "language": "en"},
}
WISH = {
    **{"dates": ["2030-01-01"], "party": 1, "purpose": "x", "name": "x", "phone": "13800138000"},
    **{"organisation": "x", "hosts": "x", "needs": "x", "language": "en", "channel": "x"},
}
# What each operation takes, so that one value at a time can be replaced.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("/sessions", "POST"): {"code": "x"},
    ("/sessions/email", "POST"): {"email": "guest@example.org"},
    ("/sessions/email/confirm", "POST"): {"challenge": "x", "code": "123456"},
    ("/sessions/demo", "POST"): {"visitor": "A"},
    ("/me", "PATCH"): {
        **{"revision": 1, "name": "x", "organisation": "x", "title": "x", "language": "en"},
        "keeps_history": True,
    },
    ("/me/consent", "PUT"): {"version": "1"},
    ("/me/phone", "PUT"): {"revision": 1, "phone": "13800138000"},
    ("/me/phone/wechat", "PUT"): {"revision": 1, "code": "x"},
    **dict.fromkeys((("/bookings", "POST"), ("/bookings/waiting", "POST")), REQUEST),
    ("/bookings/<booking_id>", "PATCH"): {"party": 1, "needs": "x"},
    ("/bookings/<booking_id>/feedback", "PUT"): {"rating": 1, "text": "x"},
    ("/bookings/<booking_id>/cancel", "POST"): {"reason": "x"},
    ("/bookings/<booking_id>/reschedule", "POST"): {"departure": "x"},
    ("/visits", "POST"): WISH,
    ("/visits/<visit_id>/accept", "POST"): {"version": 1},
    ("/visits/<visit_id>/change", "POST"): {"version": 1, "text": "x"},
}


def operations(app: Flask) -> Iterator[Operation]:
    """Yield (rule, method) of every route that only a visitor may call."""
    for rule in surface.declared(app):
        for method, handler in surface.handlers(app, rule):
            if handler.access != "anyone":  # type: ignore[attr-defined]
                yield rule, method


def path_of(rule: Rule, **values: str) -> str:
    return surface.path(rule, **values).removeprefix(API)


def place_of(rule: Rule, method: str) -> tuple[str, str]:
    """Return an operation as `BODIES` names it."""
    return rule.rule.removeprefix(API), method


def everything() -> dict[str, list[Any]]:
    """Return all that is stored but counters of calls."""
    return {
        document.__name__: list(document._get_collection().find().sort("_id", 1))
        for document in DOCUMENTS
        if document.__name__ != "RateCount"
    }


def test_there_are_as_many_routes_as_expected(app: Flask) -> None:
    found = list(operations(app))
    assert len(found) == 47
    taking = {place_of(rule, method) for rule, method in found}
    assert {one for one in BODIES if not one[0].startswith("/sessions")} <= taking


@pytest.mark.parametrize("token", ["", "x", "a" * 43])
def test_nothing_is_open_without_a_session(anybody: FlaskClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for rule, method in operations(anybody.application):
        answer = anybody.open(f"{API}{path_of(rule)}", method=method, headers=headers)
        assert code(answer) == (401, "unauthenticated"), (rule.rule, method)
        assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_is_open_after_logout_or_at_the_end_of_a_session(
    visitor: Caller, other: Caller
) -> None:
    assert visitor.delete("/sessions/current").status_code == 204
    VisitorSession.objects(visitor=other.id).update(set__ends_at=now() - dt.timedelta(seconds=1))
    for caller in (visitor, other):
        for rule, method in operations(caller.client.application):
            answer = caller.open(method, path_of(rule))
            assert code(answer) == (401, "unauthenticated"), (rule.rule, method)


def test_staff_cookies_and_visitor_tokens_do_not_mix(visitor: Caller) -> None:
    headers = {"Authorization": f"Bearer {visitor.token}"}
    answer = visitor.client.get("/admin/api/v1/account", headers=headers)
    assert code(answer) == (401, "unauthenticated")


def test_other_peoples_ids_are_not_found_and_nothing_of_theirs_changes(
    visitor: Caller, other: Caller
) -> None:
    item = create_live(Kind.TRACKS).id
    for path in ("favourites", "history"):
        other.put(f"/me/{path}/tracks/{item}")
    told = {"title": "测试", "text": "测试"}
    notifications.notify(Event.MESSAGE, ToVisitor(other.id), told, "key")
    theirs = {
        "session_id": sessions.listing(other.id)[0].id,
        "entry_id": InboxEntry.objects.get(visitor=other.id).id,
        "kind": "tracks",
        "item": item,
        "booking_id": ask(Visitor.objects.get(id=other.id), create_departure()).id,
        "visit_id": asking.ask(
            Visitor.objects.get(id=other.id), Ask(dates=[day()], party=2, purpose="测试")
        ).id,
    }
    before = other.get("/me/export").get_json()
    tried = 0
    for rule, method in operations(visitor.client.application):
        adds = method == "PUT" and "item" in rule.arguments
        if rule.arguments and not adds:
            body = BODIES.get(place_of(rule, method))
            answer = visitor.open(method, path_of(rule, **theirs), body)
            assert code(answer) == (404, "not_found"), (rule.rule, method)
            tried += 1
    assert tried == 22
    after = other.get("/me/export").get_json()
    assert {**before, "exported_at": ""} == {**after, "exported_at": ""}


def test_no_route_tells_anything_of_somebody_else(visitor: Caller, other: Caller) -> None:
    told = {"revision": other.me()["revision"], "name": "测试邻居", "organisation": "邻居单位"}
    assert other.patch("/me", told).status_code == 200
    marks = (other.id, other.token, "测试邻居", "邻居单位")
    for rule, method in operations(visitor.client.application):
        if method == "GET" and not rule.arguments:
            answer = visitor.get(path_of(rule))
            assert answer.status_code == 200
            assert not [mark for mark in marks if mark in answer.text], rule.rule


@pytest.mark.parametrize("place", BODIES, ids=" ".join)
def test_operators_and_other_types_are_refused_in_every_field(
    visitor: Caller, place: tuple[str, str]
) -> None:
    path, method = place
    body = BODIES[place]
    before = everything()
    for name in body:
        for hostile in OPERATORS:
            answer = visitor.open(method, path, {**body, name: hostile})
            assert answer.status_code in (400, 429), (name, hostile, answer.text)
    assert everything() == before


@pytest.mark.parametrize("place", BODIES, ids=" ".join)
@pytest.mark.parametrize(
    "name", ["id", "_id", "visitor", "$set", "role", "openid", "token", "expires_at", "demo"]
)
def test_no_operation_takes_a_field_that_is_not_its_own(
    visitor: Caller, place: tuple[str, str], name: str
) -> None:
    path, method = place
    if (path, name) == ("/me", "id"):
        return  # shown, so that it may come back; it changes nothing
    before = everything()
    answer = visitor.open(method, path, {**BODIES[place], name: "x"})
    assert code(answer) == (400, "invalid")
    assert name in answer.get_json()["error"]["fields"]
    assert everything() == before


@pytest.mark.parametrize(
    "value",
    ["%24ne", "%7B%22%24ne%22%3A1%7D", "..%2f..", "%00", "%ff", "a" * 5_000, "*", "__proto__"],
)
def test_ids_that_are_none_are_not_found(visitor: Caller, value: str) -> None:
    for rule, method in operations(visitor.client.application):
        if rule.arguments:
            answer = visitor.open(method, surface.raw_path(rule, value).removeprefix(API))
            assert answer.status_code in (400, 404, 405), (rule.rule, method, value)


def test_writes_are_limited_by_visitor(visitor: Caller, other: Caller) -> None:
    statuses = {visitor.put("/me/inbox/read").status_code for _ in range(125)}
    assert statuses == {200, 429}
    assert other.put("/me/inbox/read").status_code == 200
    assert visitor.get("/me").status_code == 200

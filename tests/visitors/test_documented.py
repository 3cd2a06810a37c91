"""Private answers, key by key and type by type, are what the document says; and kept nowhere."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import public
from core.shared import Counters
from models.bookings import BookingState
from models.enums import Kind
from models.notifications import Event
from rest.byte_cache import ByteCache
from services import notifications, publishing
from services.notifications import ToVisitor
from services.visitors import email_codes
from tests.api.documented import Documented
from tests.bookings.booked import create_booking
from tests.factories import ACTOR, create_live, create_maximal, publish
from tests.simulator.running import RunningSimulator
from tests.visiting import create_departure
from tests.visitors import used
from tests.visitors.callers import API, Caller
from tests.visitors.used import Used
from tests.visits import complete

NewApp = Callable[..., Flask]


@pytest.fixture
def someone(visitor_app: Flask, simulator: RunningSimulator) -> Used:
    """A visitor of whom there is something everywhere, with full cards."""
    found = used.create(visitor_app, simulator)
    offline = publish(create_maximal(Kind.TRACKS))
    for item in (offline, publish(create_maximal(Kind.SITES))):
        for path in ("/me/favourites", "/me/history"):
            assert found.caller.put(f"{path}/{item.KIND}/{item.id}").status_code == 204
    publishing.unpublish(Kind.TRACKS, offline.id, actor=ACTOR)
    notifications.notify(Event.PHONE_CHANGED, ToVisitor(found.caller.id), {}, "documented")
    entry = found.caller.get("/me/inbox").get_json()["items"][-1]["id"]
    found.caller.put(f"/me/inbox/{entry}/read")
    return found


def answers(caller: Caller, simulator: RunningSimulator) -> Iterator[tuple[str, Any]]:
    """Yield (definition, answer) of every kind of answer that visitors get."""
    consent = caller.delete("/me/consent").get_json()
    yield "Me", consent
    yield "Export", caller.get("/me/export").get_json()
    yield "Me", caller.put("/me/consent", {"version": "1"}).get_json()
    yield "Me", caller.patch("/me", caller.me()).get_json()
    for path in ("/me/favourites", "/me/history"):
        for query in ({}, {"limit": "1"}, {"lang": "en"}):
            yield "SavedItemPage", caller.get(path, **query).get_json()
    for query in ({}, {"limit": "1"}):
        yield "InboxPage", caller.get("/me/inbox", **query).get_json()
    yield "SubscriptionList", caller.get("/me/subscriptions").get_json()
    yield "Read", caller.put("/me/inbox/read").get_json()
    yield from of_bookings(caller)
    yield from complete.answers(caller)
    yield "VisitorSessionList", caller.get("/me/sessions").get_json()
    post, challenge = caller.client.post, email_codes.code_of
    yield (
        "SignedIn",
        post(f"{API}/sessions", json={"code": simulator.login_code()}).get_json(),
    )
    asked = post(f"{API}/sessions/email", json={"email": "guest@example.org"}).get_json()
    yield "EmailChallenge", asked
    given = {"challenge": asked["challenge"], "code": challenge(asked["challenge"])}
    yield "SignedIn", post(f"{API}/sessions/email/confirm", json=given).get_json()
    yield "Error", caller.get("/me/inbox", cursor="x").get_json()


def of_bookings(caller: Caller) -> Iterator[tuple[str, Any]]:
    """Yield what a visitor has of a visit to come, and of one that is over."""
    track = create_live(Kind.TRACKS).id
    one = create_booking(create_departure(), visitor=caller.id, code="01ABCD23")
    yield "Pass", caller.get(f"/bookings/{one.id}/code", svg="true").get_json()
    yield "Share", caller.post(f"/bookings/{one.id}/share").get_json()
    over = create_departure(in_hours=-24)
    one = create_booking(over, visitor=caller.id, state=BookingState.COMPLETED)
    said = {"rating": 5, "stops": [{"stop": "stop-1", "rating": 4}], "tracks": [track], "text": "x"}
    yield "Feedback", caller.put(f"/bookings/{one.id}/feedback", said).get_json()


def test_answers_are_documented_and_documentation_is_answered(
    someone: Used, simulator: RunningSimulator
) -> None:
    caller = someone.caller
    document = caller.client.get(f"{API}/swagger.json").get_json()
    documented = Documented(document)
    for name, answer in answers(caller, simulator):
        assert documented.faults(answer, name) == [], name
    given = documented.reached(
        [
            operation["responses"]
            for path, methods in document["paths"].items()
            if path.startswith(("/me", "/sessions", "/visits"))
            for method, operation in methods.items()
            if method != "parameters"
        ]
    )
    expected = {one for one in documented.properties() if one[0] in given & documented.private()}
    # A visitor of the demo is none of WeChat's.
    assert expected - documented.seen == {("ExportedVisitor", "demo")}


def test_the_byte_cache_keeps_nothing_of_visitors(
    someone: Used,
    other: Caller,
    new_app: NewApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = new_app()
    # As the application makes it, but for the thread that follows the database.
    cache = ByteCache(
        app.wsgi_app,
        Counters(tmp_path / "versions"),
        prefix=public.PREFIX,
        resources=public.CACHED,
        room=2**20,
        ttl_s=60,
        stale_s=60,
        ready=lambda: None,
    )
    monkeypatch.setattr(app, "wsgi_app", cache)
    for caller in (someone.caller, other):
        caller.client = app.test_client()
    for path in ("/me", "/me/export", "/me/favourites", "/me/history", "/me/inbox", "/me/sessions"):
        mine, theirs = someone.caller.get(path), other.get(path)
        assert (mine.status_code, theirs.status_code) == (200, 200)
        assert "ETag" not in mine.headers
        assert app.test_client().get(f"{API}{path}").status_code == 401
    assert someone.caller.me()["id"] != other.me()["id"]
    assert len(cache.store) == 0
    assert app.test_client().get(f"{API}/home").status_code == 200
    assert len(cache.store) == 1, "public answers are kept"

"""A delegation's visit from the ask through two proposals to the accepted 行程单."""

import datetime as dt
import io
from typing import Any

import pypdfium2
import pytest
from flask.testing import FlaskClient

from core.errors import Conflict
from models.bookings import Booking, BookingState
from models.calendar import ResourceDay
from models.content import Content
from models.departures import Audience, Departure, DepartureState
from models.notifications import InboxEntry
from models.visits import Visit, VisitState
from services import departures, plans
from services.actors import SYSTEM
from tests.visitors.callers import Caller, code
from tests.visits.asking import Desk, ask, at

SECOND = "把第二站换成座谈"


def told(caller: Caller) -> list[str]:
    """Return the events that a visitor was told, the first first."""
    return [one.event.value for one in InboxEntry.objects(visitor=caller.id).order_by("at", "id")]


def taken(departure: str) -> int:
    """Return how many spans a departure has taken of anything."""
    days = ResourceDay.objects(spans__departure=departure)
    return sum(span.departure == departure for day in days for span in day.spans)


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF without the places where its lines may break."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return "".join(page.get_textpage().get_text_range() for page in document).replace(
            "\u200b", ""
        )
    finally:
        document.close()


def test_a_visit_is_asked_for_proposed_twice_and_accepted(
    client: FlaskClient, delegation: Caller, desk: Desk, route: Content, sites: list[Content]
) -> None:
    visit = ask(delegation)
    assert (visit["state"], visit["phone"], visit["proposals"]) == ("asked", "138****8000", [])
    (listed,) = desk.get("/visits?state=asked").get_json()["items"]
    assert (listed["name"], listed["phone"], "purpose" in listed) == (
        "测****",
        "138****8000",
        False,
    )

    first = desk.propose(visit["id"], route, note="第一版")["proposals"][0]
    held = Departure.objects.get(id=first["departure"])
    assert (held.audience, held.state, held.capacity) == (
        Audience.PRIVATE,
        DepartureState.PROPOSED,
        6,
    )
    assert taken(held.id) == 2
    seen = delegation.get(f"/visits/{visit['id']}/itinerary").get_json()["itinerary"]
    assert (seen["version"], seen["note"], seen["contact"]) == (1, "第一版", None)

    body = {"version": 1, "text": SECOND}
    changed = delegation.post(f"/visits/{visit['id']}/change", body).get_json()
    assert (changed["state"], changed["proposals"][0]["answer"]) == ("asked", SECOND)
    assert taken(held.id) == 0

    composition: dict[str, Any] = {
        "starts_at": at(14),
        "title": {"zh": "测试定制行程", "en": "Bespoke test visit"},
        "meeting": {"title": {"zh": "酒店大堂", "en": "Hotel lobby"}},
        "stops": [
            {"site": sites[1].id, "dwell_minutes": 60, "travel_minutes": 15},
            {"site": sites[0].id, "dwell_minutes": 30, "note": {"zh": "座谈", "en": "Talks"}},
        ],
        "capacity": 8,
    }
    checked = desk.post(f"/visits/{visit['id']}/check", composition).get_json()
    assert (checked["conflicts"], len(checked["stops"])) == ([], 2)
    answer = desk.post(
        f"/visits/{visit['id']}/proposals", {**composition, "revision": changed["revision"]}
    )
    assert answer.status_code == 201, answer.text
    second = answer.get_json()["proposals"][1]
    assert (second["version"], second["state"]) == (2, "open")

    accepted = delegation.post(f"/visits/{visit['id']}/accept", {"version": 2}).get_json()
    assert accepted["state"] == "accepted", accepted
    booking = Booking.objects.get(id=accepted["booking"])
    departure = Departure.objects.get(id=second["departure"])
    assert (booking.state, booking.party, departure.held) == (BookingState.CONFIRMED, 6, 6)
    assert (departure.state, departure.audience) == (DepartureState.OPEN, Audience.PRIVATE)
    assert told(delegation) == [
        *("visit_asked", "visit_proposed", "visit_proposed", "visit_accepted")
    ]
    _reads_its_papers(client, delegation, booking.id)


def _reads_its_papers(client: FlaskClient, delegation: Caller, booking: str) -> None:
    for language, title, spot in (
        ("zh-CN", "测试定制行程", "酒店大堂"),
        ("en", "Bespoke test visit", "Hotel lobby"),
    ):
        found = delegation.get(f"/bookings/{booking}/itinerary", lang=language).get_json()
        itinerary, papers = found["itinerary"], found["papers"]
        assert (itinerary["title"], itinerary["party"], itinerary["version"]) == (title, 6, 2)
        page = client.get(papers["page"])
        assert (page.status_code, page.mimetype) == (200, "text/html")
        for expected in (title, spot, "14:00", "15:15"):
            assert expected in page.text
        paper = client.get(papers["pdf"])
        assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
        words = text_of(paper.data)
        for expected in (title, spot, "14:00", "15:15"):
            assert expected in words, words


def test_an_open_departure_that_would_collide_is_refused(
    delegation: Caller, desk: Desk, route: Content
) -> None:
    visit = ask(delegation)
    desk.propose(visit["id"], route)
    delegation.post(f"/visits/{visit['id']}/accept", {"version": 1})
    starts_at = dt.datetime.fromisoformat(at(9))
    plan = plans.from_route(route.id, starts_at=starts_at)
    with pytest.raises(Conflict, match="resource_conflict") as refused:
        departures.create(SYSTEM, departures.build(plan, capacity=10))
    named = refused.value.details["conflicts"]
    assert isinstance(named, list)
    assert {one["title"] for one in named} == {"测试线路"}
    later = plans.from_route(route.id, starts_at=starts_at + dt.timedelta(hours=3))
    assert departures.create(SYSTEM, departures.build(later, capacity=10)).id


def test_a_proposal_that_would_collide_is_refused_and_shown_while_composing(
    delegation: Caller, enter: Any, desk: Desk, route: Content
) -> None:
    first, second = ask(delegation), ask(enter("B"))
    desk.propose(first["id"], route)
    body = {"route": route.id, "starts_at": at(9)}
    conflicts = desk.post(f"/visits/{second['id']}/check", body).get_json()["conflicts"]
    assert {(one["resource"], one["why"]) for one in conflicts} == {("sites", "groups")}
    answer = desk.post(f"/visits/{second['id']}/proposals", {**body, "revision": 1})
    assert code(answer) == (409, "resource_conflict")
    assert Visit.objects.get(id=second["id"]).state is VisitState.ASKED
    # What the open version of the same request holds does not count against the next one.
    assert desk.post(f"/visits/{first['id']}/check", body).get_json()["conflicts"] == []

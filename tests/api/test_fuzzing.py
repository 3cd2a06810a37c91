"""Made-up requests over the whole document: no server error, every answer as documented.

The short form runs always and is the same each time; `TEST_LONG=1` runs a hundred thousand cases
that differ from run to run.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

import application
from core.settings import Settings, load
from models.departures import Departure
from models.enums import Kind
from models.notifications import Event
from models.scenes import Place
from models.visitors import DemoVisitor, Visitor
from services import (
    favourites,
    guide_feeds,
    history,
    itinerary_links,
    notifications,
    scenes,
    sitemaps,
)
from services.bookings import sharing
from services.notifications import ToVisitor
from services.visitors import consents, signing_in
from services.visits import asking
from services.visits.asking import Ask
from tests.api.complete import (
    Items,
    create_chapters,
    create_items,
    create_whole_departure,
)
from tests.api.surface import API
from tests.apps import make_app
from tests.arranging import create_guide
from tests.bookings.booked import create_booking
from tests.factories import ACTOR
from tests.simulator.running import APPID, SECRET, RunningSimulator
from tests.visits.asking import day

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

LONG = os.environ.get("TEST_LONG") == "1"
CASES = 100_000 if LONG else 500
# How many of them an operation gets at a time, in one way of asking.
ROUND = 200 if LONG else 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# An operation, whether to ask rightly or wrongly, and what stands fast in its path.
Operation = APIOperation[Any, Any, Any, Any]
Way = tuple[Operation, GenerationMode, dict[str, Any]]


@pytest.fixture
def items() -> Items:
    """Complete live content, for requests to find."""
    items = create_items()
    create_chapters(items[Kind.HANDBOOK], items[Kind.CHAPTERS])
    create_whole_departure(items[Kind.ROUTES])
    for kind in Kind:
        sitemaps.build(kind)
    return items


@pytest.fixture
def document(
    app: Flask, settings: Settings, environ: dict[str, str], simulator: RunningSimulator
) -> Iterator[BaseSchema]:
    """The API's own document, as schemathesis reads it, of an application that limits nobody.

    It speaks to a simulator of WeChat, which refuses made-up codes.
    """
    del app  # the database has its indexes
    limits = [name.upper() for name in vars(settings) if name.startswith("limit_")]
    unlimited = {
        **environ,
        **dict.fromkeys(limits, "100000"),
        "WECHAT_APPID": APPID,
        "WECHAT_SECRET": SECRET,
        "WECHAT_API_BASE": simulator.url,
        "MAILBOX_URL": simulator.url,
    }
    try:
        fresh = make_app(load(unlimited))
        yield schemathesis.openapi.from_wsgi(f"{API}/swagger.json", fresh)
    finally:
        application.wire(settings)


def _token(items: Items) -> str:
    """Return the token of a visitor of whom there is something in every list."""
    done = signing_in.as_demo(DemoVisitor.A)
    visitor = done.visitor.id
    consents.give(Visitor.objects.get(id=visitor), consents.current_version())
    favourites.add(visitor, Kind.TRACKS, items[Kind.TRACKS].id)
    history.note(visitor, Kind.TRACKS, items[Kind.TRACKS].id)
    told = {"title": "测试", "text": "测试"}
    notifications.notify(Event.MESSAGE, ToVisitor(visitor), told, "test")
    return done.token


def _operations(document: BaseSchema) -> list[Operation]:
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 20
    return operations


def _own() -> dict[str, str]:
    """Let the visitor who asks have a visit, and ask for another; return what leads to them."""
    visitor = signing_in.as_demo(DemoVisitor.A).visitor
    consents.give(visitor, consents.current_version())
    booking = create_booking(Departure.objects.get(), visitor=visitor.id)
    asked = asking.ask(visitor, Ask(dates=[day()], party=2, purpose="测试"))
    return {
        "booking_id": booking.id,
        "visit_id": asked.id,
        "shared": sharing.share(visitor.id, booking.id).secret,
        "feeds": guide_feeds.open_feed(ACTOR, create_guide()),
        "itineraries": itinerary_links.sign(itinerary_links.BOOKING, booking.id, visitor.id).token,
    }


def _found(operation: Operation, items: Items, own: dict[str, str]) -> dict[str, str]:
    """Return values of a path's parameters for which there is something."""
    resource = operation.path.strip("/").split("/")[0]
    chapter = items[Kind.CHAPTERS]
    values = {"kind": "tracks", "edition": chapter.edition, "chapter": chapter.slug}
    values |= {"item": items[Kind.TRACKS].id, "entry_id": "absent", "session_id": "absent"}
    project = items[Kind.PROJECTS].id
    values["scene"] = scenes.create(ACTOR, Place.PROJECTS, project, "test").id
    values |= {**own, "departure_id": Departure.objects.get().id}
    values["secret"] = own.get(resource, "absent")
    # A PDF takes seconds to draw.
    values["token"] = "absent" if operation.path.endswith("/pdf") else own["itineraries"]
    if resource in set(Kind):
        values["id_or_slug"] = items[Kind(resource)].id
    names = [one.name for one in operation.path_parameters]
    return {name: values[name] for name in names}


def _ways(document: BaseSchema, items: Items) -> Iterator[Way]:
    """Yield each operation in each way of asking: right and wrong, made up and found."""
    own = _own()
    for operation in _operations(document):
        found = _found(operation, items, own)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            # Without query and body only the path can be asked wrongly: any text that is all of it.
            pathless = mode is GenerationMode.NEGATIVE and not [*operation.query, *operation.body]
            if not (pathless and operation.path.endswith(".ics")):
                yield operation, mode, {}
            if found and not pathless:
                yield operation, mode, {"path_parameters": found}


def _fuzz(way: Way, items: Items) -> Counter[int]:
    """Send made-up requests in one way and check the answers; count their statuses."""
    operation, mode, values = way
    token = _token(items) if "security" in operation.definition.raw else ""
    headers = {"Authorization": f"Bearer {token}"} if token else None
    checks = [*CHECKS]
    if mode is GenerationMode.NEGATIVE:
        checks.append(negative_data_rejection)
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=ROUND,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **values))
    def run(case: Case) -> None:
        answer = case.call(headers=headers)
        empty = answer.status_code == 204  # what holds nothing has no type
        held = [check for check in checks if not (empty and check is content_type_conformance)]
        case.validate_response(answer, checks=held)
        statuses[int(answer.status_code)] += 1

    run()
    return statuses


def test_no_request_finds_a_fault(document: BaseSchema, items: Items) -> None:
    ways = list(_ways(document, items))
    statuses: Counter[int] = Counter()
    while statuses.total() < CASES:
        for way in ways:
            statuses += _fuzz(way, items)
    for status in (200, 400, 404):
        assert statuses[status] > CASES // 20, statuses

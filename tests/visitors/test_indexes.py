"""Whatever anybody may read goes through indexes: every GET of the URL map, explained.

The costs of single routes are looked at in tests/api/test_indexes.py and beside it.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from api.previews import HEADER
from core import db
from core.clock import now
from models.bookings import Booking, BookingState, Feedback
from models.departures import Departure, Words
from models.enums import Kind
from models.notifications import Event, InboxEntry
from models.scenes import Place
from models.visitors import Visitor
from services import (
    favourites,
    guide_feeds,
    history,
    itinerary_links,
    notifications,
    previews,
    scenes,
    sitemaps,
)
from services.bookings import sharing
from services.notifications import ToVisitor
from services.plans import Stay
from services.visits import asking, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests.api import surface
from tests.api.complete import create_chapters, create_items, create_whole_departure
from tests.api.profiling import touched
from tests.api.surface import API
from tests.arranging import create_guide
from tests.bookings.booked import create_booking
from tests.factories import ACTOR, create_live
from tests.visitors.callers import Caller
from tests.visitors.test_notifications import DESK
from tests.visits.asking import day, later

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

# Routes that ask no collection, and why.
ASKING_NOTHING = {
    "/healthz": "tells that the process lives",
    "/readyz": "a ping asks no collection",
    "/metrics": "figures are in files of this host",
    "/media/<path:path>": "files come from the media store",
    "/wechat/callback": "a signature decides",
    "/swaggerui/<path:filename>": "files of a package",
    f"{API}/": "of a library; nothing is there",
    f"{API}/docs": "a page that is always the same",
    f"{API}/swagger.json": "made from the code",
}
Values = dict[str, str]


def public_reads(app: Flask) -> list[Rule]:
    """Return every route outside of staff's that can be read, whoever may."""
    return [
        rule
        for rule in surface.rules(app)
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(surface.STAFF)
    ]


def visit_of(visitor_id: str) -> str:
    """Let a visitor ask for a visit and get a proposal; return its id."""
    visitor = Visitor.objects.get(id=visitor_id)
    asked = asking.ask(visitor, Ask(dates=[day()], party=2, purpose="测试"))
    stays = (Stay(create_live(Kind.SITES).id, 30),)
    wanted = Composition(later(days=14), title=Words(zh="测试行程"), stays=stays)
    proposing.propose(DESK, asked.id, wanted, revision=asked.revision)
    return asked.id


def rated(departure: Departure, visitor_id: str) -> str:
    """Return a booking of a visit that is over and was rated."""
    booking = create_booking(departure, visitor=visitor_id, state=BookingState.COMPLETED)
    rating = Feedback(rating=5, at=now())
    past = now() - dt.timedelta(hours=100)
    fields = {"feedback": rating.to_mongo(), "starts_at": past, "ends_at": past}
    Booking._get_collection().update_one({"_id": booking.id}, {"$set": fields})
    return booking.id


@pytest.fixture
def values(visitor: Caller) -> dict[str, Values]:
    """Return what stands in the paths so that something is found; "" is for all routes."""
    items = create_items()
    create_chapters(items[Kind.HANDBOOK], items[Kind.CHAPTERS])
    departure = create_whole_departure(items[Kind.ROUTES])
    for kind in Kind:
        sitemaps.build(kind)
    track, chapter = items[Kind.TRACKS].id, items[Kind.CHAPTERS]
    favourites.add(visitor.id, Kind.TRACKS, track)
    history.note(visitor.id, Kind.TRACKS, track)
    told = {"title": "测试", "text": "测试"}
    notifications.notify(Event.MESSAGE, ToVisitor(visitor.id), told, "key")
    assert InboxEntry.objects.count() == 1
    booking = create_booking(departure, visitor=visitor.id).id
    scene = scenes.create(ACTOR, Place.PROJECTS, items[Kind.PROJECTS].id, "test").id
    link = itinerary_links.sign(itinerary_links.BOOKING, booking, visitor.id)
    always = {
        **{"booking_id": booking, "visit_id": visit_of(visitor.id), "scene": scene},
        **{"departure_id": departure.id, "token": link.token, "edition": chapter.edition},
        **{
            "chapter": chapter.slug,
            "preview": previews.begin(Kind.TRACKS, track, actor=ACTOR).token,
        },
    }
    own = {f"{API}/{kind}/<id_or_slug>": {"id_or_slug": items[kind].slug} for kind in Kind}
    return {
        **own,
        "": always,
        f"{API}/routes/<id_or_slug>/departures": own[f"{API}/routes/<id_or_slug>"],
        f"{API}/feeds/<secret>.ics": {"secret": guide_feeds.open_feed(ACTOR, create_guide())},
        f"{API}/shared/<secret>": {"secret": sharing.share(visitor.id, booking).secret},
        f"{API}/bookings/<booking_id>/feedback": {"booking_id": rated(departure, visitor.id)},
    }


def reading(caller: Caller, rule: Rule, values: dict[str, Values]) -> Callable[[], None]:
    """Return what reads a route, which must find something."""
    given = {**values[""], **values.get(rule.rule, {})}
    headers = {"Authorization": f"Bearer {caller.token}", HEADER: given["preview"]}

    def read() -> None:
        with caller.client.get(surface.path(rule, **given), headers=headers) as answer:
            assert answer.status_code == 200, (rule.rule, answer.text)

    return read


def test_every_read_goes_through_indexes(visitor: Caller, values: dict[str, Values]) -> None:
    asking = [
        rule for rule in public_reads(visitor.client.application) if rule.rule not in ASKING_NOTHING
    ]
    assert len(asking) > 50
    for rule in asking:
        stages = touched(reading(visitor, rule, values))
        assert stages, f"{rule.rule} asks no collection: list it with its reason"
        for collection, used in stages.items():
            assert "COLLSCAN" not in used, (rule.rule, collection, used)


def test_what_is_listed_asks_nothing(visitor: Caller) -> None:
    rules = {rule.rule: rule for rule in public_reads(visitor.client.application)}
    assert rules.keys() >= ASKING_NOTHING.keys()
    for listed in ASKING_NOTHING:
        address = surface.path(rules[listed])

        def read(address: str = address) -> None:
            with visitor.client.get(address) as answer:
                assert answer.status_code < 500, address

        assert touched(read) == {}, listed


def test_a_scan_is_noticed() -> None:
    versions = db.database()["versions"]
    versions.insert_one({"_id": "test"})
    assert "COLLSCAN" in touched(lambda: versions.find_one({"nothing": 1}))["versions"]
    change = {"$set": {"nothing": 2}}
    assert "COLLSCAN" in touched(lambda: versions.update_one({"nothing": 1}, change))["versions"]

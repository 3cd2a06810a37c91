"""A route and a visit of which everything is known, and every answer about them."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from PIL import Image

from media import stores
from models.content import Content
from models.departures import Words
from models.enums import Kind, Language
from models.guides import Guide
from models.media_items import MediaItem, MediaRole, MediaSource
from models.vehicles import Vehicle
from models.visitors import Visitor
from models.visits import Visit
from services import content, personal_data
from services.plans import Stay
from services.visits import answering, asking, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests.factories import ACTOR, create, create_live, create_media, publish
from tests.visiting import terms
from tests.visitors.callers import Caller
from tests.visits.asking import day, later, wish

MAP = "public/test/test-map.webp"
PHONE = "+8653200000000"


def create_sites(count: int = 2) -> list[Content]:
    """Return live sites that hold one group at a time, with all that an itinerary tells.

    Each lies about 900 m east of the one before.
    """
    return [
        create_live(
            Kind.SITES,
            capacity={"groups": 1, "people": 40, "margin_minutes": 0},
            visit_note="请佩戴安全帽",
            address="演示路 1 号",
            location={"lng": 120.1 + number / 100, "lat": 36.2},
        )
        for number in range(count)
    ]


def create_route(sites: Sequence[Content]) -> Content:
    """Return a live route over sites, with a map of 1600 by 1200 pixels and terms of booking."""
    stops: list[dict[str, Any]] = [
        {
            "key": f"stop-{number}",
            "site": site.id,
            "title": f"测试点位 {number}",
            "note": "看演示生产线",
            "dwell_minutes": 40,
            "travel_minutes": 0 if number == len(sites) else 20,
            "x": number / (len(sites) + 1),
            "y": 0.5,
        }
        for number, site in enumerate(sites, 1)
    ]
    _draw_map()
    route = create(
        Kind.ROUTES,
        title="测试线路",
        stops=stops,
        booking=dict(terms().to_mongo()),
        meeting_point={
            **{"title": "测试集合点", "note": "东侧停车场"},
            "location": {"lng": 120.1, "lat": 36.2},
        },
        map_image={"media": "test-map", "alt": "示意图"},
        map_approval={"number": "测S(2026)001号", "exemption": "示意图"},
        languages=["zh-CN", "en"],
    )
    texts = {
        "title": "Test route",
        "meeting_point.title": "Test entrance",
        "stops.stop-1.title": "Test site one",
    }
    content.translate(
        Kind.ROUTES, route.id, Language.EN, texts, revision=route.revision, actor=ACTOR
    )
    return publish(route)


def _draw_map() -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (1600, 1200), (230, 240, 245)).save(drawn, "WEBP")
    stores.current().put(MAP, drawn.getvalue())
    create_media("test-map")
    source = MediaSource(
        role=MediaRole.PICTURE, key=MAP, type="image/webp", width=1600, height=1200, size=1
    )
    MediaItem.objects(id="test-map").update(width=1600, height=1200, sources=[source])


def create_guide() -> str:
    """Return a guide with a number."""
    guide = Guide(name="演示讲解员 A")
    guide.phone = personal_data.sealed(Guide, guide.id, {"phone": PHONE})["phone"]
    guide.save(force_insert=True)
    return str(guide.id)


def create_vehicle() -> str:
    """Return a vehicle with a plate."""
    vehicle = Vehicle(name="演示中巴", plate="演示A0001", seats=30)
    vehicle.save(force_insert=True)
    return str(vehicle.id)


def accepted_visit(visitor_id: str, *, whole: bool = True) -> Visit:
    """Let a visitor ask, be shown two versions, and accept the second."""
    visitor = Visitor.objects.get(id=visitor_id)
    sites = create_sites()
    route = create_route(sites)
    asked = asking.ask(
        visitor,
        Ask(
            **wish(
                tracks=[create_live(Kind.TRACKS).id],
                sites=[sites[0].id],
                route=route.id,
                channel="测试",
            )
        ),
    )
    stays = tuple(Stay(site.id, 30, 10) for site in sites)
    first = Composition(later(days=14), title=Words(zh="测试行程"), stays=stays, note="第一版")
    proposing.propose(ACTOR, asked.id, first, revision=asked.revision)
    changed = answering.ask_change(visitor, asked.id, version=1, text="请改为走线路")
    second = Composition(
        later(days=14),
        route=route.id,
        guide=create_guide() if whole else None,
        vehicle=create_vehicle() if whole else None,
        note="第二版",
    )
    proposing.propose(ACTOR, asked.id, second, revision=changed.revision)
    return answering.accept(visitor, asked.id, version=2)


def proposed_visit(visitor_id: str) -> str:
    """Let a visitor ask and be shown a visit to two single sites; return its id."""
    asked = asking.ask(
        Visitor.objects.get(id=visitor_id), Ask(dates=[day()], party=2, purpose="测试")
    )
    stays = tuple(Stay(site.id, 30, 10) for site in create_sites())
    offered = Composition(later(days=20), title=Words(zh="测试行程"), stays=stays)
    proposing.propose(ACTOR, asked.id, offered, revision=asked.revision)
    return str(asked.id)


def answers(caller: Caller) -> Iterator[tuple[str, Any]]:
    """Yield (definition, answer) of every kind of answer about bespoke visits."""
    visitor = Visitor.objects.get(id=caller.id)
    visit = accepted_visit(caller.id)
    declined = asking.ask(visitor, Ask(dates=[day()], party=2, purpose="测试"))
    answering.decline(ACTOR, declined.id, reason="场地维修", alternative="可改为次日")
    waiting = proposed_visit(caller.id)
    yield "OwnItinerary", caller.get(f"/visits/{waiting}/itinerary").get_json()
    for query in ({}, {"limit": "1"}, {"lang": "en"}):
        yield "VisitPage", caller.get("/visits", **query).get_json()
    yield "VisitCard", caller.get(f"/visits/{visit.id}").get_json()
    yield "OwnItinerary", caller.get(f"/bookings/{visit.booking}/itinerary").get_json()
    yield "OwnItinerary", caller.get(f"/visits/{visit.id}/itinerary", version="1").get_json()

"""The table's lines of the public API, of media and health: for anyone."""

from collections.abc import Mapping
from typing import Any

from models.departures import Audience, DepartureState
from models.enums import Kind
from services import sitemaps
from tests.access.callers import Person
from tests.access.expected import Open, Prepare, Request, Route, State, Table
from tests.factories import create, create_live
from tests.visiting import create_departure

API = "/api/v1"
OPEN = Open()
ABSENT = "absent"
KINDS = tuple(kind for kind in Kind if kind not in (Kind.HANDBOOK, Kind.CHAPTERS))


def always(answer: str, arguments: Mapping[str, str] | None = None, **query: str) -> Route:
    """Return a line for a route that answers anyone the same in every state."""
    return Route(OPEN, {"always": State(answer, lambda _: Request(arguments or {}, query))})


def _detail(kind: Kind, argument: str = "id_or_slug") -> Route:
    """Return a line for one item: what is not live is not there."""

    def request(identity: str) -> Request:
        return Request({argument: identity})

    states = {
        "live": State("200", lambda _: request(create_live(kind).id)),
        "draft": State("404 not_found", lambda _: request(create(kind).id)),
        "absent": State("404 not_found", lambda _: request(ABSENT)),
    }
    return Route(OPEN, states)


def _live_chapter(_: Person) -> Request:
    chapter = create_live(Kind.CHAPTERS)
    return Request({"edition": chapter.edition, "chapter": chapter.id})


def _draft_chapter(_: Person) -> Request:
    chapter = create(Kind.CHAPTERS)
    return Request({"edition": chapter.edition, "chapter": chapter.id})


def _sitemap(_: Person) -> Request:
    create_live(Kind.TRACKS)
    sitemaps.build(Kind.TRACKS)
    return Request({"kind": "tracks"})


CHAPTER = Route(
    OPEN,
    {
        "live": State("200", _live_chapter),
        "draft": State("404 not_found", _draft_chapter),
        "absent": State("404 not_found", lambda _: Request({"edition": ABSENT, "chapter": ABSENT})),
    },
)
SITEMAP = Route(
    OPEN,
    {
        "made": State("200", _sitemap),
        "no such kind": State("404 not_found", lambda _: Request({"kind": ABSENT})),
    },
)


def _departure(**changes: Any) -> Prepare:
    return lambda _: Request({"departure_id": create_departure(**changes).id})


DEPARTURE = Route(
    OPEN,
    {
        "open": State("200", _departure()),
        "cancelled": State("200", _departure(state=DepartureState.CANCELLED)),
        "private": State("404 not_found", _departure(audience=Audience.PRIVATE)),
        "proposed": State("404 not_found", _departure(state=DepartureState.PROPOSED)),
        "absent": State("404 not_found", lambda _: Request({"departure_id": ABSENT})),
    },
)
ROUTE_DEPARTURES = _detail(Kind.ROUTES)
UNSIGNED_PART = Route(
    OPEN,
    {
        "not signed by us": State(
            "403 link_ended", lambda _: Request({"token": ABSENT}, body={"some": "bytes"})
        ),
        "without a length": State("411 bad_request", lambda _: Request({"token": ABSENT})),
    },
)

TABLE: Table = {
    **{f"GET {API}/{kind}": always("200") for kind in (*KINDS, Kind.HANDBOOK)},
    **{f"GET {API}/{kind}/<id_or_slug>": _detail(kind) for kind in KINDS},
    f"GET {API}/handbook/<edition>": _detail(Kind.HANDBOOK, "edition"),
    f"GET {API}/handbook/<edition>/chapters/<chapter>": CHAPTER,
    f"GET {API}/departures": always("200"),
    f"GET {API}/departures/calendar": always("200", month="2026-12"),
    f"GET {API}/departures/<departure_id>": DEPARTURE,
    f"GET {API}/routes/<id_or_slug>/departures": ROUTE_DEPARTURES,
    f"GET {API}/home": always("200"),
    f"GET {API}/search": always("200", q="测试"),
    f"GET {API}/search/suggest": always("200", q="测试"),
    f"GET {API}/sitemaps": always("200"),
    f"GET {API}/sitemaps/<kind>": SITEMAP,
    f"GET {API}/docs": always("200"),
    f"GET {API}/swagger.json": always("200"),
    f"GET {API}/": always("404 not_found"),
    "GET /healthz": always("200"),
    "GET /readyz": always("200"),
    "GET /metrics": always("200"),
    # Without WECHAT_TOKEN nothing is there; tests/callback have one.
    "GET /wechat/callback": always("404 not_found"),
    "POST /wechat/callback": always("404 not_found"),
    "GET /media/<path:path>": always("404 not_found", {"path": "absent.webp"}),
    "PUT /media/parts/<token>": UNSIGNED_PART,
    "GET /swaggerui/<path:filename>": always("200", {"filename": "swagger-ui.css"}),
}

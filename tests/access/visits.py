"""The table's lines of bespoke visits and of 行程单."""

from typing import Any

from models.departures import Departure, Words
from models.enums import Kind
from models.sites import Site
from models.staff import Role
from models.visitors import DemoVisitor, Visitor
from models.visits import Visit
from services import itinerary_links, permissions
from services.actors import SYSTEM
from services.itinerary_links import VISIT
from services.plans import Stay
from services.visitors import signing_in
from services.visits import asking, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests.access.callers import Person
from tests.access.expected import ForStaff, Open, Request, Route, State, Table
from tests.access.public import ABSENT
from tests.access.visitors import ForVisitors
from tests.factories import create_live
from tests.visiting import create_departure
from tests.visits.asking import at, later, wish

API, ADMIN = "/api/v1", "/admin/api/v1"
HOSTS = ForStaff(permissions.HOSTS)
DESK = ForStaff(frozenset({Role.BOOKING_DESK, Role.INVESTMENT_OFFICER}))


def other() -> str:
    """Return another visitor."""
    return str(signing_in.as_demo(DemoVisitor.B).visitor.id)


def own(person: Person) -> str:
    """Return the visitor who calls; another one for who is none or gone."""
    visitor = getattr(person, "visitor", "")
    return visitor if Visitor.objects(id=visitor).first() is not None else other()


def _asked(visitor: str) -> Visit:
    Visit.objects(visitor=visitor).delete()
    return asking.ask(Visitor.objects.get(id=visitor), Ask(**wish()))


def _called() -> Visit:
    return asking.ask_for(SYSTEM, Ask(**wish()))


def _site() -> str:
    """Return a live site, the same one within a line: making one takes longer than the call."""
    known = Site.objects.first()
    return str((known or create_live(Kind.SITES)).id)


def _composition() -> dict[str, Any]:
    return {
        "starts_at": at(9),
        "title": {"zh": "测试"},
        "stops": [{"site": _site(), "dwell_minutes": 30}],
    }


def _proposed(visit: Visit) -> Visit:
    composition = Composition(
        starts_at=later(days=9),
        title=Words(zh="测试"),
        stays=(Stay(_site(), 30),),
    )
    return proposing.propose(SYSTEM, visit.id, composition, revision=visit.revision)


def _mine(
    body: dict[str, Any] | None = None, *, proposed: bool = False, theirs: bool = False
) -> Any:
    def prepare(person: Person) -> Request:
        visit = _asked(other() if theirs else own(person))
        if proposed:
            _proposed(visit)
        return Request({"visit_id": visit.id}, body=body)

    return prepare


def _of_caller(body: Any = None, *, proposed: bool = False) -> Any:
    def prepare(_: Person) -> Request:
        visit = _called()
        if proposed:
            _proposed(visit)
        return Request({"visit_id": visit.id}, body=body() if callable(body) else body)

    return prepare


def _of_visitor(body: dict[str, Any] | None = None) -> Any:
    return lambda _: Request({"visit_id": _asked(other()).id}, body=body)


def _absent(body: dict[str, Any] | None = None) -> State:
    return State("404 not_found", lambda _: Request({"visit_id": ABSENT}, body=body))


def _own_visit(answer: str, body: dict[str, Any] | None = None, *, consent: bool = True) -> Route:
    """Return a line for what a visitor does to a request that has a proposal."""
    return Route(
        ForVisitors(consent),
        {
            "own": State(answer, _mine(body, proposed=True)),
            "another's": State("404 not_found", _mine(body, proposed=True, theirs=True)),
            "absent": _absent(body),
        },
    )


def _page(*, draws: bool = False) -> Route:
    def prepare(_: Person) -> Request:
        visitor = other()
        visit = _proposed(_asked(visitor))
        return Request({"token": itinerary_links.sign(VISIT, visit.id, visitor).token})

    ended = State("404 link_ended", lambda _: Request({"token": ABSENT}))
    # The same sheet is not drawn for each caller: that takes a second.
    states = {"ended": ended}
    if not draws:
        states["holds"] = State("200", prepare)
    return Route(Open(), states)


def _departure(_: Person) -> Request:
    if (found := Departure.objects.first()) is None:
        found = create_departure()
    return Request({"departure_id": found.id})


def _no_departure(_: Person) -> Request:
    return Request({"departure_id": ABSENT})


def _staff_papers(*, draws: bool = False) -> Route:
    absent = {"absent": State("404 not_found", _no_departure)}
    return Route(HOSTS, absent if draws else {"there": State("200", _departure), **absent})


VERSION = {"version": 1}
ASK = wish()
DECLINE = {"reason": "测试原因"}
TABLE: Table = {
    f"GET {API}/visits": Route(ForVisitors(), {"always": State("200")}),
    f"POST {API}/visits": Route(
        ForVisitors(consent=True),
        {
            "right": State("201", lambda _: Request(body=ASK)),
            "past": State(
                "422 dates_needed", lambda _: Request(body={**ASK, "dates": ["2020-01-01"]})
            ),
            "kept field": State(
                "400 invalid", lambda _: Request(body={**ASK, "state": "accepted"})
            ),
        },
    ),
    f"GET {API}/visits/<visit_id>": _own_visit("200", consent=False),
    f"GET {API}/visits/<visit_id>/itinerary": _own_visit("200", consent=False),
    f"POST {API}/visits/<visit_id>/accept": _own_visit("200", VERSION),
    f"POST {API}/visits/<visit_id>/change": _own_visit("200", {**VERSION, "text": "测试"}),
    f"POST {API}/visits/<visit_id>/withdraw": _own_visit("200", consent=False),
    f"GET {API}/bookings/<booking_id>/itinerary": Route(
        ForVisitors(),
        {"absent": State("404 not_found", lambda _: Request({"booking_id": ABSENT}))},
    ),
    f"GET {API}/itineraries/<token>": _page(),
    f"GET {API}/itineraries/<token>/pdf": _page(draws=True),
    f"GET {ADMIN}/itineraries/<departure_id>": _staff_papers(),
    f"GET {ADMIN}/itineraries/<departure_id>/page": _staff_papers(),
    f"GET {ADMIN}/itineraries/<departure_id>/pdf": _staff_papers(draws=True),
    f"GET {ADMIN}/visits": Route(HOSTS, {"always": State("200")}),
    f"POST {ADMIN}/visits": Route(
        DESK,
        {
            "right": State("201", lambda _: Request(body=ASK)),
            "nobody": State(
                "400 invalid",
                lambda _: Request(body={"dates": ASK["dates"], "party": 2, "purpose": "测试"}),
            ),
        },
    ),
    f"POST {ADMIN}/visits/lookup": Route(
        DESK, {"always": State("200", lambda _: Request(body={"phone": ASK["phone"]}))}
    ),
    f"GET {ADMIN}/visits/<visit_id>": Route(
        DESK, {"there": State("200", _of_caller()), "absent": _absent()}
    ),
    f"POST {ADMIN}/visits/<visit_id>/check": Route(
        DESK, {"there": State("200", _of_caller(_composition))}
    ),
    f"POST {ADMIN}/visits/<visit_id>/proposals": Route(
        DESK,
        {
            "fresh": State("201", _of_caller(lambda: {**_composition(), "revision": 1})),
            "stale": State(
                "409 stale_revision", _of_caller(lambda: {**_composition(), "revision": 7})
            ),
            "empty": State("400 invalid", _of_caller({})),
        },
    ),
    f"POST {ADMIN}/visits/<visit_id>/decline": Route(
        DESK, {"asked": State("200", _of_caller(DECLINE)), "absent": _absent(DECLINE)}
    ),
    f"POST {ADMIN}/visits/<visit_id>/accept": Route(
        DESK,
        {
            "caller's": State("200", _of_caller(VERSION, proposed=True)),
            "visitor's": State("403 forbidden", _of_visitor(VERSION)),
            "absent": _absent(VERSION),
        },
    ),
    f"POST {ADMIN}/visits/<visit_id>/withdraw": Route(
        DESK,
        {
            "caller's": State("200", _of_caller()),
            "visitor's": State("403 forbidden", _of_visitor()),
        },
    ),
}

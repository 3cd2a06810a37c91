"""The table's lines of the calendar of visits: its resources and its departures."""

import datetime as dt
from typing import Any

from core.clock import now
from core.ids import new_id
from models.calendar import Closure, DayOverride
from models.departures import DepartureState, Minimum
from models.routes import Route as Line
from models.staff import Role
from tests.access.callers import Person
from tests.access.expected import ForStaff, Prepare, Request, Route, State, Table, plain
from tests.access.public import ABSENT
from tests.access.staff import API
from tests.arranging import create_guide, create_route, create_schedule, create_vehicle
from tests.visiting import create_departure

DESK = ForStaff(frozenset({Role.BOOKING_DESK, Role.INVESTMENT_OFFICER}))
KEEPERS = ForStaff(DESK.roles | {Role.ADMINISTRATOR})
HOSTS = ForStaff(KEEPERS.roles | {Role.DEPARTMENT_LIAISON})

Body = dict[str, Any]

GUIDE: Body = {"name": "测试讲解员"}
VEHICLE: Body = {"name": "测试车辆", "seats": 20}
CLOSURE: Body = {"from_day": "2030-01-01", "until_day": "2030-01-02", "reason": "测试"}
# Nothing is made of it: its days lie far ahead.
PLAN: Body = {"weekdays": [1], "starts": "09:00", "capacity": 9, "from_day": "2090-01-01"}
DAY = "2030-01-01"


def _route() -> str:
    """Return a route, made once for a test."""
    found = Line.objects.first() or create_route()
    return str(found.id)


def _about(argument: str, make: Any, body: Body | None = None) -> Prepare:
    return lambda _: Request({argument: make()}, body=body)


def _closure() -> str:
    return str(Closure(**CLOSURE).save().id)


def _schedule() -> str:
    return str(create_schedule(route=_route(), from_day="2090-01-01").id)


def _planned(**changes: Any) -> Prepare:
    """Prepare a body that names a fresh route."""
    return lambda _: Request(body={**PLAN, "route": _route(), **changes})


def _plan_of(revision: int) -> Prepare:
    def prepare(_: Person) -> Request:
        body = {**PLAN, "route": _route(), "revision": revision}
        return Request({"schedule": _schedule()}, body=body)

    return prepare


def _override(_: Person) -> Request:
    DayOverride(id=DAY, working=True).save()
    return Request({"day": DAY})


def _kept(
    argument: str, make: Any, body: Body, *, in_use: Prepare | None = None
) -> tuple[Route, Route, Route]:
    """Return the lines of GET, PUT and DELETE of what staff keep."""
    absent = {argument: ABSENT}
    changed = {**body, "revision": 1}
    states = {
        "there": State("204", _about(argument, make)),
        "absent": State("404 not_found", lambda _: Request(absent)),
    }
    if in_use is not None:
        states["in use"] = State("409 resource_in_use", in_use)
    return (
        Route(
            HOSTS,
            {
                "there": State("200", _about(argument, make)),
                "absent": State("404 not_found", lambda _: Request(absent)),
            },
        ),
        Route(
            KEEPERS,
            {
                "right": State("200", _about(argument, make, changed)),
                "stale": State(
                    "409 stale_revision", _about(argument, make, {**body, "revision": 7})
                ),
                "absent": State("404 not_found", lambda _: Request(absent, body=changed)),
            },
        ),
        Route(KEEPERS, states),
    )


def _guide_in_use(_: Person) -> Request:
    guide = create_guide()
    create_departure(guide=guide)
    return Request({"guide": guide})


def _vehicle_in_use(_: Person) -> Request:
    vehicle = create_vehicle()
    create_schedule(route=new_id(), vehicle=vehicle)
    return Request({"vehicle": vehicle})


def _new_departure(**changes: Any) -> Prepare:
    def prepare(_: Person) -> Request:
        start = (now() + dt.timedelta(days=9)).isoformat()
        body = {"route": _route(), "starts_at": start, "capacity": 9, **changes}
        return Request(body=body)

    return prepare


def _departure(body: Body | None = None, **changes: Any) -> Prepare:
    return lambda _: Request({"departure": create_departure(**changes).id}, body=body)


def _missing(body: Body | None = None) -> State:
    return State("404 not_found", lambda _: Request({"departure": ABSENT}, body=body))


PAST = (now() - dt.timedelta(days=1)).isoformat()
NOTE: Body = {"note": "测试", "revision": 1}
REASON: Body = {"reason": "测试"}
CANCELLED = DepartureState.CANCELLED

_GUIDE = _kept("guide", create_guide, GUIDE, in_use=_guide_in_use)
_VEHICLE = _kept("vehicle", create_vehicle, VEHICLE, in_use=_vehicle_in_use)
_CLOSURE = _kept("closure", _closure, CLOSURE)

TABLE: Table = {
    f"GET {API}/guides": plain(HOSTS),
    f"POST {API}/guides": Route(KEEPERS, {"new": State("201", lambda _: Request(body=GUIDE))}),
    f"GET {API}/guides/<guide>": _GUIDE[0],
    f"PUT {API}/guides/<guide>": _GUIDE[1],
    f"DELETE {API}/guides/<guide>": _GUIDE[2],
    f"GET {API}/vehicles": plain(HOSTS),
    f"POST {API}/vehicles": Route(KEEPERS, {"new": State("201", lambda _: Request(body=VEHICLE))}),
    f"GET {API}/vehicles/<vehicle>": _VEHICLE[0],
    f"PUT {API}/vehicles/<vehicle>": _VEHICLE[1],
    f"DELETE {API}/vehicles/<vehicle>": _VEHICLE[2],
    f"GET {API}/closures": plain(HOSTS),
    f"POST {API}/closures": Route(
        KEEPERS,
        {
            "new": State("201", lambda _: Request(body=CLOSURE)),
            "ends before it begins": State(
                "400 invalid", lambda _: Request(body={**CLOSURE, "until_day": "2029-12-31"})
            ),
        },
    ),
    f"GET {API}/closures/<closure>": _CLOSURE[0],
    f"PUT {API}/closures/<closure>": _CLOSURE[1],
    f"DELETE {API}/closures/<closure>": _CLOSURE[2],
    f"GET {API}/working-days": Route(
        HOSTS,
        {
            "week": State(
                "200",
                lambda _: Request(query={"first": "2030-01-01", "last": "2030-01-07"}),
            ),
            "too long": State(
                "400 invalid",
                lambda _: Request(query={"first": "2030-01-01", "last": "2032-01-07"}),
            ),
        },
    ),
    f"GET {API}/working-days/<day>": Route(
        HOSTS,
        {
            "there": State("200", lambda _: Request({"day": DAY})),
            "no day": State("404 not_found", lambda _: Request({"day": "2030-02-30"})),
        },
    ),
    f"PUT {API}/working-days/<day>": Route(
        KEEPERS,
        {
            "right": State("200", lambda _: Request({"day": DAY}, body={"working": False})),
            "no day": State(
                "404 not_found", lambda _: Request({"day": "today"}, body={"working": False})
            ),
        },
    ),
    f"DELETE {API}/working-days/<day>": Route(
        KEEPERS,
        {
            "said": State("204", _override),
            "not said": State("404 not_found", lambda _: Request({"day": "2031-01-01"})),
        },
    ),
    f"GET {API}/schedules": plain(HOSTS),
    f"POST {API}/schedules": Route(
        KEEPERS,
        {
            "new": State("201", _planned()),
            "no route": State("422 route_not_live", _planned(route=new_id())),
            "no guide": State("409 resource_inactive", _planned(guide=new_id())),
        },
    ),
    f"GET {API}/schedules/<schedule>": Route(
        HOSTS,
        {
            "there": State("200", _about("schedule", _schedule)),
            "absent": State("404 not_found", lambda _: Request({"schedule": ABSENT})),
        },
    ),
    f"PUT {API}/schedules/<schedule>": Route(
        KEEPERS,
        {
            "right": State("200", _plan_of(1)),
            "stale": State("409 stale_revision", _plan_of(7)),
        },
    ),
    f"DELETE {API}/schedules/<schedule>": Route(
        KEEPERS,
        {
            "there": State("204", _about("schedule", _schedule)),
            "absent": State("404 not_found", lambda _: Request({"schedule": ABSENT})),
        },
    ),
    f"POST {API}/schedules/<schedule>/generate": Route(
        KEEPERS,
        {
            "there": State("200", _about("schedule", _schedule)),
            "absent": State("404 not_found", lambda _: Request({"schedule": ABSENT})),
        },
    ),
    f"GET {API}/departures": plain(HOSTS),
    f"POST {API}/departures": Route(
        DESK,
        {
            "new": State("201", _new_departure()),
            "past": State("422 in_the_past", _new_departure(starts_at=PAST)),
            "no guide": State("409 resource_inactive", _new_departure(guide=new_id())),
        },
    ),
    f"POST {API}/departures/check": Route(
        HOSTS,
        {
            "free": State("200", _new_departure()),
            "no route": State("422 route_not_live", _new_departure(route=new_id())),
        },
    ),
    f"GET {API}/departures/<departure>": Route(
        HOSTS, {"there": State("200", _departure()), "absent": _missing()}
    ),
    f"PATCH {API}/departures/<departure>": Route(
        DESK,
        {
            "right": State("200", _departure(NOTE)),
            "stale": State("409 stale_revision", _departure({**NOTE, "revision": 7})),
            "cancelled": State("409 wrong_state", _departure(NOTE, state=CANCELLED)),
            "absent": _missing(NOTE),
        },
    ),
    f"POST {API}/departures/<departure>/check": Route(
        HOSTS, {"there": State("200", _departure({})), "absent": _missing({})}
    ),
    f"POST {API}/departures/<departure>/cancel": Route(
        DESK,
        {
            "open": State("200", _departure(REASON)),
            "cancelled": State("409 wrong_state", _departure(REASON, state=CANCELLED)),
            "absent": _missing(REASON),
        },
    ),
    f"POST {API}/departures/<departure>/run": Route(
        DESK,
        {
            "due": State("200", _departure(minimum=Minimum.DUE)),
            "ahead": State("409 wrong_state", _departure()),
            "absent": _missing(),
        },
    ),
}

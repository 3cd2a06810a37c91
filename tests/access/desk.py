"""The table's lines of what the desk does about bookings, attendance, lists, figures, feeds."""

import datetime as dt
from typing import Any

from core.clock import now
from models.bookings import Booking, BookingState
from models.departures import Departure
from models.enums import Kind
from models.guides import Guide
from models.staff import Role
from models.visitors import DemoVisitor, Visitor
from services.bookings import codes
from services.visitors import signing_in
from tests.access.callers import Person
from tests.access.expected import ForStaff, Prepare, Request, Route, State, Table
from tests.access.public import ABSENT, OPEN
from tests.access.staff import API, plain
from tests.bookings.booked import create_booking, scanned
from tests.factories import create_live
from tests.visiting import create_departure

DESK = ForStaff(frozenset({Role.BOOKING_DESK, Role.INVESTMENT_OFFICER}))
HOSTS = ForStaff(DESK.roles | {Role.DEPARTMENT_LIAISON, Role.ADMINISTRATOR})
KEEPERS = ForStaff(DESK.roles | {Role.ADMINISTRATOR})
PHONE = "13800138000"
S = BookingState
WHY = {"reason": "测试原因"}
UNKNOWN, IN_TIME = {"reason": None}, {"override": None}
Body = dict[str, Any]


def _booked(
    state: BookingState = S.CONFIRMED, body: Body | None = None, *, in_hours: float = 1
) -> Prepare:
    """Prepare a request about a booking in a state, of a departure that starts in so long."""

    def prepare(_: Person) -> Request:
        booking = create_booking(create_departure(in_hours=in_hours), state=state)
        return Request({"booking_id": booking.id}, body=body)

    return prepare


def _absent(body: Body | None = None) -> State:
    return State("404 not_found", lambda _: Request({"booking_id": ABSENT}, body=body))


def _verb(
    good: BookingState, body: Body, *, answer: str = "200", in_hours: float = 1, **more: State
) -> Route:
    """Return a line for something that is done to a booking in a state, and in no other."""
    return Route(
        DESK,
        {
            "right": State(answer, _booked(good, body, in_hours=in_hours)),
            "over": State("409 wrong_state", _booked(S.CANCELLED, body, in_hours=in_hours)),
            "absent": _absent(body),
            **more,
        },
    )


def _guest(*, in_hours: float, party: int = 2, taken: int = 0, **more: Any) -> Prepare:
    def prepare(_: Person) -> Request:
        departure = create_departure(in_hours=in_hours, capacity=4)
        if taken:
            create_booking(departure, party=taken)
        told = {"party": party, "name": "测试访客 A", "phone": PHONE, **more}
        return Request(body={"departure": departure.id, **told})

    return prepare


def _scanned(make: Any) -> Prepare:
    def prepare(_: Person) -> Request:
        booking: Booking = create_booking(create_departure(in_hours=1), code=codes.new_short_code())
        return Request(body=make(booking))

    return prepare


def _decided(_: Person) -> Request:
    booking = create_booking(create_departure(), state=S.REQUESTED)
    return Request(body={"bookings": [booking.id, ABSENT], "approved": True})


def _moved(_: Person) -> Request:
    booking = create_booking(create_departure())
    body = {"departure": create_departure(in_hours=300).id, **WHY}
    return Request({"booking_id": booking.id}, body=body)


def _nowhere(_: Person) -> Request:
    booking = create_booking(create_departure())
    return Request({"booking_id": booking.id}, body={"departure": ABSENT, **WHY})


def _visitor(body: Body | None = None, *, suspended: bool = True) -> Prepare:
    def prepare(_: Person) -> Request:
        visitor = signing_in.as_demo(DemoVisitor.B).visitor.id
        until = now() + dt.timedelta(days=1) if suspended else None
        Visitor.objects(id=visitor).update(set__suspended_until=until, unset__strikes_from=True)
        return Request({"visitor": visitor}, body=body)

    return prepare


def _departure(**query: str) -> Prepare:
    def prepare(_: Person) -> Request:
        departure: Departure = create_departure()
        create_booking(departure)
        return Request({"departure": departure.id}, query)

    return prepare


def _site(**query: str) -> Prepare:
    return lambda _: Request({"site": create_live(Kind.SITES).id}, query)


def _guide(_: Person) -> Request:
    guide = Guide(name="演示讲解员 A")
    guide.save()
    return Request({"guide_id": guide.id})


def _missing(argument: str, body: Body | None = None) -> State:
    return State("404 not_found", lambda _: Request({argument: ABSENT}, body=body))


BOOKINGS: Table = {
    f"GET {API}/bookings": plain(HOSTS),
    f"POST {API}/bookings": Route(
        DESK,
        {
            "there are seats": State("201", _guest(in_hours=200)),
            "too late": State("409 booking_closed", _guest(in_hours=2)),
            "full": State("409 slot_full", _guest(in_hours=200, taken=3)),
        },
    ),
    f"POST {API}/bookings/walk-ins": Route(
        DESK,
        {
            "at the door": State("201", _guest(in_hours=1)),
            "full": State("409 slot_full", _guest(in_hours=1, taken=3)),
            "a day before": State("409 check_in_early", _guest(in_hours=24)),
        },
    ),
    f"POST {API}/bookings/waiting": Route(
        DESK,
        {
            "full": State("201", _guest(in_hours=200, taken=3)),
            "there are seats": State("409 seats_free", _guest(in_hours=200)),
        },
    ),
    f"POST {API}/bookings/<booking_id>/accept": Route(
        DESK,
        {"not offered": State("409 wrong_state", _booked(in_hours=100)), "absent": _absent()},
    ),
    f"POST {API}/bookings/<booking_id>/decline": Route(
        DESK,
        {"not offered": State("409 wrong_state", _booked(in_hours=100)), "absent": _absent()},
    ),
    f"POST {API}/bookings/decide": Route(
        DESK,
        {
            "one of two": State("200", _decided),
            "no reason": State(
                "400 reason_needed",
                lambda _: Request(body={"bookings": [ABSENT], "approved": False}),
            ),
        },
    ),
    f"POST {API}/bookings/lookup": Route(
        DESK, {"always": State("200", lambda _: Request(body={"phone": PHONE}))}
    ),
    f"GET {API}/bookings/<booking_id>": Route(
        DESK, {"there": State("200", _booked()), "absent": _absent()}
    ),
    f"POST {API}/bookings/<booking_id>/decide": _verb(
        S.REQUESTED,
        {"approved": False, **WHY},
        in_hours=100,
    ),
    f"POST {API}/bookings/<booking_id>/cancel": _verb(
        S.CONFIRMED, WHY, late=State("200", _booked(S.CONFIRMED, WHY, in_hours=2))
    ),
    f"PATCH {API}/bookings/<booking_id>/party": _verb(
        S.CONFIRMED,
        {"party": 3},
        in_hours=100,
        full=State("409 slot_full", _booked(body={"party": 15}, in_hours=100)),
        late=State("409 cutoff_passed", _booked(body={"party": 3}, in_hours=2)),
    ),
    f"POST {API}/bookings/<booking_id>/reschedule": Route(
        DESK,
        {
            "there": State("200", _moved),
            "no departure": State("404 not_found", _nowhere),
            "absent": _absent({"departure": ABSENT, **WHY}),
        },
    ),
}
ATTENDANCE: Table = {
    f"POST {API}/attendance/check-in": Route(
        DESK,
        {
            "scanned": State("200", _scanned(lambda one: {"payload": scanned(one)})),
            "typed": State("200", _scanned(lambda one: {"code": one.code})),
            "made up": State("400 code_wrong", lambda _: Request(body={"payload": "TB1.x.1"})),
        },
    ),
    f"GET {API}/attendance/late": plain(HOSTS),
    f"POST {API}/attendance/<booking_id>/check-in": _verb(
        S.CONFIRMED,
        IN_TIME,
        early=State("409 check_in_early", _booked(body=IN_TIME, in_hours=30)),
        early_with_a_reason=State("200", _booked(body={"override": "提前到达"}, in_hours=30)),
        twice=State("409 checked_in_already", _booked(S.CHECKED_IN, IN_TIME)),
    ),
    f"POST {API}/attendance/<booking_id>/undo-check-in": _verb(S.CHECKED_IN, WHY),
    f"POST {API}/attendance/<booking_id>/no-show": _verb(
        S.CONFIRMED, UNKNOWN, in_hours=-1, early=State("409 not_begun", _booked(body=UNKNOWN))
    ),
    f"POST {API}/attendance/<booking_id>/undo-no-show": _verb(S.NO_SHOW, WHY),
    f"GET {API}/suspensions/<visitor>": Route(
        HOSTS, {"there": State("200", _visitor()), "absent": _missing("visitor")}
    ),
    f"POST {API}/suspensions/<visitor>/lift": Route(
        DESK,
        {
            "suspended": State("200", _visitor(WHY)),
            "not suspended": State("409 wrong_state", _visitor(WHY, suspended=False)),
            "absent": _missing("visitor", WHY),
        },
    ),
}
FILES: Table = {
    f"GET {API}/group-lists/<departure>": Route(
        DESK, {"workbook": State("200", _departure()), "absent": _missing("departure")}
    ),
    f"GET {API}/day-sheets/<site>": Route(
        HOSTS,
        {
            "there": State("200", _site(day="2030-01-01")),
            "absent": _missing("site"),
        },
    ),
    f"GET {API}/day-sheets/<site>/file": Route(
        HOSTS, {"there": State("200", _site()), "absent": _missing("site")}
    ),
    f"GET {API}/booking-figures": plain(HOSTS),
    f"GET {API}/booking-figures/organisations": plain(DESK),
    f"POST {API}/guides/<guide_id>/feed": Route(
        KEEPERS, {"there": State("201", _guide), "absent": _missing("guide_id")}
    ),
    f"DELETE {API}/guides/<guide_id>/feed": Route(
        KEEPERS, {"there": State("204", _guide), "absent": _missing("guide_id")}
    ),
    "GET /api/v1/feeds/<secret>.ics": Route(OPEN, {"made up": _missing("secret")}),
}
TABLE: Table = {**BOOKINGS, **ATTENDANCE, **FILES}

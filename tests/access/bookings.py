"""The table's lines of bookings, as their visitors call."""

from collections.abc import Callable

from models.bookings import Booking, BookingState
from models.visitors import Visitor
from services.bookings import cancelling
from tests.access.callers import Person
from tests.access.expected import Request, Route, State, Table
from tests.access.visitors import ABSENT, API, ForVisitors
from tests.visiting import create_departure, create_visitor, wait
from tests.visiting import request as ask

BOOKINGS = f"{API}/bookings"
Of = Callable[[Person], str]
Body = dict[str, object] | None


def _own(person: Person) -> str:
    """Return the visitor who calls; another one for who is none or gone."""
    visitor = getattr(person, "visitor", "")
    return visitor if Visitor.objects(id=visitor).first() is not None else _theirs(person)


def _theirs(_: Person) -> str:
    return str(create_visitor().id)


def _visitor(visitor_id: str) -> Visitor:
    found: Visitor = Visitor.objects.get(id=visitor_id)
    return found


def _booked(of: Of, body: Body = None) -> Callable[[Person], Request]:
    """Return a preparation in which a visitor holds seats."""

    def prepare(person: Person) -> Request:
        booking = ask(_visitor(of(person)), create_departure())
        return Request({"booking_id": booking.id}, body=body)

    return prepare


def _offered(of: Of) -> Callable[[Person], Request]:
    """Return a preparation in which a visitor was offered seats."""

    def prepare(person: Person) -> Request:
        departure, holder = create_departure(capacity=2), create_visitor()
        seats = ask(holder, departure)
        waits = wait(_visitor(of(person)), departure)
        cancelling.cancel(holder, seats.id)
        assert Booking.objects.get(id=waits.id).state is BookingState.OFFERED
        return Request({"booking_id": waits.id})

    return prepare


def _moving(of: Of) -> Callable[[Person], Request]:
    def prepare(person: Person) -> Request:
        booking = ask(_visitor(of(person)), create_departure())
        body = {"departure": create_departure(in_hours=400).id}
        return Request({"booking_id": booking.id}, body=body)

    return prepare


def _new(capacity: int, *, taken: bool) -> Callable[[Person], Request]:
    def prepare(_: Person) -> Request:
        departure = create_departure(capacity=capacity)
        if taken:
            ask(create_visitor(), departure, capacity)
        return Request(body={"departure": departure.id, "party": 2, "name": "测试访客 A"})

    return prepare


def _own_or_absent(
    answer: str, prepare: Callable[[Of], Callable[[Person], Request]], *, consent: bool = False
) -> Route:
    """Return a line for a verb on a booking: another's is not there."""
    return Route(
        ForVisitors(consent=consent),
        {
            "own": State(answer, prepare(_own)),
            "another's": State("404 not_found", prepare(_theirs)),
            "absent": State("404 not_found", lambda person: _absent(prepare(_own)(person))),
        },
    )


def _absent(wanted: Request) -> Request:
    return Request({"booking_id": ABSENT}, body=wanted.body)


def _with(body: Body = None) -> Callable[[Of], Callable[[Person], Request]]:
    return lambda of: _booked(of, body)


TABLE: Table = {
    f"GET {BOOKINGS}": Route(ForVisitors(), {"always": State("200")}),
    f"POST {BOOKINGS}": Route(
        ForVisitors(consent=True),
        {
            "free": State("201", _new(2, taken=False)),
            "full": State("409 slot_full", _new(2, taken=True)),
            "no departure": State(
                "404 not_found", lambda _: Request(body={"departure": ABSENT, "party": 1})
            ),
            "nobody": State("400 invalid", lambda _: Request(body={"departure": "x", "party": 0})),
        },
    ),
    f"POST {BOOKINGS}/waiting": Route(
        ForVisitors(consent=True),
        {
            "full": State("201", _new(2, taken=True)),
            "free": State("409 seats_free", _new(2, taken=False)),
        },
    ),
    f"GET {BOOKINGS}/<booking_id>": _own_or_absent("200", _with()),
    f"PATCH {BOOKINGS}/<booking_id>": _own_or_absent("200", _with({"party": 3}), consent=True),
    f"POST {BOOKINGS}/<booking_id>/cancel": _own_or_absent("200", _with({})),
    f"POST {BOOKINGS}/<booking_id>/reschedule": _own_or_absent("201", _moving, consent=True),
    f"POST {BOOKINGS}/<booking_id>/accept": _own_or_absent("200", _offered, consent=True),
    f"POST {BOOKINGS}/<booking_id>/decline": _own_or_absent("200", _offered),
}

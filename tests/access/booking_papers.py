"""The table's lines of what a visitor has of a booking, and of the link for companions."""

from collections.abc import Callable

from models.bookings import BookingState
from models.visitors import Visitor
from services.bookings import sharing
from tests.access.bookings import BOOKINGS
from tests.access.callers import Person
from tests.access.expected import Open, Request, Route, State, Table
from tests.access.visitors import ABSENT, API, ForVisitors
from tests.bookings.booked import create_booking
from tests.visiting import create_departure, create_visitor

FEEDBACK = {"rating": 5}
S = BookingState


def _own(person: Person) -> str:
    visitor = getattr(person, "visitor", "")
    return visitor if Visitor.objects(id=visitor).first() is not None else _theirs(person)


def _theirs(_: Person) -> str:
    return str(create_visitor().id)


def _booked(
    of: Callable[[Person], str], state: BookingState, body: dict[str, object] | None
) -> Callable[[Person], Request]:
    def prepare(person: Person) -> Request:
        booking = create_booking(create_departure(), visitor=of(person), state=state)
        return Request({"booking_id": booking.id}, body=body)

    return prepare


def _line(
    answer: str,
    *,
    state: BookingState = S.CONFIRMED,
    consent: bool = False,
    wrong: BookingState | None = None,
    body: dict[str, object] | None = None,
) -> Route:
    """Return a line: another's booking is not there, and in a `wrong` state it is refused."""
    states = {
        "own": State(answer, _booked(_own, state, body)),
        "another's": State("404 not_found", _booked(_theirs, state, body)),
        "absent": State("404 not_found", lambda _: Request({"booking_id": ABSENT}, body=body)),
    }
    if wrong is not None:
        states["in another state"] = State("409 wrong_state", _booked(_own, wrong, body))
    return Route(ForVisitors(consent=consent), states)


def _shared(_: Person) -> Request:
    visitor = _theirs(_)
    booking = create_booking(create_departure(), visitor=visitor)
    return Request({"secret": sharing.share(visitor, booking.id).secret})


TABLE: Table = {
    f"GET {BOOKINGS}/<booking_id>/code": _line("200", wrong=S.CANCELLED),
    f"GET {BOOKINGS}/<booking_id>/calendar.ics": _line("200"),
    f"POST {BOOKINGS}/<booking_id>/share": _line("201", wrong=S.WAITLISTED),
    f"DELETE {BOOKINGS}/<booking_id>/share": _line("204"),
    f"GET {BOOKINGS}/<booking_id>/feedback": _line("404 not_found", state=S.COMPLETED),
    f"PUT {BOOKINGS}/<booking_id>/feedback": _line(
        "200", state=S.COMPLETED, wrong=S.CONFIRMED, consent=True, body=FEEDBACK
    ),
    f"GET {API}/shared/<secret>": Route(
        Open(),
        {
            "shared": State("200", _shared),
            "absent": State("404 link_ended", lambda _: Request({"secret": ABSENT})),
        },
    ),
}

"""After a visit: who came is thanked, who did not is marked, and the departure is completed."""

import datetime as dt
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from models.bookings import Booking, BookingState, By
from models.departures import Departure, DepartureState
from models.notifications import Event
from services import departure_steps, seats
from services.bookings import attendance, steps, telling
from services.bookings.attendance import CLOCK

COMPLETE_JOB = "departures.complete"
# Check-ins may still be entered for so long after the end.
AFTER = dt.timedelta(hours=1)
BATCH = 100
S = BookingState


def is_pending() -> bool:
    """Tell whether a departure is over that was not completed."""
    return Departure._get_collection().find_one(_over(), {"_id": 1}) is not None


def run_due() -> None:
    """Complete what is over."""
    for row in list(Departure._get_collection().find(_over(), {"_id": 1}).limit(BATCH)):
        complete(row["_id"])


def complete(departure_id: str) -> None:
    """Complete a departure that is over.

    Who checked in is thanked. Who did not is a no-show only where the check-in was used at all;
    where nobody was checked in staff say who came. Whatever waits for a decision or an answer
    ends.
    """

    def work(session: ClientSession) -> None:
        departure = seats.lock(departure_id, session)
        if departure.state is not DepartureState.OPEN or departure.ends_at + AFTER > now():
            raise Conflict
        found = _bookings(departure_id, session)
        used = any(one.state in (S.CHECKED_IN, S.COMPLETED) for one in found)
        for booking in found:
            _end(booking, departure, session, used=used)
        ended = {"state": DepartureState.COMPLETED}
        departure_steps.change(CLOCK, "complete", departure, ended, session)

    try:
        transaction(work)
    except Conflict:
        return  # it was moved or completed meanwhile


def _end(booking: Booking, departure: Departure, session: ClientSession, *, used: bool) -> None:
    if booking.state is S.CHECKED_IN:
        attendance.complete(booking.id, departure, session)
    elif booking.state is S.CONFIRMED and used:
        attendance.miss(CLOCK, booking, departure, session=session)
    elif booking.state in ENDS:
        to, event, verb = ENDS[booking.state]
        _, after = steps.move(booking.id, to, by=By.SYSTEM, actor=CLOCK, verb=verb, session=session)
        seats.clear(departure, {booking.id}, session)
        telling.tell(event, after, departure, session=session)


ENDS = {
    S.REQUESTED: (S.EXPIRED, Event.BOOKING_EXPIRED, "expire"),
    S.OFFERED: (S.LAPSED, Event.BOOKING_LAPSED, "lapse"),
    S.WAITLISTED: (S.LAPSED, Event.BOOKING_LAPSED, "lapse"),
}


def _bookings(departure_id: str, session: ClientSession) -> list[Booking]:
    rows = Booking._get_collection().find({"departure": departure_id}, session=session)
    return [Booking._from_son(row) for row in rows.sort("_id", 1)]


def _over() -> dict[str, Any]:
    """Return what finds departures that are over, within those that have begun."""
    until = now() - AFTER
    return {
        "state": DepartureState.OPEN.value,
        "starts_at": {"$lte": until},
        "ends_at": {"$lte": until},
    }

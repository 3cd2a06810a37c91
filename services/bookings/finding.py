"""Bookings and departures by their ids, for whom they are there."""

from pymongo.client_session import ClientSession

from core.errors import NotFound
from models.bookings import Booking, BookingState
from models.departures import Audience, Departure, DepartureState


def booking(booking_id: str, *, session: ClientSession | None = None) -> Booking:
    """Return a booking; raise `NotFound`, also while it is being placed."""
    return _booking({"_id": str(booking_id)}, session)


def own(visitor_id: str, booking_id: str, *, session: ClientSession | None = None) -> Booking:
    """Return a booking of a visitor; raise `NotFound`, also for somebody else's."""
    return _booking({"_id": str(booking_id), "visitor": visitor_id}, session)


def departure(departure_id: str) -> Departure:
    """Return a departure, whatever its state; raise `NotFound`."""
    row = Departure._get_collection().find_one({"_id": str(departure_id)})
    if row is None:
        raise NotFound
    found: Departure = Departure._from_son(row)
    return found


def bookable(departure_id: str) -> Departure:
    """Return a departure that is there for anybody; raise `NotFound`."""
    found = departure(departure_id)
    if found.audience is not Audience.OPEN or found.state is DepartureState.PROPOSED:
        raise NotFound
    return found


def _booking(query: dict[str, object], session: ClientSession | None) -> Booking:
    shown = {**query, "state": {"$ne": BookingState.PLACING.value}}
    row = Booking._get_collection().find_one(shown, session=session)
    if row is None:
        raise NotFound
    found: Booking = Booking._from_son(row)
    return found

"""Bookings as the services leave them, written at once for tests of what comes after."""

from typing import Any

from core.ids import new_id
from models.bookings import Booking, BookingSource, BookingState
from models.departures import Departure, Hold
from services import personal_data
from services.bookings import codes


def create_booking(
    departure: Departure,
    *,
    visitor: str | None = None,
    state: BookingState = BookingState.CONFIRMED,
    party: int = 2,
    name: str = "测试访客 A",
    **changes: Any,
) -> Booking:
    """Write a booking that holds its seats on a departure."""
    booking_id = new_id()
    booking = Booking(
        **personal_data.sealed(Booking, booking_id, {"name": name, "phone": "00000000000"}),
        id=booking_id,
        departure=departure.id,
        route=departure.route,
        visitor=visitor,
        state=state,
        source=BookingSource.VISITOR,
        party=party,
        starts_at=departure.starts_at,
        ends_at=departure.ends_at,
        **changes,
    )
    booking.save(force_insert=True)
    held = Hold(booking=booking_id, visitor=visitor, party=party, since=booking.created_at)
    Departure.objects(id=departure.id).update(inc__held=party, push__holds=held)
    return booking


def scanned(booking: Booking) -> str:
    """Return what the QR of a booking holds now."""
    return codes.payloads(booking, 1)[0].payload

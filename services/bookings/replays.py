"""Requests that are sent again under the same `Idempotency-Key`: they find their booking.

That the same was asked is for who takes the request to see (`services.idempotency.bind`): a booking
may have been changed since.
"""

from core.errors import Conflict
from models.bookings import Booking
from services.bookings import drafting


def find(visitor_id: str | None, departure: str, key: str | None) -> Booking | None:
    """Return the booking that a key made, whatever its state; None when there is none.

    Raises `Conflict("idempotency_reused")` when it is on another departure.
    """
    if key is None:
        return None
    query = {"request_key": drafting.request_key(visitor_id, key)}
    row = Booking._get_collection().find_one(query)
    if row is None:
        return None
    if row["departure"] != departure:
        raise Conflict("idempotency_reused")
    found: Booking = Booking._from_son(row)
    return found


def taken(visitor_id: str | None, departure: str, key: str | None) -> Booking:
    """Return the booking of a request that was there first.

    Raises `Conflict` when there is none: two bookings drew the same short code, which the next try
    will not.
    """
    found = find(visitor_id, departure, key)
    if found is None:
        raise Conflict
    return found

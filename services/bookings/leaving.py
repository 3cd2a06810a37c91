"""A booking leaves its departure: its seats, its place in the queue and its time come free."""

from pymongo.client_session import ClientSession

from models.bookings import Booking, BookingState, By
from models.departures import Departure
from services import seats
from services.actors import Actor
from services.bookings import steps, waiting
from services.bookings.steps import Row
from services.visitors import engagements


def leave(
    booking: Booking,
    to: BookingState,
    *,
    by: By,
    session: ClientSession,
    actor: Actor | None = None,
    verb: str | None = None,
    reason: str | None = None,
    changes: Row | None = None,
    guard: Row | None = None,
) -> tuple[Booking, Booking, Departure]:
    """Move a booking to a state without seats, and offer what came free to who waits.

    To be the first of its transaction. Returns the booking before and after, and the departure.
    `verb` is for the record, as in `steps.move`, whose errors this raises.
    """
    locked = seats.lock(booking.departure, session)
    before, after = steps.move(
        booking.id,
        to,
        by=by,
        session=session,
        actor=actor,
        verb=verb,
        reason=reason,
        changes=changes,
        guard=guard,
    )
    departure = seats.clear(locked, {booking.id}, session)
    if before.visitor is not None:
        engagements.disengage(before.visitor, booking.id, session=session)
    return before, after, waiting.promote(departure, session)

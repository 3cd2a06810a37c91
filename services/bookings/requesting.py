"""Requesting seats: by a visitor, or by staff for who calls or stands at the door.

The booking is written first, then the visitor's time is taken, then the seats are held by one
update, the point of no return; then the visitor is told. Whatever dies between, `settling` ends.
"""

from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.errors import AppError, Conflict
from models.bookings import Booking, BookingSource, BookingState
from models.departures import Departure, DepartureState
from models.visitors import Visitor
from services import audit, permissions, reasons, seats
from services.actors import Actor
from services.bookings import drafting, finding, replays, settling
from services.bookings.drafting import Details as Details
from services.bookings.drafting import Maker
from services.visitors import engagements


def request_visit(
    *, visitor: Visitor, departure: str, party: int, details: Details, key: str | None = None
) -> Booking:
    """Request seats on an open departure; the same `key` makes one booking.

    Raises `NotFound`; `Conflict` with `departure_closed`, `booking_closed`, `slot_full`,
    `visit_overlap`, `too_many_visits`, `booking_suspended`, `too_late`, `idempotency_running` or
    `idempotency_reused`; `Unprocessable("party_size")`; `Invalid`.
    """
    known = _known(visitor, departure, key)
    if known is not None:
        return known
    found = finding.bookable(departure)
    drafting.check_open(found)
    drafting.check_party(found, party)
    maker = Maker(visitor)
    booking = _draft(found, party, details, maker, key)
    try:
        drafting.insert(booking)
    except DuplicateKeyError:
        return _finished(replays.taken(visitor.id, departure, key))
    return _place(booking, maker)


def place_for(
    actor: Actor,
    departure: str,
    party: int,
    details: Details,
    *,
    source: BookingSource,
    override: str | None = None,
) -> Booking:
    """Book seats for somebody without an account; the booking is confirmed at once.

    `override` is the reason for which the time to book, or the size of a group, does not count;
    at the door neither does. Seats always count. Raises what `request_visit` raises.
    """
    permissions.require(actor, "bookings", "write", f"departures:{departure}")
    if override is not None:
        permissions.require(actor, "bookings", "override", f"departures:{departure}")
        reasons.require(override)
    found = finding.departure(departure)
    if override is None and source is not BookingSource.WALK_IN:
        drafting.check_open(found)
        drafting.check_party(found, party)
    elif found.state is not DepartureState.OPEN:
        raise Conflict("departure_closed")
    elif found.ends_at <= now():
        raise Conflict("booking_closed")
    maker = Maker(None, actor, source)
    booking = _draft(found, party, details, maker, None)
    drafting.insert(booking)
    placed = _place(booking, maker, reason=override)
    told = {"departure": departure, "party": party, "source": source.value, "override": override}
    audit.record(actor, "bookings.add", f"bookings:{placed.id}", after=told)
    return placed


def _draft(
    departure: Departure, party: int, details: Details, maker: Maker, key: str | None
) -> Booking:
    until = now() + settling.PLACING
    return drafting.draft(departure, party, details, maker, key=key, settle_by=until)


def _place(booking: Booking, maker: Maker, *, reason: str | None = None) -> Booking:
    """Take the time and the seats of a booking that is written; undo it when that is refused."""
    try:
        if maker.visitor_id is not None:
            engagements.engage(maker.visitor_id, booking.id, booking.starts_at, booking.ends_at)
        held = seats.hold(
            booking.departure,
            booking.id,
            booking.party,
            visitor=maker.visitor_id,
            before=booking.settle_by,
            during=(booking.starts_at, booking.ends_at),
        )
    except AppError:
        settling.undo(booking)
        raise
    told = maker.visitor is not None
    return settling.settle(booking, held, by=maker.by, actor=maker.actor, reason=reason, tells=told)


def _known(visitor: Visitor, departure: str, key: str | None) -> Booking | None:
    found = replays.find(visitor.id, departure, key)
    if found is None or found.state is not BookingState.PLACING:
        return found
    return settling.resume(found)


def _finished(found: Booking) -> Booking:
    """Return a booking that another request with the same key has made."""
    if found.state is not BookingState.PLACING:
        return found
    again = settling.resume(found)
    if again is None:
        raise Conflict("idempotency_running", retry_after_s=1)
    return again

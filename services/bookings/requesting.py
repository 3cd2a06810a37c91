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
from services import permissions, reasons, request_keys, seats
from services.actors import Actor
from services.bookings import attendance, drafting, finding, settling
from services.bookings.drafting import Details as Details
from services.bookings.drafting import Maker
from services.request_keys import RequestKey
from services.visitors import engagements

VERB = "request"


def request_visit(
    *, visitor: Visitor, departure: str, party: int, details: Details, key: str | None = None
) -> Booking:
    """Request seats on an open departure; the same `key` makes one booking.

    Raises `NotFound`; `Conflict` with `departure_closed`, `booking_closed`, `slot_full`,
    `visit_overlap`, `too_many_visits`, `booking_suspended`, `too_late`, `idempotency_running` or
    `idempotency_reused`; `Unprocessable("party_size")`; `Invalid`.
    """
    maker = Maker(visitor)
    keyed = drafting.keyed(maker, key, VERB, departure, party, details)
    known = _known(keyed, maker)
    if known is not None:
        return known
    found = finding.bookable(departure)
    drafting.check_open(found)
    drafting.check_party(found, party)
    return _make(found, party, details, maker, keyed)


def place_for(
    actor: Actor,
    departure: str,
    party: int,
    details: Details,
    *,
    source: BookingSource,
    override: str | None = None,
    key: str | None = None,
) -> Booking:
    """Book seats for somebody without an account; the same `key` of one `actor` makes one booking.

    It is confirmed at once; who stands at the door is checked in, too. `override` is the reason
    for which the time to book, or the size of a group, does not count; at the door neither does,
    but the time of check-ins. Seats always count. Raises what `request_visit` raises, and
    `Conflict` with `check_in_early` or `in_the_past`.
    """
    permissions.require(actor, "bookings", "write", f"departures:{departure}")
    if override is not None:
        permissions.require(actor, "bookings", "override", f"departures:{departure}")
        reasons.require(override)
    maker = Maker(None, actor, source, override)
    keyed = drafting.keyed(maker, key, VERB, departure, party, details)
    known = _known(keyed, maker)
    if known is not None:
        return known
    found = finding.departure(departure)
    _check_for_staff(found, party, maker)
    return _make(found, party, details, maker, keyed)


def _check_for_staff(found: Departure, party: int, maker: Maker) -> None:
    at_the_door = maker.source is BookingSource.WALK_IN
    if at_the_door:
        attendance.require_time(found)
    if maker.override is None and not at_the_door:
        drafting.check_open(found)
        drafting.check_party(found, party)
    elif found.state is not DepartureState.OPEN:
        raise Conflict("departure_closed")
    elif found.ends_at <= now():
        raise Conflict("booking_closed")


def _make(
    departure: Departure, party: int, details: Details, maker: Maker, key: RequestKey | None
) -> Booking:
    """Write a booking and take what it needs, unless another request with its key was first."""
    until = now() + settling.PLACING
    booking = drafting.draft(departure, party, details, maker, key=key, settle_by=until)
    try:
        drafting.insert(booking)
    except DuplicateKeyError:
        return _finished(key, maker)
    return _place(booking, maker)


def _place(booking: Booking, maker: Maker) -> Booking:
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
    return settling.settle(booking, held, maker.actor)


def _known(key: RequestKey | None, maker: Maker) -> Booking | None:
    found = request_keys.find(Booking, key)
    return None if found is None else _resumed(found, maker)


def _resumed(found: Booking, maker: Maker) -> Booking | None:
    """Return a booking that a key made, finished now if it was not; None when it is undone."""
    if found.state is not BookingState.PLACING:
        return found
    return settling.resume(found, maker.actor)


def _finished(key: RequestKey | None, maker: Maker) -> Booking:
    """Return a booking that another request with the same key has made."""
    again = _resumed(request_keys.taken(Booking, key), maker)
    if again is None:
        raise Conflict("idempotency_running", retry_after_s=1)
    return again

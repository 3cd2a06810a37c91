"""Cancelling: by the visitor until the cut-off, by staff with a reason, with the departure."""

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from models.bookings import Booking, BookingState, By
from models.departures import Departure
from models.notifications import Event
from models.visitors import Visitor
from services import permissions, reasons, seats, text_checks
from services.actors import Actor
from services.bookings import finding, leaving, steps, telling
from services.text_checks import Written
from services.visitors import engagements

S = BookingState
# What a cut-off holds for: whoever waits may leave at any time.
BOUND = frozenset({S.REQUESTED, S.CONFIRMED})
CANCELLABLE = (S.REQUESTED, S.WAITLISTED, S.OFFERED, S.CONFIRMED)


def cancel(visitor: Visitor, booking_id: str, *, reason: str | None = None) -> Booking:
    """Cancel a booking of one's own, or leave the waiting list.

    Raises `NotFound`, `Conflict` with `wrong_state` or `cutoff_passed`.
    """
    booking = finding.own(visitor.id, booking_id)

    def work(session: ClientSession) -> Booking:
        before, after, departure = leaving.leave(
            booking, S.CANCELLED, by=By.VISITOR, session=session, reason=reason
        )
        if before.state in BOUND and departure.cancel_by <= now():
            raise Conflict("cutoff_passed", until=telling.shown(departure.cancel_by))
        if reason:
            text_checks.later(Written.CANCELLATION, after, session)
        telling.tell(Event.BOOKING_CANCELLED, after, departure, session=session, acted_at=now())
        return after

    return transaction(work)


def cancel_for(actor: Actor, booking_id: str, *, reason: str) -> Booking:
    """Cancel a booking as staff, also after the cut-off; its visitor is told the reason.

    Raises `Forbidden`, `NotFound`, `Conflict("wrong_state")`, `Invalid("reason_needed")`.
    """
    target = f"bookings:{booking_id}"
    permissions.require(actor, "bookings", "write", target)
    reasons.require(reason)
    booking = finding.booking(booking_id)
    if finding.departure(booking.departure).cancel_by <= now():
        permissions.require(actor, "bookings", "override", target)

    def work(session: ClientSession) -> Booking:
        _, after, departure = leaving.leave(
            booking,
            S.CANCELLED,
            by=By.STAFF,
            session=session,
            actor=actor,
            verb="cancel",
            reason=reason,
        )
        telling.tell(Event.BOOKING_CANCELLED, after, departure, session=session, reason=reason)
        return after

    return transaction(work)


def cancel_all(
    departure: Departure,
    *,
    by: By,
    actor: Actor,
    reason: str,
    session: ClientSession,
) -> int:
    """Cancel whatever is booked or waits on a departure, in the transaction that cancels it.

    `departure` was locked and is closed to bookings in this transaction. Everybody is told the
    reason. Bookings that are being placed are undone. Returns how many were cancelled.
    """
    states = [S.PLACING, *CANCELLABLE]
    query = {"departure": departure.id, "state": {"$in": [one.value for one in states]}}
    found = [Booking._from_son(row) for row in _rows(query, session)]
    seats.clear(departure, {one.id for one in found}, session)
    for booking in found:
        if booking.visitor is not None:
            engagements.disengage(booking.visitor, booking.id, session=session)
        if booking.state is S.PLACING:
            Booking._get_collection().delete_one({"_id": booking.id}, session=session)
            continue
        _, after = steps.move(
            booking.id,
            S.CANCELLED,
            by=by,
            session=session,
            actor=actor,
            verb="cancel",
            reason=reason or None,
        )
        telling.tell(Event.BOOKING_CANCELLED, after, departure, session=session, reason=reason)
    return sum(one.state is not S.PLACING for one in found)


def withdraw(booking: Booking) -> None:
    """Cancel a booking whose account is being deleted, whenever it is; nobody is told."""

    def work(session: ClientSession) -> None:
        leaving.leave(booking, S.CANCELLED, by=By.VISITOR, session=session)

    transaction(work)


def _rows(query: dict[str, object], session: ClientSession) -> list[dict[str, object]]:
    return list(Booking._get_collection().find(query, session=session).sort("_id", 1))

"""Deciding about a request: staff confirm or reject it; undecided, it expires."""

import datetime as dt

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.bookings import Booking, BookingState, By
from models.departures import Departure
from models.notifications import Event
from services import desk_mail, permissions, reasons, seats
from services.actors import Actor, system
from services.bookings import arriving, finding, leaving, steps, telling
from services.desk_mail import Notice

REQUESTED = {"state": BookingState.REQUESTED.value}
EXPIRY = system("bookings.expire")


def confirm(actor: Actor, booking_id: str) -> Booking:
    """Confirm a request. Raises `Forbidden`, `NotFound`, `Conflict("wrong_state")`."""
    permissions.require(actor, "bookings", "decide", f"bookings:{booking_id}")
    booking = finding.booking(booking_id)

    def work(session: ClientSession) -> Booking:
        departure = seats.lock(booking.departure, session)
        _, after = steps.move(
            booking.id,
            BookingState.CONFIRMED,
            by=By.STAFF,
            session=session,
            actor=actor,
            verb="confirm",
            changes={"decide_by": None},
            guard=REQUESTED,
        )
        arriving.confirmed(after, departure, session)
        return after

    return transaction(work)


def reject(actor: Actor, booking_id: str, *, reason: str) -> Booking:
    """Reject a request; its visitor is told the reason, its seats are offered on.

    Raises `Forbidden`, `NotFound`, `Conflict("wrong_state")`, `Invalid("reason_needed")`.
    """
    permissions.require(actor, "bookings", "decide", f"bookings:{booking_id}")
    reasons.require(reason)
    booking = finding.booking(booking_id)

    def work(session: ClientSession) -> Booking:
        _, after, departure = leaving.leave(
            booking,
            BookingState.REJECTED,
            by=By.STAFF,
            session=session,
            actor=actor,
            verb="reject",
            reason=reason,
            changes={"decide_by": None},
        )
        telling.tell(Event.BOOKING_REJECTED, after, departure, session=session, reason=reason)
        return after

    return transaction(work)


def hurry(booking_id: str, until: dt.datetime) -> None:
    """Tell the desk, once, of a request that will end undecided at `until`."""

    def work(session: ClientSession) -> None:
        open_ = {"_id": booking_id, **REQUESTED, "decide_by": until}
        row = Booking._get_collection().find_one(open_, session=session)
        if row is None or now() >= until:
            return
        found = Departure._get_collection().find_one({"_id": row["departure"]}, session=session)
        departure = Departure._from_son(found)
        desk_mail.tell(
            Notice.DECISION_ENDING,
            booking_id,
            session=session,
            at=telling.shown(departure.starts_at),
            route=departure.title.zh,
            people=row["party"],
            until=telling.shown(until),
        )

    transaction(work)


def expire(booking_id: str, until: dt.datetime) -> None:
    """End a request that nobody decided by `until`, and offer its seats on."""
    try:
        booking = finding.booking(booking_id)
    except NotFound:
        return

    def work(session: ClientSession) -> None:
        _, after, departure = leaving.leave(
            booking,
            BookingState.EXPIRED,
            by=By.SYSTEM,
            actor=EXPIRY,
            verb="expire",
            session=session,
            guard={**REQUESTED, "decide_by": until},
        )
        telling.tell(Event.BOOKING_EXPIRED, after, departure, session=session)

    try:
        transaction(work)
    except Conflict:
        return  # it was decided, cancelled or moved

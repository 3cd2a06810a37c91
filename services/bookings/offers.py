"""Seats that were offered to who waited: taken, declined, or lapsed."""

import datetime as dt

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.bookings import Booking, BookingState, By
from models.departures import Departure
from models.notifications import Event
from models.visitors import Visitor
from services import seats
from services.actors import system
from services.bookings import arriving, finding, leaving, steps, telling, waiting
from services.bookings.recording import record
from services.visitors import engagements

CLOCK = system(waiting.LAPSE_JOB)


def accept(visitor: Visitor, booking_id: str) -> Booking:
    """Take offered seats: the booking is confirmed.

    Raises `NotFound`, `Conflict` with `offer_ended`, `wrong_state`, or what `engagements.engage`
    raises, upon which the offer stays.
    """
    booking = finding.own(visitor.id, booking_id)

    def work(session: ClientSession) -> Booking:
        departure = seats.lock(booking.departure, session)
        fresh = finding.own(visitor.id, booking_id, session=session)
        if fresh.state is BookingState.LAPSED or _has_ended(fresh):
            raise Conflict("offer_ended")
        _, after = steps.move(
            booking.id,
            BookingState.CONFIRMED,
            by=By.VISITOR,
            session=session,
            changes={"offer_until": None},
            guard={"state": BookingState.OFFERED.value},
        )
        engagements.engage(
            visitor.id, booking.id, departure.starts_at, departure.ends_at, session=session
        )
        arriving.confirmed(after, departure, session)
        return after

    return transaction(work)


def decline(visitor: Visitor, booking_id: str) -> Booking:
    """Give offered seats to the next; raise `NotFound`, `Conflict("wrong_state")`."""
    booking = finding.own(visitor.id, booking_id)

    def work(session: ClientSession) -> Booking:
        _, after, departure = leaving.leave(
            booking,
            BookingState.CANCELLED,
            by=By.VISITOR,
            session=session,
            changes={"offer_until": None},
            guard={"state": BookingState.OFFERED.value},
        )
        telling.tell(Event.BOOKING_CANCELLED, after, departure, session=session)
        return after

    return transaction(work)


def lapse(booking_id: str, until: dt.datetime) -> None:
    """End an offer that nobody took by `until`, and offer its seats on."""
    try:
        booking = finding.booking(booking_id)
    except NotFound:
        return

    def work(session: ClientSession) -> None:
        before, after, departure = leaving.leave(
            booking,
            BookingState.LAPSED,
            by=By.SYSTEM,
            session=session,
            guard={"state": BookingState.OFFERED.value, "offer_until": until},
        )
        record(CLOCK, "lapse", before, after, session)
        telling.tell(Event.BOOKING_LAPSED, after, departure, session=session)

    try:
        transaction(work)
    except Conflict:
        return  # it was taken, declined or cancelled


def warn(booking_id: str, until: dt.datetime) -> None:
    """Tell that an offer is about to end, unless it was answered."""

    def work(session: ClientSession) -> None:
        open_ = {"state": BookingState.OFFERED.value, "offer_until": until}
        bookings, departures = Booking._get_collection(), Departure._get_collection()
        row = bookings.find_one({"_id": booking_id, **open_}, session=session)
        found = row and departures.find_one({"_id": row["departure"]}, session=session)
        if row and found and now() < until:
            telling.tell(
                Event.BOOKING_OFFER_ENDING,
                Booking._from_son(row),
                Departure._from_son(found),
                session=session,
                once=until.isoformat(),
                until=telling.shown(until),
            )

    transaction(work)


def _has_ended(booking: Booking) -> bool:
    return booking.state is BookingState.OFFERED and booking.offer_until <= now()

"""Seats that were offered to who waited: taken, declined, or lapsed."""

import datetime as dt

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Forbidden, NotFound
from models.bookings import Booking, BookingState, By
from models.departures import Departure
from models.notifications import Event
from models.visitors import Visitor
from services import permissions, seats
from services.actors import Actor, system
from services.bookings import arriving, finding, leaving, reminders, steps, telling, waiting
from services.visitors import engagements

CLOCK = system(waiting.LAPSE_JOB)


def accept(visitor: Visitor, booking_id: str) -> Booking:
    """Take offered seats: the booking is confirmed.

    Raises `NotFound`, `Conflict` with `offer_ended`, `wrong_state`, or what `engagements.engage`
    raises, upon which the offer stays.
    """
    return _accept(finding.own(visitor.id, booking_id), None)


def accept_for(actor: Actor, booking_id: str) -> Booking:
    """Take the seats that were offered to a caller; raise what `accept` does, and `Forbidden`."""
    return _accept(_of_caller(actor, booking_id), actor)


def decline(visitor: Visitor, booking_id: str) -> Booking:
    """Give offered seats to the next; raise `NotFound`, `Conflict("wrong_state")`."""
    return _decline(finding.own(visitor.id, booking_id), None)


def decline_for(actor: Actor, booking_id: str) -> Booking:
    """Give seats that were offered to a caller on; raise what `decline` does, and `Forbidden`."""
    return _decline(_of_caller(actor, booking_id), actor)


def lapse(booking_id: str, until: dt.datetime) -> None:
    """End an offer that nobody took by `until`, and offer its seats on."""
    try:
        booking = finding.booking(booking_id)
    except NotFound:
        return

    def work(session: ClientSession) -> None:
        _, after, departure = leaving.leave(
            booking,
            BookingState.LAPSED,
            by=By.SYSTEM,
            actor=CLOCK,
            verb="lapse",
            session=session,
            guard={"state": BookingState.OFFERED.value, "offer_until": until},
        )
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
                deadlines=(until,),
                until=telling.shown(until),
            )

    transaction(work)


def _accept(booking: Booking, actor: Actor | None) -> Booking:
    """Take offered seats, for a visitor or, with an actor, for a caller, who hears it at once."""

    def work(session: ClientSession) -> Booking:
        departure = seats.lock(booking.departure, session)
        fresh = finding.booking(booking.id, session=session)
        if fresh.state is BookingState.LAPSED or _has_ended(fresh):
            raise Conflict("offer_ended")
        _, after = steps.move(
            booking.id,
            BookingState.CONFIRMED,
            by=By.VISITOR if actor is None else By.STAFF,
            actor=actor,
            verb="accept",
            session=session,
            changes={"offer_until": None},
            guard={"state": BookingState.OFFERED.value, "visitor": booking.visitor},
        )
        if booking.visitor is not None:
            during = (departure.starts_at, departure.ends_at)
            engagements.engage(booking.visitor, booking.id, *during, session=session)
        if actor is None:
            arriving.confirmed(after, departure, session, acted_at=now())
        else:
            reminders.plan(after, departure, session)
        return after

    return transaction(work)


def _decline(booking: Booking, actor: Actor | None) -> Booking:
    def work(session: ClientSession) -> Booking:
        _, after, departure = leaving.leave(
            booking,
            BookingState.CANCELLED,
            by=By.VISITOR if actor is None else By.STAFF,
            actor=actor,
            verb="decline",
            session=session,
            changes={"offer_until": None},
            guard={"state": BookingState.OFFERED.value},
        )
        if actor is None:
            telling.tell(Event.BOOKING_CANCELLED, after, departure, session=session, acted_at=now())
        return after

    return transaction(work)


def _of_caller(actor: Actor, booking_id: str) -> Booking:
    """Return the booking of who has no account; visitors answer for themselves."""
    permissions.require(actor, "bookings", "write", f"bookings:{booking_id}")
    booking = finding.booking(booking_id)
    if booking.visitor is not None:
        raise Forbidden
    return booking


def _has_ended(booking: Booking) -> bool:
    return booking.state is BookingState.OFFERED and booking.offer_until <= now()

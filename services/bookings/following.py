"""Bookings follow a departure that staff changed: its times, and word of it to everybody."""

import datetime as dt

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from models.bookings import LIVE, Booking, BookingState
from models.departures import Departure
from models.notifications import Event
from services.bookings import arriving, reminders, telling, waiting
from services.visitors import engagements


def follow(departure: Departure, *, reason: str, session: ClientSession) -> int:
    """Take over the times of a departure, in the transaction that changed it; tell everybody.

    Who is then on two visits at one time is told like all others, and cancels one of them.
    Returns how many bookings there were, the waiting ones included.
    """
    states = [BookingState.PLACING.value, *sorted(one.value for one in LIVE)]
    query = {"departure": departure.id, "state": {"$in": states}}
    shown = {"_id": 1, "starts_at": 1}
    rows = list(Booking._get_collection().find(query, shown, session=session).sort("_id", 1))
    for row in rows:
        _follow(row["_id"], row["starts_at"], departure, reason, session)
    return len(rows)


def _follow(
    booking_id: str, was: dt.datetime, departure: Departure, reason: str, session: ClientSession
) -> None:
    times = {"starts_at": departure.starts_at, "ends_at": departure.ends_at}
    row = Booking._get_collection().find_one_and_update(
        {"_id": booking_id},
        {"$set": {**times, "updated_at": now()}, "$inc": {"revision": 1}},
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    booking = Booking._from_son(row)
    if booking.visitor is not None:
        engagements.follow(booking.visitor, booking.id, **times, session=session)
    if booking.state is BookingState.PLACING:
        return  # nobody knows of it yet
    if booking.state is BookingState.CONFIRMED:
        reminders.plan(booking, departure, session)
    _bring_forward(booking, departure, session)
    is_offered = booking.state is BookingState.OFFERED
    answer_by = [arriving.latest_answer(departure)] if is_offered else []
    telling.tell(
        Event.DEPARTURE_CHANGED,
        booking,
        departure,
        session=session,
        deadlines=(was, *answer_by),
        reason=reason,
    )


def _bring_forward(booking: Booking, departure: Departure, session: ClientSession) -> None:
    """Let a decision or an offer end no later than the departure now allows."""
    bound = arriving.latest_answer(departure)
    if booking.state is BookingState.REQUESTED and booking.decide_by > bound:
        _set(booking, {"decide_by": bound}, session)
        arriving.await_decision(booking, bound, session)
    elif booking.state is BookingState.OFFERED and booking.offer_until > bound:
        _set(booking, {"offer_until": bound}, session)
        waiting.end_offer(booking.id, bound, session)


def _set(booking: Booking, fields: dict[str, dt.datetime], session: ClientSession) -> None:
    Booking._get_collection().update_one({"_id": booking.id}, {"$set": fields}, session=session)

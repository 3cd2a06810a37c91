"""Reminders of a visit: a day and two hours before, outside of the quiet hours, once each."""

import datetime as dt
from collections.abc import Mapping

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState
from models.notifications import Event
from services import outbox, quiet_hours
from services.bookings import telling

REMIND_JOB = "bookings.remind"
BEFORE: Mapping[Event, dt.timedelta] = {
    Event.REMINDER_DAY: dt.timedelta(hours=24),
    Event.REMINDER_HOURS: dt.timedelta(hours=2),
}
# So long before the start a reminder comes at the latest, at whatever hour.
LATEST = dt.timedelta(minutes=30)


def plan(booking: Booking, departure: Departure, session: ClientSession) -> None:
    """Write the reminders of a confirmed booking with what confirms it; past ones are left out.

    To be called again when the departure starts at another time: the former ones do nothing.
    """
    starts_at = departure.starts_at
    for event, before in BEFORE.items():
        if starts_at - before <= now():
            continue
        outbox.enqueue(
            REMIND_JOB,
            {"booking": booking.id, "event": event.value, "starts_at": starts_at},
            run_at=due_at(event, starts_at),
            dedupe_key=f"{REMIND_JOB}:{booking.id}:{event.value}:{starts_at.isoformat()}",
            session=session,
        )


def due_at(event: Event, starts_at: dt.datetime) -> dt.datetime:
    """Return when to remind: what falls into the quiet hours waits for their end.

    Not beyond what leaves time to set out: then it comes before their end.
    """
    return min(quiet_hours.after(starts_at - BEFORE[event]), starts_at - LATEST)


def remind(booking_id: str, event: Event, starts_at: dt.datetime) -> None:
    """Remind of a visit, unless it was cancelled, moved or has begun, or a later reminder is due.

    A worker that was down for long tells nobody that a visit of today is tomorrow.
    """
    later = [due_at(other, starts_at) for other in BEFORE if BEFORE[other] < BEFORE[event]]
    if now() > min([*later, starts_at]):
        return

    def work(session: ClientSession) -> None:
        bookings, departures = Booking._get_collection(), Departure._get_collection()
        row = bookings.find_one(
            {"_id": booking_id, "state": BookingState.CONFIRMED.value}, session=session
        )
        found = row and departures.find_one(
            {"_id": row["departure"], "state": DepartureState.OPEN.value, "starts_at": starts_at},
            session=session,
        )
        if row and found:
            departure = Departure._from_son(found)
            once = starts_at.isoformat()
            booking = Booking._from_son(row)
            telling.tell(event, booking, departure, session=session, once=once)

    transaction(work)

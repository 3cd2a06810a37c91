"""A booking whose seats are held becomes requested or confirmed."""

import datetime as dt

from pymongo.client_session import ClientSession

from core.clock import now
from models.bookings import Booking, BookingSource, BookingState, By
from models.departures import Departure
from models.notifications import Event
from models.routes import Confirmation
from services import booking_policy, desk_mail, outbox, quiet_hours, scenes, text_checks
from services.actors import Actor
from services.bookings import reminders, steps, telling
from services.desk_mail import Notice
from services.text_checks import Written

EXPIRE_JOB, HURRY_JOB = "bookings.expire", "bookings.hurry"
# The desk is told once more when this part of its time is left. The quiet hours are none of it.
HURRY_PART = 4


def arrive(
    booking: Booking,
    departure: Departure,
    *,
    by: By,
    session: ClientSession,
    actor: Actor | None = None,
    reason: str | None = None,
    tells: bool = True,
) -> Booking:
    """Move a booking that is being placed and holds its seats on; tell its visitor.

    What staff place, for whomever, is decided. Raises `NotFound` when it was undone meanwhile,
    `Conflict` when it was finished, or its account deleted.
    """
    decided = (
        by is By.STAFF
        or booking.source is not BookingSource.VISITOR
        or departure.terms.confirmation is Confirmation.AUTOMATIC
    )
    decide_by = None if decided else decision_due(departure)
    acted_at = booking.steps[0].at if by is By.VISITOR else None
    _, after = steps.move(
        booking.id,
        BookingState.CONFIRMED if decided else BookingState.REQUESTED,
        by=by,
        session=session,
        actor=actor,
        reason=reason,
        changes={"settle_by": None, "decide_by": decide_by},
        guard={"visitor": booking.visitor, "state": BookingState.PLACING.value},
    )
    noted(after, session)
    if decide_by is not None:
        await_decision(after, decide_by, session)
        desk_mail.tell(
            Notice.BOOKING_REQUESTED,
            after.id,
            session=session,
            at=telling.shown(departure.starts_at),
            route=departure.title.zh,
            people=after.party,
            until=telling.shown(decide_by),
        )
        if tells:
            telling.tell(
                Event.BOOKING_REQUESTED, after, departure, session=session, acted_at=acted_at
            )
    elif tells:
        confirmed(after, departure, session, acted_at=acted_at)
    else:
        reminders.plan(after, departure, session)
    return after


def noted(booking: Booking, session: ClientSession) -> None:
    """Count by which code a booking came, and have checked what its visitor wrote."""
    if booking.source is not BookingSource.VISITOR:
        return
    scenes.attribute(booking.scene, session)
    text_checks.later(Written.BOOKING, booking, session)


def confirmed(
    booking: Booking,
    departure: Departure,
    session: ClientSession,
    *,
    acted_at: dt.datetime | None = None,
) -> None:
    """Plan the reminders of a booking that was confirmed just now; tell its visitor.

    `acted_at` is when they did what confirmed it, unless staff did.
    """
    reminders.plan(booking, departure, session)
    telling.tell(Event.BOOKING_CONFIRMED, booking, departure, session=session, acted_at=acted_at)


def decision_due(departure: Departure) -> dt.datetime:
    """Return until when staff decide."""
    return min(now() + booking_policy.current().decision, latest_answer(departure))


def latest_answer(departure: Departure) -> dt.datetime:
    """Return when decisions and offers end: at the cut-off, or where that is over at the start."""
    ahead = departure.cancel_by > now()
    latest: dt.datetime = departure.cancel_by if ahead else departure.starts_at
    return latest


def await_decision(booking: Booking, decide_by: dt.datetime, session: ClientSession) -> None:
    """Write the jobs that end a request at `decide_by`, and warn the desk before.

    Neither does anything when it is decided by then.
    """
    hurry_at = quiet_hours.near_end(now(), decide_by, HURRY_PART)
    for name, run_at in ((HURRY_JOB, hurry_at), (EXPIRE_JOB, decide_by)):
        outbox.enqueue(
            name,
            {"booking": booking.id, "until": decide_by},
            run_at=run_at,
            dedupe_key=f"{name}:{booking.id}:{decide_by.isoformat()}",
            session=session,
        )

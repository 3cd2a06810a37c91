"""Bookings whose maker died, or was cut off from the database, before all was written.

Seats are held by one update (`services.seats.hold`), which succeeds until `settle_by` only. Whoever
looks well after that knows: the seats are held, and the booking is finished; or they never will be,
and it is undone.
"""

import datetime as dt

from pymongo.client_session import ClientSession

from core import logs
from core.clock import now
from core.db import transaction
from core.errors import AppError, Conflict, NotFound
from models.bookings import Booking, BookingSource, BookingState, By
from models.departures import Departure
from models.staff import Staff
from services import audit, booking_policy, seats
from services.actors import Actor, system
from services.bookings import arriving, attendance, waiting
from services.visitors import engagements

SETTLE_JOB = "bookings.settle"
# Seats must be held within this of the request.
PLACING = dt.timedelta(seconds=30)
# What an update may take that began in time, beyond what the driver grants it.
MARGIN = dt.timedelta(seconds=5)
BATCH = 200

logger = logs.get(__name__)


def settle(booking: Booking, departure: Departure, actor: Actor | None = None) -> Booking:
    """Finish a booking that holds its seats; raise `Conflict` when it was undone meanwhile.

    What an `actor` has made is put on record with it, and who stands at the door is checked in.
    """
    first = booking.steps[0]
    tells = booking.visitor is not None

    def work(session: ClientSession) -> Booking:
        at_the_door = booking.source is BookingSource.WALK_IN
        known = seats.lock(booking.departure, session) if at_the_door else departure
        after = arriving.arrive(
            booking,
            known,
            by=first.by,
            session=session,
            actor=actor,
            reason=first.reason,
            tells=tells,
        )
        if actor is None:
            return after
        _record(actor, after, first.reason, session)
        if at_the_door:
            return attendance.admit(actor, after, known, session=session)
        return after

    try:
        return transaction(work)
    except NotFound:
        # The departure was cancelled and took the booking along.
        raise Conflict("departure_closed") from None
    except Conflict as error:
        return _settled(booking.id, error)


def undo(booking: Booking) -> None:
    """Remove a booking that never got its seats, or whose account is gone, and free its time."""

    def work(session: ClientSession) -> None:
        departure, freed = _release(booking, session)
        guard = {"_id": booking.id, "state": BookingState.PLACING.value}
        if not Booking._get_collection().delete_one(guard, session=session).deleted_count:
            # It was finished or undone meanwhile: whatever it holds is its own.
            raise NotFound
        if booking.visitor is not None:
            engagements.disengage(booking.visitor, booking.id, session=session)
        if departure is not None and freed:
            waiting.promote(departure, session)

    try:
        transaction(work)
    except NotFound:
        return


def resume(booking: Booking, actor: Actor | None = None) -> Booking | None:
    """Go on with a booking that is being placed; None when it was undone.

    `actor` is who sends the request again; without, it is finished in the name of who made it.
    Raises `Conflict("idempotency_running")` while its maker may still be at work.
    """
    departure = _departure(booking)
    if departure is not None and seats.holds(departure, booking.id) and not _is_orphan(booking):
        return settle(booking, departure, actor or _maker(booking))
    if not _is_due(booking):
        raise Conflict("idempotency_running", retry_after_s=1)
    undo(booking)
    return None


def settle_due() -> int:
    """Finish or undo what its maker left; return how many bookings there were."""
    rows = list(Booking._get_collection().find(_due()).limit(BATCH))
    for row in rows:
        booking = Booking._from_son(row)
        try:
            resume(booking)
        except AppError as error:
            logger.info("booking_unsettled", booking=booking.id, error=error.code)
    return len(rows)


def is_pending() -> bool:
    """Tell whether there is anything to settle."""
    return Booking._get_collection().find_one(_due(), {"_id": 1}) is not None


def patience() -> dt.timedelta:
    """Return how long after `settle_by` an update that began in time may still take effect."""
    timeout = booking_policy.current().settings.mongodb_timeout_ms
    return dt.timedelta(milliseconds=timeout) + MARGIN


def _maker(booking: Booking) -> Actor | None:
    """Return the member of staff who made a booking; None when its visitor did."""
    first = booking.steps[0]
    if first.by is not By.STAFF:
        return None
    account = first.actor and Staff.objects(id=first.actor).first()
    if not account:
        return system(SETTLE_JOB)
    roles = frozenset(account.roles)
    return Actor(account.id, account.name, roles, account.department, "", "")


def _record(actor: Actor, after: Booking, override: str | None, session: ClientSession) -> None:
    told = {
        "departure": after.departure,
        "party": after.party,
        "source": after.source.value,
        "override": override,
    }
    audit.record(actor, "bookings.add", f"bookings:{after.id}", after=told, session=session)


def _due() -> dict[str, object]:
    return {"state": BookingState.PLACING.value, "settle_by": {"$lt": now() - patience()}}


def _is_due(booking: Booking) -> bool:
    return bool(booking.settle_by < now() - patience())


def _is_orphan(booking: Booking) -> bool:
    """Tell whether the account of a booking was deleted while it was being placed."""
    return booking.source is BookingSource.VISITOR and booking.visitor is None


def _release(booking: Booking, session: ClientSession) -> tuple[Departure | None, bool]:
    if _departure(booking, session) is None:
        return None, False
    seats.lock(booking.departure, session)
    return seats.release(booking.departure, booking.id, session=session)


def _settled(booking_id: str, error: Conflict) -> Booking:
    """Return a booking that somebody else finished at this moment."""
    row = Booking._get_collection().find_one({"_id": booking_id})
    if row is None or row["state"] == BookingState.PLACING.value:
        raise error
    found: Booking = Booking._from_son(row)
    return found


def _departure(booking: Booking, session: ClientSession | None = None) -> Departure | None:
    row = Departure._get_collection().find_one({"_id": booking.departure}, session=session)
    return None if row is None else Departure._from_son(row)

"""The waiting list: free seats go to the first group, in order of request, that fits.

`promote` is the one way by which seats that came free are offered on.
"""

import datetime as dt

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.bookings import Booking, BookingSource, BookingState, By
from models.departures import Departure, Minimum
from models.notifications import Event
from models.visitors import ENGAGEMENTS_MAX, Visitor
from services import booking_policy, outbox, permissions, quiet_hours, request_keys, seats
from services.actors import Actor, system
from services.bookings import arriving, drafting, finding, steps, telling
from services.bookings.drafting import Details, Maker
from services.visitors import accounts, engagements

LAPSE_JOB, WARN_JOB = "bookings.lapse", "bookings.warn"
# The offer's end is told when this part of its time is left. The quiet hours are none of it.
WARN_PART = 4
QUEUE = system("bookings.waiting")


def promote(departure: Departure, session: ClientSession) -> Departure:
    """Offer free seats to who waits, in the transaction that freed them; return the departure.

    `departure` is as this transaction left it. After the cut-off nothing is offered any more.
    """
    while now() < departure.cancel_by:
        seated = seats.seat_first_waiting(departure, session=session)
        if seated is None:
            break
        departure, booking_id = seated
        _offer(booking_id, departure, session)
    return departure


def join(
    *, visitor: Visitor, departure: str, party: int, details: Details, key: str | None = None
) -> Booking:
    """Wait for seats on a departure that has not enough of them; the same `key` joins once.

    Raises `NotFound`, `Conflict` with `seats_free`, `queue_full`, `booking_closed`,
    `departure_closed`, `visit_overlap` (already on this departure), `too_many_visits` or
    `booking_suspended`, and what `drafting` raises.
    """
    return _join(departure, party, details, Maker(visitor), key)


def join_for(
    actor: Actor, departure: str, party: int, details: Details, *, key: str | None = None
) -> Booking:
    """Wait for somebody who called; the same `key` of one member of staff joins once.

    Raises what `join` raises, and `Forbidden`.
    """
    permissions.require(actor, "bookings", "write", f"departures:{departure}")
    maker = Maker(None, actor, BookingSource.PHONE)
    return _join(departure, party, details, maker, key)


def lapse_all(departure: Departure, session: ClientSession) -> Departure:
    """End the waiting of everybody in the queue, at the cut-off, and tell them."""
    waits = [one.booking for one in departure.queue]
    if not waits:
        return departure
    departure = seats.clear(departure, waits, session)
    for booking_id in waits:
        _, after = steps.move(
            booking_id,
            BookingState.LAPSED,
            by=By.SYSTEM,
            actor=QUEUE,
            verb="lapse",
            session=session,
        )
        telling.tell(Event.BOOKING_LAPSED, after, departure, session=session)
    return departure


def _join(departure: str, party: int, details: Details, maker: Maker, key: str | None) -> Booking:
    visitor = maker.visitor_id
    keyed = drafting.keyed(maker, key, "wait", departure, party, details)
    known = request_keys.find(Booking, keyed)
    if known is not None:
        return known
    found = finding.bookable(departure)
    drafting.check_open(found)
    drafting.check_party(found, party)
    booking = drafting.draft(found, party, details, maker, key=keyed)

    def work(session: ClientSession) -> Booking:
        locked = seats.lock(found.id, session)
        _check_queue(locked, visitor)
        if visitor is not None:
            _check_visitor(visitor, session)
        booking.starts_at, booking.ends_at = locked.starts_at, locked.ends_at
        seats.wait(locked.id, booking.id, party, visitor=visitor, session=session)
        drafting.insert(booking, session)
        _, after = steps.move(
            booking.id,
            BookingState.WAITLISTED,
            by=maker.by,
            actor=maker.actor,
            verb="wait",
            session=session,
        )
        arriving.noted(after, session)
        telling.tell(Event.BOOKING_WAITLISTED, after, locked, session=session, acted_at=now())
        return after

    try:
        return transaction(work)
    except DuplicateKeyError:
        return request_keys.taken(Booking, keyed)


def _offer(booking_id: str, departure: Departure, session: ClientSession) -> None:
    lasts = booking_policy.current().offer
    until = min(quiet_hours.after_waking(now(), lasts), departure.cancel_by)
    _, after = steps.move(
        booking_id,
        BookingState.OFFERED,
        by=By.SYSTEM,
        actor=QUEUE,
        verb="offer",
        session=session,
        changes={"offer_until": until},
    )
    telling.tell(
        Event.BOOKING_OFFERED,
        after,
        departure,
        session=session,
        deadlines=(departure.cancel_by,),
        until=telling.shown(until),
    )
    end_offer(booking_id, until, session)


def end_offer(booking_id: str, until: dt.datetime, session: ClientSession) -> None:
    """Write the jobs that end an offer at `until`, and warn before, unless it is answered."""
    warn_at = quiet_hours.near_end(now(), until, WARN_PART)
    _plan(WARN_JOB, booking_id, until, warn_at, session)
    _plan(LAPSE_JOB, booking_id, until, until, session)


def _plan(
    name: str, booking_id: str, until: dt.datetime, run_at: dt.datetime, session: ClientSession
) -> None:
    outbox.enqueue(
        name,
        {"booking": booking_id, "until": until},
        run_at=run_at,
        dedupe_key=f"{name}:{booking_id}:{until.isoformat()}",
        session=session,
    )


def _check_queue(departure: Departure, visitor_id: str | None) -> None:
    """Refuse who is on the departure already, and everybody once the queue has ended.

    Callers have no account by which to know them.
    """
    if departure.minimum is not Minimum.AHEAD or departure.cancel_by <= now():
        raise Conflict("booking_closed")
    present = {one.visitor for one in (*departure.holds, *departure.queue)}
    if visitor_id is not None and visitor_id in present:
        raise Conflict("visit_overlap", at=telling.shown(departure.starts_at))


def _check_visitor(visitor_id: str, session: ClientSession) -> None:
    guard = {"suspended_until": {"$not": {"$gt": now()}}}
    if not accounts.touch(visitor_id, session, guard=guard):
        engagements.check_suspension(visitor_id, session)
        raise NotFound
    waits = {"visitor": visitor_id, "state": BookingState.WAITLISTED.value}
    if Booking._get_collection().count_documents(waits, session=session) >= ENGAGEMENTS_MAX:
        raise Conflict("too_many_visits")

"""Rescheduling: seats change from one departure to another in one transaction, or not at all."""

from collections.abc import Callable

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from core.ids import new_id
from models.bookings import Booking, BookingState, By, Step
from models.departures import Departure
from models.notifications import Event
from models.visitors import Visitor
from services import permissions, personal_data, reasons, request_keys, seats
from services.actors import Actor
from services.bookings import arriving, codes, drafting, finding, steps, telling, waiting
from services.request_keys import RequestKey
from services.visitors import engagements

# What the new booking takes over; the personal part is sealed anew.
TAKEN_OVER = ("visitor", "source", "party", "no_car", "tracks", "language", "channel", "demo")
Check = Callable[[Departure, Departure], None]


def reschedule(
    visitor: Visitor, booking_id: str, departure: str, *, key: str | None = None
) -> Booking:
    """Move a booking to another open departure; return the new booking.

    Possible until `reschedule_by` of the old departure and `closes_at` of the new one. Raises
    `NotFound`; `Conflict` with `wrong_state`, `cutoff_passed`, `same_departure`, `slot_full` and
    what a request raises: the old booking then stands as it was.
    """
    keyed = request_keys.of(visitor.id, key, "move", booking_id, departure)
    known = request_keys.find(Booking, keyed)
    if known is not None:
        return known
    old = finding.own(visitor.id, booking_id)
    target = finding.bookable(departure)
    drafting.check_party(target, old.party)

    def check(left: Departure, reached: Departure) -> None:
        if left.reschedule_by <= now():
            raise Conflict("cutoff_passed", until=telling.shown(left.reschedule_by))
        drafting.check_open(reached)

    try:
        return _move(old, target, check, by=By.VISITOR, key=keyed)
    except DuplicateKeyError:
        return request_keys.taken(Booking, keyed)


def reschedule_for(actor: Actor, booking_id: str, departure: str, *, reason: str) -> Booking:
    """Move a booking as staff, with a reason that its visitor is told; return the new booking.

    Beyond the cut-offs, or the size of groups, that needs the right to override. Raises what
    `reschedule` raises, `Forbidden` and `Invalid("reason_needed")`.
    """
    target_name = f"bookings:{booking_id}"
    permissions.require(actor, "bookings", "write", target_name)
    reasons.require(reason)
    old = finding.booking(booking_id)
    target = finding.bookable(departure)
    late = min(finding.departure(old.departure).reschedule_by, target.closes_at) <= now()
    if late or not drafting.allows(target, old.party):
        permissions.require(actor, "bookings", "override", target_name)

    def check(_left: Departure, reached: Departure) -> None:
        if reached.ends_at <= now():
            raise Conflict("booking_closed")

    return _move(old, target, check, by=By.STAFF, actor=actor, reason=reason)


def _move(
    old: Booking,
    target: Departure,
    check: Check,
    *,
    by: By,
    actor: Actor | None = None,
    reason: str | None = None,
    key: RequestKey | None = None,
) -> Booking:
    if old.departure == target.id:
        raise Conflict("same_departure")
    new = _successor(old, target, by, actor, key)

    def work(session: ClientSession) -> Booking:
        locked = {name: seats.lock(name, session) for name in sorted((old.departure, target.id))}
        check(locked[old.departure], locked[target.id])
        steps.move(
            old.id,
            BookingState.RESCHEDULED,
            by=by,
            session=session,
            actor=actor,
            verb="reschedule",
            reason=reason,
            changes={"moved_to": new.id, "decide_by": None},
            guard={"party": old.party, "visitor": old.visitor},
        )
        during = (new.starts_at, new.ends_at)
        held = seats.hold(
            target.id, new.id, new.party, visitor=new.visitor, during=during, session=session
        )
        freed, _ = seats.release(old.departure, old.id, session=session)
        _engage(old, new, session, by_themselves=actor is None)
        drafting.insert(new, session)
        after = arriving.arrive(new, held, by=by, session=session, actor=actor, tells=False)
        acted_at = now() if actor is None else None
        telling.tell(
            Event.BOOKING_RESCHEDULED,
            after,
            held,
            session=session,
            acted_at=acted_at,
            deadlines=(old.starts_at,),
            was=telling.shown(old.starts_at),
        )
        if after.state is BookingState.REQUESTED:
            # Whoever was confirmed before must know that this is not.
            telling.tell(Event.BOOKING_REQUESTED, after, held, session=session, acted_at=acted_at)
        waiting.promote(freed, session)
        return after

    return transaction(work)


def _successor(
    old: Booking, target: Departure, by: By, actor: Actor | None, key: RequestKey | None
) -> Booking:
    """Return the booking on the new departure, not yet written."""
    booking_id = new_id()
    plain = {name: personal_data.opened(old, name) for name in Booking.SEALED}
    plain.pop("feedback_text")
    who = None if actor is None or actor.is_system else actor.id
    return Booking(
        **{"id": booking_id, **personal_data.sealed(Booking, booking_id, plain)},
        **{name: getattr(old, name) for name in TAKEN_OVER},
        departure=target.id,
        route=target.route,
        state=BookingState.PLACING,
        starts_at=target.starts_at,
        ends_at=target.ends_at,
        code=codes.new_short_code(),
        **({} if key is None else key.stored),
        moved_from=old.id,
        steps=[Step(state=BookingState.PLACING, at=now(), by=by, actor=who)],
    )


def _engage(old: Booking, new: Booking, session: ClientSession, *, by_themselves: bool) -> None:
    if new.visitor is None:
        return
    engagements.engage(
        new.visitor,
        new.id,
        new.starts_at,
        new.ends_at,
        instead_of=old.id,
        by_themselves=by_themselves,
        session=session,
    )

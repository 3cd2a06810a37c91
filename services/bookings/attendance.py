"""Who came: check-in by QR, short code or booking, undone with a reason; who did not come.

Each verb is one transaction that writes the departure first, then the visitor, the booking and
the record of it. A check-in tells nobody anything: the visitor stands at the door.
"""

import datetime as dt
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from models.bookings import Booking, BookingState, By
from models.departures import Departure, DepartureState
from models.notifications import Event
from services import keyset, permissions, reasons, seats
from services.actors import Actor, system
from services.bookings import codes, finding, steps, strikes, telling
from services.keyset import Position
from services.visitors import accounts

RESOURCE = "bookings"
OPENS_BEFORE = dt.timedelta(hours=2)
# Whoever completes visits, departures and bookings alike.
CLOCK = system("departures.complete")
S = BookingState


def check_in_by_payload(actor: Actor, payload: str) -> Booking:
    """Check a group in by what its QR holds; raises what `check_in` does, and `code_wrong`."""
    permissions.require(actor, RESOURCE, "check_in")
    return check_in(actor, codes.verify(payload))


def check_in_by_code(actor: Actor, code: str) -> Booking:
    """Check a group in by its short code; raises what `check_in` does, and `code_wrong`."""
    permissions.require(actor, RESOURCE, "check_in")
    return check_in(actor, codes.find_short(code))


def check_in(actor: Actor, booking_id: str, *, override: str | None = None) -> Booking:
    """Note that a group came: from two hours before the start to the end of the visit.

    Outside of that only with the right to override and its reason. A group that was marked as a
    no-show is checked in all the same. Raises `NotFound`, and `Conflict` with `check_in_early`,
    `in_the_past`, `checked_in_already`, `departure_closed` or `wrong_state`.
    """
    permissions.require(actor, RESOURCE, "check_in", target(booking_id))
    if override is not None:
        permissions.require(actor, RESOURCE, "override", target(booking_id))
        reasons.require(override)

    def work(session: ClientSession) -> Booking:
        found, departure = _enter(booking_id, session)
        if found.state is S.CHECKED_IN:
            raise Conflict("checked_in_already")
        if departure.state not in (DepartureState.OPEN, DepartureState.COMPLETED):
            raise Conflict("departure_closed")
        if override is None:
            require_time(departure)
        return admit(actor, found, departure, override=override, session=session)

    return transaction(work)


def admit(
    actor: Actor,
    found: Booking,
    departure: Departure,
    *,
    override: str | None = None,
    session: ClientSession,
) -> Booking:
    """Note that a group came whose time was checked, in a transaction that wrote the departure."""
    changes = {"checked_in_at": now()}
    came = _move(actor, "check_in", found, S.CHECKED_IN, override, changes, session=session)
    if departure.state is DepartureState.OPEN:
        return came
    # What follows the end of a visit has been done for all others.
    return complete(came.id, departure, session)


def complete(booking_id: str, departure: Departure, session: ClientSession) -> Booking:
    """End the visit of a group that came, and thank it."""
    _, over = steps.move(
        booking_id, S.COMPLETED, by=By.SYSTEM, actor=CLOCK, verb="complete", session=session
    )
    telling.tell(Event.VISIT_OVER, over, departure, session=session)
    return over


def undo_check_in(actor: Actor, booking_id: str, *, reason: str) -> Booking:
    """Take a check-in back; raise `Invalid("reason_needed")`, `NotFound`, `wrong_state`."""
    return _undo(actor, "undo_check_in", booking_id, S.CHECKED_IN, reason)


def send_home(actor: Actor, departure: str, *, reason: str, session: ClientSession) -> None:
    """Take the check-ins of a departure back, in the transaction that wrote and cancels it."""
    query = {"departure": departure, "state": S.CHECKED_IN.value}
    for row in list(Booking._get_collection().find(query, session=session).sort("_id", 1)):
        found, changes = Booking._from_son(row), {"checked_in_at": None}
        _move(actor, "undo_check_in", found, S.CONFIRMED, reason, changes, session=session)


def undo_no_show(actor: Actor, booking_id: str, *, reason: str) -> Booking:
    """Take the mark of a no-show back, and the suspension with it when it no longer follows.

    Raises `Invalid("reason_needed")`, `NotFound`, `Conflict("wrong_state")`.
    """
    return _undo(actor, "undo_no_show", booking_id, S.NO_SHOW, reason)


def no_show(actor: Actor, booking_id: str, *, reason: str | None = None) -> Booking:
    """Note that a group did not come, once its visit has begun; it counts as a strike.

    Raises `NotFound`, `Conflict` with `not_begun` or `wrong_state`.
    """
    permissions.require(actor, RESOURCE, "check_in", target(booking_id))

    def work(session: ClientSession) -> Booking:
        found, departure = _enter(booking_id, session)
        return miss(actor, found, departure, reason=reason, session=session)

    return transaction(work)


def miss(
    actor: Actor,
    found: Booking,
    departure: Departure,
    *,
    reason: str | None = None,
    session: ClientSession,
) -> Booking:
    """Do what `no_show` does, in the transaction of a caller who wrote the departure first."""
    if found.state is S.CONFIRMED and now() < departure.starts_at:
        raise Conflict("not_begun")
    moved = _move(actor, "no_show", found, S.NO_SHOW, reason, {}, session=session)
    if moved.visitor is not None:
        # Whoever has no account has nothing that could be stopped, and is not called about it.
        telling.tell(Event.NO_SHOW, moved, departure, session=session)
    return moved


def late(
    actor: Actor, *, departure: str | None = None, limit: int = 50, after: Position | None = None
) -> list[Booking]:
    """Return who is confirmed and has not come although the visit began, the earliest first.

    After the visit they stay here until they are checked in or marked as a no-show. `after` is
    a position (start and id).
    """
    permissions.require(actor, RESOURCE, "read")
    query: dict[str, Any] = {
        "state": S.CONFIRMED.value,
        **({} if departure is None else {"departure": str(departure)}),
        "$and": [
            {"starts_at": {"$lte": now()}},
            keyset.after(after, "starts_at", ascending=True),
        ],
    }
    rows = Booking._get_collection().find(query)
    ordered = rows.sort([("starts_at", 1), ("_id", 1)]).limit(limit)
    return [Booking._from_son(row) for row in ordered]


def require_time(departure: Departure) -> None:
    """Raise `Conflict` with `check_in_early` or `in_the_past` out of the time for check-ins."""
    moment = now()
    if moment < departure.starts_at - OPENS_BEFORE:
        raise Conflict("check_in_early")
    if moment > departure.ends_at:
        raise Conflict("in_the_past")


def _enter(booking_id: str, session: ClientSession) -> tuple[Booking, Departure]:
    """Return a booking with its departure, which is written before anything is decided."""
    departure = seats.lock(finding.booking(booking_id).departure, session)
    return finding.booking(booking_id, session=session), departure


def target(booking_id: str) -> str:
    """Return how the audit log names a booking."""
    return f"{RESOURCE}:{booking_id}"


def _undo(actor: Actor, verb: str, booking_id: str, state: BookingState, reason: str) -> Booking:
    permissions.require(actor, RESOURCE, "check_in", target(booking_id))
    reasons.require(reason)

    def work(session: ClientSession) -> Booking:
        found, _ = _enter(booking_id, session)
        if found.state is not state:
            raise Conflict("wrong_state", state=found.state.value)
        changes = {"checked_in_at": None}
        return _move(actor, verb, found, S.CONFIRMED, reason, changes, session=session)

    return transaction(work)


def _move(
    actor: Actor,
    verb: str,
    found: Booking,
    to: BookingState,
    reason: str | None,
    changes: dict[str, Any],
    *,
    session: ClientSession,
) -> Booking:
    """Move a booking on, with what follows for its visitor, and put it on record."""
    strikes_change = found.visitor is not None and S.NO_SHOW in (found.state, to)
    if strikes_change:
        accounts.touch(found.visitor, session)
    _, after = steps.move(
        found.id,
        to,
        by=By.SYSTEM if actor.is_system else By.STAFF,
        actor=actor,
        verb=verb,
        reason=reason,
        changes=changes,
        session=session,
    )
    if strikes_change:
        strikes.recount(found.visitor, session=session)
    return after

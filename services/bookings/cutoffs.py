"""What the clock does to a departure: the cut-off, the decision about too few people, the end."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.bookings import Booking, BookingState, By
from models.departures import Departure, DepartureState, Minimum
from models.notifications import Event
from services import (
    booking_policy,
    conflicts,
    departure_steps,
    desk_mail,
    permissions,
    reasons,
    seats,
)
from services.actors import Actor, system
from services.bookings import attendance, cancelling, telling, waiting
from services.desk_mail import Notice

CUTOFF_JOB = "departures.cutoffs"
BATCH = 100
S = BookingState
# Who counts for the minimum: an offer is not taken yet.
COUNTED = [S.REQUESTED.value, S.CONFIRMED.value, S.CHECKED_IN.value]
# How long staff have to decide about too few people at the least, the start allowing.
DECIDING = dt.timedelta(hours=2)
CLOCK = system(CUTOFF_JOB)


def is_pending() -> bool:
    """Tell whether a departure has reached its cut-off, or the time to decide about it is over."""
    rows = Departure._get_collection()
    return any(rows.find_one(query, {"_id": 1}) for query, _ in _due())


def run_due() -> None:
    """Do what is due; what fails is due again a minute later."""
    rows = Departure._get_collection()
    for query, act in _due():
        for row in list(rows.find(query, {"_id": 1}).limit(BATCH)):
            act(row["_id"])


def reach(departure_id: str) -> None:
    """Close the queue of a departure at its cut-off, and tell whether enough people come.

    Enough: it runs. Too few: staff decide, and have so when they let a group in. Nobody at all, and
    nobody can book any more: it is cancelled, which nobody needs to be told.
    """

    def work(session: ClientSession) -> None:
        departure = seats.lock(departure_id, session)
        if departure.minimum is not Minimum.AHEAD or departure.cancel_by > now():
            raise Conflict
        departure = waiting.lapse_all(departure, session)
        if departure.held == 0:
            if departure.closes_at <= now():
                close(departure, "", CLOCK, session)
            return
        found = _count(departure, session)
        since = {"due_since": now()} if found is Minimum.DUE else {}
        departure_steps.change(CLOCK, "count", departure, {"minimum": found, **since}, session)
        if found is Minimum.DUE:
            _tell_desk(departure, session)

    _attempt(work)


def recount(departure_id: str) -> None:
    """Let a departure run that bookings after its cut-off have brought to its minimum."""

    def work(session: ClientSession) -> None:
        departure = seats.lock(departure_id, session)
        if not _is_due(departure) or _count(departure, session) is not Minimum.REACHED:
            raise Conflict
        departure_steps.change(CLOCK, "count", departure, {"minimum": Minimum.REACHED}, session)

    _attempt(work)


def run(actor: Actor, departure_id: str) -> Departure:
    """Let a departure run with too few people; everybody on it is told.

    Raises `Forbidden`, `NotFound`, `Conflict("wrong_state")` unless that is to be decided.
    """
    permissions.require(actor, "departures", "write", f"departures:{departure_id}")

    def work(session: ClientSession) -> Departure:
        departure = seats.lock(departure_id, session)
        if not _is_due(departure):
            raise Conflict("wrong_state", state=departure.minimum.value)
        waived = {"minimum": Minimum.WAIVED}
        departure = departure_steps.change(actor, "run", departure, waived, session)
        query = {"departure": departure_id, "state": {"$in": COUNTED}}
        for row in Booking._get_collection().find(query, session=session).sort("_id", 1):
            telling.tell(
                Event.DEPARTURE_RUNS,
                Booking._from_son(row),
                departure,
                session=session,
                once=departure_id,
            )
        return departure

    return transaction(work)


def give_up(departure_id: str) -> None:
    """Cancel a departure with too few people about which staff did not decide in time.

    They are counted again: it runs when they are enough by now, or a group was let in.
    """

    def work(session: ClientSession) -> None:
        departure = seats.lock(departure_id, session)
        if not _is_due(departure) or decide_by(departure) > now():
            raise Conflict
        found = _count(departure, session)
        if found is Minimum.DUE:
            close(departure, reasons.TOO_FEW, CLOCK, session)
        else:
            departure_steps.change(CLOCK, "count", departure, {"minimum": found}, session)

    _attempt(work)


def close(departure: Departure, reason: str, actor: Actor, session: ClientSession) -> None:
    """Cancel a departure that was locked, with all that is booked on it; free what it took.

    Who was checked in is sent home: their bookings are cancelled like all others.
    """
    cancelled = {"state": DepartureState.CANCELLED, "reason": reason}
    departure_steps.change(actor, "cancel", departure, cancelled, session)
    attendance.send_home(actor, departure.id, reason=reason, session=session)
    by = By.SYSTEM if actor.is_system else By.STAFF
    cancelling.cancel_all(departure, by=by, actor=actor, reason=reason, session=session)
    conflicts.free(departure.id, session=session)


def decide_by(departure: Departure) -> dt.datetime:
    """Return until when staff decide about too few people, at the latest at the start."""
    starts_at: dt.datetime = departure.starts_at
    least: dt.datetime = (departure.due_since or departure.cancel_by) + DECIDING
    return min(max(starts_at - booking_policy.current().minimum, least), starts_at)


def _tell_desk(departure: Departure, session: ClientSession) -> None:
    desk_mail.tell(
        Notice.BELOW_MINIMUM,
        departure.id,
        session=session,
        at=telling.shown(departure.starts_at),
        route=departure.title.zh,
        people=sum(row["party"] for row in _counted(departure, session)),
    )


def _is_due(departure: Departure) -> bool:
    return departure.state is DepartureState.OPEN and departure.minimum is Minimum.DUE


def _counted(departure: Departure, session: ClientSession) -> list[dict[str, Any]]:
    query = {"departure": departure.id, "state": {"$in": COUNTED}}
    shown = {"party": 1, "state": 1}
    return list(Booking._get_collection().find(query, shown, session=session))


def _count(departure: Departure, session: ClientSession) -> Minimum:
    """Return how a departure stands, by who is on it now."""
    rows = _counted(departure, session)
    if sum(row["party"] for row in rows) >= departure.terms.minimum_to_run:
        return Minimum.REACHED
    came = any(row["state"] == S.CHECKED_IN.value for row in rows)
    return Minimum.WAIVED if came else Minimum.DUE


def _attempt(work: Any) -> None:
    try:
        transaction(work)
    except (Conflict, NotFound):
        return  # it was changed meanwhile: what is due is found again


def _due() -> tuple[tuple[dict[str, Any], Callable[[str], None]], ...]:
    """Return what finds departures with which something is due, and what does it."""
    return ((_reached(), reach), (_enough(), recount), (_undecided(), give_up))


def _reached() -> dict[str, Any]:
    """Return what finds departures at their cut-off; an empty one while it can still be booked."""
    moment = now()
    return {
        "state": DepartureState.OPEN.value,
        "minimum": Minimum.AHEAD.value,
        "cancel_by": {"$lte": moment},
        "$or": [
            {"held": {"$gt": 0}},
            {"queue.0": {"$exists": True}},
            {"closes_at": {"$lte": moment}},
        ],
    }


def _enough() -> dict[str, Any]:
    """Return what finds departures that may have come to their minimum after the cut-off."""
    return {
        "state": DepartureState.OPEN.value,
        "minimum": Minimum.DUE.value,
        "$expr": {"$gte": ["$held", "$terms.minimum_to_run"]},
    }


def _undecided() -> dict[str, Any]:
    """Return what finds departures whose `decide_by` is over."""
    moment = now()
    return {
        "state": DepartureState.OPEN.value,
        "minimum": Minimum.DUE.value,
        "cancel_by": {"$lte": moment},
        "starts_at": {"$lte": moment + booking_policy.current().minimum},
        "$or": [
            {"due_since": {"$not": {"$gt": moment - DECIDING}}},
            {"starts_at": {"$lte": moment}},
        ],
    }

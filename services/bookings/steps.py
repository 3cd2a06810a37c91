"""The states of a booking: which follows which, and the one way to move on.

requested → confirmed → checked_in → completed; waitlisted → offered → confirmed; see `FROM`.
"""

from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import Conflict, NotFound
from models.bookings import Booking, BookingState, By
from services.actors import Actor
from services.bookings.recording import record

Row = Mapping[str, Any]

S = BookingState
# From which states each one is reached. The domain document, "Booking", is the source.
FROM: Mapping[BookingState, frozenset[BookingState]] = {
    S.REQUESTED: frozenset({S.PLACING}),
    S.WAITLISTED: frozenset({S.PLACING}),
    # A check-in by mistake is undone.
    S.CONFIRMED: frozenset({S.PLACING, S.REQUESTED, S.OFFERED, S.CHECKED_IN, S.NO_SHOW}),
    S.REJECTED: frozenset({S.REQUESTED}),
    S.EXPIRED: frozenset({S.REQUESTED}),
    S.OFFERED: frozenset({S.WAITLISTED}),
    S.LAPSED: frozenset({S.WAITLISTED, S.OFFERED}),
    S.CANCELLED: frozenset({S.REQUESTED, S.WAITLISTED, S.OFFERED, S.CONFIRMED}),
    S.RESCHEDULED: frozenset({S.REQUESTED, S.CONFIRMED}),
    S.CHECKED_IN: frozenset({S.CONFIRMED, S.NO_SHOW}),
    S.NO_SHOW: frozenset({S.CONFIRMED}),
    S.COMPLETED: frozenset({S.CHECKED_IN}),
}


def move(
    booking_id: str,
    to: BookingState,
    *,
    by: By,
    session: ClientSession,
    actor: Actor | None = None,
    verb: str | None = None,
    reason: str | None = None,
    changes: Row | None = None,
    guard: Row | None = None,
) -> tuple[Booking, Booking]:
    """Move a booking to a state in a transaction; return it before and after.

    What an `actor` does, of staff or the clock, goes on record under its `verb`; without one the
    caller records it. `changes` are fields to set (None removes one), `guard` further conditions on
    the booking.
    Raises `NotFound`, and `Conflict` with `wrong_state` when it is in no state that `to` follows,
    or the guard does not hold.
    """
    moment = now()
    step: dict[str, Any] = {"state": to.value, "at": moment, "by": by.value}
    if actor is not None and not actor.is_system:
        step["actor"] = actor.id
    fields: dict[str, Any] = {"state": to.value, "updated_at": moment, **(changes or {})}
    if reason:
        step["reason"] = fields["reason"] = reason
    update: dict[str, Any] = {
        "$set": {name: value for name, value in fields.items() if value is not None},
        "$push": {"steps": step},
        "$inc": {"revision": 1},
    }
    if gone := {name: "" for name, value in fields.items() if value is None}:
        update["$unset"] = gone
    allowed = {"_id": booking_id, "state": {"$in": [one.value for one in FROM[to]]}}
    rows = Booking._get_collection()
    before = rows.find_one_and_update(
        {**allowed, **(guard or {})},
        update,
        return_document=ReturnDocument.BEFORE,
        session=session,
    )
    after = rows.find_one({"_id": booking_id}, session=session)
    if after is None:
        raise NotFound
    if before is None:
        raise Conflict("wrong_state", state=after["state"])
    moved = Booking._from_son(before), Booking._from_son(after)
    if actor is not None and verb is not None:
        record(actor, verb, *moved, session, reason=reason)
    return moved

"""Changing a departure: its time, guide, vehicle, capacity, language, note.

Seats and stops stay; what it takes is checked anew, exactly; who booked is told what matters to
them.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from models.departures import Departure, DepartureState, Minimum
from services import (
    conflicts,
    departure_steps,
    departures,
    permissions,
    personal_data,
    plans,
    seats,
    working_days,
)
from services.actors import Actor
from services.bookings import following, waiting
from services.occupancy import day_of

Fields = Mapping[str, Any]

SIMPLE = ("guide", "vehicle", "capacity", "language", "note")
CHANGEABLE = ("starts_at", *SIMPLE)
# What nobody who booked needs to know.
AMONG_STAFF = frozenset({"capacity", "note"})
# What follows from the start.
TIMES = ("day", "starts_at", "ends_at", "closes_at", "cancel_by", "reschedule_by", "provisional")
# With another cut-off to come the minimum is looked at again.
DECIDED = (Minimum.REACHED, Minimum.DUE)


def changed(departure: Departure, fields: Fields) -> Departure:
    """Return a departure as it would be, not saved. A start is in any zone; stops move with it."""
    row = departure.to_mongo()
    row.update({name: fields[name] for name in SIMPLE if name in fields})
    after: Departure = Departure._from_son(row)
    if "starts_at" in fields:
        _shift(after, fields["starts_at"].astimezone(dt.UTC) - departure.starts_at)
    return after


def change(
    actor: Actor, departure_id: str, fields: Fields, *, revision: int, reason: str | None = None
) -> Departure:
    """Change an open departure to come that was seen at `revision`.

    Raises `Forbidden`, `NotFound`, `Unprocessable("in_the_past")`, and `Conflict` with
    `wrong_state`, `stale_revision`, `capacity_below_held`, `bookings_affected` when those who
    booked must be told a `reason`, or what `conflicts.claim` raises.
    """
    permissions.require(actor, departure_steps.RESOURCE, "write", f"departures:{departure_id}")

    def work(session: ClientSession) -> Departure:
        before = seats.lock(departure_id, session)
        _check_open(before, revision)
        after = changed(before, fields)
        different = {name for name in CHANGEABLE if getattr(before, name) != getattr(after, name)}
        _check(before, after, different, reason)
        if different - {"note", "language"}:
            conflicts.claim(after, session=session)
        saved = _save(actor, before, after, session)
        if _concerns(before, different):
            following.follow(saved, reason=reason or "", session=session)
        if saved.capacity > before.capacity:
            saved = waiting.promote(saved, session)
        return saved

    return transaction(work)


def _check_open(before: Departure, revision: int) -> None:
    if before.state is not DepartureState.OPEN or before.starts_at <= now():
        raise Conflict("wrong_state", state=before.state.value)
    if before.revision != revision:
        raise Conflict("stale_revision", current=before.revision, given=revision)


def _check(before: Departure, after: Departure, different: set[str], reason: str | None) -> None:
    departures.require_ahead(after.starts_at)
    if after.capacity < before.held:
        raise Conflict("capacity_below_held", held=before.held)
    if _concerns(before, different) and not (reason or "").strip():
        raise Conflict("bookings_affected")


def _concerns(before: Departure, different: set[str]) -> bool:
    """Tell whether anybody must be told of a change."""
    return bool(different - AMONG_STAFF) and bool(before.holds or before.queue)


def _shift(after: Departure, by: dt.timedelta) -> None:
    """Move a departure with its stops and its cut-offs."""
    after.starts_at, after.ends_at = after.starts_at + by, after.ends_at + by
    for stop in after.stops:
        stop.arrives_at, stop.leaves_at = stop.arrives_at + by, stop.leaves_at + by
    day = day_of(after.starts_at)
    cut_offs = plans.cut_offs(after.terms, after.starts_at)
    after.day, after.provisional = day.isoformat(), working_days.is_provisional(day)
    after.closes_at, after.cancel_by = cut_offs.closes_at, cut_offs.cancel_by
    after.reschedule_by = cut_offs.reschedule_by
    if by and after.minimum in DECIDED and after.cancel_by > now():
        after.minimum = Minimum.AHEAD
    elif by and after.minimum is Minimum.DUE:
        # Staff have their time to decide anew: it may start sooner than they thought.
        after.due_since = now()


def _save(actor: Actor, before: Departure, after: Departure, session: ClientSession) -> Departure:
    """Write what a change may touch, and nothing of the seats."""
    row = after.to_mongo()
    names = (*CHANGEABLE, *TIMES, "stops", "minimum", "due_since")
    fields = {name: row.get(name) for name in names}
    update = {**personal_data.update({**fields, "updated_at": now()}), "$inc": {"revision": 1}}
    saved = Departure._get_collection().find_one_and_update(
        {"_id": before.id}, update, return_document=ReturnDocument.AFTER, session=session
    )
    departure_steps.record(actor, "update", before.id, before.to_mongo(), saved, session)
    found: Departure = Departure._from_son(saved)
    return found

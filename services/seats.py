"""The seats of a departure: held, given back, waited for. Each verb is one conditional update.

The departure's document alone tells who holds seats; `held` and `holds` change together, so the
sum never exceeds the capacity, whatever runs at the same moment and wherever a process dies. A
verb that would change nothing (the booking is there already, or gone already) succeeds.

In a transaction these come first: who waits for the document then waits before having read.
"""

import contextlib
import datetime as dt
import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core import db
from core.clock import now
from core.errors import Conflict, NotFound
from models.departures import HOLDS_MAX, QUEUE_MAX, Departure, DepartureState

Row = Mapping[str, Any]
Span = tuple[dt.datetime, dt.datetime]

# How often a verb looks again when what it was refused for has changed meanwhile.
TRIES = 8
# How long a transaction waits for its turn before it takes its chances.
TURN_S = 2.0
_turns = tuple(threading.RLock() for _ in range(64))
# Who only wants seats is not told of all the others: hundreds of them cost more than the update.
UNLISTED = {"holds": 0, "queue": 0}
_FREE = {"$subtract": ["$capacity", "$held"]}


def hold(
    departure_id: str,
    booking_id: str,
    party: int,
    *,
    visitor: str | None,
    before: dt.datetime | None = None,
    during: Span | None = None,
    session: ClientSession | None = None,
) -> Departure:
    """Hold seats for a booking; return the departure as it is then, without its lists.

    With `before` (UTC) that succeeds only until then, by the clock of the database: whoever looks
    later finds the hold, or knows that it never comes. With `during` only while the departure has
    these times, else the booking would have those of before. Raises `NotFound`, `Conflict` with
    `departure_closed`, `slot_full` (`left` seats), `too_late`, `conflict` when the times differ.
    """
    conditions: list[Row] = [{"$gte": [_FREE, party]}]
    if before is not None:
        conditions.append({"$lt": ["$$NOW", before]})
    query = {
        "_id": departure_id,
        "state": {"$in": [DepartureState.OPEN.value, DepartureState.PROPOSED.value]},
        "holds.booking": {"$ne": booking_id},
        f"holds.{HOLDS_MAX - 1}": {"$exists": False},
        "$expr": {"$and": conditions},
        **_times(during),
    }
    update = {"$inc": {"held": party}, "$push": {"holds": _place(booking_id, party, visitor)}}
    for _ in range(TRIES):
        if (row := _update(query, update, session, UNLISTED)) is not None:
            return _departure(row)
        found = _get(departure_id, session)
        if _party(found, "holds", booking_id) == party:
            return found
        _require_open(found, during)
        if found.seats_left < party or len(found.holds) >= HOLDS_MAX:
            raise Conflict("slot_full", left=found.seats_left)
        if before is not None and now() >= before:
            break
        # Seats came free after the update had found none.
    raise Conflict("too_late")


def lock(departure_id: str, session: ClientSession) -> Departure:
    """Write a departure, before anything is read in a transaction; return it.

    Whatever else changes it, then happens before or after the whole transaction. Those of one
    process take turns: MongoDB lets nobody wait for a document in a transaction, it sends them
    back to begin again, and of many some would do so for long. Raises `NotFound`.
    """
    db.until_end(_turn(departure_id))
    row = _update({"_id": departure_id}, {}, session)
    if row is None:
        raise NotFound
    return _departure(row)


def clear(departure: Departure, bookings: Collection[str], session: ClientSession) -> Departure:
    """Give back the seats and the places in the queue of many bookings, in a transaction.

    `departure` is as `lock` returned it.
    """
    people = sum(one.party for one in departure.holds if one.booking in bookings)
    gone = {"booking": {"$in": sorted(bookings)}}
    update = {"$inc": {"held": -people}, "$pull": {"holds": gone, "queue": gone}}
    row = _update({"_id": departure.id}, update, session)
    if row is None:
        raise NotFound
    return _departure(row)


def release(
    departure_id: str, booking_id: str, *, session: ClientSession | None = None
) -> tuple[Departure, bool]:
    """Give the seats of a booking back; return the departure, and whether seats came free."""
    found = _get(departure_id, session)
    while (party := _party(found, "holds", booking_id)) is not None:
        row = _update(
            {"_id": departure_id, "holds": {"$elemMatch": _same(booking_id, party)}},
            {"$inc": {"held": -party}, "$pull": {"holds": {"booking": booking_id}}},
            session,
        )
        if row is not None:
            return _departure(row), True
        found = _get(departure_id, session)
    return found, False


def resize(
    departure_id: str,
    booking_id: str,
    party: int,
    *,
    was: int,
    session: ClientSession | None = None,
) -> Departure:
    """Change how many seats a booking holds. Raises `NotFound`, `Conflict` with `slot_full`."""
    more = party - was
    row = _update(
        {
            "_id": departure_id,
            "holds": {"$elemMatch": _same(booking_id, was)},
            "$expr": {"$gte": [_FREE, more]},
        },
        {"$inc": {"held": more}, "$set": {"holds.$.party": party}},
        session,
    )
    if row is not None:
        return _departure(row)
    found = _get(departure_id, session)
    held = _party(found, "holds", booking_id)
    if held == party:
        return found
    if held != was:
        raise Conflict
    raise Conflict("slot_full", left=found.seats_left)


def wait(
    departure_id: str,
    booking_id: str,
    party: int,
    *,
    visitor: str | None,
    session: ClientSession | None = None,
) -> Departure:
    """Put a booking at the end of the queue, where there are not seats enough for it.

    Raises `NotFound`, `Conflict` with `departure_closed`, `seats_free` or `queue_full`.
    """
    query = {
        "_id": departure_id,
        "state": DepartureState.OPEN.value,
        "queue.booking": {"$ne": booking_id},
        f"queue.{QUEUE_MAX - 1}": {"$exists": False},
        "$expr": {"$lt": [_FREE, party]},
    }
    update = {"$push": {"queue": _place(booking_id, party, visitor)}}
    for _ in range(TRIES):
        if (row := _update(query, update, session)) is not None:
            return _departure(row)
        found = _get(departure_id, session)
        if _party(found, "queue", booking_id) == party:
            return found
        _require_open(found)
        if found.seats_left >= party:
            raise Conflict("seats_free", left=found.seats_left)
        if len(found.queue) >= QUEUE_MAX:
            break
        # The seats that were free are taken again.
    raise Conflict("queue_full")


def seat_first_waiting(
    found: Departure, *, session: ClientSession | None = None
) -> tuple[Departure, str] | None:
    """Give free seats to the first that waits, in order of request, and fits.

    `found` is the departure as it was read or written last; None when nobody fits. Returns the
    departure as it is then, and the booking, which holds its seats.
    """
    while (one := _first_fitting(found)) is not None:
        row = _update(
            {
                "_id": found.id,
                "state": DepartureState.OPEN.value,
                "queue": {"$elemMatch": _same(one.booking, one.party)},
                "$expr": {"$gte": [_FREE, one.party]},
            },
            {
                "$inc": {"held": one.party},
                "$pull": {"queue": {"booking": one.booking}},
                "$push": {"holds": _place(one.booking, one.party, one.visitor)},
            },
            session,
        )
        if row is not None:
            return _departure(row), one.booking
        found = _get(found.id, session)
    return None


def holds(found: Departure, booking_id: str) -> bool:
    """Tell whether a booking holds seats."""
    return _party(found, "holds", booking_id) is not None


def place_in_queue(found: Departure, booking_id: str) -> int | None:
    """Return the place of a booking in the queue, from 1; None when it does not wait."""
    waiting = [one.booking for one in found.queue]
    return waiting.index(booking_id) + 1 if booking_id in waiting else None


@contextlib.contextmanager
def _turn(departure_id: str) -> Iterator[None]:
    """Be the only one of this process in a transaction on a departure, or give up waiting."""
    lock = _turns[hash(departure_id) % len(_turns)]
    taken = lock.acquire(timeout=TURN_S)
    try:
        yield
    finally:
        if taken:
            lock.release()


def _first_fitting(found: Departure) -> Any:
    if found.state is not DepartureState.OPEN:
        return None
    free = found.seats_left
    return next((one for one in found.queue if one.party <= free), None)


def _place(booking_id: str, party: int, visitor: str | None) -> Row:
    place: dict[str, Any] = {"booking": booking_id, "party": party, "since": now()}
    if visitor is not None:
        place["visitor"] = visitor
    return place


def _same(booking_id: str, party: int) -> Row:
    return {"booking": booking_id, "party": party}


def _party(found: Departure, places: str, booking_id: str) -> int | None:
    """Return with how many people a booking stands among `holds` or in the `queue`."""
    return next((one.party for one in getattr(found, places) if one.booking == booking_id), None)


def _times(during: Span | None) -> Row:
    return {} if during is None else {"starts_at": during[0], "ends_at": during[1]}


def _require_open(found: Departure, during: Span | None = None) -> None:
    if found.state not in (DepartureState.OPEN, DepartureState.PROPOSED):
        raise Conflict("departure_closed")
    if during is not None and during != (found.starts_at, found.ends_at):
        raise Conflict


def _update(
    query: Row, update: Row, session: ClientSession | None, shown: Row | None = None
) -> Row | None:
    stamped = {**update, "$set": {**update.get("$set", {}), "updated_at": now()}}
    row: Row | None = Departure._get_collection().find_one_and_update(
        query, stamped, projection=shown, return_document=ReturnDocument.AFTER, session=session
    )
    return row


def _get(departure_id: str, session: ClientSession | None) -> Departure:
    row = Departure._get_collection().find_one({"_id": departure_id}, session=session)
    if row is None:
        raise NotFound
    return _departure(row)


def _departure(row: Row) -> Departure:
    found: Departure = Departure._from_son(row)
    return found

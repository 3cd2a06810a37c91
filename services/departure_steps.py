"""What the audit log holds of a departure, and the one way to move it on: its state, its minimum.

Its seats are in `services.seats`, what staff change about it in `services.departure_changes`.
"""

from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from models.departures import Departure
from services import audit
from services.actors import Actor

Row = Mapping[str, Any]

RESOURCE = "departures"
# What the log holds anyway, or what tells who comes.
UNTOLD = frozenset({"_id", "revision", "created_at", "updated_at", "held", "holds", "queue"})


def change(
    actor: Actor, verb: str, departure: Departure, fields: Row, session: ClientSession
) -> Departure:
    """Set fields of a departure that this transaction has read, on record; return it then."""
    row = Departure._get_collection().find_one_and_update(
        {"_id": departure.id},
        {"$set": {**fields, "updated_at": now()}, "$inc": {"revision": 1}},
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    record(actor, verb, departure.id, departure.to_mongo(), row, session)
    found: Departure = Departure._from_son(row)
    return found


def record(
    actor: Actor,
    verb: str,
    departure_id: str,
    before: Row | None,
    after: Row | None,
    session: ClientSession,
) -> None:
    """Put a change of a departure on record."""
    audit.record(
        actor,
        f"{RESOURCE}.{verb}",
        f"{RESOURCE}:{departure_id}",
        before=_told(before),
        after=_told(after),
        session=session,
    )


def _told(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {name: value for name, value in row.items() if name not in UNTOLD}

"""What comes free without an answer: visits that nobody makes any more, deleted accounts."""

import functools
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now, today
from core.db import transaction
from core.errors import Conflict, NotFound
from models.departures import Audience, Departure, DepartureState
from models.notifications import Event
from models.visits import Visit, VisitState
from services import booking_policy, conflicts, departure_steps
from services.actors import system
from services.visits import finding, steps, telling

TIDY_JOB = "visits.tidy"
CLOCK = system(TIDY_JOB)
BATCH = 100
# What is left of a visit of which nobody is to be recognised.
NEUTRAL = {"title": {"zh": "定制考察", "en": "Bespoke visit"}}


def is_pending() -> bool:
    """Tell whether a bespoke visit to come has lost its group, or a request is out of date."""
    return (
        Departure._get_collection().find_one(_abandoned(), {"_id": 1}) is not None
        or Visit._get_collection().find_one(_outdated(), {"_id": 1}) is not None
    )


def lapse_outdated() -> int:
    """End requests whose dates have passed without an answer, and tell of it; return how many."""
    ids = [row["_id"] for row in Visit._get_collection().find(_outdated(), {"_id": 1}).limit(BATCH)]
    return sum(_lapse(one) for one in ids)


def free_abandoned() -> int:
    """Give back what visits hold whose one booking was cancelled or moved; return how many."""
    ids = [row["_id"] for row in Departure._get_collection().find(_abandoned()).limit(BATCH)]
    return sum(transaction(functools.partial(_free, one)) for one in ids)


def forget(visitor_id: str, session: ClientSession) -> None:
    """Forget the requests of a visitor, with what they hold; in the deletion of the account.

    What was proposed and not accepted goes; a visit that is over stays without words of anybody.
    """
    visits, own = Visit._get_collection(), {"visitor": visitor_id}
    rows = list(visits.find(own, {"departure": 1, "proposals.departure": 1}, session=session))
    departures = Departure._get_collection()
    for row in rows:
        for proposal in row.get("proposals", ()):
            departure = proposal["departure"]
            if departure != row.get("departure"):
                departures.delete_one({"_id": departure}, session=session)
                conflicts.free(departure, session=session)
                continue
            nothing: dict[str, Any] = {"$set": NEUTRAL, "$unset": {"visit": "", "note": ""}}
            departures.update_one({"_id": departure}, nothing, session=session)
    visits.delete_many(own, session=session)


def _abandoned() -> dict[str, Any]:
    return {
        "audience": Audience.PRIVATE.value,
        "state": DepartureState.OPEN.value,
        "held": 0,
        "starts_at": {"$gt": now()},
    }


def _outdated() -> dict[str, Any]:
    """Return what finds requests of which no date is left, and about which nobody does anything."""
    patience = booking_policy.current().proposal
    return {
        "state": VisitState.ASKED.value,
        "dates": {"$not": {"$gte": today().isoformat()}},
        "updated_at": {"$lt": now() - patience},
    }


def _lapse(visit_id: str) -> bool:
    def work(session: ClientSession) -> None:
        found = finding.get(visit_id, session)
        after = steps.move(found, VisitState.LAPSED, session=session, actor=CLOCK)
        telling.tell(Event.VISIT_UNANSWERED, after, session=session)

    try:
        transaction(work)
    except (Conflict, NotFound):
        return False  # it was answered, or its account deleted, at this moment
    return True


def _free(departure_id: str, session: ClientSession) -> bool:
    row = Departure._get_collection().find_one(
        {"_id": departure_id, **_abandoned()}, session=session
    )
    if row is None:
        return False  # somebody has a place on it again, or it has begun
    cancelled = {"state": DepartureState.CANCELLED}
    departure_steps.change(CLOCK, "cancel", Departure._from_son(row), cancelled, session)
    conflicts.free(departure_id, session=session)
    return True

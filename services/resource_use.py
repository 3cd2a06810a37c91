"""Whether a guide or vehicle may be forgotten: not while departures or schedules need it."""

from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import Conflict
from models.departures import Departure, DepartureState
from models.schedules import Schedule

HOLDING = (DepartureState.PROPOSED.value, DepartureState.OPEN.value)


def refuse_in_use(name: str, identity: str, session: ClientSession) -> None:
    """Raise `Conflict("resource_in_use")` for what departures to come or schedules need.

    `name` is the field that names it: `guide`, `vehicle`. Whoever takes it for a departure writes
    its document, which the transaction of this `session` has removed.
    """
    ahead: dict[str, Any] = {name: identity, "starts_at": {"$gt": now()}}
    departures, schedules = Departure._get_collection(), Schedule._get_collection()
    used = departures.find_one(
        {**ahead, "state": {"$in": list(HOLDING)}}, {"_id": 1}, session=session
    )
    planned = schedules.find_one({name: identity, "active": True}, {"_id": 1}, session=session)
    if used is not None or planned is not None:
        raise Conflict("resource_in_use")

"""班次: making departures and cancelling them.

Staff put them into the calendar one by one or by schedules (`services.schedules`); what is changed
about one is in `services.departure_changes`, what the clock does in `services.bookings.cutoffs`.
"""

import datetime as dt
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound, Unprocessable
from models.departures import Audience, Departure, DepartureState
from services import conflicts, departure_steps, permissions, reasons, seats, working_days
from services.actors import Actor
from services.bookings import cutoffs
from services.departure_steps import RESOURCE
from services.occupancy import day_of
from services.plans import Plan


def build(
    plan: Plan,
    *,
    capacity: int,
    guide: str | None = None,
    vehicle: str | None = None,
    note: str | None = None,
    audience: Audience = Audience.OPEN,
    state: DepartureState = DepartureState.OPEN,
    demo: bool = False,
    **more: Any,
) -> Departure:
    """Return a departure that is not saved; `more` are further fields of it."""
    day = day_of(plan.starts_at)
    return Departure(
        audience=audience,
        state=state,
        route=plan.route,
        slug=plan.slug,
        title=plan.title,
        tracks=plan.tracks,
        language=plan.language,
        day=day.isoformat(),
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        stops=plan.stops,
        meeting=plan.meeting,
        terms=plan.terms,
        closes_at=plan.cut_offs.closes_at,
        cancel_by=plan.cut_offs.cancel_by,
        reschedule_by=plan.cut_offs.reschedule_by,
        capacity=capacity,
        guide=guide,
        vehicle=vehicle,
        note=note,
        provisional=working_days.is_provisional(day),
        demo=demo or plan.demo,
        **more,
    )


def create(actor: Actor, departure: Departure) -> Departure:
    """Put a departure into the calendar.

    Raises `Forbidden`, `Unprocessable("in_the_past")`, and `Conflict` as `conflicts.claim` does.
    """
    permissions.require(actor, RESOURCE, "write")
    require_ahead(departure.starts_at)
    transaction(lambda session: insert(actor, departure, session))
    return departure


def insert(actor: Actor, departure: Departure, session: ClientSession) -> None:
    """Write a departure in a transaction with all that it takes."""
    conflicts.claim(departure, session=session)
    row = departure.to_mongo()
    Departure._get_collection().insert_one(row, session=session)
    departure_steps.record(actor, "create", departure.id, None, row, session)


def cancel(actor: Actor, departure_id: str, *, reason: str) -> Departure:
    """Cancel an open departure with all its bookings; everybody is told the reason.

    Also one that has begun: who was checked in is told like all others. What it took comes free:
    guide, vehicle and sites. Raises `Forbidden`, `NotFound`, `Invalid("reason_needed")`,
    `Conflict("wrong_state")`.
    """
    permissions.require(actor, RESOURCE, "write", f"{RESOURCE}:{departure_id}")
    reasons.require(reason)

    def work(session: ClientSession) -> Departure:
        departure = seats.lock(departure_id, session)
        if departure.state is not DepartureState.OPEN:
            raise Conflict("wrong_state", state=departure.state.value)
        cutoffs.close(departure, reason, actor, session)
        return get(departure_id, session)

    return transaction(work)


def get(departure_id: str, session: ClientSession | None = None) -> Departure:
    """Return a departure; raise `NotFound`."""
    row = Departure._get_collection().find_one({"_id": departure_id}, session=session)
    if row is None:
        raise NotFound
    found: Departure = Departure._from_son(row)
    return found


def require_ahead(starts_at: dt.datetime) -> None:
    """Raise `Unprocessable` for a start that is over."""
    if starts_at <= now():
        raise Unprocessable("in_the_past", fields={"starts_at": "in_the_past"})

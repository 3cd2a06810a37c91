"""Departures: the calendar of visits as staff keep it."""

import datetime as dt
from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from core.clock import today
from models.departures import Departure
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.pages import page_of
from schemas.staff_departures import (
    DepartureCancelSchema,
    DepartureChangeSchema,
    DepartureChangesSchema,
    DepartureCheckSchema,
    DepartureCreateSchema,
    StaffDepartureCardSchema,
    StaffDepartureListQuerySchema,
    StaffDepartureSchema,
)
from services import conflicts, departure_changes, departure_lists, departures, plans
from services.bookings import cutoffs
from services.departure_lists import Filters, Named

namespace = Namespace("departures", description="班次 departures")

FILTERS = ("state", "audience", "minimum", "route", "site", "guide", "vehicle", "schedule")


@namespace.route("")
class DepartureList(Resource):
    """All departures."""

    @staff("departures", "read")
    @contract.asks(StaffDepartureListQuerySchema)
    @contract.gives(page_of(StaffDepartureCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List departures by their start; those of today and after unless days are given."""
        wanted = _filters(query)
        page = paging.by_time(
            query,
            lambda limit, after: departure_lists.listing(wanted, limit=limit, after=after),
            "starts_at",
        )
        return {**page, "items": departure_lists.named(page["items"])}

    @staff("departures", "write")
    @idempotent(staff_caller)
    @contract.takes(DepartureCreateSchema)
    @contract.gives(StaffDepartureSchema, code=201)
    def post(self, data: dict[str, Any]) -> Named:
        """Put a departure of a route into the calendar; refused when it collides."""
        return _shown(departures.create(current_actor(), _planned(data)))


@namespace.route("/check")
class DepartureCheck(Resource):
    """Looking before creating."""

    @staff("departures", "read")
    @contract.takes(DepartureCreateSchema)
    @contract.gives(DepartureCheckSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """See the windows of a departure, and what it would collide with."""
        return _checked(_planned(data))


@namespace.route("/<departure>")
class DepartureDetail(Resource):
    """One departure."""

    @staff("departures", "read")
    @contract.gives(StaffDepartureSchema)
    def get(self, departure: str) -> Named:
        """Read a departure."""
        return _shown(departures.get(departure))

    @staff("departures", "write")
    @contract.takes(DepartureChangeSchema)
    @contract.gives(StaffDepartureSchema)
    def patch(self, departure: str, data: dict[str, Any]) -> Named:
        """Change a departure; everybody who booked is told what they must know."""
        revision, reason = data.pop("revision"), data.pop("reason", None)
        changed = departure_changes.change(
            current_actor(), departure, data, revision=revision, reason=reason
        )
        return _shown(changed)


@namespace.route("/<departure>/check")
class DepartureChangeCheck(Resource):
    """Looking before changing."""

    @staff("departures", "read")
    @contract.takes(DepartureChangesSchema)
    @contract.gives(DepartureCheckSchema)
    def post(self, departure: str, data: dict[str, Any]) -> dict[str, Any]:
        """See what a departure would collide with if it were changed so."""
        return _checked(departure_changes.changed(departures.get(departure), data))


@namespace.route("/<departure>/cancel")
class DepartureCancel(Resource):
    """Cancelling."""

    @staff("departures", "write")
    @contract.takes(DepartureCancelSchema)
    @contract.gives(StaffDepartureSchema)
    def post(self, departure: str, data: dict[str, Any]) -> Named:
        """Cancel a departure with all its bookings; everybody is told why."""
        return _shown(departures.cancel(current_actor(), departure, **data))


@namespace.route("/<departure>/run")
class DepartureRun(Resource):
    """Deciding about too few people."""

    @staff("departures", "write")
    @contract.gives(StaffDepartureSchema)
    def post(self, departure: str) -> Named:
        """Let a departure run with fewer people than its minimum; everybody is told."""
        return _shown(cutoffs.run(current_actor(), departure))


def _planned(data: dict[str, Any]) -> Departure:
    """Return the departure that a body describes, not saved."""
    plan = plans.from_route(
        plans.route_id(data["route"]),
        starts_at=data["starts_at"].astimezone(dt.UTC),
        language=data["language"],
    )
    return departures.build(
        plan,
        capacity=data["capacity"],
        guide=data["guide"],
        vehicle=data["vehicle"],
        note=data["note"],
    )


def _checked(departure: Departure) -> dict[str, Any]:
    departures.require_ahead(departure.starts_at)
    found = [one.told() for one in conflicts.find(departure)]
    return {"departure": _shown(departure), "conflicts": found}


def _shown(departure: Departure) -> Named:
    return departure_lists.named([departure])[0]


def _filters(query: dict[str, Any]) -> Filters:
    first, last = (
        dt.date.fromisoformat(query[name]) if name in query else None for name in ("first", "last")
    )
    if first is None and last is None:
        first = today()
    return Filters(first, last, **{name: query.get(name) for name in FILTERS})

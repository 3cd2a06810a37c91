"""Vehicles."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.vehicles import Vehicle
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.calendar import VehicleCardSchema, VehicleChangeSchema, VehicleSchema
from schemas.pages import page_of
from schemas.queries import PageQuerySchema
from services import kept, vehicles

namespace = Namespace("vehicles", description="车辆 vehicles")


@namespace.route("")
class VehicleList(Resource):
    """All vehicles."""

    @staff("calendar", "read")
    @contract.asks(PageQuerySchema)
    @contract.gives(page_of(VehicleCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List vehicles, what was changed last first."""
        return paging.by_time(
            query, lambda limit, after: kept.listing(Vehicle, limit=limit, after=after)
        )

    @staff("calendar", "write")
    @idempotent(staff_caller)
    @contract.takes(VehicleSchema)
    @contract.gives(VehicleCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> Vehicle:
        """Keep a vehicle."""
        return vehicles.add(current_actor(), data)


@namespace.route("/<vehicle>")
class VehicleDetail(Resource):
    """One vehicle."""

    @staff("calendar", "read")
    @contract.gives(VehicleCardSchema)
    def get(self, vehicle: str) -> Vehicle:
        """Read a vehicle."""
        return kept.get(Vehicle, vehicle)

    @staff("calendar", "write")
    @contract.takes(VehicleChangeSchema)
    @contract.gives(VehicleCardSchema)
    def put(self, vehicle: str, data: dict[str, Any]) -> Vehicle:
        """Change a vehicle; departures stay as they are."""
        revision = data.pop("revision")
        return vehicles.change(current_actor(), vehicle, data, revision=revision)

    @staff("calendar", "write")
    @contract.empties
    def delete(self, vehicle: str) -> None:
        """Forget a vehicle that no departure to come needs."""
        vehicles.remove(current_actor(), vehicle)

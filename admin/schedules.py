"""Weekly schedules."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.schedules import Schedule
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.pages import page_of
from schemas.schedules import (
    GeneratedSchema,
    ScheduleCardSchema,
    ScheduleChangeSchema,
    ScheduleListQuerySchema,
    WeeklyScheduleSchema,
)
from services import kept, schedules
from services.generation import Generated

namespace = Namespace("schedules", description="周计划 weekly schedules of departures")


@namespace.route("")
class ScheduleList(Resource):
    """All schedules."""

    @staff("calendar", "read")
    @contract.asks(ScheduleListQuerySchema)
    @contract.gives(page_of(ScheduleCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List schedules, what was changed last first."""
        match = {"route": str(query["route"])} if "route" in query else None
        return paging.by_time(
            query,
            lambda limit, after: kept.listing(Schedule, limit=limit, after=after, match=match),
        )

    @staff("calendar", "write")
    @idempotent(staff_caller)
    @contract.takes(WeeklyScheduleSchema)
    @contract.gives(GeneratedSchema, code=201)
    def post(self, data: dict[str, Any]) -> Generated:
        """Keep a schedule and make its departures; the answer tells of each day."""
        return schedules.add(current_actor(), data)


@namespace.route("/<schedule>")
class ScheduleDetail(Resource):
    """One schedule."""

    @staff("calendar", "read")
    @contract.gives(ScheduleCardSchema)
    def get(self, schedule: str) -> Schedule:
        """Read a schedule."""
        return kept.get(Schedule, schedule)

    @staff("calendar", "write")
    @contract.takes(ScheduleChangeSchema)
    @contract.gives(GeneratedSchema)
    def put(self, schedule: str, data: dict[str, Any]) -> Generated:
        """Change a schedule; departures to come that nobody booked are replaced."""
        revision = data.pop("revision")
        return schedules.change(current_actor(), schedule, data, revision=revision)

    @staff("calendar", "write")
    @contract.empties
    def delete(self, schedule: str) -> None:
        """Forget a schedule; departures to come that nobody booked go with it."""
        schedules.remove(current_actor(), schedule)


@namespace.route("/<schedule>/generate")
class ScheduleGeneration(Resource):
    """Making departures."""

    @staff("calendar", "write")
    @contract.gives(GeneratedSchema)
    def post(self, schedule: str) -> Generated:
        """Make the departures that are not there yet, as happens every day by itself."""
        return schedules.generate(current_actor(), schedule)

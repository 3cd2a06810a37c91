"""Closures of sites, routes, or everything."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.calendar import Closure
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.calendar import (
    ClosureCardSchema,
    ClosureChangeSchema,
    ClosureListQuerySchema,
    ClosureResultSchema,
    ClosureSchema,
)
from schemas.pages import page_of
from services import closures, kept

namespace = Namespace("closures", description="停开 days on which nobody visits")


@namespace.route("")
class ClosureList(Resource):
    """All closures."""

    @staff("calendar", "read")
    @contract.asks(ClosureListQuerySchema)
    @contract.gives(page_of(ClosureCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List closures, what was changed last first."""
        day = query.get("on_or_after")
        match = {"until_day": {"$gte": str(day)}} if day else None
        return paging.by_time(
            query,
            lambda limit, after: kept.listing(Closure, limit=limit, after=after, match=match),
        )

    @staff("calendar", "write")
    @idempotent(staff_caller)
    @contract.takes(ClosureSchema)
    @contract.gives(ClosureResultSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Close something; departures that are there already are named, and stay."""
        return _result(closures.add(current_actor(), data))


@namespace.route("/<closure>")
class ClosureDetail(Resource):
    """One closure."""

    @staff("calendar", "read")
    @contract.gives(ClosureResultSchema)
    def get(self, closure: str) -> dict[str, Any]:
        """Read a closure with the departures to come that stand in it."""
        return _result(kept.get(Closure, closure))

    @staff("calendar", "write")
    @contract.takes(ClosureChangeSchema)
    @contract.gives(ClosureResultSchema)
    def put(self, closure: str, data: dict[str, Any]) -> dict[str, Any]:
        """Change a closure."""
        revision = data.pop("revision")
        return _result(closures.change(current_actor(), closure, data, revision=revision))

    @staff("calendar", "write")
    @contract.empties
    def delete(self, closure: str) -> None:
        """Open again."""
        closures.remove(current_actor(), closure)


def _result(closure: Closure) -> dict[str, Any]:
    return {"closure": closure, "affected": closures.affected(closure)}

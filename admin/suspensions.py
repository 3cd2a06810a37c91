"""Visitors who cannot book by themselves after several no-shows."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from rest.access import current_actor, staff
from schemas.desk import BookingReasonSchema, StandingSchema
from services.bookings import strikes
from services.bookings.strikes import Standing

namespace = Namespace("suspensions", description="暂停自助预约 suspensions after no-shows")


@namespace.route("/<visitor>")
class SuspensionDetail(Resource):
    """How a visitor stands."""

    @staff("bookings", "read")
    @contract.gives(StandingSchema)
    def get(self, visitor: str) -> Standing:
        """Read how many no-shows count, and until when the visitor is suspended."""
        return strikes.standing(visitor)


@namespace.route("/<visitor>/lift")
class SuspensionLift(Resource):
    """The end of a suspension before its time."""

    @staff("bookings", "override")
    @contract.takes(BookingReasonSchema)
    @contract.gives(StandingSchema)
    def post(self, visitor: str, data: dict[str, Any]) -> Standing:
        """Forgive the no-shows there were; the visitor is told that they can book again."""
        return strikes.lift(current_actor(), visitor, **data)

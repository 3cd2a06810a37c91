"""Who came: check-in at the door, who is late, who did not come."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.bookings import masked_page, shown
from admin.contract import contract
from rest import paging
from rest.access import current_actor, staff
from schemas.attendance import CheckInSchema, CodeCheckInSchema, LateQuerySchema
from schemas.desk import BookingReasonSchema, DeskBookingCardSchema, NoShowSchema
from schemas.pages import page_of
from services.bookings import attendance
from services.bookings.lists import Seen

namespace = Namespace("attendance", description="到访 who came")


@namespace.route("/check-in")
class CodeCheckIn(Resource):
    """The check-in by QR or short code."""

    @staff("bookings", "check_in")
    @contract.takes(CodeCheckInSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, data: dict[str, Any]) -> Seen:
        """Check a group in, from two hours before the start to the end."""
        actor = current_actor()
        if "payload" in data:
            return shown(attendance.check_in_by_payload(actor, data["payload"]))
        return shown(attendance.check_in_by_code(actor, data["code"]))


@namespace.route("/late")
class LateList(Resource):
    """Who is missing."""

    @staff("bookings", "read")
    @contract.asks(LateQuerySchema)
    @contract.gives(page_of(DeskBookingCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List who is confirmed and has not come although the visit began."""
        actor, departure = current_actor(), query.get("departure")
        return masked_page(
            paging.by_time(
                query,
                lambda limit, after: attendance.late(
                    actor, departure=departure, limit=limit, after=after
                ),
                "starts_at",
            )
        )


@namespace.route("/<booking_id>/check-in")
class BookingCheckIn(Resource):
    """The check-in of a booking that was looked up."""

    @staff("bookings", "check_in")
    @contract.takes(CheckInSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Check a group in; with `override` also outside of the time for it."""
        return shown(attendance.check_in(current_actor(), booking_id, **data))


@namespace.route("/<booking_id>/undo-check-in")
class CheckInUndo(Resource):
    """A check-in by mistake."""

    @staff("bookings", "check_in")
    @contract.takes(BookingReasonSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Take a check-in back."""
        return shown(attendance.undo_check_in(current_actor(), booking_id, **data))


@namespace.route("/<booking_id>/no-show")
class NoShow(Resource):
    """Who did not come."""

    @staff("bookings", "check_in")
    @contract.takes(NoShowSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Note that a group did not come; the third in half a year suspends its visitor."""
        return shown(attendance.no_show(current_actor(), booking_id, **data))


@namespace.route("/<booking_id>/undo-no-show")
class NoShowUndo(Resource):
    """A no-show by mistake."""

    @staff("bookings", "check_in")
    @contract.takes(BookingReasonSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Take the mark back, and a suspension that no longer follows."""
        return shown(attendance.undo_no_show(current_actor(), booking_id, **data))

"""What a visitor has of a booking: codes, a calendar file, a link for companions, feedback."""

from typing import Any

from flask import Response, request
from flask_restx import Namespace, Resource

from api.contract import contract
from models.bookings import Booking
from rest import language, serving
from rest.access import anyone, consenting, current_visitor, signed_in
from rest.downloads import CALENDAR, download
from rest.serving import JSON
from schemas.booking_papers import (
    FeedbackSchema,
    PassQuerySchema,
    PassSchema,
    SharedVisitSchema,
    ShareSchema,
)
from schemas.queries import LanguageQuerySchema
from services import personal_data
from services.bookings import calendar_files, opinions, passes, sharing
from services.bookings.opinions import Opinion

namespace = Namespace("booking-papers", description="预约码、日历、同行链接、评价", path="/")


@namespace.route("/bookings/<booking_id>/code")
class BookingCode(Resource):
    """The codes of the check-in."""

    @signed_in
    @contract.asks(PassQuerySchema)
    @contract.gives(PassSchema)
    def get(self, booking_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read the QR payloads of the next minutes, one every half minute, and the short code."""
        found = passes.of(current_visitor().id, booking_id)
        payloads = [
            {
                "payload": one.payload,
                "valid_from": one.valid_from,
                "valid_until": one.valid_until,
                "svg": passes.svg(one.payload) if query["svg"] else None,
            }
            for one in found.payloads
        ]
        booking = found.booking
        own = {"state": booking.state, "party": booking.party, "code": booking.code}
        return {"booking": booking.id, **own, "payloads": payloads}


@namespace.route("/bookings/<booking_id>/calendar.ics")
class BookingCalendar(Resource):
    """A file for the phone's calendar."""

    @signed_in
    @namespace.produces([CALENDAR, JSON])  # type: ignore[untyped-decorator]
    @namespace.doc(responses={200: "iCalendar"})  # type: ignore[untyped-decorator]
    @contract.asks(LanguageQuerySchema)
    def get(self, booking_id: str, query: dict[str, Any]) -> Response:
        """Fetch it; fetched again after a change, it replaces the entry of before."""
        del query  # for the language of the answer
        file = calendar_files.of(current_visitor().id, booking_id, language.current())
        return download(file, CALENDAR, f"visit-{booking_id}.ics")


@namespace.route("/bookings/<booking_id>/share")
class BookingShare(Resource):
    """The link for companions."""

    @signed_in
    @contract.gives(ShareSchema, code=201)
    def post(self, booking_id: str) -> dict[str, Any]:
        """Make it; an earlier one ends."""
        made = sharing.share(current_visitor().id, booking_id)
        base = request.path.partition("/bookings/")[0]
        return {
            "secret": made.secret,
            "path": f"{base}/shared/{made.secret}",
            "expires_at": made.expires_at,
        }

    @signed_in
    @contract.empties
    def delete(self, booking_id: str) -> None:
        """Let it end."""
        sharing.revoke(current_visitor().id, booking_id)


@namespace.route("/shared/<secret>")
class SharedVisit(Resource):
    """What companions see."""

    @anyone
    @namespace.doc(  # type: ignore[untyped-decorator]
        responses={200: ("", contract.model(SharedVisitSchema))}
    )
    @contract.asks(LanguageQuerySchema)
    def get(self, secret: str, query: dict[str, Any]) -> Response:
        """Read when and where a visit goes; nothing keeps the answer."""
        del query  # for the language of the answer
        spoken = language.current()
        response = Response(serving.text(sharing.read(secret, spoken)), mimetype=serving.JSON)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = spoken.value
        response.headers["Vary"] = "Accept-Language"
        return response


@namespace.route("/bookings/<booking_id>/feedback")
class BookingFeedback(Resource):
    """How the visit was."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(FeedbackSchema)
    def get(self, booking_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read what one has said."""
        del query  # for the language of failures
        return _said(opinions.of(current_visitor().id, booking_id))

    @consenting
    @contract.takes(FeedbackSchema)
    @contract.gives(FeedbackSchema)
    def put(self, booking_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """Say it, after the visit; it can be changed for 30 days."""
        stops = {one["stop"]: one["rating"] for one in data["stops"]}
        opinion = Opinion(data["rating"], stops, data["tracks"], data.get("text"))
        return _said(opinions.say(current_visitor().id, booking_id, opinion))


def _said(booking: Booking) -> dict[str, Any]:
    said = booking.feedback
    return {
        **{name: getattr(said, name) for name in ("rating", "stops", "tracks", "at")},
        "text": personal_data.opened(booking, "feedback_text"),
    }

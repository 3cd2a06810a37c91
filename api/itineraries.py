"""行程单 of the visitor who calls; as a page and as a PDF for who has its address."""

from typing import Any

from flask import Response, request
from flask_restx import Namespace, Resource

from api.contract import contract
from core.errors import NotFound
from rest import itinerary_pages, language, limits
from rest.access import anyone, current_visitor, signed_in
from schemas.itineraries import ItineraryQuerySchema, OwnItinerarySchema
from schemas.queries import LanguageQuerySchema
from services import itinerary_links
from services.itinerary_links import BOOKING, VISIT, Link
from services.itinerary_parts import Itinerary

JSON, HTML = "application/json", "text/html"

namespace = Namespace("itineraries", description="行程单 itineraries", path="/")


@namespace.route("/bookings/<booking_id>/itinerary")
class BookingItinerary(Resource):
    """Of a booking."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(OwnItinerarySchema)
    def get(self, booking_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read times, stops, meeting point, map, contacts and rules of a booked visit."""
        del query  # for the language of the answer
        visitor = current_visitor().id
        found = itinerary_links.of_booking(visitor, booking_id, language.current())
        return _with_papers(found, itinerary_links.sign(BOOKING, booking_id, visitor))


@namespace.route("/visits/<visit_id>/itinerary")
class VisitItinerary(Resource):
    """Of what was proposed for a bespoke visit."""

    @signed_in
    @contract.asks(ItineraryQuerySchema)
    @contract.gives(OwnItinerarySchema)
    def get(self, visit_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read the newest version, or an earlier one."""
        visitor, version = current_visitor().id, query.get("version")
        found = itinerary_links.of_proposal(visitor, visit_id, version, language.current())
        return _with_papers(found, itinerary_links.sign(VISIT, visit_id, visitor, version))


@namespace.route("/itineraries/<token>")
class ItineraryPage(Resource):
    """The page."""

    @anyone
    @namespace.doc(produces=[HTML, "application/json"])  # type: ignore[untyped-decorator]
    @contract.asks(LanguageQuerySchema)
    def get(self, token: str, query: dict[str, Any]) -> Response:
        """Show the page at an address that its visitor got; it holds for a while."""
        del query  # for the language of the answer
        spoken = language.current()
        try:
            found = itinerary_links.read(token, spoken)
        except NotFound as error:
            # Who reads is told in words; a program gets the failure like others.
            if request.accept_mimetypes.best_match([JSON, HTML]) != HTML:
                raise
            return itinerary_pages.ended(spoken, error.status)
        paper = f"{request.path}/pdf?lang={spoken.value}"
        return itinerary_pages.page(found, pdf=paper)


@namespace.route("/itineraries/<token>/pdf")
class ItineraryPaper(Resource):
    """The PDF."""

    @anyone
    @namespace.doc(produces=["application/pdf", "application/json"])  # type: ignore[untyped-decorator]
    @contract.asks(LanguageQuerySchema)
    def get(self, token: str, query: dict[str, Any]) -> Response:
        """Fetch the PDF at an address that its visitor got."""
        del query  # for the language of the answer
        limits.write()
        return itinerary_pages.pdf(itinerary_links.read(token, language.current()))


def _with_papers(itinerary: Itinerary, link: Link) -> dict[str, Any]:
    base = f"{request.path.partition('/v1/')[0]}/v1/itineraries/{link.token}"
    spoken = f"lang={itinerary.language.value}"
    papers = {
        "page": f"{base}?{spoken}",
        "pdf": f"{base}/pdf?{spoken}",
        "expires_at": link.expires_at,
    }
    return {"itinerary": itinerary, "papers": papers}

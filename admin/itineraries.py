"""行程单 of any departure, for staff."""

from typing import Any

from flask import Response, request
from flask_restx import Namespace, Resource

from admin.contract import contract
from rest import itinerary_pages, language, limits
from rest.access import staff
from schemas.itineraries import DepartureItinerarySchema
from schemas.queries import LanguageQuerySchema
from services import itinerary_links
from services.itinerary_parts import Itinerary

namespace = Namespace("itineraries", description="行程单 itineraries of departures")


@namespace.route("/<departure_id>")
class DepartureItinerary(Resource):
    """The data."""

    @staff("departures", "read")
    @contract.asks(LanguageQuerySchema)
    @contract.gives(DepartureItinerarySchema)
    def get(self, departure_id: str, query: dict[str, Any]) -> Itinerary:
        """Read the itinerary of a departure, also of one that is only proposed."""
        del query  # for the language of the answer
        return itinerary_links.for_staff(departure_id, language.current())


@namespace.route("/<departure_id>/page")
class DepartureItineraryPage(Resource):
    """The page."""

    @staff("departures", "read")
    @namespace.doc(produces=["text/html", "application/json"])  # type: ignore[untyped-decorator]
    @contract.asks(LanguageQuerySchema)
    def get(self, departure_id: str, query: dict[str, Any]) -> Response:
        """Show it as a page."""
        del query  # for the language of the answer
        found = itinerary_links.for_staff(departure_id, language.current())
        paper = f"{request.path.removesuffix('/page')}/pdf?lang={found.language.value}"
        return itinerary_pages.page(found, pdf=paper)


@namespace.route("/<departure_id>/pdf")
class DepartureItineraryPaper(Resource):
    """The PDF."""

    @staff("departures", "read")
    @namespace.doc(produces=["application/pdf", "application/json"])  # type: ignore[untyped-decorator]
    @contract.asks(LanguageQuerySchema)
    def get(self, departure_id: str, query: dict[str, Any]) -> Response:
        """Fetch it as a PDF."""
        del query  # for the language of the answer
        limits.write()
        return itinerary_pages.pdf(itinerary_links.for_staff(departure_id, language.current()))

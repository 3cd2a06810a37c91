"""考察动线: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api import departures
from api.contract import contract
from models.enums import Kind
from models.versions import AVAILABILITY
from rest import language, lists
from rest.access import anyone
from schemas.answers import RouteSchema
from schemas.departures import DepartureCardSchema, RouteDepartureQuerySchema
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, ListQuerySchema
from schemas.routes import RouteCardSchema
from services import live, related

namespace = Namespace("routes", description="考察动线图 site-visit routes")


@namespace.route("")
class RouteList(Resource):
    """All site-visit routes."""

    @anyone
    @contract.asks(ListQuerySchema)
    @contract.shows(page_of(RouteCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live site-visit routes, in the order that staff gave."""
        return lists.page(Kind.ROUTES, query)


@namespace.route("/<id_or_slug>")
class RouteDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(RouteSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.ROUTES, id_or_slug, language.current())


@namespace.route("/<id_or_slug>/departures")
class RouteDepartures(Resource):
    """When a route can be visited."""

    @anyone
    @contract.asks(RouteDepartureQuerySchema)
    @contract.shows(page_of(DepartureCardSchema), scope=AVAILABILITY)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """List departures of a live route that are to come, the next one first."""
        route = live.find(Kind.ROUTES, id_or_slug, language.current())
        return departures.listed(query, route=route["item"])

"""招商阵地: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import VenueSchema
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, ListQuerySchema
from schemas.venues import VenueCardSchema
from services import related

namespace = Namespace("venues", description="招商阵地 investment venues")


@namespace.route("")
class VenueList(Resource):
    """All venues."""

    @anyone
    @contract.asks(ListQuerySchema)
    @contract.shows(page_of(VenueCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live venues, in the order that staff gave."""
        return lists.page(Kind.VENUES, query)


@namespace.route("/<id_or_slug>")
class VenueDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(VenueSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.VENUES, id_or_slug, language.current())

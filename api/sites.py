"""点位: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import SiteSchema
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, SiteListQuerySchema
from schemas.sites import SiteCardSchema
from services import related

namespace = Namespace("sites", description="点位 places that can be visited")


@namespace.route("")
class SiteList(Resource):
    """All sites."""

    @anyone
    @contract.asks(SiteListQuerySchema)
    @contract.shows(page_of(SiteCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live sites, in the order that staff gave."""
        return lists.page(Kind.SITES, query)


@namespace.route("/<id_or_slug>")
class SiteDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(SiteSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.SITES, id_or_slug, language.current())

"""产业集群: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import ClusterSchema
from schemas.clusters import ClusterCardSchema
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, ListQuerySchema
from services import related

namespace = Namespace("clusters", description="产业集群 industrial clusters")


@namespace.route("")
class ClusterList(Resource):
    """All clusters."""

    @anyone
    @contract.asks(ListQuerySchema)
    @contract.shows(page_of(ClusterCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live clusters, in the order that staff gave."""
        return lists.page(Kind.CLUSTERS, query)


@namespace.route("/<id_or_slug>")
class ClusterDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(ClusterSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.CLUSTERS, id_or_slug, language.current())

"""Synonyms of search."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.search import Synonyms
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.pages import page_of
from schemas.queries import PageQuerySchema
from schemas.search_upkeep import SynonymsCardSchema, TermsChangeSchema, TermsSchema
from services import kept
from services.search import synonyms

namespace = Namespace("synonyms", description="同义词 terms that mean the same to a search")


@namespace.route("")
class SynonymsList(Resource):
    """All groups."""

    @staff("synonyms", "read")
    @contract.asks(PageQuerySchema)
    @contract.gives(page_of(SynonymsCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List groups, what was changed last first."""
        return paging.by_time(
            query, lambda limit, after: kept.listing(Synonyms, limit=limit, after=after)
        )

    @staff("synonyms", "write")
    @idempotent(staff_caller)
    @contract.takes(TermsSchema)
    @contract.gives(SynonymsCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> Synonyms:
        """Keep a group; searches follow it at once."""
        return synonyms.add(current_actor(), **data)


@namespace.route("/<group>")
class SynonymsDetail(Resource):
    """One group."""

    @staff("synonyms", "read")
    @contract.gives(SynonymsCardSchema)
    def get(self, group: str) -> Synonyms:
        """Read a group."""
        return kept.get(Synonyms, group)

    @staff("synonyms", "write")
    @contract.takes(TermsChangeSchema)
    @contract.gives(SynonymsCardSchema)
    def put(self, group: str, data: dict[str, Any]) -> Synonyms:
        """Replace its terms."""
        return synonyms.change(current_actor(), group, **data)

    @staff("synonyms", "write")
    @contract.empties
    def delete(self, group: str) -> None:
        """Forget it."""
        synonyms.remove(current_actor(), group)

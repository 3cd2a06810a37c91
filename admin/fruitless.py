"""The log of queries that found nothing, as work to be done."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.search import FruitlessQuery
from rest import paging
from rest.access import current_actor, staff
from schemas.pages import page_of
from schemas.search_upkeep import (
    FruitlessCardSchema,
    FruitlessChangeSchema,
    FruitlessListQuerySchema,
    FruitlessOrder,
)
from services.search import fruitless

namespace = Namespace("fruitless", description="无结果查询 queries that found nothing")


@namespace.route("")
class FruitlessList(Resource):
    """Queries by day."""

    @staff("fruitless", "read")
    @contract.asks(FruitlessListQuerySchema)
    @contract.gives(page_of(FruitlessCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what was asked last, or what was asked most often on a day, first."""
        handled = query["handled"]
        if query["order"] is FruitlessOrder.NEWEST:
            return paging.by_time(
                query,
                lambda limit, after: fruitless.newest(handled=handled, limit=limit, after=after),
                "last_at",
            )
        return paging.listed(
            query,
            lambda limit, after: fruitless.frequent(handled=handled, limit=limit, after=after),
            lambda one: (float(one.count), one.id),
        )


@namespace.route("/<query_id>")
class FruitlessDetail(Resource):
    """One query."""

    @staff("fruitless", "read")
    @contract.gives(FruitlessCardSchema)
    def get(self, query_id: str) -> FruitlessQuery:
        """Read a query of a day."""
        return fruitless.get(query_id)

    @staff("fruitless", "write")
    @contract.takes(FruitlessChangeSchema)
    @contract.gives(FruitlessCardSchema)
    def patch(self, query_id: str, data: dict[str, Any]) -> FruitlessQuery:
        """Note whether it was looked into, for all days on which it was asked."""
        return fruitless.mark(current_actor(), query_id, **data)

    @staff("fruitless", "write")
    @contract.empties
    def delete(self, query_id: str) -> None:
        """Drop it from the log, of all days."""
        fruitless.delete(current_actor(), query_id)

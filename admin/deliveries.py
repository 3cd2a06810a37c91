"""The log of subscription messages."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from rest import paging
from rest.access import current_actor, staff
from schemas.pages import page_of
from schemas.subscriptions import DeliveryCardSchema, DeliveryListQuerySchema
from services.subscriptions import records
from services.subscriptions.records import Filters

namespace = Namespace("deliveries", description="订阅消息记录 subscription messages")


@namespace.route("")
class DeliveryList(Resource):
    """All of them."""

    @staff("deliveries", "read")
    @contract.asks(DeliveryListQuerySchema)
    @contract.gives(page_of(DeliveryCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the messages that were sent or tried, the newest first."""
        actor = current_actor()
        filters = Filters(query.get("state"), query.get("event"), query.get("visitor"))
        return paging.by_time(
            query,
            lambda limit, after: records.listing(actor, filters, limit=limit, after=after),
        )

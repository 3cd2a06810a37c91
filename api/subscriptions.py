"""Subscription messages of WeChat that the visitor who calls allows."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from rest.access import consenting, current_visitor, signed_in
from schemas.queries import LanguageQuerySchema
from schemas.subscriptions import SubscriptionListSchema, SubscriptionReportSchema
from services.subscriptions import ledger

namespace = Namespace(
    "subscriptions", description="订阅消息 subscription messages", path="/me/subscriptions"
)


@namespace.route("")
class Subscriptions(Resource):
    """All templates."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(SubscriptionListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List the templates to ask for, each with the messages that are left of it."""
        del query  # for the language of failures
        return {"items": ledger.listing(current_visitor().id)}

    @consenting
    @contract.takes(SubscriptionReportSchema)
    @contract.gives(SubscriptionListSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Tell what the visitor answered to `wx.requestSubscribeMessage`, once for each time."""
        visitor = current_visitor()
        ledger.report(visitor, {one["template"]: one["answer"] for one in data["items"]})
        return {"items": ledger.listing(visitor.id)}

"""Figures of the mini-program's use."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from rest.access import current_actor, staff
from schemas.usage import UsageQuerySchema, UsageSchema
from services import usage

namespace = Namespace("usage", description="小程序数据 use of the mini-program")


@namespace.route("")
class Usage(Resource):
    """Days."""

    @staff("usage", "read")
    @contract.asks(UsageQuerySchema)
    @contract.gives(UsageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read what WeChat counted, day by day; yesterday is there by noon."""
        return {"items": usage.listing(current_actor(), query["first"], query["last"])}

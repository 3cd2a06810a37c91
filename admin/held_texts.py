"""Texts of visitors that WeChat did not pass, for staff to decide about."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from rest import paging
from rest.access import current_actor, staff
from schemas.held_texts import (
    HeldTextCardSchema,
    HeldTextDecisionSchema,
    HeldTextListQuerySchema,
)
from schemas.pages import page_of
from services import content_checks
from services.content_checks import Held

namespace = Namespace("held-texts", description="待审文本 texts held for staff")


@namespace.route("")
class HeldTextList(Resource):
    """All texts."""

    @staff("held_texts", "read")
    @contract.asks(HeldTextListQuerySchema)
    @contract.gives(page_of(HeldTextCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List texts, the oldest first; those that wait unless told."""
        actor, state = current_actor(), query["state"]
        return paging.by_time(
            query,
            lambda limit, after: content_checks.listing(
                actor, state=state, limit=limit, after=after
            ),
            "row.created_at",
        )


@namespace.route("/<held_id>/decide")
class HeldTextDecision(Resource):
    """The decision."""

    @staff("held_texts", "write")
    @contract.takes(HeldTextDecisionSchema)
    @contract.gives(HeldTextCardSchema)
    def post(self, held_id: str, data: dict[str, Any]) -> Held:
        """Let the text stay, or take it away from what it belongs to."""
        decision, note = data["decision"], data.get("note")
        return content_checks.decide(current_actor(), held_id, decision, note=note)

"""Work lists of 三审: what waits for whom, over all kinds of content."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.content import Content
from rest import paging
from rest.access import current_actor, staff
from schemas.content_life import ReviewListQuerySchema, ReviewPageSchema
from services import review_lists
from services.keyset import Position

namespace = Namespace("reviews", description="审核待办 reviews to be done")


@namespace.route("")
class Reviews(Resource):
    """Texts on their way through review."""

    @staff("content", "submit")
    @contract.asks(ReviewListQuerySchema)
    @contract.gives(ReviewPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what waits for who calls, or what became of their own texts, with the count."""
        actor, view, kind = current_actor(), query["view"], query.get("kind")

        def read(limit: int, after: Position | None) -> list[Content]:
            return review_lists.listing(actor, view, kind=kind, limit=limit, after=after)

        page = paging.by_time(query, read, "review.submitted_at")
        return {**page, "total": review_lists.count(actor, view, kind=kind)}

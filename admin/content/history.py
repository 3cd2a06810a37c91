"""What was published, what differs, and going back."""

from typing import Any

from flask_restx import Resource

from admin.content import versions
from admin.content.space import item_of, kind_of, namespace
from admin.contract import contract
from models.content import Content
from rest.access import current_actor, staff
from schemas.content_life import (
    DiffQuerySchema,
    DiffSchema,
    RevisionListSchema,
    RollBackSchema,
)
from schemas.working import WorkingCardSchema
from services import differences, links, publishing

SHOWN = (*("number", "actor", "actor_id", "authors", "verdicts", "content_hash", "created_at"),)


@namespace.route("/<kind>/<item>/revisions")
class Revisions(Resource):
    """Published revisions."""

    @staff("content", "read")
    @contract.gives(RevisionListSchema)
    def get(self, kind: str, item: str) -> dict[str, Any]:
        """List them, the newest first."""
        document = item_of(kind, item)
        is_live = links.is_live(document.KIND, document.id)
        return {
            "items": [
                {
                    **{name: getattr(one, name) for name in SHOWN},
                    "live": is_live and one.number == document.published_revision,
                }
                for one in publishing.revisions(document.KIND, document.id)
            ]
        }


@namespace.route("/<kind>/<item>/diff")
class Diff(Resource):
    """Differences."""

    @staff("content", "read")
    @contract.asks(DiffQuerySchema)
    @contract.gives(DiffSchema)
    def get(self, kind: str, item: str, query: dict[str, Any]) -> dict[str, Any]:
        """Compare two versions field by field: by default what is live with the working copy."""
        document, actor = item_of(kind, item), current_actor()
        before, after = (versions.named(document, query[name], actor) for name in ("from_", "to"))
        return {
            "from_": query["from_"],
            "to": query["to"],
            "items": differences.between(before, after),
        }


@namespace.route("/<kind>/<item>/rollback")
class RollBack(Resource):
    """Going back."""

    @staff("content", "rollback")
    @contract.takes(RollBackSchema)
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str, data: dict[str, Any]) -> Content:
        """Make an earlier published revision live again; the working copy keeps its text."""
        return publishing.roll_back(kind_of(kind), item, actor=current_actor(), **data)

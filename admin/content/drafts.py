"""Drafts: one's own unsaved changes of an item."""

from typing import Any

from flask_restx import Resource

from admin.content.space import item_of, namespace
from admin.contract import contract
from models.drafts import Draft
from rest.access import current_actor, staff
from schemas.content_life import DraftSchema
from services import drafts


@namespace.route("/<kind>/<item>/draft")
class ItemDraft(Resource):
    """One's own draft of an item."""

    @staff("content", "read")
    @contract.gives(DraftSchema)
    def get(self, kind: str, item: str) -> dict[str, Any]:
        """Read it."""
        return shown(drafts.get(item_of(kind, item), current_actor()))

    @staff("content", "write")
    @contract.takes(DraftSchema)
    @contract.gives(DraftSchema)
    def put(self, kind: str, item: str, data: dict[str, Any]) -> dict[str, Any]:
        """Keep changes, finished or not; the working copy stays as it is."""
        return shown(drafts.save(item_of(kind, item), actor=current_actor(), **data))

    @staff("content", "write")
    @contract.empties
    def delete(self, kind: str, item: str) -> None:
        """Let go of it."""
        drafts.drop(item_of(kind, item), current_actor())


def shown(draft: Draft) -> dict[str, Any]:
    """Return a draft as it is answered."""
    return {
        "revision": draft.revision,
        "fields": drafts.fields_of(draft),
        "saved_at": draft.saved_at,
    }

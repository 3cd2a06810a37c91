"""Reading history of the visitor who calls."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from api.saved_items import kind_of, listed
from models.history import HistoryEntry
from rest.access import consenting, current_visitor, signed_in
from schemas.saved_items import SavedItemPageSchema, SavedItemQuerySchema
from services import history, saved_items

namespace = Namespace("history", description="浏览记录 reading history", path="/me/history")


@namespace.route("")
class HistoryList(Resource):
    """All of it."""

    @signed_in
    @contract.asks(SavedItemQuerySchema)
    @contract.tells(SavedItemPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what was read, the latest first; what went offline is shown as gone."""
        return listed(HistoryEntry, query)

    @signed_in
    @contract.empties
    def delete(self) -> None:
        """Forget all of it."""
        history.clear(current_visitor().id)


@namespace.route("/<kind>/<item>")
class HistoryItem(Resource):
    """One item, by kind and id."""

    @consenting
    @contract.empties
    def put(self, kind: str, item: str) -> None:
        """Note that it was read now; nothing is kept for who switched that off."""
        history.note(current_visitor().id, kind_of(kind), item)

    @signed_in
    @contract.empties
    def delete(self, kind: str, item: str) -> None:
        """Forget it."""
        saved_items.remove(HistoryEntry, current_visitor().id, kind_of(kind), item)

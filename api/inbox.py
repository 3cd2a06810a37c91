"""The inbox of the visitor who calls."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from rest import language, paging
from rest.access import current_visitor, signed_in
from schemas.inbox import InboxCardSchema, InboxQuerySchema, ReadSchema
from schemas.pages import page_of
from services import inbox

namespace = Namespace("inbox", description="消息 inbox", path="/me/inbox")


@namespace.route("")
class Inbox(Resource):
    """All entries."""

    @signed_in
    @contract.asks(InboxQuerySchema)
    @contract.gives(page_of(InboxCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what the visitor was told, the newest first."""
        visitor, spoken = current_visitor().id, language.current()
        return paging.by_time(
            query,
            lambda limit, after: inbox.listing(
                visitor, spoken, limit=limit, after=after, unread_only=query["unread"]
            ),
        )


@namespace.route("/read")
class InboxRead(Resource):
    """All entries, as read."""

    @signed_in
    @contract.gives(ReadSchema)
    def put(self) -> dict[str, int]:
        """Mark all entries as read."""
        return {"read": inbox.read_all(current_visitor().id)}


@namespace.route("/<entry_id>/read")
class InboxEntryRead(Resource):
    """One entry, as read."""

    @signed_in
    @contract.empties
    def put(self, entry_id: str) -> None:
        """Mark an entry as read."""
        inbox.read(current_visitor().id, entry_id)

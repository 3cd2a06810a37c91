"""The inbox of the visitor who calls."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from rest import language, paging
from rest.access import current_visitor, signed_in
from schemas.inbox import InboxPageSchema, InboxQuerySchema, ReadSchema
from services import inbox

namespace = Namespace("inbox", description="消息 inbox", path="/me/inbox")


@namespace.route("")
class Inbox(Resource):
    """All entries."""

    @signed_in
    @contract.asks(InboxQuerySchema)
    @contract.gives(InboxPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List what the visitor was told, the newest first."""
        entries, position = inbox.page(
            current_visitor().id,
            language.current(),
            limit=query["limit"],
            after=paging.decode_moment(query.get("cursor")),
            unread_only=query["unread"],
        )
        return {"items": entries, "next_cursor": paging.encode_moment(position)}


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

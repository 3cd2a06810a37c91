"""Calendar feeds of guides."""

from typing import Any

from flask_restx import Resource

from admin.contract import contract
from admin.guides import namespace as namespace
from rest.access import current_actor, staff
from schemas.attendance import GuideFeedSchema
from services import guide_feeds

# Where the public API serves them.
ADDRESS = "/api/v1/feeds/{secret}.ics"


@namespace.route("/<guide_id>/feed")
class GuideFeed(Resource):
    """The calendar of one guide."""

    @staff("calendar", "write")
    @contract.gives(GuideFeedSchema, code=201)
    def post(self, guide_id: str) -> dict[str, Any]:
        """Make an address for a calendar program; it is told once, and ends the one before."""
        return {"path": ADDRESS.format(secret=guide_feeds.open_feed(current_actor(), guide_id))}

    @staff("calendar", "write")
    @contract.empties
    def delete(self, guide_id: str) -> None:
        """Let the address end."""
        guide_feeds.revoke(current_actor(), guide_id)

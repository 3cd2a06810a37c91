"""Guides."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.guides import Guide
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.calendar import GuideCardSchema, GuideChangeSchema, GuideSchema
from schemas.pages import page_of
from schemas.queries import PageQuerySchema
from services import guides, kept
from services.visitors import masking

namespace = Namespace("guides", description="讲解员 guides")


@namespace.route("")
class GuideList(Resource):
    """All guides."""

    @staff("calendar", "read")
    @contract.asks(PageQuerySchema)
    @contract.gives(page_of(GuideCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List guides, who was changed last first, with masked phones."""
        page = paging.by_time(
            query, lambda limit, after: kept.listing(Guide, limit=limit, after=after)
        )
        return {**page, "items": [_shown(one, masked=True) for one in page["items"]]}

    @staff("calendar", "write")
    @idempotent(staff_caller)
    @contract.takes(GuideSchema)
    @contract.gives(GuideCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> Guide:
        """Keep a guide."""
        return _shown(guides.add(current_actor(), data))


@namespace.route("/<guide>")
class GuideDetail(Resource):
    """One guide."""

    @staff("calendar", "read")
    @contract.gives(GuideCardSchema)
    def get(self, guide: str) -> Guide:
        """Read a guide."""
        return _shown(kept.get(Guide, guide))

    @staff("calendar", "write")
    @contract.takes(GuideChangeSchema)
    @contract.gives(GuideCardSchema)
    def put(self, guide: str, data: dict[str, Any]) -> Guide:
        """Change a guide; departures stay as they are."""
        revision = data.pop("revision")
        return _shown(guides.change(current_actor(), guide, data, revision=revision))

    @staff("calendar", "write")
    @contract.empties
    def delete(self, guide: str) -> None:
        """Forget a guide whom no departure to come needs."""
        guides.remove(current_actor(), guide)


def _shown(guide: Guide, *, masked: bool = False) -> Guide:
    """Return a guide with the phone in plain text, to be shown and not to be saved."""
    number = guides.phone(guide)
    guide.phone = masking.phone(number) if masked else number
    return guide

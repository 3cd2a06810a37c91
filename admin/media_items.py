"""Media items, as staff keep them."""

from typing import Any

from flask_restx import Namespace, Resource

from admin import faults
from admin.contract import contract
from models.media_items import MediaItem
from rest import paging
from rest.access import current_actor, staff
from schemas.media_addresses import MediaAddressesSchema
from schemas.pages import page_of
from schemas.staff_media import (
    MediaUsesSchema,
    StaffMediaCardSchema,
    StaffMediaListQuerySchema,
    StaffMediaUpdateSchema,
)
from services import media_addresses, media_library, media_usage
from services.media_library import Filters

namespace = Namespace("media", description="媒体 media items")

FILTERS = ("kind", "state", "audience", "text")
SHOWN = (
    *("id", "kind", "state", "audience", "progress", "name", "alt", "rights", "sha256", "width"),
    *("height", "duration", "pages", "placeholder", "notes", "poster", "uploader"),
    *("uploader_name", "demo", "created_at", "updated_at"),
)


@namespace.route("")
class MediaItems(Resource):
    """Media items."""

    @staff("media", "read")
    @contract.asks(StaffMediaListQuerySchema)
    @contract.gives(page_of(StaffMediaCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List them, the newest first."""
        filters = Filters(**{name: query[name] for name in FILTERS if name in query})
        page = paging.by_time(
            query,
            lambda limit, after: media_library.listing(filters, limit=limit, after=after),
            field="created_at",
        )
        return {**page, "items": [shown(item) for item in page["items"]]}


@namespace.route("/<item>")
class OneMediaItem(Resource):
    """One of them."""

    @staff("media", "read")
    @contract.gives(StaffMediaCardSchema)
    def get(self, item: str) -> dict[str, Any]:
        """Read an item; while it is processed, `progress` tells how far it is."""
        return shown(media_library.get(item))

    @staff("media", "write")
    @contract.takes(StaffMediaUpdateSchema)
    @contract.gives(StaffMediaCardSchema)
    def patch(self, item: str, data: dict[str, Any]) -> dict[str, Any]:
        """Change what is said of it; what is live follows shortly after."""
        return shown(media_library.change(current_actor(), item, data))

    @staff("media", "write")
    @contract.empties
    def delete(self, item: str) -> None:
        """Delete it; while it is used, a 409 whose `details` hold the `uses`."""
        media_library.delete(current_actor(), item)


@namespace.route("/<item>/addresses")
class MediaAddresses(Resource):
    """Addresses of an item's files."""

    @staff("media", "read")
    @contract.gives(MediaAddressesSchema)
    def get(self, item: str) -> dict[str, Any]:
        """List where its files are fetched; what is not public is signed, for two hours.

        Internal films are watched as MP4: their playlists are not listed.
        """
        found = media_library.get(item)
        return {
            "files": media_addresses.of_files(found),
            "original": media_addresses.of_original(found),
        }


@namespace.route("/<item>/uses")
class MediaUses(Resource):
    """Uses of an item."""

    @staff("media", "read")
    @contract.gives(MediaUsesSchema)
    def get(self, item: str) -> dict[str, Any]:
        """List what uses it, working copies and what is live."""
        return {"items": media_usage.uses(media_library.get(item).id)}


@namespace.route("/<item>/retry")
class MediaRetry(Resource):
    """Another try."""

    @staff("media", "write")
    @contract.gives(StaffMediaCardSchema)
    def post(self, item: str) -> dict[str, Any]:
        """Process a failed item once more."""
        return shown(media_library.retry(current_actor(), item))


def shown(item: MediaItem) -> dict[str, Any]:
    """Return an item as it is answered."""
    original = item.original
    return {
        **{name: getattr(item, name) for name in SHOWN},
        "type": original.type if original else None,
        "size": original.size if original else None,
        "files": list(item.sources),
        "fault": faults.shown(item.fault),
    }

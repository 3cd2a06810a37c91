"""Where staff fetch media, those that are not public included."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from rest.access import staff
from schemas.media_addresses import MediaAddressesSchema
from services import media_addresses, media_library

namespace = Namespace("media", description="媒体 media items")


@namespace.route("/<item>/addresses")
class MediaAddresses(Resource):
    """Addresses of an item's files."""

    @staff("media", "read")
    @contract.gives(MediaAddressesSchema)
    def get(self, item: str) -> dict[str, Any]:
        """List where its files are fetched; what is not public is signed, for two hours."""
        found = media_library.get(item)
        return {
            "files": media_addresses.of_files(found),
            "original": media_addresses.of_original(found),
        }

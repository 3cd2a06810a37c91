"""Where parts of uploads arrive when the media store is a local folder.

The address itself is the permission: it was signed for one part of one upload, for a while.
"""

from typing import BinaryIO, cast

from flask import Blueprint, Response, abort, request

from media import stores
from media.local import PARTS_URL, LocalStorage
from rest.access import anyone
from services import uploads

blueprint = Blueprint("media_parts", __name__)


@blueprint.put(f"{PARTS_URL}/<token>")
@anyone
def part(token: str) -> Response:
    """Take a part, piece by piece; its length must be told, and is limited to that of a part."""
    store = stores.current()
    if not isinstance(store, LocalStorage):
        abort(404)
    request.max_content_length = uploads.PART_BYTES
    if request.content_length is None:
        abort(411)
    if request.content_length > uploads.PART_BYTES:
        abort(413)
    taken = store.put_part(token, cast(BinaryIO, request.stream), request.content_length)
    response = Response(status=200)
    response.headers["ETag"] = f'"{taken.etag}"'
    response.headers["Cache-Control"] = "no-store"
    return response

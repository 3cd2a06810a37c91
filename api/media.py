"""Media files of the local folder. Behind nginx or an object store this route is not reached."""

from flask import Blueprint, Response, current_app, send_from_directory

from media.types import shown_as
from rest import serving
from rest.access import anyone

blueprint = Blueprint("media", __name__)

OTHER_TYPE = "application/octet-stream"


@blueprint.get("/media/<path:path>")
@anyone
def file(path: str) -> Response:
    """Serve a file with range requests; names hold the content's hash, so it never changes."""
    settings = current_app.config["SETTINGS"]
    known = shown_as(path)
    response = send_from_directory(
        settings.media_dir,
        path,
        mimetype=known or OTHER_TYPE,
        as_attachment=known is None,
        conditional=True,
        max_age=settings.media_max_age_s,
    )
    response.cache_control.public = True
    response.cache_control.immutable = True
    return serving.checked(response)

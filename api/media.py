"""Media files of the local folder. Behind nginx or an object store this route is not reached."""

from pathlib import PurePosixPath

from flask import Blueprint, Response, current_app, send_from_directory

from rest import serving
from rest.access import anyone

blueprint = Blueprint("media", __name__)

# Told here, not by the machine's own table, which may lack some. A file of any other type, such
# as HTML or SVG, is only ever handed out as a download: nothing of ours runs in a browser.
TYPES = {
    ".avif": "image/avif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
    ".pdf": "application/pdf",
}
OTHER_TYPE = "application/octet-stream"


@blueprint.get("/media/<path:path>")
@anyone
def file(path: str) -> Response:
    """Serve a file with range requests; names hold the content's hash, so it never changes."""
    settings = current_app.config["SETTINGS"]
    known = TYPES.get(PurePosixPath(path).suffix.lower())
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

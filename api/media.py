"""Media files at addresses of this server.

Where nginx stands in front (MEDIA_ACCEL) or an object store holds the files, no byte of them
passes here: the one is told which file to send, the other where to go. The product's own server
sends files by itself in the demo.
"""

from flask import Blueprint, Response, current_app, make_response, redirect, request, send_file

from core.settings import Settings
from media import keys, stores
from media.errors import BadSignature
from media.local import TOKEN_PARAMETER, LocalStorage
from media.storage import Storage
from rest import serving
from rest.access import anyone

blueprint = Blueprint("media", __name__)

# Seconds for which it may be kept where a file is: long enough to spare a film's next pictures.
MOVED_S = 300
X_ACCEL = "X-Accel-Redirect"


@blueprint.get("/media/<path:path>")
@anyone
def file(path: str) -> Response:
    """Serve a file, whole or in ranges.

    A public one for as long as caches like, because its name holds its content's hash; any other
    to who has a signed address, for as long as that holds.
    """
    key = keys.required(path)
    settings: Settings = current_app.config["SETTINGS"]
    store = stores.current()
    if not isinstance(store, LocalStorage):
        return _elsewhere(store, key)
    name = _allowed(store, key)
    store.stat(key)
    given = keys.headers(key, settings.media_max_age_s)
    response = _sent(settings, store, key, given.content_type)
    response.headers["Cache-Control"] = given.cache_control
    _open(response, key)
    if disposition := keys.saved_as(name) if name else given.disposition:
        response.headers["Content-Disposition"] = disposition
    return response


def _allowed(store: LocalStorage, key: str) -> str:
    """Return under which name a file is to be saved, empty for none; raise `BadSignature`.

    Nothing is said about whether the file exists before that is settled.
    """
    token = request.args.get(TOKEN_PARAMETER)
    if token is not None:
        return store.download_name_of(key, token)
    if not keys.is_public(key):
        raise BadSignature
    return ""


def _elsewhere(store: Storage, key: str) -> Response:
    """Show the way to a public file in an object store, which signs for others by itself."""
    if not keys.is_public(key):
        raise BadSignature
    response = make_response(redirect(store.public_url(key)))
    _open(response, key)
    response.headers["Cache-Control"] = f"public, max-age={MOVED_S}"
    return response


def _open(response: Response, key: str) -> None:
    """Let scripts of any page read what anybody may: players of HLS and subtitles are such."""
    if keys.is_public(key):
        response.headers["Access-Control-Allow-Origin"] = "*"


def _sent(settings: Settings, store: LocalStorage, key: str, content_type: str) -> Response:
    if settings.media_accel:
        response = Response(mimetype=content_type)
        response.headers[X_ACCEL] = f"{settings.media_accel}/{key}"
        return response
    response = send_file(store.path(key), mimetype=content_type, conditional=True)
    del response.headers["Content-Disposition"]
    return serving.checked(response)

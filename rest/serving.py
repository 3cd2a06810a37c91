"""Answering public reads: bytes, ETag, Last-Modified, 304, Cache-Control."""

import datetime as dt
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from flask import Response, abort, current_app, make_response, request
from werkzeug.http import http_date

from core.clock import now
from models.versions import AVAILABILITY, CONTENT
from rest import addresses, language

Loaded = TypeVar("Loaded")

JSON = "application/json"
# Where in the WSGI environment an answer tells the byte cache that it may be kept.
NOTE = "toolbox.note"
PRECONDITION_FAILED = 412
# Of a SHA-256, for which processors have instructions: half the time of BLAKE2.
ETAG_DIGITS = 24
CONDITIONS = frozenset(
    {
        *("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH"),
        *("HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE"),
    }
)


# What changes with time too, at each full minute: what is closed by then.
BY_THE_MINUTE = frozenset({AVAILABILITY})
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Note:
    """An answer that may be kept: for which version of which scope, its true date, its route.

    From `until` (UTC) on it is another one, though the version stands.
    """

    scope: str
    version: int
    modified: dt.datetime
    route: str
    until: dt.datetime | None = None


# From an answer and the date of all content (UTC) to the answer's own date, None when unknown.
Changed = Callable[[Any, dt.datetime], dt.datetime | None]


def public(
    read: Callable[[], Any], changed: Changed | None = None, scope: str = CONTENT
) -> Response:
    """Serve what `read` returns, or 304 when the client has it already.

    Its date is that of the version of its scope, taken before the data is read: an answer may be
    newer than its date, never older. Where that is not all that changes an answer, `changed`
    tells its date from the answer and that of the scope. Raises what `read` raises.
    """
    version = current_app.config["VERSIONS"].current(scope)
    minute = now().replace(second=0, microsecond=0) if scope in BY_THE_MINUTE else None
    data = read()
    modified: dt.datetime | None = version.last_modified
    if minute is not None:
        modified = max(version.last_modified, minute)
    if changed is not None:
        modified = changed(data, version.last_modified)
    elif version.lasts:
        _note(scope, version.number, modified or version.last_modified, minute)
    payload = text(data)
    headers = [
        ("Content-Language", language.current().value),
        ("Vary", "Accept-Language"),
        ("ETag", f'"{hashlib.sha256(payload).hexdigest()[:ETAG_DIGITS]}"'),
        ("Cache-Control", _cache_control(current_app.config["SETTINGS"].public_max_age_s)),
    ]
    if modified is not None:
        # The date may run ahead of the clock (services.versions); it is sent no later than now
        # and then matches no request, which costs a 304 and never serves a stale one.
        headers.append(("Last-Modified", http_date(min(modified, now()))))
    response = Response(payload, headers=headers, mimetype=JSON)
    if CONDITIONS.isdisjoint(request.environ):
        return response
    since = request.if_modified_since
    if request.if_none_match or since is None or modified is None or since >= modified:
        response.make_conditional(request)
    return checked(response)


def _note(scope: str, number: int, modified: dt.datetime, minute: dt.datetime | None) -> None:
    """Tell the byte cache that the answer may be kept; `minute` is that which it is right for."""
    route = request.url_rule.rule if request.url_rule else ""
    until = None if minute is None else minute + MINUTE
    request.environ[NOTE] = Note(scope, number, modified, route, until)


def kept(load: Callable[[], Loaded]) -> Loaded:
    """Return what `load` returns, read once a version of all content: see `services.versions`."""
    loaded: Loaded = current_app.config["VERSIONS"].kept(load)
    return loaded


def text(data: Any) -> bytes:
    """Return ready data as JSON: times end in Z, media are at the store's addresses."""
    return addresses.absolute(orjson.dumps(data, option=orjson.OPT_UTC_Z))


@functools.cache
def _cache_control(max_age_s: int) -> str:
    """Return who may keep an answer, and for how long without asking again."""
    return "public, max-age=0, no-cache" if max_age_s == 0 else f"public, max-age={max_age_s}"


def unkept(view: Callable[..., Any]) -> Callable[..., Response]:
    """Let the answer of a view be kept nowhere: it is for who asked, now."""

    @functools.wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Response:
        response = make_response(view(*args, **kwargs))
        response.headers["Cache-Control"] = "no-store"
        return response

    return wrapped


def checked(response: Response) -> Response:
    """Return a conditional answer; a precondition that does not hold is a failure like others."""
    if response.status_code == PRECONDITION_FAILED:
        response.close()
        abort(PRECONDITION_FAILED)
    return response

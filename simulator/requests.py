"""What all APIs check of a request before they look at what it asks, in the platform's order."""

import re
from collections.abc import Callable
from typing import Any

import orjson
from werkzeug.wrappers import Request

from simulator.errors import ApiError
from simulator.world import World

Body = dict[str, object]
# A picture is answered as its bytes.
Endpoint = Callable[[World, Request], Body | bytes]
PAGE = re.compile(r"pages(/[A-Za-z0-9_-]+)+")
OK: Body = {"errcode": 0, "errmsg": "ok"}


def json_body(request: Request) -> dict[str, Any]:
    """Return the body: POST (43002), not empty (44002), a JSON object (47001)."""
    if request.method != "POST":
        raise ApiError(43002)
    content = request.get_data()
    if not content.strip():
        raise ApiError(44002)
    try:
        body = orjson.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(47001)
    return body


def authorised_body(world: World, request: Request) -> dict[str, Any]:
    """Return the body of a call whose access token works."""
    world.tokens.check(request.args.get("access_token", ""))
    return json_body(request)


def text(body: dict[str, Any], name: str) -> str:
    """Return a text of the body, empty when there is none."""
    value = body.get(name, "")
    return value if isinstance(value, str) else ""

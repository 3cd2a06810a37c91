"""Reading a JSON body strictly, before any schema sees it.

Refused with a clear 400: anything but one object, NaN and Infinity, a key given twice, nesting
that would exhaust the stack, bytes that are not UTF-8, whole numbers that MongoDB cannot hold.
"""

import json
from typing import Any, NoReturn

from flask import Request

from core.errors import Invalid

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


class UnsupportedMedia(Invalid):
    """The body is not declared as JSON (415)."""

    status = 415
    default_code = "content_type"


def read_object(request: Request) -> dict[str, Any]:
    """Return the request's body as an object; an empty body is an empty object."""
    raw = request.get_data(cache=True)
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise UnsupportedMedia
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_bounded,
        )
    except RecursionError:
        raise Invalid("too_deep") from None
    except ValueError:
        raise Invalid("bad_json") from None
    if not isinstance(value, dict):
        raise Invalid("bad_json")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("duplicate_key")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise Invalid("bad_json")


def _bounded(digits: str) -> int:
    if len(digits) > len(str(INT_MIN)):
        raise Invalid("bad_json")
    number = int(digits)
    if not INT_MIN <= number <= INT_MAX:
        raise Invalid("bad_json")
    return number

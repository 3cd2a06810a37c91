"""Reading a JSON body strictly, before any schema sees it.

Refused with a clear 400: anything but one object, NaN and Infinity, a key given twice, nesting
that would exhaust the stack, bytes that are not UTF-8, whole numbers that MongoDB cannot hold.
"""

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from core.errors import Invalid

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
DEPTH_MAX = 40


class UnsupportedMedia(Invalid):
    """The body is not declared as JSON (415)."""

    status = 415
    default_code = "content_type"


def read_object(request: Request) -> dict[str, Any]:
    """Return the request's body as an object; an empty body is an empty object."""
    raw = request.get_data(cache=True)
    limit = request.max_content_length
    if request.content_length is None and limit is not None and len(raw) >= limit:
        # What comes in chunks without a length is cut off at the limit, not refused.
        raise RequestEntityTooLarge
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
            parse_float=_finite,
        )
    except RecursionError:
        raise Invalid("too_deep") from None
    except ValueError:
        raise Invalid("bad_json") from None
    if not isinstance(value, dict):
        raise Invalid("bad_json")
    _check_depth(value)
    return value


def _check_depth(value: dict[str, Any]) -> None:
    """Refuse nesting that validation, which recurses, could not follow to its end."""
    level: list[Any] = [value]
    for _ in range(DEPTH_MAX):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise Invalid("too_deep")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


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


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):  # 1e999
        raise Invalid("bad_json")
    return number

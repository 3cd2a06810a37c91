"""Every failure becomes one JSON shape.

`{"error": {"code", "message", "fields", "request_id"}}` with a real HTTP status and the message
in the request's language. Routes of flask-restx and plain ones go through the same function.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import orjson
from flask import Response
from marshmallow import ValidationError
from marshmallow.exceptions import SCHEMA
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from core import logs, messages
from core.errors import AppError, Invalid, Unavailable
from rest import language

RETRY_AFTER_S = 1
# A failure names so many fields at most, with names so long: an answer stays small.
FIELDS_MAX, NAME_MAX = 50, 200
HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "payload_too_large",
    414: "uri_too_long",
    415: "content_type",
    429: "rate_limited",
    503: "unavailable",
}

logger = logs.get(__name__)


def answer(error: BaseException) -> Response:
    """Return the answer to a failure. Unexpected ones are logged, never shown."""
    if isinstance(error, ValidationError):
        return _answer(Invalid(fields=flat(error.messages)))
    if isinstance(error, AppError):
        return _answer(error)
    if isinstance(error, HTTPException):
        return _http(error)
    if isinstance(error, PyMongoError):
        logger.warning("database_failed", error=type(error).__name__)
        return _answer(Unavailable(retry_after_s=RETRY_AFTER_S))
    logger.error("unexpected", exc_info=error)
    return _body(500, "internal", {}, {})


def flat(found: Any, path: str = "") -> dict[str, object]:
    """Flatten marshmallow's nested messages to path → code, `a.0.b` for elements of lists."""
    if isinstance(found, Mapping):
        result: dict[str, object] = {}
        for name, inner in found.items():
            inside = f"{path}.{name}" if path else str(name)
            # What is wrong with an object as a whole stands under a name that it does not have.
            result |= flat(inner, path if name == SCHEMA and path else inside)
        return result
    if isinstance(found, list):
        return {path: found[0]}
    return {path: found}


def _answer(error: AppError) -> Response:
    response = _body(error.status, error.code, error.fields, error.params, error.details)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    code = HTTP_CODES.get(status, "bad_request" if status < 500 else "internal")
    response = _body(status, code, {}, {})
    for name, value in error.get_headers():  # Allow, Content-Range, Retry-After
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _body(
    status: int,
    code: str,
    fields: Mapping[str, object],
    params: Mapping[str, object],
    details: Mapping[str, object] | None = None,
) -> Response:
    spoken = language.current()
    body = {
        "error": {
            "code": code,
            "message": messages.text(code, spoken, params),
            "fields": {
                _shown(path): said(problem, spoken)
                for path, problem in islice(fields.items(), FIELDS_MAX)
            },
            "request_id": logs.request_id.get(),
            **({"details": details} if details else {}),
        }
    }
    response = Response(orjson.dumps(body), status, mimetype="application/json")
    response.headers["Content-Language"] = spoken.value
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(path: str) -> str:
    """Return the name of a field as it can be sent: callers may have put anything into it."""
    return path[:NAME_MAX].encode(errors="backslashreplace").decode()


def said(problem: object, spoken: str) -> object:
    """Put what is wrong with a field into words; texts of libraries stay as they are."""
    params: Mapping[str, object] | None = None
    if isinstance(problem, tuple):
        problem, params = problem
    if isinstance(problem, Mapping):
        return {name: said(inner, spoken) for name, inner in problem.items()}
    if isinstance(problem, str) and messages.has(problem):
        return messages.text(problem, spoken, params)
    return str(problem)

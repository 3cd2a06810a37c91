"""What surrounds every request: its id, the log line, the figures, safe headers."""

import re
import time

from flask import Flask, Response, g, request

from core import logs, metrics
from core.errors import Invalid
from core.ids import new_id

REQUEST_ID = "X-Request-ID"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNKNOWN_ROUTE = "unknown"
# Methods are counted by name; whatever else a caller makes up is one row in the figures.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER_METHOD = "OTHER"
POLICY = "default-src 'none'; frame-ancestors 'none'"

logger = logs.get(__name__)


def observe(app: Flask) -> None:
    """Install the hooks."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if GIVEN_ID.fullmatch(given) else new_id()
    g.began = time.perf_counter()
    logs.request_id.set(g.request_id)
    _check_query()


def _check_query() -> None:
    """Refuse a query string that is not UTF-8, on which reading any parameter would fail."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        request.query_string = b""
        raise Invalid("bad_text") from None


def _end(response: Response) -> Response:
    identity = g.request_id
    rule = request.url_rule
    route = rule.rule if rule else UNKNOWN_ROUTE
    method = request.method if request.method in METHODS else OTHER_METHOD
    seconds = time.perf_counter() - g.began
    metrics.REQUESTS.labels(method, route, response.status_code).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    headers = response.headers
    headers[REQUEST_ID] = identity
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers.setdefault("Content-Security-Policy", POLICY)
    # The path alone: a query string may hold what a visitor searched for.
    logger.info(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        size=response.calculate_content_length(),
    )
    return response

"""What surrounds every request: its id, the log line, the figures, safe headers."""

import re
import time

from flask import Flask, Response, g, request

from core import logs, metrics
from core.ids import new_id

REQUEST_ID = "X-Request-ID"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNKNOWN_ROUTE = "unknown"
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# The browsable documentation runs its own script and styles, all from this host.
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)

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


def _end(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else UNKNOWN_ROUTE
    seconds = time.perf_counter() - g.began
    metrics.REQUESTS.labels(request.method, route, response.status_code).inc()
    metrics.REQUEST_SECONDS.labels(route).observe(seconds)
    response.headers[REQUEST_ID] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    is_page = response.mimetype == "text/html"
    response.headers["Content-Security-Policy"] = DOCS_POLICY if is_page else API_POLICY
    # The path alone: a query string may hold what a visitor searched for.
    logger.info(
        "request",
        method=request.method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        size=response.calculate_content_length(),
    )
    return response

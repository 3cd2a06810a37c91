"""What every failure must look like, and what every answer must carry."""

import re
from typing import Any

from werkzeug.test import TestResponse

from core import messages

POLICY = "default-src 'none'; frame-ancestors 'none'"
# Of the documentation, and of pages that carry one style sheet and pictures of ours.
OTHERS = ("default-src 'self'", "default-src 'none'; style-src 'nonce-")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def check_safe(answer: TestResponse) -> None:
    """Check the headers that every answer carries."""
    assert REQUEST_ID.fullmatch(answer.headers["X-Request-ID"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == POLICY or policy.startswith(OTHERS)
    assert "frame-ancestors 'none'" in policy
    assert "Server" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def check_failure(
    answer: TestResponse,
    status: int | None = None,
    code: str | None = None,
    language: str = "zh-CN",
) -> dict[str, Any]:
    """Check the one shape of failures, exactly; return its fields."""
    assert 400 <= answer.status_code < 600, answer.status
    assert answer.status_code == (status or answer.status_code), answer.text
    check_safe(answer)
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Vary"].startswith("Accept-Language")
    assert "ETag" not in answer.headers
    if answer.request.method == "HEAD":
        return {}
    body = answer.get_json()
    assert body.keys() == {"error"}
    error = body["error"]
    assert error.keys() == {"code", "message", "fields", "request_id"}
    assert error["code"] == (code or error["code"]), error
    template = messages.text(error["code"], language)
    pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(template))
    assert re.fullmatch(pattern, error["message"])
    assert error["request_id"] == answer.headers["X-Request-ID"]
    assert isinstance(error["fields"], dict)
    assert "Traceback" not in answer.text
    return dict(error["fields"])

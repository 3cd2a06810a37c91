"""Sending a request as an attacker would: byte by byte as given."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.rest.failures import check_failure, check_safe


def send(app: Flask, address: str, query: str | None = None, **options: Any) -> TestResponse:
    """Send a request, its query string byte by byte as given; check what all answers share."""
    environ = options.pop("environ", {})
    if query is not None:
        environ = {**environ, "QUERY_STRING": query}
    answer = app.test_client().open(address, environ_overrides=environ, **options)
    with answer:
        assert answer.status_code < 500, (address[:200], query and query[:200], answer.text[:500])
        assert answer.status_code not in range(300, 400) or answer.status_code == 304
        check_safe(answer)
        assert "X-Injected" not in answer.headers
        if answer.status_code >= 400:
            check_failure(answer, language=answer.headers["Content-Language"])
        else:
            answer.get_data()
    return answer

"""Sending a request as an attacker would, byte by byte as given; and what to send."""

from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.rest.failures import check_failure, check_safe

LONG = 5_000
# What stands in the place of an id, percent-encoded as it is sent.
PATH_VALUES = (
    quote('{"$ne":1}', safe=""),
    quote('{"$gt":""}', safe=""),
    "[$ne]",
    "..",
    "../",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "%252e%252e%252fetc%252fpasswd",
    "..%5c..%5cetc",
    "%00",
    "abc%00.webp",
    "%0d%0aX-Injected:%201",
    "%ed%a0%80",
    "%ff%fe",
    "%c0%ae%c0%ae",
    "%F0%9F%92%A9",
    quote("胶州"),
    quote("ａｂｃ"),
    "A-Upper-Case-Id",
    "a--b",
    "-a",
    "_id",
    "$where",
    "__proto__",
    "null",
    "NaN",
    "-1",
    "9" * 400,
    "a" * LONG,
    "%25" * 1_000,
    " ",
    "%20",
    "%09",
    ".",
    "~",
    "tracks:abc",
    "*",
    "%2a",
    ";id=1",
    "a;b",
    "a%3fb",
    "a%23b",
)
PARAMETER_VALUES = (
    *("\0", "a\0b", "\ufffe", "\U0010ffff", "a" * LONG, '{"$ne": 1}', "[$ne]=1", "$gt"),
    *("../../etc/passwd", "%00", "%2500", "' OR 1=1 --", "<script>", "{{7*7}}", "${7*7}"),
    *("\r\nX-Injected: 1", " ", "", "null", "true", "NaN", "-1", "1e9", "9" * 400, "²", "٣"),
)
RAW_QUERIES = (
    *("a=\xff", "lang=\xff", "\xff", "q=\xed\xa0\x80", "lang=%ff", "limit=%ed%a0%80"),
    *("%", "%zz", "&&&", "=", "=1", "a", "a=1;b=2", "?" * 50, "&".join(["a=1"] * 500)),
    *("track[$ne]=1", "track[]=1", "track.$ne=1", "$where=1", "__proto__[x]=1"),
    "&".join(f"p{number}=1" for number in range(2_000)),
)


# What a browser opens; who asks for no page gets failures as everywhere.
PAGE = "/api/v1/itineraries/"


def send(
    app: Flask,
    address: str,
    query: str | None = None,
    client: FlaskClient | None = None,
    **options: Any,
) -> TestResponse:
    """Send a request, its query string byte by byte as given; check what all answers share.

    Without a `client` nobody is signed in.
    """
    environ = options.pop("environ", {})
    if query is not None:
        environ = {**environ, "QUERY_STRING": query}
    answer = (client or app.test_client()).open(address, environ_overrides=environ, **options)
    with answer:
        assert answer.status_code < 500, (address[:200], query and query[:200], answer.text[:500])
        assert answer.status_code not in range(300, 400) or answer.status_code == 304
        check_safe(answer)
        assert "X-Injected" not in answer.headers
        if options.get("method") == "OPTIONS" and answer.status_code == 200:
            assert answer.data == b""
        elif answer.mimetype == "text/html" and address.startswith(PAGE):
            assert answer.get_data().startswith(b"<!doctype html>"), "a page, whatever it says"
        elif answer.status_code >= 400:
            check_failure(answer, language=answer.headers["Content-Language"])
        else:
            answer.get_data()
    return answer

"""Hostile requests on every route of the URL map: refused in our shape, never a 5xx."""

import base64
import itertools
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.routing import Rule

from core.settings import Settings
from models.enums import Kind
from rest import paging
from tests.api import surface
from tests.api.surface import API, LISTED
from tests.factories import create_live
from tests.rest.failures import check_failure
from tests.rest.hostile import LONG, PARAMETER_VALUES, PATH_VALUES, RAW_QUERIES, send

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def _parameters(app: Flask, rule: Rule) -> list[str]:
    """Return the names of a route's documented query parameters."""
    document = app.test_client().get(f"{API}/swagger.json").get_json()
    path = surface.ARGUMENT.sub(r"{\1}", rule.rule).removeprefix(API)
    operation = document["paths"][path]["get"]
    return [one["name"] for one in operation["parameters"] if one["in"] == "query"]


def _needed(rule: Rule) -> dict[str, str]:
    return dict(surface.NEEDED.get(rule.rule, {}))


def _bare(rule: Rule) -> str:
    return surface.path(rule).partition("?")[0]


def test_ids_that_are_none(app: Flask) -> None:
    create_live(Kind.TRACKS)
    for rule in surface.open_reads(app):
        if not rule.arguments:
            continue
        for value in PATH_VALUES:
            answer = send(app, surface.raw_path(rule, value))
            # `..` climbs to a list, as in any client; nothing else answers.
            assert answer.status_code == 404 or value.startswith(".") or value == "%2e%2e", (
                rule.rule,
                value[:50],
                answer.status,
            )


def test_unknown_parameters_are_named(app: Flask) -> None:
    for rule in surface.public_reads(app):
        for name in ("strange", "limit[$ne]", "track[$ne]", "$where", "lang.x", "参数", "a\0b"):
            query = urlencode({**_needed(rule), name: "1"})
            answer = send(app, _bare(rule), query)
            fields = check_failure(answer, 400, "invalid")
            assert fields == {name: "未知参数"}, rule.rule


def test_repeated_parameters_are_named(app: Flask) -> None:
    for rule in surface.public_reads(app):
        for name in _parameters(app, rule):
            answer = send(app, _bare(rule), f"{name}=1&{name}=1")
            assert check_failure(answer, 400, "invalid")[name] == "参数重复"


def test_every_parameter_stands_every_value(app: Flask) -> None:
    for rule in surface.public_reads(app):
        for name, value in itertools.product(_parameters(app, rule), PARAMETER_VALUES):
            query = {**_needed(rule), name: value}
            answer = send(app, _bare(rule), urlencode(query, errors="surrogatepass"))
            if "\0" in value:
                assert answer.status_code == 400, (rule.rule, name)
                assert name in check_failure(answer)
            if len(value) == LONG:
                assert answer.status_code == 400, (rule.rule, name)


def test_every_route_stands_every_query_string(app: Flask) -> None:
    for rule in surface.open_reads(app):
        for query in RAW_QUERIES:
            answer = send(app, _bare(rule), query)
            if "\xff" in query or "\xed" in query:
                check_failure(answer, 400, "bad_text")


def test_a_failure_names_a_bounded_number_of_fields(app: Flask) -> None:
    answer = send(app, f"{API}/tracks", RAW_QUERIES[-1])
    assert 1 < len(check_failure(answer, 400)) <= 50
    answer = send(app, f"{API}/tracks", "x" * 20_000 + "=1")
    (name,) = check_failure(answer, 400)
    assert len(name) <= 200


@pytest.mark.parametrize(
    "limit",
    [
        *("NaN", "Infinity", "1e9", "-1", "0", "51", "true", "0x10", "²", "٣", "１０", "+5"),
        *("1_0", " 10", "10 ", "10\n", "", "null", "2.0", "1,5", "9" * 30, "9" * LONG, "10\0"),
    ],
)
def test_a_limit_is_a_plain_number_within_bounds(app: Flask, limit: str) -> None:
    for kind in LISTED:
        answer = send(app, f"{API}/{kind}", urlencode({"limit": limit}))
        assert list(check_failure(answer, 400, "invalid")) == ["limit"]


@pytest.mark.parametrize("page", ["0", "-1", "1e3", "NaN", " 1", "1000001", "٣", "9" * LONG])
def test_a_page_of_a_sitemap_is_a_plain_number_within_bounds(app: Flask, page: str) -> None:
    answer = send(app, f"{API}/sitemaps/tracks", urlencode({"page": page}))
    assert list(check_failure(answer, 400, "invalid")) == ["page"]


def _bad_cursors(app: Flask, good: str) -> Iterator[str]:
    yield from ("x", "=", "====", "AAAA", "a" * 299, "胶州", "null", "{}", "-1", "../..")
    yield good[:-1]
    yield good[1:]
    yield good[: len(good) // 2]
    yield good.swapcase()
    raw = bytearray(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    for place in range(len(raw)):
        raw[place] ^= 1
        yield base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
        raw[place] ^= 1
    with app.app_context():
        signature = paging.SIGNATURE_BYTES
    payload = bytes(raw[signature:])
    yield base64.urlsafe_b64encode(b"\0" * signature + payload).decode()
    yield base64.urlsafe_b64encode(payload).decode()


def test_cursors_that_we_did_not_give_are_refused(app: Flask, settings: Settings) -> None:
    for _ in range(2):
        create_live(Kind.TRACKS)
    good = app.test_client().get(f"{API}/tracks?limit=1").get_json()["next_cursor"]
    assert app.test_client().get(f"{API}/tracks?cursor={good}").status_code == 200
    for cursor in _bad_cursors(app, good):
        answer = send(app, f"{API}/tracks", urlencode({"cursor": cursor}))
        check_failure(answer, 400, "bad_cursor")
    for cursor in ("a" * 301, "a" * LONG, "a\0"):
        answer = send(app, f"{API}/tracks", urlencode({"cursor": cursor}))
        assert list(check_failure(answer, 400, "invalid")) == ["cursor"]
    for kind in LISTED:
        answer = send(app, f"{API}/{kind}", "cursor=AAAAAAAAAAAAAAAA")
        check_failure(answer, 400, "bad_cursor")


def test_only_the_methods_of_a_route_are_answered(app: Flask) -> None:
    routes = app.url_map.bind("localhost")
    for rule in surface.rules(app):
        # Two routes may share a path: an item's, and `order` beside it.
        declared = set(routes.allowed_methods(surface.path(rule).partition("?")[0]))
        assert rule.methods is not None
        assert rule.methods <= declared
        for method in ("TRACE", "CONNECT", "FOO", "GETT", *(METHODS - declared)):
            answer = send(app, surface.path(rule), method=method, data=b'{"a": 1}')
            check_failure(answer, 405, "method_not_allowed")
            assert set(answer.headers["Allow"].split(", ")) == declared
        options = send(app, surface.path(rule), method="OPTIONS")
        assert options.status_code == 200
        assert options.data == b""


def test_a_body_on_a_read_changes_nothing(app: Flask) -> None:
    for rule in surface.open_reads(app):
        plain = send(app, surface.path(rule))
        for body in (b"{", b"\xff" * 100, b"x" * 2_000_000):
            answer = send(app, surface.path(rule), data=body, content_type="application/json")
            assert answer.status_code == plain.status_code, rule.rule

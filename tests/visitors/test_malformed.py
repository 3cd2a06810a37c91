"""Bodies that are no clean JSON, sent to every public route that writes: refused, nothing stored.

The routes come from the URL map, so that no new one is left out.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from rest.body import DEPTH_MAX
from tests.api import surface
from tests.rest.failures import check_failure
from tests.visitors.callers import Caller
from tests.visitors.conftest import NewApp
from tests.visitors.test_hostile import everything

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

JSON = "application/json"
Sent = tuple[bytes, str]
# What is sent, and the code that it is refused with.
MALFORMED: dict[str, tuple[Sent, int, str]] = {
    "cut short": ((b'{"party": 1', JSON), 400, "bad_json"),
    "more behind it": ((b'{"party": 1} {}', JSON), 400, "bad_json"),
    "NaN": ((b'{"party": NaN}', JSON), 400, "bad_json"),
    "infinite": ((b'{"party": 1e999}', JSON), 400, "bad_json"),
    "over 64 bits": ((b'{"party": 9223372036854775808}', JSON), 400, "bad_json"),
    "below 64 bits": ((b'{"revision": -9223372036854775809}', JSON), 400, "bad_json"),
    "too deep": (
        (b'{"party": ' + b"[" * DEPTH_MAX + b"]" * DEPTH_MAX + b"}", JSON),
        400,
        "too_deep",
    ),
    "bottomless": ((b'{"party": ' * 20_000, JSON), 400, "too_deep"),
    "a number": ((b"1", JSON), 400, "bad_json"),
    "a text": ((b'"text"', JSON), 400, "bad_json"),
    "null": ((b"null", JSON), 400, "bad_json"),
    "a list": ((b"[{}]", JSON), 400, "bad_json"),
    "no UTF-8": ((b'{"name": "\xff\xfe"}', JSON), 400, "bad_json"),
    "half a surrogate": ((b'{"name": "\xed\xa0\x80"}', JSON), 400, "bad_json"),
    "a key twice": ((b'{"name": "a", "name": "b"}', JSON), 400, "duplicate_key"),
    "plain text": ((b"{}", "text/plain"), 415, "content_type"),
    "a form": ((b"name=x", "application/x-www-form-urlencoded"), 415, "content_type"),
    "no type": ((b"{}", ""), 415, "content_type"),
}
# Not declared by a contract: they take bytes as they come, and a signature decides on them.
SIGNED = {("/media/parts/<token>", "PUT"), ("/wechat/callback", "POST")}


@pytest.fixture
def visitor_app(new_app: NewApp) -> Flask:
    """The application, which limits nobody: hundreds of calls are sent here."""
    limits = ("WRITES_PER_MINUTE", "SIGN_IN_PER_MINUTE", "CODES_PER_HOUR")
    return new_app(**{f"LIMIT_{name}": "100000" for name in limits})


def writes(app: Flask) -> Iterator[tuple[Rule, str, bool]]:
    """Yield (rule, method, whether it takes a JSON body) of every public route that writes."""
    for rule in surface.rules(app):
        for method, handler in surface.handlers(app, rule):
            if method != "GET" and not rule.rule.startswith(surface.STAFF):
                yield rule, method, "expect" in getattr(handler, "__apidoc__", {})


def send(caller: Caller, rule: Rule, method: str, sent: Sent) -> Any:
    """Send a body byte by byte as given; with a key, for routes that want one."""
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": "malformed-test-1"}
    return caller.client.open(
        surface.path(rule), method=method, data=sent[0], content_type=sent[1], headers=headers
    )


def test_every_route_that_writes_is_tried(visitor_app: Flask) -> None:
    found = list(writes(visitor_app))
    assert len([one for one in found if one[2]]) == 18
    assert {(rule.rule, method) for rule, method, _ in found} >= SIGNED


@pytest.mark.parametrize("name", MALFORMED)
def test_no_route_takes_what_is_no_clean_object(visitor: Caller, name: str) -> None:
    sent, status, code = MALFORMED[name]
    before = everything()
    for rule, method, takes in writes(visitor.client.application):
        if takes:
            answer = send(visitor, rule, method, sent)
            assert check_failure(answer, status, code) == {}, rule.rule
    assert everything() == before


def test_signatures_decide_before_bodies_do(visitor: Caller) -> None:
    before = everything()
    for rule, method, _ in writes(visitor.client.application):
        if (rule.rule, method) in SIGNED:
            for sent, _, _ in MALFORMED.values():
                answer = send(visitor, rule, method, sent)
                check_failure(answer)
                assert answer.status_code < 500, rule.rule
    assert everything() == before


def test_where_no_body_is_asked_for_none_is_looked_at(
    visitor_app: Flask, sign_in: Callable[..., Caller]
) -> None:
    for rule, method, takes in writes(visitor_app):
        if takes or (rule.rule, method) in SIGNED:
            continue
        usual = send(sign_in(), rule, method, (b"", ""))
        for name in ("cut short", "bottomless", "no UTF-8", "a form"):
            answer = send(sign_in(), rule, method, MALFORMED[name][0])
            assert answer.status_code == usual.status_code < 500, (rule.rule, name)
            if answer.status_code >= 400:
                check_failure(answer)

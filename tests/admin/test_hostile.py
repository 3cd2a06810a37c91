"""Hostile requests on every route of staff, by somebody who may call it: refused, never a 5xx.

What may be sent is taken from the document of the API, so that no new route is left out.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from core.settings import Settings
from models.audit import AuditEntry
from models.staff import Role, Staff
from services import permissions
from tests.api import surface
from tests.factories import staff_client
from tests.rest.failures import check_failure
from tests.rest.hostile import PARAMETER_VALUES, PATH_VALUES, RAW_QUERIES, send

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

API = "/admin/api/v1"
PLAIN = ("string", "integer", "boolean", "array")
OPERATORS = (
    *({"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, {"$where": "1"}, {"$in": ["a", "b"]}),
    *([{"$ne": 1}], [["a"]], {"a": {"$ne": 1}}, {"__proto__": {}}, {}),
)
# What nobody may say of an account, one's own or another's.
INTERNAL = (
    *("_id", "password_hash", "password_history", "password_changed_at", "totp.secret"),
    *("recovery_codes", "must_change_password", "updated_at", "token_hash", "staff"),
    *("$set", "$where", "roles.0", "roles.$[]", "__proto__", "a\u0000b"),
)
STRANGE_NAMES = ("strange", "limit[$ne]", "actor[$ne]", "role[]", "$where", "enabled.$ne", "a\0b")
# These climb to what holds them, as with any client: no id at all.
CLIMBING = (".", "..", "../", "%2e%2e")
MOMENTS = {"date": "2035-01-01", "date-time": "2035-01-01T00:00:00Z"}
Operation = tuple[Rule, str, tuple[str, str] | None]


@pytest.fixture(autouse=True)
def without_limits(app: Flask, settings: Settings) -> Iterator[None]:
    """Thousands of calls a minute are what is sent here, and not what is looked at."""
    app.config["SETTINGS"] = dataclasses.replace(
        settings, limit_writes_per_minute=1_000_000, limit_sign_in_per_minute=100_000
    )
    yield
    app.config["SETTINGS"] = settings


def operations(app: Flask) -> list[Operation]:
    """Return (rule, method, right) of every route of staff; no right where anyone may call it."""
    return [
        (rule, method, handler.access[1:] if handler.access != "anyone" else None)
        for rule in surface.rules(app)
        for method, handler in surface.handlers(app, rule)
        if rule.rule.startswith(API) and rule.endpoint not in ("admin.specs", "admin.root")
    ]


def somebody(app: Flask, right: tuple[str, str] | None) -> FlaskClient:
    """Return a client that is signed in and may call a route."""
    return staff_client(app, min(permissions.roles_for(*right)) if right else Role.EDITOR)


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found = staff_client(app, Role.EDITOR).get(f"{API}/swagger.json").get_json()
    assert len(found["paths"]) > 15
    return dict(found)


def described(document: dict[str, Any], rule: Rule, method: str) -> list[dict[str, Any]]:
    path = surface.ARGUMENT.sub(r"{\1}", rule.rule).removeprefix(API)
    return list(document["paths"][path][method.lower()].get("parameters", ()))


def properties(document: dict[str, Any], rule: Rule, method: str) -> dict[str, dict[str, Any]]:
    """Return the fields of the JSON body of an operation; none where it takes no body.

    Objects in a list that must be there are described in place.
    """
    for one in described(document, rule, method):
        if one["in"] == "body":
            body = referred(document, one["schema"])
            parts = {
                name: {**field, "items": referred(document, field["items"])}
                for name, field in body["properties"].items()
                if name in body.get("required", ()) and "$ref" in field.get("items", ())
            }
            return {**body["properties"], **parts}
    return {}


def required(document: dict[str, Any], rule: Rule, method: str) -> list[str]:
    """Return the fields that the JSON body of an operation must have."""
    (body,) = [one for one in described(document, rule, method) if one["in"] == "body"]
    return list(referred(document, body["schema"]).get("required", ()))


def referred(document: dict[str, Any], reference: dict[str, str]) -> dict[str, Any]:
    """Return the definition that a reference leads to."""
    return dict(document["definitions"][reference["$ref"].rpartition("/")[2]])


def sample(field: dict[str, Any]) -> Any:
    """Return a value that a field may have."""
    if "enum" in field:
        return field["enum"][0]
    if field.get("type") == "array":
        return [sample(field["items"])] * max(1, field.get("minItems", 1))
    if "properties" in field:
        return sample_body(field["properties"])
    if field.get("format") in MOMENTS:
        return MOMENTS[field["format"]]
    if ":" in field.get("pattern", ""):
        return "09:30"
    least = field.get("minimum", 1)
    values = {"integer": least, "number": least, "boolean": True, "object": {}}
    return values.get(field.get("type", ""), "abcd")


def sample_body(fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a body whose values are of the right types, null where that is one of them.

    Parts that may be absent are left out.
    """
    plain = {
        name: field
        for name, field in fields.items()
        if not field.get("readOnly") and "type" in field.get("items", field)
    }
    return {
        name: None if field.get("x-nullable") else sample(field) for name, field in plain.items()
    }


def queries(document: dict[str, Any], rule: Rule) -> list[str]:
    return [one["name"] for one in described(document, rule, "GET") if one["in"] == "query"]


def test_no_structure_is_taken_for_a_value(app: Flask, document: dict[str, Any]) -> None:
    tried = 0
    for rule, method, right in operations(app):
        fields, client = properties(document, rule, method), somebody(app, right)
        before = list(Staff._get_collection().find().sort("_id"))
        for name, field in fields.items():
            if field.get("type") not in PLAIN or field.get("readOnly"):
                continue
            for operator in OPERATORS:
                body = {one: sample(other) for one, other in fields.items()} | {name: operator}
                answer = send(app, surface.path(rule), client=client, method=method, json=body)
                found = check_failure(answer, 400, "invalid")
                assert [path for path in found if path.split(".")[0] == name], (rule, name, found)
                tried += 1
        assert list(Staff._get_collection().find().sort("_id")) == before
    assert tried > 100


def test_nobody_says_what_is_not_theirs_to_say(app: Flask, document: dict[str, Any]) -> None:
    for rule, method, right in operations(app):
        fields, client = properties(document, rule, method), somebody(app, right)
        before = list(Staff._get_collection().find().sort("_id"))
        for name in (*INTERNAL, *({"roles", "enabled", "username", "revision"} - fields.keys())):
            if not fields or fields.get(name, {}).get("readOnly"):
                continue  # what is only read may be sent back, and is dropped
            body = sample_body(fields) | {name: "administrator"}
            answer = send(app, surface.path(rule), client=client, method=method, json=body)
            assert name in check_failure(answer, 400), (rule.rule, name)
        assert list(Staff._get_collection().find().sort("_id")) == before


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'"x"', b"{", b'{"a":NaN}', b'{"a":1,"a":2}', b"\xff", b"[" * 9_000],
)
def test_what_is_no_object_is_refused(app: Flask, document: dict[str, Any], body: bytes) -> None:
    for rule, method, right in operations(app):
        if properties(document, rule, method):
            options: dict[str, Any] = {"data": body, "content_type": "application/json"}
            client = somebody(app, right)
            answer = send(app, surface.path(rule), client=client, method=method, **options)
            # No body says as little as an empty object, which is enough where nothing is needed.
            fits = not body and not required(document, rule, method)
            assert answer.status_code in ((400, 404) if fits else (400,)), rule.rule


def test_ids_that_are_none_are_nobodys(app: Flask, document: dict[str, Any]) -> None:
    for rule, method, right in operations(app):
        if not rule.arguments:
            continue
        client = somebody(app, right)
        fields = properties(document, rule, method)
        body = sample_body(fields) if fields else None
        for value in PATH_VALUES:
            if value in CLIMBING:
                continue
            address = surface.raw_path(rule, value)
            answer = send(app, address, client=client, method=method, json=body)
            check_failure(answer, 404, "not_found")


def test_every_query_is_text_or_refused(app: Flask, document: dict[str, Any]) -> None:
    for rule, method, right in operations(app):
        if method != "GET":
            continue
        client, address = somebody(app, right), surface.path(rule)
        for query in RAW_QUERIES:
            answer = send(app, address, query, client=client)
            if "\xff" in query or "\xed" in query:
                check_failure(answer, 400, "bad_text")
        if names := queries(document, rule):
            _check_parameters(app, client, address, names)


def _check_parameters(app: Flask, client: FlaskClient, address: str, names: list[str]) -> None:
    for name in STRANGE_NAMES:
        answer = send(app, address, urlencode({name: "1"}), client=client)
        assert name in check_failure(answer, 400, "invalid")
    # An item that is not there stays away, whatever else is asked.
    usual = send(app, address, client=client).status_code
    for name in names:
        answer = send(app, address, f"{name}=1&{name}=1", client=client)
        assert name in check_failure(answer, 400, "invalid")
        for value in PARAMETER_VALUES:
            answer = send(app, address, urlencode({name: value}), client=client)
            assert answer.status_code in (usual, 400), (address, name, value)


def test_an_operator_in_a_filter_finds_nothing(app: Flask) -> None:
    client = staff_client(app, Role.AUDITOR)
    assert send(app, f"{API}/audit/export", client=client).status_code == 200
    assert AuditEntry.objects.count() == 1
    for name in ("actor", "action", "target", "request_id"):
        for value in ('{"$ne":""}', "$ne", ".*", "[$exists]=1", "*"):
            query = urlencode({name: value})
            answer = send(app, f"{API}/audit", query, client=client)
            assert (answer.status_code, answer.get_json()["items"]) == (200, []), (name, value)

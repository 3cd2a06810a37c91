"""The staff API as a whole, by its URL map: valid document, access declared, nothing open."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV2SpecValidator, validate

from models.staff import Role
from services import permissions
from tests.factories import staff_client

API = "/admin/api/v1"
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
SIGNING_IN = {(f"{API}/session", "POST"), (f"{API}/session/code", "POST")}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def operations(app: Flask) -> Iterator[tuple[str, str, object]]:
    """Yield (rule, method, access) of every route of staff."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(API) or rule.endpoint in ("admin.specs", "admin.root"):
            continue
        resource = app.view_functions[rule.endpoint].view_class  # type: ignore[attr-defined]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            handler = getattr(resource, method.lower())
            yield rule.rule, method, getattr(handler, "access", None)


def test_every_route_says_which_right_it_asks_for(app: Flask) -> None:
    found = list(operations(app))
    assert len(found) > 25
    for rule, method, access in found:
        if (rule, method) in SIGNING_IN:
            assert access == "anyone"
        else:
            assert isinstance(access, tuple), rule
            assert access[0] == "staff"
            assert permissions.roles_for(*access[1:])


def test_nothing_is_open_without_a_session(app: Flask, client: FlaskClient) -> None:
    for rule, method, _ in operations(app):
        if (rule, method) not in SIGNING_IN:
            answer = client.open(ARGUMENT.sub("x", rule), method=method)
            assert (answer.status_code, answer.get_json()["error"]["code"]) == (
                401,
                "unauthenticated",
            ), rule


def test_nothing_is_changed_without_the_token_of_the_session(app: Flask) -> None:
    client = staff_client(app, Role.ADMINISTRATOR)
    del client.environ_base["HTTP_X_CSRF_TOKEN"]
    tried = 0
    for rule, method, _ in operations(app):
        if method in UNSAFE and (rule, method) not in SIGNING_IN:
            answer = client.open(ARGUMENT.sub("x", rule), method=method, json={})
            assert answer.get_json()["error"]["code"] == "csrf", rule
            tried += 1
    assert tried > 10


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_what_the_table_says(app: Flask, role: Role) -> None:
    client = staff_client(app, role)
    for rule, method, access in operations(app):
        if method != "GET" or not isinstance(access, tuple):
            continue
        answer = client.open(ARGUMENT.sub("x", rule))
        allowed = role in permissions.roles_for(*access[1:])
        assert (answer.status_code != 403) is allowed, rule
        assert answer.status_code < 500
        assert answer.headers["Cache-Control"] == "no-store", rule


def test_the_document_is_valid_and_complete(app: Flask) -> None:
    document = staff_client(app, Role.AUDITOR).get(f"{API}/swagger.json").get_json()
    validate(document, cls=OpenAPIV2SpecValidator)
    documented = {
        (path, method.upper())
        for path, methods in document["paths"].items()
        for method in methods.keys() - {"parameters"}
    }
    routes = {
        (ARGUMENT.sub(r"{\1}", rule).removeprefix(API), method)
        for rule, method, _ in operations(app)
    }
    assert documented == routes

"""The contract of the public API: its document is valid, complete and true of every route."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV2SpecValidator, validate

from core import messages
from rest import access, errors
from tests.api import surface

HTML_LINKS = {"href", "src", "action", "data", "poster"}


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/v1/swagger.json")
    assert answer.status_code == 200
    return dict(answer.get_json())


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from _schemas(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _schemas(inner)


def test_the_document_is_valid_swagger_2(document: dict[str, Any]) -> None:
    assert document["swagger"] == "2.0"
    validate(document, cls=OpenAPIV2SpecValidator)


def test_the_validator_finds_faults(document: dict[str, Any]) -> None:
    del document["paths"]["/home"]["get"]["responses"]["default"]["description"]
    assert list(OpenAPIV2SpecValidator(document).iter_errors())


def test_models_are_neither_doubled_nor_renamed(document: dict[str, Any]) -> None:
    names = list(document["definitions"])
    assert not [name for name in names if name[-1].isdigit()]
    assert not [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]+", name)]
    shapes = {name: str(schema) for name, schema in document["definitions"].items()}
    used = {schema["$ref"] for schema in _schemas(document) if isinstance(schema.get("$ref"), str)}
    assert used == {f"#/definitions/{name}" for name in shapes}


def test_every_enumeration_has_a_type(document: dict[str, Any]) -> None:
    enumerations = [schema for schema in _schemas(document) if "enum" in schema]
    assert len(enumerations) > 20
    assert not [schema for schema in enumerations if schema.get("type") != "string"]


def test_patterns_can_be_read_by_clients(document: dict[str, Any]) -> None:
    patterns = {schema["pattern"] for schema in _schemas(document) if "pattern" in schema}
    assert patterns
    for pattern in patterns:
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert not re.search(r"\\[ZzAaGg]|\(\?P", pattern)


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    found = [
        (rule.rule, method, getattr(handler, "access", None))
        for rule in surface.rules(app)
        for method, handler in surface.handlers(app, rule)
    ]
    assert len(found) > 30
    public = [one for one in found if not one[0].startswith(surface.STAFF)]
    assert not [one for one in public if one[2] not in surface.WHO]
    private = {one[0] for one in public if one[2] != "anyone"}
    assert {f"{surface.API}/me", f"{surface.API}/sessions/current"} <= private
    assert not [path for path in private if not path.startswith(surface.PRIVATE)]
    assert not [one for one in found if one[2] is None]


def test_a_route_that_declares_nothing_is_noticed(app: Flask) -> None:
    bare = Flask("bare")
    bare.add_url_rule("/bare", view_func=lambda: "", endpoint="bare")
    bare.add_url_rule("/said", view_func=access.anyone(lambda: ""), endpoint="said")
    declared = {
        rule.rule: getattr(handler, "access", None)
        for rule in surface.rules(bare)
        for _, handler in surface.handlers(bare, rule)
    }
    assert declared["/bare"] is None
    assert declared["/said"] == "anyone"


def test_every_route_of_the_api_is_documented(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (surface.ARGUMENT.sub(r"{\1}", rule.rule).removeprefix(surface.API), method.lower())
        for rule in surface.declared(app)
        for method, _ in surface.handlers(app, rule)
    }
    documented = {
        (path, method)
        for path, methods in document["paths"].items()
        for method in methods.keys() - {"parameters"}
    }
    assert documented == routes


def test_every_operation_documents_whether_it_needs_a_token(
    app: Flask, document: dict[str, Any]
) -> None:
    for rule in surface.declared(app):
        path = surface.ARGUMENT.sub(r"{\1}", rule.rule).removeprefix(surface.API)
        for method, handler in surface.handlers(app, rule):
            documented = document["paths"][path][method.lower()].get("security")
            expected = None if handler.access == "anyone" else [{"visitor": []}]
            assert documented == expected, (path, method)


def test_every_operation_documents_its_answers(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method in methods.keys() - {"parameters"}:
            operation = methods[method]
            assert operation["summary"], path
            answers = operation["responses"]
            assert answers["default"]["schema"] == {"$ref": "#/definitions/Error"}, path
            good = [answers[status] for status in ("200", "201", "202") if status in answers]
            assert all("$ref" in answer["schema"] for answer in good), path
            assert bool(good) != ("204" in answers), path
            names = [one["name"] for one in operation.get("parameters", ())]
            assert len(names) == len(set(names)), path
            if method == "get":
                assert "lang" in names, path
                rule = surface.API + path.replace("{", "<").replace("}", ">")
                private = path.startswith("/me") or rule in surface.UNKEPT
                assert ("304" in answers) is not private, path


def test_every_code_that_the_edge_answers_has_its_text() -> None:
    assert {code for code in errors.HTTP_CODES.values() if not messages.has(code)} == set()


class _Page(HTMLParser):
    """Gathers what a page loads or links to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in HTML_LINKS and value:
                self.links.append(value)
            if not name.startswith("xmlns") and value:
                self.attributes.append(value)


def test_the_documentation_loads_from_this_host_only(client: FlaskClient) -> None:
    answer = client.get("/api/v1/docs")
    assert answer.status_code == 200
    page = _Page()
    page.feed(answer.text)
    assert len(page.links) >= 4
    assert not [text for text in page.attributes if re.match(r"(?i)(https?:)?//", text)]
    script = re.findall(r"<script[^>]*>(.*?)</script>", answer.text, re.S)
    assert not re.search(r"https?://", "".join(script))
    assert 'validatorUrl: "" || null' in answer.text
    for link in page.links:
        with client.get(link) as asset:
            assert asset.status_code == 200, link
            assert asset.data, link
            if link.endswith(".css"):
                _check_style(client, link, asset.get_data(as_text=True))


def _check_style(client: FlaskClient, link: str, text: str) -> None:
    assert "@import" not in text
    for target in re.findall(r"url\(\s*['\"]?([^'\")]+)", text):
        if not target.startswith("data:"):
            assert target.startswith("./"), target
            with client.get(link.rsplit("/", 1)[0] + target[1:]) as font:
                assert font.status_code == 200, target


def test_the_policy_of_the_documentation_names_no_other_host(client: FlaskClient) -> None:
    policy = client.get("/api/v1/docs").headers["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'self'"
    allowed = {"'self'", "'none'", "'unsafe-inline'", "data:"}
    assert {word for words in rules.values() for word in words.split()} <= allowed

"""Failures: one shape on every route, in the language of the request; nothing of ours is told."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions

from core import messages
from rest import errors
from tests.api import surface
from tests.rest.failures import check_failure
from tests.rest.scratch import Effects

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_testing_is_off(app: Flask, notes: FlaskClient) -> None:
    assert not app.testing
    assert not app.debug
    assert not notes.application.testing


@pytest.mark.parametrize("how", ["bug", "recursion", "memory", "value", "key"])
def test_a_bug_is_a_500_that_tells_nothing(notes: FlaskClient, how: str) -> None:
    answer = notes.get(f"/scratch/failing/{how}")
    assert check_failure(answer, 500, "internal") == {}
    assert "secret" not in answer.text


def test_a_bug_outside_of_the_api_has_the_same_shape(notes: FlaskClient) -> None:
    answer = notes.get("/plain/bug")
    assert check_failure(answer, 500, "internal") == {}
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/scratch/failing/conflict", "/plain/conflict"])
@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("zh-CN", "内容已更新到第 3 版，您基于第 2 版"),
        ("en", "This is at revision 3 now; yours is based on 2"),
    ],
)
def test_what_services_raise_is_said_in_the_language_of_the_request(
    notes: FlaskClient, path: str, language: str, message: str
) -> None:
    answer = notes.get(path, headers={"Accept-Language": language})
    check_failure(answer, 409, "stale_revision", language)
    assert answer.get_json()["error"]["message"] == message


def test_when_to_try_again_is_told(notes: FlaskClient) -> None:
    limited = notes.get("/scratch/failing/limited")
    check_failure(limited, 429, "rate_limited")
    assert limited.headers["Retry-After"] == "7"
    unavailable = notes.get("/scratch/failing/http")
    check_failure(unavailable, 503, "unavailable")
    assert unavailable.headers["Retry-After"] == "9"
    assert "secret" not in unavailable.text


@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_every_failure_of_the_transport_has_the_shape(notes: FlaskClient, status: int) -> None:
    with notes.application.test_request_context("/"):
        # The hooks that give a request its id run with it.
        notes.application.preprocess_request()
        answer = errors.answer(default_exceptions[status]())
    assert answer.status_code == status
    code = answer.get_json()["error"]["code"]
    assert code == errors.HTTP_CODES.get(status, "internal" if status >= 500 else "bad_request")
    assert messages.has(code)


def test_an_exception_without_a_status_is_ours() -> None:
    assert errors.answer(HTTPException()).status_code == 500
    assert errors.answer(InternalServerError()).get_json()["error"]["code"] == "internal"


@pytest.mark.parametrize(
    ("path", "language"), [("/nothing", "zh-CN"), ("/api/v1/nothing?lang=en", "en"), ("/", "zh-CN")]
)
def test_a_route_that_is_none_has_the_shape(client: FlaskClient, path: str, language: str) -> None:
    check_failure(client.get(path), 404, "not_found", language)
    check_failure(client.post(path), 404, "not_found", language)


def test_head_fails_without_a_body(client: FlaskClient) -> None:
    answer = client.head("/api/v1/tracks/absent")
    check_failure(answer, 404)
    assert answer.data == b""


def test_messages_of_nested_fields_become_paths() -> None:
    found = {"a": {"b": {0: ["x"], 2: {"c": ["y", "z"]}}}, "d": ["e"], "f": "g"}
    assert errors.flat(found) == {"a.b.0": "x", "a.b.2.c": "y", "d": "e", "f": "g"}
    answer = errors.answer(ValidationError({"a": {"b": ["required"]}}))
    assert answer.get_json()["error"]["fields"] == {"a.b": "必填"}


def test_a_text_that_is_no_code_is_shown_as_it_is() -> None:
    answer = errors.answer(ValidationError({"a": ["Not a {valid} thing."]}))
    assert answer.get_json()["error"]["fields"] == {"a": "Not a {valid} thing."}


def test_no_effect_of_a_failure_is_left(notes: FlaskClient, effects: Effects) -> None:
    notes.get("/scratch/failing/bug")
    assert effects.seen == []
    assert notes.post("/scratch/notes", json={"title": "t"}).status_code == 201


def _documented_codes() -> dict[str, list[str]]:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"), re.M)
    return {code: rest.split(" | ") for code, rest in rows}


def test_every_code_is_documented_with_its_texts() -> None:
    assert _documented_codes() == {code: list(texts) for code, texts in messages.MESSAGES.items()}


def test_every_parameter_of_the_api_is_in_its_guide(client: FlaskClient) -> None:
    guide = DOCUMENT.read_text(encoding="utf-8")
    document = client.get(f"{surface.API}/swagger.json").get_json()
    names = {
        one["name"]
        for operations in document["paths"].values()
        for one in operations.get("get", {}).get("parameters", ())
    }
    assert {name for name in names if not re.search(rf"`\??{name}[`=]", guide)} == set()

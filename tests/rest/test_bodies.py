"""JSON bodies: read strictly, refused by name, never a 5xx."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV2SpecValidator, validate
from werkzeug.test import TestResponse

from core.settings import Settings
from rest.body import DEPTH_MAX, INT_MAX, INT_MIN
from tests.rest.failures import check_failure
from tests.rest.scratch import TEXT_MAX, Effects

JSON = "application/json"
NOTES = "/scratch/notes"


def _post(notes: FlaskClient, body: bytes | str, content_type: str | None = JSON) -> TestResponse:
    return notes.post(NOTES, data=body, content_type=content_type)


def _send(notes: FlaskClient, **fields: Any) -> TestResponse:
    return _post(notes, json.dumps({"title": "测试", **fields}))


def _nested(depth: int) -> str:
    """Return a body in which a field is nested `depth` levels deep."""
    return '{"title": "t", "labels": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def test_a_note_is_taken_and_given_back(notes: FlaskClient, effects: Effects) -> None:
    answer = _send(notes, count=3, place="qingdao", called="x", flag=True, day="2025-01-17")
    assert answer.status_code == 201
    assert answer.mimetype == JSON
    got = answer.get_json()
    assert (got["id"], got["count"], got["called"]) == ("note-1", 3, "x")
    assert effects.seen[0]["renamed"] == "x"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "bad_json"),
        (b'{"title": "t",}', "bad_json"),
        (b"{'title': 't'}", "bad_json"),
        (b'{"title": "t"} {}', "bad_json"),
        (b'{"title": "t"}\0', "bad_json"),
        (b'{"title": "a\nb"}', "bad_json"),
        (b"[]", "bad_json"),
        (b'"text"', "bad_json"),
        (b"null", "bad_json"),
        (b"1", "bad_json"),
        (b" ", "bad_json"),
        (b'{"title": "\xff"}', "bad_json"),
        (b'{"title": "\xed\xa0\x80"}', "bad_json"),
        ('{"title": "测试"}'.encode("gb18030"), "bad_json"),
        ('{"title": "t"}'.encode("utf-16"), "bad_json"),
        (b'\xef\xbb\xbf{"title": "t"}', "bad_json"),
        (b'{"title": "t", "ratio": NaN}', "bad_json"),
        (b'{"title": "t", "ratio": Infinity}', "bad_json"),
        (b'{"title": "t", "ratio": -Infinity}', "bad_json"),
        (b'{"title": "t", "ratio": 1e999}', "bad_json"),
        (b'{"title": "t", "count": ' + b"9" * 5_000 + b"}", "bad_json"),
        (b'{"title": "t", "unknown": ' + b"9" * 25 + b"}", "bad_json"),
        (b'{"title": "a", "title": "b"}', "duplicate_key"),
        (b'{"title": "t", "child": {"name": "a", "name": "b"}}', "duplicate_key"),
        (b'{"\\u0074itle": "a", "title": "b"}', "duplicate_key"),
    ],
)
def test_what_is_no_clean_object_is_refused(
    notes: FlaskClient, effects: Effects, body: bytes, code: str
) -> None:
    assert check_failure(_post(notes, body), 400, code) == {}
    assert effects.seen == []


@pytest.mark.parametrize("body", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000])
def test_bottomless_nesting_is_refused(notes: FlaskClient, body: str) -> None:
    check_failure(_post(notes, body), 400, "too_deep")


def test_nesting_is_limited_long_before_the_stack(notes: FlaskClient, effects: Effects) -> None:
    assert "labels.0" in check_failure(_post(notes, _nested(DEPTH_MAX)), 400, "invalid")
    check_failure(_post(notes, _nested(DEPTH_MAX + 1)), 400, "too_deep")
    child: dict[str, Any] = {"name": "leaf"}
    for _ in range(DEPTH_MAX // 2 - 2):
        child = {"name": "node", "children": [child]}
    assert _send(notes, child=child).status_code == 201, "the deepest that is allowed is validated"
    for _ in range(300):
        child = {"name": "node", "children": [child]}
    check_failure(_send(notes, child=child), 400, "too_deep")
    assert len(effects.seen) == 1


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "text/json", "application/jsonx", "multipart/form-data; boundary=x"),
        *("application/x-www-form-urlencoded", "application/merge-patch+json", "*/*", None, ""),
    ],
)
def test_another_type_of_content_is_refused(notes: FlaskClient, content_type: str | None) -> None:
    check_failure(_post(notes, b'{"title": "t"}', content_type), 415, "content_type")


@pytest.mark.parametrize(
    "content_type", [JSON, "application/json; charset=utf-8", "Application/JSON"]
)
def test_json_is_taken_with_its_parameters(notes: FlaskClient, content_type: str) -> None:
    assert _post(notes, b'{"title": "t"}', content_type).status_code == 201


@pytest.mark.parametrize("content_type", [JSON, None])
def test_an_empty_body_lacks_what_is_required(notes: FlaskClient, content_type: str | None) -> None:
    answer = _post(notes, b"", content_type)
    assert check_failure(answer, 400, "invalid") == {"title": "必填"}


def test_unknown_fields_are_named_with_their_paths(notes: FlaskClient, effects: Effects) -> None:
    answer = _send(
        notes,
        strange=1,
        renamed="the name is `called`",
        child={"name": "c", "odd": 1, "children": [{"name": "d"}, {"name": "e", "deep": []}]},
        **{"$where": 1, "title.x": 1, "__proto__": {}},
    )
    assert check_failure(answer, 400, "invalid") == dict.fromkeys(
        (
            *("$where", "__proto__", "child.children.1.deep", "child.odd", "renamed", "strange"),
            "title.x",
        ),
        "未知字段",
    )
    assert effects.seen == []


def test_what_was_read_can_be_sent_back(notes: FlaskClient, effects: Effects) -> None:
    first = _send(notes, count=1, child={"name": "c", "children": [{"name": "d"}]}).get_json()
    assert first["id"]
    assert first["child"]["made_at"]
    again = _post(notes, json.dumps(first))
    assert again.status_code == 201, "fields that only we set are dropped, at any depth"
    assert "id" not in effects.seen[1]
    assert "made_at" not in effects.seen[1]["child"]
    assert effects.seen[1]["child"]["children"] == [{"name": "d"}]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("title", "", "过短"),
        ("title", "a" * (TEXT_MAX + 1), "过长"),
        ("title", "字" * 100_000, "过长"),
        ("title", None, "不能为空"),
        ("title", 1, "类型不正确"),
        ("title", {"$ne": 1}, "类型不正确"),
        ("title", ["a"], "类型不正确"),
        ("title", True, "类型不正确"),
        ("title", "a\0b", "文本含有不允许的字符"),
        ("title", "\ud800", "文本含有不允许的字符"),
        ("title", "a\udfffb", "文本含有不允许的字符"),
        ("count", True, "类型不正确"),
        ("count", "1", "类型不正确"),
        ("count", 1.0, "类型不正确"),
        ("count", 1.5, "类型不正确"),
        ("count", -1, "超出范围"),
        ("count", 101, "超出范围"),
        ("count", {"$gt": 0}, "类型不正确"),
        ("place", "nowhere", "不是可选的值"),
        ("place", 1, "不是可选的值"),
        ("place", ["qingdao"], "不是可选的值"),
        ("place", {"$ne": "x"}, "不是可选的值"),
        ("called", "\0", "文本含有不允许的字符"),
        ("labels.1", ["a", 1], "类型不正确"),
        ("labels.0", [["a"]], "类型不正确"),
        ("child.name", {}, "必填"),
        ("child.name", {"name": "\ud800"}, "文本含有不允许的字符"),
        ("child.children.0.name", {"name": "c", "children": [{"name": None}]}, "不能为空"),
    ],
)
def test_wrong_values_are_named(
    notes: FlaskClient, effects: Effects, field: str, value: Any, problem: str
) -> None:
    name = field.partition(".")[0]
    assert check_failure(_send(notes, **{name: value}), 400, "invalid") == {field: problem}
    assert effects.seen == []


@pytest.mark.parametrize("value", ["x", 1, [], ["x"], [[]], True, {"name": {}}, [{"name": "a"}]])
def test_a_part_that_is_no_object_is_refused(notes: FlaskClient, value: Any) -> None:
    fields = check_failure(_send(notes, child=value), 400, "invalid")
    assert all(name.startswith("child") for name in fields)


@pytest.mark.parametrize("number", [INT_MAX + 1, INT_MIN - 1, 2**64, -(2**64), 10**40])
def test_whole_numbers_that_the_database_cannot_hold(notes: FlaskClient, number: int) -> None:
    check_failure(_send(notes, big=number), 400, "bad_json")


@pytest.mark.parametrize("number", [INT_MAX, -INT_MAX, 0, -0])
def test_the_largest_numbers_are_taken(notes: FlaskClient, number: int) -> None:
    assert _send(notes, big=number).get_json()["big"] == number


def test_names_that_are_no_text_are_shown_harmlessly(notes: FlaskClient) -> None:
    answer = _post(notes, b'{"title": "t", "\\ud800": 1, "a\\u0000b": 1}')
    assert check_failure(answer, 400, "invalid") == {"\\ud800": "未知字段", "a\0b": "未知字段"}


def test_many_unknown_fields_make_no_large_answer(notes: FlaskClient) -> None:
    body = json.dumps({f"field{number}": 1 for number in range(30_000)})
    answer = _post(notes, body)
    assert len(check_failure(answer, 400)) == 50
    assert len(answer.data) < 5_000
    answer = _post(notes, json.dumps({"x" * 500_000: 1}))
    check_failure(answer, 400)
    assert len(answer.data) < 5_000


def test_a_body_beyond_the_limit_is_refused(notes: FlaskClient, settings: Settings) -> None:
    large = json.dumps({"title": "a" * 2_000_000})
    assert len(large) > settings.max_body_bytes
    check_failure(_post(notes, large), 413, "payload_too_large")
    just = json.dumps({"title": "a" * (settings.max_body_bytes - 20)})
    assert check_failure(_post(notes, just), 400) == {"title": "过长"}


def test_a_body_without_a_length_is_limited_too(notes: FlaskClient) -> None:
    answer = notes.post(
        NOTES,
        data=b'{"title": "' + b"a" * 2_000_000 + b'"}',
        content_type=JSON,
        environ_overrides={"wsgi.input_terminated": True},
        headers={"Transfer-Encoding": "chunked"},
    )
    check_failure(answer, 413, "payload_too_large")


def test_messages_are_in_the_language_of_the_request(notes: FlaskClient) -> None:
    english = notes.post(NOTES, data=b'{"odd": 1}', content_type=JSON, query_string="lang=en")
    assert check_failure(english, 400, language="en") == {"odd": "Unknown field"}
    header = {"Accept-Language": "en"}
    english = notes.post(NOTES, data=b"{", content_type=JSON, headers=header)
    check_failure(english, 400, "bad_json", language="en")


def test_the_document_of_a_body_is_valid(notes: FlaskClient) -> None:
    document = notes.get("/swagger.json").get_json()
    validate(document, cls=OpenAPIV2SpecValidator)
    (body,) = document["paths"][NOTES]["post"]["parameters"]
    assert body["schema"] == {"$ref": "#/definitions/Note"}
    assert document["definitions"]["Note"]["properties"]["id"]["readOnly"] is True
    assert document["definitions"]["Note"]["required"] == ["title"]

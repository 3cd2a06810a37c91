"""`Idempotency-Key`: the same key gives the same answer and one effect."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.errors import AutoReconnect, NetworkTimeout
from werkzeug.test import TestResponse

from core.clock import now
from core.errors import Conflict
from core.settings import Settings
from models.idempotency import IdempotentAnswer
from tests.rest.failures import check_failure, check_safe
from tests.rest.scratch import Effects

KEPT = "/scratch/kept/here"
KEY = "key-0123456789"
THREADS = 16


def _post(notes: FlaskClient, key: str | None = KEY, **options: Any) -> TestResponse:
    body = options.pop("body", {"title": "测试", "count": 1})
    headers = {"X-Actor": options.pop("actor", "somebody")}
    if key is not None:
        headers["Idempotency-Key"] = key
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = options.pop("path", KEPT)
    answer: TestResponse = notes.post(
        path, data=raw, content_type="application/json", headers=headers, **options
    )
    check_safe(answer)
    return answer


def test_the_same_key_has_one_effect_and_one_answer(notes: FlaskClient, effects: Effects) -> None:
    first, again = _post(notes), _post(notes)
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    assert first.mimetype == again.mimetype == "application/json"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.headers["X-Request-ID"] != again.headers["X-Request-ID"]
    assert len(effects.seen) == 1


def test_without_a_key_every_request_has_its_effect(notes: FlaskClient, effects: Effects) -> None:
    assert [_post(notes, None).status_code for _ in range(2)] == [201, 201]
    assert len(effects.seen) == 2
    assert IdempotentAnswer.objects.count() == 0


def test_another_key_has_another_effect(notes: FlaskClient, effects: Effects) -> None:
    assert _post(notes, "key-aaaaaaaa").get_json() != _post(notes, "key-bbbbbbbb").get_json()
    assert len(effects.seen) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"body": {"title": "另一个", "count": 1}},
        {"body": {"title": "测试"}},
        {"body": b'{"title": "\xe6\xb5\x8b\xe8\xaf\x95", "count": 1 }'},
        {"body": b""},
        {"query_string": "lang=en"},
    ],
)
def test_the_same_key_for_something_else_is_a_conflict(
    notes: FlaskClient, effects: Effects, change: dict[str, Any]
) -> None:
    _post(notes)
    answer = _post(notes, **change)
    check_failure(answer, 409, "idempotency_reused", answer.headers["Content-Language"])
    assert len(effects.seen) == 1


def test_actors_and_routes_do_not_mix(notes: FlaskClient, effects: Effects) -> None:
    answers = [
        _post(notes),
        _post(notes, actor="somebody else"),
        _post(notes, path="/scratch/kept/there"),
    ]
    assert len({answer.get_json()["id"] for answer in answers}) == 3
    assert len(effects.seen) == 3
    assert _post(notes, actor="somebody else").data == answers[1].data


def test_neither_key_nor_actor_is_stored_in_clear(notes: FlaskClient) -> None:
    _post(notes, actor="13800000000")
    (row,) = IdempotentAnswer._get_collection().find({})
    assert KEY not in str(row)
    assert "13800000000" not in str(row)


def test_the_answer_is_not_stored_in_clear(notes: FlaskClient) -> None:
    answer = _post(notes)
    stored = str(IdempotentAnswer._get_collection().find_one({}))
    assert answer.get_json()["title"] == "测试"
    assert "测试" not in stored
    assert answer.get_json()["id"] not in stored


def test_sixteen_at_once_have_one_effect(scratch_app: tuple[Flask, Effects]) -> None:
    app, effects = scratch_app
    effects.pause_s = 0.2

    def send(_number: int) -> TestResponse:
        return _post(app.test_client())

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, range(THREADS)))
    assert len(effects.seen) == 1
    done = [answer for answer in answers if answer.status_code == 201]
    busy = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(busy) == THREADS
    assert len({answer.data for answer in done}) == 1
    for answer in busy:
        check_failure(answer, 409, "idempotency_running")
        assert answer.headers["Retry-After"] == "1"
    assert _post(app.test_client()).data == done[0].data


def test_waves_of_retries_have_one_effect_each(scratch_app: tuple[Flask, Effects]) -> None:
    app, effects = scratch_app

    def send(number: int) -> tuple[int, int, bytes]:
        key = number // 8
        answer = _post(app.test_client(), f"key-{key:08}", body={"title": f"t{key}"})
        return key, answer.status_code, answer.data

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, range(8 * 16)))
    assert sorted(seen["title"] for seen in effects.seen) == sorted(f"t{key}" for key in range(16))
    for key in range(16):
        assert len({data for one, status, data in answers if one == key and status == 201}) == 1


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Conflict("slug_taken", slug="x"), 409, "slug_taken"),
        (ZeroDivisionError("secret"), 500, "internal"),
        (NetworkTimeout("secret"), 503, "unavailable"),
        (AutoReconnect("secret"), 503, "unavailable"),
    ],
)
def test_a_failure_gives_the_key_back(
    notes: FlaskClient, effects: Effects, failure: Exception, status: int, code: str
) -> None:
    effects.failures = [failure]
    check_failure(_post(notes), status, code)
    assert IdempotentAnswer.objects.count() == 0
    again = _post(notes)
    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers
    assert len(effects.seen) == 1


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b'{"odd": 1}', 400), (b"x" * 2_000_000, 413)]
)
def test_a_refused_request_can_be_mended_under_the_same_key(
    notes: FlaskClient, effects: Effects, body: bytes, status: int
) -> None:
    check_failure(_post(notes, body=body), status)
    assert _post(notes).status_code == 201
    assert len(effects.seen) == 1


@pytest.mark.parametrize(
    "key", ["", "short12", "a" * 101, "with space", "with\ttab", "schlüssel-12", "胶州胶州胶州胶州"]
)
def test_a_key_that_is_none_is_refused(notes: FlaskClient, effects: Effects, key: str) -> None:
    raw = key.encode().decode("latin-1")
    answer = _post(notes, None, environ_overrides={"HTTP_IDEMPOTENCY_KEY": raw})
    check_failure(answer, 400, "idempotency_key")
    assert effects.seen == []


@pytest.mark.parametrize("key", ["a" * 8, "a" * 100, "!~{}$ne:[]"])
def test_every_visible_character_may_stand_in_a_key(notes: FlaskClient, key: str) -> None:
    assert _post(notes, key).status_code == 201
    assert _post(notes, key).headers["Idempotency-Replayed"] == "true"


def test_a_key_whose_process_died_can_be_taken_over(notes: FlaskClient, effects: Effects) -> None:
    _post(notes)
    unfinished = {"$unset": {"status": "", "body": ""}}
    IdempotentAnswer._get_collection().update_many({}, unfinished)
    check_failure(_post(notes), 409, "idempotency_running")
    past = {"$set": {"busy_until": now() - dt.timedelta(seconds=1)}}
    IdempotentAnswer._get_collection().update_many({}, past)
    assert _post(notes).status_code == 201
    assert len(effects.seen) == 2


def test_answers_are_kept_as_long_as_is_set(notes: FlaskClient, settings: Settings) -> None:
    before = now()
    _post(notes)
    (row,) = IdempotentAnswer._get_collection().find({})
    kept = row["expires_at"] - before
    hours = dt.timedelta(hours=settings.idempotency_hours)
    assert hours <= kept <= hours + dt.timedelta(minutes=1)

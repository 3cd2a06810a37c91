"""Limits: exact over threads and processes, by network and person, in memory without the store."""

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from limits import RateLimitItemPerMinute

from core import db
from core.errors import RateLimited
from core.settings import Settings
from models.rate_counts import RateCount
from models.staff import Role
from rest import limits
from rest.limits import Limiter
from tests.factories import PASSWORD, create_staff, staff_client

SESSION = "/admin/api/v1/session"


@pytest.fixture
def limited(app: Flask, settings: Settings) -> Iterator[Callable[..., None]]:
    """Return a way to set limits for one test."""

    def change(**values: int) -> None:
        app.config["SETTINGS"] = dataclasses.replace(settings, **values)

    yield change
    app.config["SETTINGS"] = settings


def passes(limiter: Limiter, key: str = "k", amount: int = 10) -> bool:
    try:
        limiter.hit(RateLimitItemPerMinute(amount), "test", key)
    except RateLimited:
        return False
    return True


def test_limiters_of_many_processes_count_together() -> None:
    limiters = [Limiter() for _ in range(4)]
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda number: passes(limiters[number % 4]), range(60)))
    assert sum(found) == 10
    assert passes(limiters[0], "another")


def test_signing_in_is_limited_by_address(app: Flask, limited: Callable[..., None]) -> None:
    limited(limit_sign_in_per_minute=3)
    account = create_staff(Role.EDITOR, second_factor=False)
    body = {"username": account.username, "password": PASSWORD}
    client = app.test_client()
    answers = [client.post(SESSION, json=body) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[-1].get_json()["error"]["code"] == "rate_limited"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    other = client.post(SESSION, json=body, environ_base={"REMOTE_ADDR": "127.0.0.9"})
    assert other.status_code == 200


def test_writes_are_limited_by_person_reads_are_not(
    app: Flask, limited: Callable[..., None]
) -> None:
    limited(limit_writes_per_minute=2)
    first, second = staff_client(app, Role.EDITOR), staff_client(app, Role.EDITOR)
    url = "/admin/api/v1/account/sessions"
    assert [first.delete(url).status_code for _ in range(3)] == [200, 200, 429]
    assert second.delete(url).status_code == 200
    assert {first.get(url).status_code for _ in range(5)} == {200}


def test_codes_are_limited_by_the_hour(app: Flask, limited: Callable[..., None]) -> None:
    limited(limit_codes_per_hour=2)
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "192.0.2.5"}):
        limits.code()
        limits.code()
        with pytest.raises(RateLimited) as refused:
            limits.code()
    assert 60 < (refused.value.retry_after_s or 0) <= 3_600


def test_no_address_is_kept(app: Flask) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "192.0.2.55"}):
        limits.sign_in()
    rows = list(RateCount._get_collection().find())
    assert len(rows) == 1
    assert "192.0.2.55" not in str(rows)


def test_browsing_counts_nothing(app: Flask) -> None:
    assert app.test_client().get("/api/v1/home").status_code == 200
    assert RateCount.objects.count() == 0


def test_without_the_store_each_process_still_limits(
    settings: Settings, own_connection: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PAUSE_S", 600.0)
    limiter = Limiter()
    away = dataclasses.replace(settings, mongodb_uri="mongodb://127.0.0.1:9/?replicaSet=rs0")
    db.configure(away, timeout_ms=200)
    assert [passes(limiter) for _ in range(12)] == [True] * 10 + [False] * 2
    db.configure(settings)
    assert not passes(limiter)  # the pause is not over
    monkeypatch.setattr(limiter, "_away_until", 0.0)
    assert passes(limiter)

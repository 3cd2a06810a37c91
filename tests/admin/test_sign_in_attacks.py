"""Attacks on signing in: by address, in parallel, by waiting; the clock is set, no test waits."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import now
from core.settings import Settings
from models.audit import AuditEntry, Outcome
from models.staff import Role, Staff, StaffSession
from rest import staff_session
from services.staff import totp
from tests.admin.signing_in import SESSION, with_secret
from tests.clocks import Clock
from tests.factories import PASSWORD, create_staff, staff_client

IDLE_MINUTES, MAX_HOURS, LOCK_MINUTES = 30, 12, 15


@pytest.fixture(autouse=True)
def without_limits(app: Flask, settings: Settings) -> Iterator[None]:
    """Lock-out is looked at alone, without the limit on calls in front of it."""
    app.config["SETTINGS"] = dataclasses.replace(settings, limit_sign_in_per_minute=1_000)
    yield
    app.config["SETTINGS"] = settings


def sign_in(app: Flask, username: str, password: str = PASSWORD, address: str = "127.0.0.1") -> Any:
    body = {"username": username, "password": password}
    environ = {"REMOTE_ADDR": address}
    return app.test_client().post(SESSION, json=body, environ_base=environ)


def code_of(answer: Any) -> str:
    return str(answer.get_json()["error"]["code"])


def half_way(app: Flask, account: Staff) -> FlaskClient:
    """Return a browser that gave the password and is asked for the code."""
    client = app.test_client()
    answer = client.post(SESSION, json={"username": account.username, "password": PASSWORD})
    assert answer.get_json()["stage"] == "code"
    client.environ_base["HTTP_X_CSRF_TOKEN"] = answer.get_json()["csrf_token"]
    return client


def test_an_address_that_tries_many_names_is_locked_out_of_all(app: Flask) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    found = [code_of(sign_in(app, f"nobody{number}", "wrong")) for number in range(22)]
    assert found == ["sign_in_failed"] * 20 + ["sign_in_locked"] * 2
    locked = sign_in(app, account.username)
    assert (locked.status_code, code_of(locked)) == (429, "sign_in_locked")
    assert sign_in(app, account.username, address="192.0.2.7").status_code == 200
    denied = AuditEntry.objects(outcome=Outcome.DENIED)
    assert denied.count() == 3
    assert {one.address for one in denied} == {"127.0.0.1"}


def test_an_account_is_locked_whatever_the_address(app: Flask) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    for number in range(5):
        sign_in(app, account.username, "wrong", f"192.0.2.{number}")
    assert code_of(sign_in(app, account.username, address="203.0.113.1")) == "sign_in_locked"


def test_a_lock_ends_by_the_clock_and_the_next_is_twice_as_long(app: Flask, clock: Clock) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    for minutes in (LOCK_MINUTES, 2 * LOCK_MINUTES):
        for _ in range(5):
            assert code_of(sign_in(app, account.username, "wrong")) == "sign_in_failed"
        clock.advance(minutes=minutes - 1)
        assert code_of(sign_in(app, account.username)) == "sign_in_locked"
        clock.advance(minutes=1, seconds=1)
    assert sign_in(app, account.username).status_code == 200


def test_parallel_guesses_are_no_more_than_guesses(app: Flask) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(lambda _: code_of(sign_in(app, account.username, "wrong")), range(16))
        )
    assert sorted(found) == ["sign_in_failed"] * 5 + ["sign_in_locked"] * 11


def test_of_many_who_bring_one_code_at_once_one_gets_in(app: Flask) -> None:
    account, generator = with_secret()
    browsers = [half_way(app, account) for _ in range(5)]
    code = generator.now()
    with ThreadPoolExecutor(5) as threads:
        answers = list(
            threads.map(lambda one: one.post(f"{SESSION}/code", json={"code": code}), browsers)
        )
    assert sorted(one.status_code for one in answers) == [200, 401, 401, 401, 401]
    assert [one.get(SESSION).status_code for one in browsers].count(200) == 1
    assert StaffSession.objects(stage="full").count() == 1


def test_one_recovery_code_brought_at_once_signs_in_once(app: Flask) -> None:
    account, _ = with_secret()
    code = totp.new_recovery_codes()[0]
    Staff.objects(id=account.id).update(recovery_codes=[totp.recovery_hash(code)])
    browsers = [half_way(app, account) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(
            lambda one: one.post(f"{SESSION}/code", json={"code": code}), browsers
        )
        assert sorted(one.status_code for one in answers) == [200, 401, 401, 401]


def test_a_code_that_grew_old_is_refused(app: Flask, clock: Clock) -> None:
    account, generator = with_secret()
    moment = now()
    clock.set(moment)
    client = half_way(app, account)
    clock.advance(seconds=61)
    answer = client.post(f"{SESSION}/code", json={"code": generator.at(moment)})
    assert (answer.status_code, code_of(answer)) == (401, "sign_in_failed")
    fresh = client.post(f"{SESSION}/code", json={"code": generator.at(moment, 2)})
    assert fresh.status_code == 200


def test_who_takes_too_long_for_the_code_begins_anew(app: Flask, clock: Clock) -> None:
    account, generator = with_secret()
    client = half_way(app, account)
    clock.advance(minutes=5, seconds=1)
    answer = client.post(f"{SESSION}/code", json={"code": generator.at(now())})
    assert (answer.status_code, code_of(answer)) == (401, "unauthenticated")


def test_the_second_step_gives_a_token_of_its_own(app: Flask) -> None:
    account, generator = with_secret()
    client = half_way(app, account)
    held = client.get_cookie(staff_session.COOKIE).value
    client.post(f"{SESSION}/code", json={"code": generator.now()})
    assert client.get_cookie(staff_session.COOKIE).value != held
    thief = app.test_client()
    thief.set_cookie(staff_session.COOKIE, held, path="/")
    assert thief.get(SESSION).status_code == 401


def test_the_token_of_the_first_step_changes_nothing_in_the_second(app: Flask) -> None:
    account, generator = with_secret()
    client = half_way(app, account)
    former = client.environ_base["HTTP_X_CSRF_TOKEN"]
    assert client.post(f"{SESSION}/code", json={"code": generator.now()}).status_code == 200
    assert client.environ_base["HTTP_X_CSRF_TOKEN"] == former
    answer = client.delete(SESSION)
    assert (answer.status_code, code_of(answer)) == (403, "csrf")


def test_an_unused_session_ends(app: Flask, clock: Clock) -> None:
    client = staff_client(app, Role.EDITOR)
    for _ in range(3):
        clock.advance(minutes=IDLE_MINUTES - 1)
        assert client.get(SESSION).status_code == 200
    clock.advance(minutes=IDLE_MINUTES, seconds=1)
    assert client.get(SESSION).status_code == 401


def test_a_session_in_use_ends_all_the_same(app: Flask, clock: Clock) -> None:
    client = staff_client(app, Role.EDITOR)
    for _ in range(MAX_HOURS * 60 // 20 - 1):
        clock.advance(minutes=20)
        assert client.get(SESSION).status_code == 200
    clock.advance(minutes=20, seconds=1)
    assert client.get(SESSION).status_code == 401


def test_reading_with_an_ended_session_does_not_bring_it_back(app: Flask, clock: Clock) -> None:
    client = staff_client(app, Role.EDITOR)
    clock.advance(minutes=IDLE_MINUTES + 1)
    assert {client.get(SESSION).status_code for _ in range(3)} == {401}
    assert client.delete(SESSION).status_code == 401

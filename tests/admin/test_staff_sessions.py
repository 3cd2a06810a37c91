"""Sessions of staff: fresh tokens, CSRF, their ends, what is due first."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.staff import Role, Staff, StaffSession
from rest import staff_session
from services.staff import sessions
from tests.admin.signing_in import API, SESSION, sign_in, token_of
from tests.factories import PASSWORD, create_staff, staff_client


def test_a_token_planted_beforehand_is_never_signed_in(app: Flask) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    attacker = staff_client(app, Role.EDITOR)
    planted = token_of(attacker)
    victim = app.test_client()
    victim.set_cookie(staff_session.COOKIE, planted, path="/")
    sign_in(victim, account.username)
    assert token_of(victim) != planted
    assert attacker.get(SESSION).status_code == 401


def test_after_signing_out_a_stolen_token_is_worth_nothing(app: Flask) -> None:
    client = staff_client(app, Role.EDITOR)
    thief = app.test_client()
    thief.set_cookie(staff_session.COOKIE, token_of(client), path="/")
    assert thief.get(SESSION).status_code == 200
    answer = client.delete(SESSION)
    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get_cookie(staff_session.COOKIE) is None
    assert thief.get(SESSION).status_code == 401


@pytest.mark.parametrize("sent", [None, "", "x" * 64, "ü", "other"])
def test_a_write_needs_the_token_of_its_own_session(app: Flask, sent: str | None) -> None:
    client, other = staff_client(app, Role.EDITOR), staff_client(app, Role.EDITOR)
    if sent is None:
        del client.environ_base["HTTP_X_CSRF_TOKEN"]
    else:
        other_token = other.environ_base["HTTP_X_CSRF_TOKEN"]
        client.environ_base["HTTP_X_CSRF_TOKEN"] = other_token if sent == "other" else sent
    answer = client.delete(SESSION)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "csrf")
    assert client.get(SESSION).status_code == 200


def test_a_form_of_another_site_cannot_sign_anybody_in(client: FlaskClient) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    data = f'{{"username": "{account.username}", "password": "{PASSWORD}"}}'
    answer = client.post(SESSION, data=data, content_type="text/plain")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("idle", "age", "status"), [(29, 0, 200), (31, 0, 401), (0, 11.9, 200), (0, 12.1, 401)]
)
def test_a_session_ends_when_idle_and_in_any_case(
    app: Flask, idle: int, age: float, status: int
) -> None:
    client = staff_client(app, Role.EDITOR)
    row = StaffSession.objects.get()
    StaffSession.objects.update(
        seen_at=row.seen_at - dt.timedelta(minutes=idle),
        expires_at=row.expires_at - dt.timedelta(hours=age),
    )
    assert client.get(SESSION).status_code == status


def test_use_moves_the_idle_end_but_not_the_absolute_one(app: Flask) -> None:
    client = staff_client(app, Role.EDITOR)
    before = StaffSession.objects.get()
    StaffSession.objects.update(seen_at=before.seen_at - dt.timedelta(minutes=20))
    assert client.get(SESSION).status_code == 200
    after = StaffSession.objects.get()
    assert after.seen_at >= before.seen_at
    assert after.expires_at == before.expires_at


def test_a_disabled_account_has_no_session_from_that_moment(app: Flask) -> None:
    account = create_staff(Role.EDITOR)
    clients = [staff_client(app, account=account) for _ in range(3)]
    Staff.objects(id=account.id).update(enabled=False)
    assert {one.get(SESSION).status_code for one in clients} == {401}


@pytest.mark.parametrize("token", ["", "x", "x" * 3_000, "$gt", "a\u0301"])
def test_a_made_up_token_is_nobody(client: FlaskClient, token: str) -> None:
    client.set_cookie(staff_session.COOKIE, token, path="/")
    assert client.get(SESSION).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"username": {"$ne": None}, "password": {"$ne": None}},
        {"username": "admin", "password": ["x"]},
        {"username": "admin", "password": "x", "enabled": True},
        {"username": "admin"},
        {"username": "a\u0000b", "password": "x"},
    ],
)
def test_structures_and_strangers_in_a_sign_in_are_refused(
    client: FlaskClient, body: dict[str, Any]
) -> None:
    answer = client.post(SESSION, json=body)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "invalid")


def test_production_marks_its_cookie_secure(
    app: Flask, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(settings), "is_production", property(lambda _: True))
    account = create_staff(Role.EDITOR, second_factor=False)
    cookie = sign_in(app.test_client(), account.username).headers["Set-Cookie"]
    assert cookie.startswith("__Host-toolbox_staff=")
    assert "; Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_what_is_due_comes_before_everything_else(app: Flask) -> None:
    fresh = create_staff(Role.EDITOR, must_change_password=True)
    bare = create_staff(Role.FINAL_REVIEWER, Role.ADMINISTRATOR, second_factor=False)
    for account, code in ((fresh, "password_change_needed"), (bare, "totp_needed")):
        client = staff_client(app, account=account)
        assert client.get(SESSION).get_json()["due"] == code
        answer = client.get(f"{API}/staff")
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, code)


def test_the_document_is_for_those_who_are_signed_in(app: Flask, client: FlaskClient) -> None:
    assert client.get(f"{API}/swagger.json").status_code == 401
    answer = staff_client(app, Role.EDITOR).get(f"{API}/swagger.json")
    assert (answer.status_code, answer.get_json()["swagger"]) == (200, "2.0")
    assert client.get(f"{API}/").status_code == 404


def test_an_account_that_changes_while_its_password_is_checked_is_not_signed_in() -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    token = sessions.start(account, sessions.SessionStage.FULL, sessions.Caller("", "", ""))
    Staff.objects(id=account.id).update(enabled=False)
    with pytest.raises(sessions.Unauthenticated):
        sessions.resolve(token)

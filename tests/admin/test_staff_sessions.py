"""Signing in and out: one answer for every failure, fresh tokens, CSRF, ends of sessions."""

import datetime as dt
import time
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import now
from models.audit import AuditEntry
from models.staff import Role, Staff, StaffSession
from rest import staff_session
from services.staff import sessions, totp
from tests.factories import PASSWORD, create_staff, staff_client

API = "/admin/api/v1"
SESSION = f"{API}/session"


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD) -> Any:
    return client.post(SESSION, json={"username": username, "password": password})


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(staff_session.COOKIE)
    assert cookie is not None
    return cookie.value


def with_secret(*roles: Role) -> tuple[Staff, pyotp.TOTP]:
    account = create_staff(*roles, second_factor=False)
    secret = totp.new_secret()
    account.totp = totp.offered(secret, account.id)
    account.totp.confirmed_at = now()
    account.save()
    return account, pyotp.TOTP(secret)


def noted() -> list[tuple[str, str, str]]:
    return [
        (one.action, one.target, one.outcome.value) for one in AuditEntry.objects.order_by("at")
    ]


def test_name_and_password_sign_in_and_the_answer_says_what_one_may(client: FlaskClient) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    answer = sign_in(client, account.username.upper())
    assert answer.status_code == 200
    body = answer.get_json()
    assert (body["stage"], body["due"]) == ("full", None)
    assert body["account"]["username"] == account.username
    assert "publish" not in body["rights"]["content"]
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(SESSION).get_json()["csrf_token"] == body["csrf_token"]
    assert noted() == [("staff.sign_in", f"staff:{account.id}", "done")]


def test_nothing_secret_is_ever_answered_or_stored(client: FlaskClient) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    text = sign_in(client, account.username).text
    assert "argon2" not in text
    assert "hash" not in text
    token = token_of(client)
    assert token not in text
    assert token not in str(list(StaffSession._get_collection().find()))
    assert PASSWORD not in str(list(AuditEntry._get_collection().find()))


def test_every_failure_reads_the_same(app: Flask) -> None:
    right = create_staff(Role.EDITOR, second_factor=False)
    disabled = create_staff(Role.EDITOR, second_factor=False, enabled=False)
    tries = [(right.username, "wrong password"), ("nobody-here", PASSWORD)]
    tries += [(disabled.username, PASSWORD), ("$ne", "x"), ("admin\u0130", "x")]
    answers = [sign_in(app.test_client(), *one) for one in tries]
    assert {one.status_code for one in answers} == {401}
    bodies = [one.get_json()["error"] for one in answers]
    assert {(body["code"], body["message"], str(body["fields"])) for body in bodies} == {
        ("sign_in_failed", bodies[0]["message"], "{}")
    }
    assert not [one for one in answers if "Set-Cookie" in one.headers]
    assert {outcome for _, _, outcome in noted()} == {"failed"}
    assert ("staff.sign_in", "staff:unknown", "failed") in noted()
    assert "nobody-here" not in str(list(AuditEntry._get_collection().find()))


def test_an_unknown_name_takes_as_long(app: Flask) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)

    def seconds(username: str) -> float:
        began = time.process_time()  # what others do on this machine does not count
        sign_in(app.test_client(), username, "wrong")
        return time.process_time() - began

    pairs = [(seconds(account.username), seconds(f"nobody{number}")) for number in range(4)]
    known, unknown = (min(column) for column in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_lock_out_refuses_the_right_password_and_tells_nothing(client: FlaskClient) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    seen = {}
    for name in (account.username, "nobody-here"):
        codes = [sign_in(client, name, "wrong").get_json()["error"]["code"] for _ in range(6)]
        assert codes == ["sign_in_failed"] * 5 + ["sign_in_locked"]
        answer = sign_in(client, name)
        seen[name] = (answer.status_code, answer.get_json()["error"]["code"])
        assert 840 <= int(answer.headers["Retry-After"]) <= 900
    assert set(seen.values()) == {(429, "sign_in_locked")}
    assert noted()[-1] == ("staff.sign_in", "staff:unknown", "denied")


def test_the_second_factor_completes_the_sign_in(client: FlaskClient) -> None:
    account, app_ = with_secret(Role.FINAL_REVIEWER)
    first = sign_in(client, account.username).get_json()
    assert (first["stage"], first.get("account")) == ("code", None)
    half = token_of(client)
    assert client.get(SESSION).status_code == 401
    headers = {"X-CSRF-Token": first["csrf_token"]}
    answer = client.post(f"{SESSION}/code", json={"code": app_.now()}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert (answer.get_json()["stage"], answer.get_json()["due"]) == ("full", None)
    assert token_of(client) != half
    again = client.application.test_client()
    again.set_cookie(staff_session.COOKIE, half, path="/")
    repeated = again.post(f"{SESSION}/code", json={"code": app_.now()}, headers=headers)
    assert repeated.status_code == 401


def test_a_code_that_was_used_signs_nobody_in(app: Flask) -> None:
    account, app_ = with_secret(Role.EDITOR)
    code = app_.now()
    found = []
    for _ in range(2):
        client = app.test_client()
        csrf = sign_in(client, account.username).get_json()["csrf_token"]
        answer = client.post(f"{SESSION}/code", json={"code": code}, headers={"X-CSRF-Token": csrf})
        found.append(answer.status_code)
    assert found == [200, 401]


def test_wrong_codes_lock_the_account_though_the_password_is_right(app: Flask) -> None:
    account, _ = with_secret(Role.EDITOR)
    found = []
    for _ in range(6):
        client = app.test_client()
        first = sign_in(client, account.username)
        if first.status_code != 200:
            found.append(first.status_code)
            continue
        csrf = first.get_json()["csrf_token"]
        answer = client.post(
            f"{SESSION}/code", json={"code": "000000x"}, headers={"X-CSRF-Token": csrf}
        )
        found.append(answer.status_code)
    assert found == [401] * 5 + [429]


def test_a_recovery_code_signs_in_once(app: Flask) -> None:
    account, _ = with_secret(Role.EDITOR)
    code = totp.new_recovery_codes()[0]
    Staff.objects(id=account.id).update(recovery_codes=[totp.recovery_hash(code)])
    found = []
    for _ in range(2):
        client = app.test_client()
        csrf = sign_in(client, account.username).get_json()["csrf_token"]
        headers = {"X-CSRF-Token": csrf}
        found.append(
            client.post(f"{SESSION}/code", json={"code": code}, headers=headers).status_code
        )
    assert found == [200, 401]


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

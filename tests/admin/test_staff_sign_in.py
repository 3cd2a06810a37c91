"""Signing in: one answer for every failure, lock-out, second factors."""

import time

from flask import Flask
from flask.testing import FlaskClient

from models.audit import AuditEntry
from models.staff import Role, Staff, StaffSession
from rest import staff_session
from services.staff import totp
from tests.admin.signing_in import SESSION, noted, sign_in, token_of, with_secret
from tests.factories import PASSWORD, create_staff


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

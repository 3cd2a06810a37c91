"""One's own account: password, second factor, sessions."""

from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.audit import AuditEntry
from models.staff import Role, Staff, StaffSession
from tests.factories import PASSWORD, create_staff, staff_client

API = "/admin/api/v1/account"
NEW = "another kite, more water 8"


def change(client: FlaskClient, current: str, new: str) -> Any:
    return client.post(f"{API}/password", json={"current": current, "new": new})


def test_a_new_password_ends_every_session_but_begins_a_new_one(app: Flask) -> None:
    account = create_staff(Role.EDITOR, second_factor=False, must_change_password=True)
    client, other = staff_client(app, account=account), staff_client(app, account=account)
    answer = change(client, PASSWORD, NEW)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["due"] is None
    assert other.get(API).status_code == 401
    assert client.get(API).status_code == 200
    assert StaffSession.objects.count() == 1
    client.environ_base["HTTP_X_CSRF_TOKEN"] = answer.get_json()["csrf_token"]
    back = change(client, NEW, PASSWORD)
    assert back.get_json()["error"]["fields"] == {"new": "不能使用最近用过的密码"}


def test_the_present_password_is_asked_for_and_wrong_ones_are_counted(app: Flask) -> None:
    client = staff_client(app, Role.EDITOR)
    found = [change(client, "wrong", NEW).get_json()["error"] for _ in range(6)]
    assert [one["code"] for one in found] == ["invalid"] * 5 + ["sign_in_locked"]
    assert set(found[0]["fields"]) == {"current"}
    assert {entry.outcome.value for entry in AuditEntry.objects} == {"failed"}


def test_a_password_that_a_rule_refuses_is_named(app: Flask) -> None:
    answer = change(staff_client(app, Role.EDITOR), PASSWORD, "password1234")
    assert answer.status_code == 400
    assert set(answer.get_json()["error"]["fields"]) == {"new"}


def test_a_second_factor_is_set_up_used_and_removed(app: Flask) -> None:
    account = create_staff(Role.EDITOR, second_factor=False)
    client, other = staff_client(app, account=account), staff_client(app, account=account)
    assert client.post(f"{API}/totp", json={"password": "wrong"}).status_code == 400
    offer = client.post(f"{API}/totp", json={"password": PASSWORD}).get_json()
    assert offer["address"].startswith("otpauth://totp/")
    assert not client.get(API).get_json()["second_factor"]
    wrong = client.post(f"{API}/totp/confirm", json={"code": "0000000"})
    assert wrong.get_json()["error"]["fields"] == {"code": "动态口令不正确"}
    code = pyotp.TOTP(offer["secret"]).now()
    codes = client.post(f"{API}/totp/confirm", json={"code": code}).get_json()["codes"]
    assert len(codes) == 10
    shown = client.get(API).get_json()
    assert (shown["second_factor"], shown["recovery_codes_left"]) == (True, 10)
    assert other.get(API).status_code == 401
    again = client.post(f"{API}/totp", json={"password": PASSWORD})
    assert (again.status_code, again.get_json()["error"]["code"]) == (409, "totp_enrolled")
    fresh = client.post(f"{API}/recovery-codes", json={"password": PASSWORD}).get_json()["codes"]
    assert not set(codes) & set(fresh)
    assert client.post(f"{API}/totp/remove", json={"password": PASSWORD}).status_code == 204
    assert not client.get(API).get_json()["second_factor"]
    kept = str(list(AuditEntry._get_collection().find()))
    assert not [one for one in (offer["secret"], code, *codes, *fresh) if one in kept]


def test_who_must_have_a_second_factor_cannot_remove_it(app: Flask) -> None:
    client = staff_client(app, Role.FIRST_REVIEWER)
    answer = client.post(f"{API}/totp/remove", json={"password": PASSWORD})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "totp_required")
    assert Staff.objects.get().totp is not None


def test_sessions_are_listed_and_ended(app: Flask) -> None:
    account = create_staff(Role.EDITOR)
    first, second, third = (staff_client(app, account=account) for _ in range(3))
    items = first.get(f"{API}/sessions").get_json()["items"]
    assert [one["current"] for one in items].count(True) == 1
    assert len(items) == 3
    assert "token_hash" not in items[0]
    victim = StaffSession.objects.order_by("-created_at").first()
    assert first.delete(f"{API}/sessions/{victim.id}").status_code == 204
    assert sorted(one.get(API).status_code for one in (second, third)) == [200, 401]
    assert first.delete(f"{API}/sessions").get_json() == {"ended": 1}
    assert first.get(API).status_code == 200


def test_nobody_ends_the_session_of_another(app: Flask) -> None:
    stranger = staff_client(app, Role.EDITOR)
    theirs = StaffSession.objects.get()
    client = staff_client(app, Role.EDITOR)
    assert client.delete(f"{API}/sessions/{theirs.id}").status_code == 404
    assert stranger.get(API).status_code == 200


@pytest.mark.parametrize("path", ["password", "totp", "totp/confirm", "recovery-codes"])
def test_unknown_fields_are_refused_by_name(app: Flask, path: str) -> None:
    body = {"roles": ["administrator"], "enabled": True}
    answer = staff_client(app, Role.EDITOR).post(f"{API}/{path}", json=body)
    assert answer.status_code == 400
    assert {"roles", "enabled"} <= set(answer.get_json()["error"]["fields"])

"""Accounts as administrators keep them."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.audit import AuditEntry, Outcome
from models.idempotency import IdempotentAnswer
from models.staff import Role, Staff
from tests.factories import create_staff, staff_client

API = "/admin/api/v1/staff"
BODY = {"username": "li.na", "name": "李娜测试", "roles": ["editor"], "department": "投促中心"}


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return staff_client(app, Role.ADMINISTRATOR)


def test_an_account_is_created_with_a_password_told_once(admin: FlaskClient, app: Flask) -> None:
    answer = admin.post(API, json=BODY)
    assert answer.status_code == 201, answer.text
    body = answer.get_json()
    assert body["account"]["must_change_password"] is True
    assert body["password"] not in admin.get(f"{API}/{body['account']['id']}").text
    assert body["password"] not in str(list(Staff._get_collection().find()))
    assert body["password"] not in str(list(AuditEntry._get_collection().find()))
    login = {"username": "li.na", "password": body["password"]}
    signed = app.test_client().post("/admin/api/v1/session", json=login)
    assert signed.get_json()["due"] == "password_change_needed"
    again = admin.post(API, json={**BODY, "username": "LI.NA"})
    assert (again.status_code, again.get_json()["error"]["code"]) == (409, "username_taken")


def test_a_creation_that_is_sent_again_tells_the_same_password(admin: FlaskClient) -> None:
    headers = {"Idempotency-Key": "key-0123456789"}
    first, again = (admin.post(API, json=BODY, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert AuditEntry.objects(action="staff.create").count() == 1
    stored = str(list(IdempotentAnswer._get_collection().find()))
    assert first.get_json()["password"] not in stored


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "a"}, "username"),
        ({"username": "李娜娜"}, "username"),
        ({"roles": []}, "roles"),
        ({"roles": ["emperor"]}, "roles.0"),
        ({"roles": ["administrator", "auditor"]}, "roles"),
        ({"password_hash": "x"}, "password_hash"),
        ({"must_change_password": False}, "must_change_password"),
        ({"totp": {}}, "totp"),
        ({"name": {"$gt": ""}}, "name"),
    ],
)
def test_what_is_wrong_with_an_account_is_named(
    admin: FlaskClient, change: dict[str, Any], field: str
) -> None:
    answer = admin.post(API, json={**BODY, **change})
    assert answer.status_code == 400
    assert list(answer.get_json()["error"]["fields"]) == [field]


def test_a_change_needs_the_revision_that_was_seen(admin: FlaskClient) -> None:
    account = create_staff(Role.EDITOR)
    url = f"{API}/{account.id}"
    body = {"revision": 1, "roles": ["editor", "first_reviewer"], "department": None}
    changed = admin.patch(url, json=body)
    assert changed.get_json()["roles"] == ["editor", "first_reviewer"]
    stale = admin.patch(url, json={"revision": 1, "name": "别人"})
    assert (stale.status_code, stale.get_json()["error"]["code"]) == (409, "stale_account")
    entry = AuditEntry.objects.get(action="staff.update")
    assert (entry.before, entry.after) == (
        {"roles": ["editor"]},
        {"roles": ["editor", "first_reviewer"]},
    )


def test_new_roles_hold_at_once(admin: FlaskClient, app: Flask) -> None:
    account = create_staff(Role.AUDITOR)
    client = staff_client(app, account=account)
    assert client.get("/admin/api/v1/audit").status_code == 200
    admin.patch(f"{API}/{account.id}", json={"revision": 1, "roles": ["editor"]})
    assert client.get("/admin/api/v1/audit").status_code == 403


def test_disabling_ends_sessions_and_enabling_does_not_bring_them_back(
    admin: FlaskClient, app: Flask
) -> None:
    account = create_staff(Role.EDITOR)
    client = staff_client(app, account=account)
    assert admin.post(f"{API}/{account.id}/disable").get_json()["enabled"] is False
    assert client.get("/admin/api/v1/session").status_code == 401
    assert admin.post(f"{API}/{account.id}/enable").get_json()["enabled"] is True
    assert client.get("/admin/api/v1/session").status_code == 401


def test_resets_end_sessions(admin: FlaskClient, app: Flask) -> None:
    account = create_staff(Role.EDITOR)
    for verb in ("reset-password", "reset-totp"):
        client = staff_client(app, account=account)
        assert admin.post(f"{API}/{account.id}/{verb}").status_code == 200
        assert client.get("/admin/api/v1/session").status_code == 401
    kept = Staff.objects.get(id=account.id)
    assert kept.totp is None
    assert kept.must_change_password
    again = admin.post(f"{API}/{account.id}/reset-totp")
    assert again.get_json()["error"]["code"] == "totp_not_enrolled"


def test_sessions_of_others_are_listed_and_ended(admin: FlaskClient, app: Flask) -> None:
    account = create_staff(Role.EDITOR)
    first, second = (staff_client(app, account=account) for _ in range(2))
    url = f"{API}/{account.id}/sessions"
    items = admin.get(url).get_json()["items"]
    assert len(items) == 2
    assert admin.delete(f"{url}/{items[0]['id']}").status_code == 204
    assert admin.delete(f"{url}/{items[0]['id']}").status_code == 404
    assert admin.delete(url).status_code == 204
    assert {one.get("/admin/api/v1/session").status_code for one in (first, second)} == {401}


def test_administrators_do_not_touch_their_own_rights(app: Flask) -> None:
    account = create_staff(Role.ADMINISTRATOR)
    create_staff(Role.ADMINISTRATOR)
    client = staff_client(app, account=account)
    url = f"{API}/{account.id}"
    answers = [
        client.patch(url, json={"revision": 1, "roles": ["editor"]}),
        *(client.post(f"{url}/{verb}") for verb in ("disable", "reset-password", "reset-totp")),
    ]
    assert {one.get_json()["error"]["code"] for one in answers} == {"own_account"}


def test_pages_follow_user_names(admin: FlaskClient) -> None:
    for number in range(5):
        create_staff(Role.EDITOR, username=f"page{number}")
    names, cursor = [], ""
    for _ in range(10):
        page = admin.get(f"{API}?role=editor&limit=2{cursor}").get_json()
        names += [one["username"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert names == [f"page{number}" for number in range(5)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_others_may_not_and_it_is_on_record(app: Flask, role: Role) -> None:
    client = staff_client(app, role)
    account = create_staff(Role.EDITOR)
    assert client.post(API, json=BODY).status_code == 403
    assert client.post(f"{API}/{account.id}/disable").status_code == 403
    assert client.get(API).status_code == (200 if role is Role.AUDITOR else 403)
    assert AuditEntry.objects(outcome=Outcome.DENIED).count() == (2 if role is Role.AUDITOR else 3)
    assert Staff.objects.get(id=account.id).enabled


@pytest.mark.parametrize("staff_id", ["nobody", "$ne", "0" * 200])
def test_an_unknown_account_is_not_found(admin: FlaskClient, staff_id: str) -> None:
    assert admin.get(f"{API}/{staff_id}").status_code == 404
    assert admin.post(f"{API}/{staff_id}/disable").status_code == 404

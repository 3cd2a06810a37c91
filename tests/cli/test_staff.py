"""`staff`: the first administrator, and what the command line does with accounts."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from models.audit import AuditEntry
from models.staff import Role, Staff
from services.staff import passwords
from tests.factories import create_staff, staff_client

Run = Callable[..., Result]
Refused = Callable[..., str]
SESSION = "/admin/api/v1/session"


def told_password(result: Result) -> str:
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()]
    (password,) = [words[1] for words in lines if words[:1] == ["password"]]
    return password


def test_the_first_administrator_signs_in_with_the_password_that_is_printed(
    run: Run, client: FlaskClient
) -> None:
    password = told_password(run("staff", "bootstrap"))
    answer = client.post(SESSION, json={"username": "admin", "password": password}).get_json()
    assert answer["due"] == "password_change_needed"
    assert answer["account"]["roles"] == ["administrator"]
    again = run("staff", "bootstrap")
    assert (again.exit_code, "password" in again.stdout) == (0, False)
    assert Staff.objects.count() == 1
    assert password not in str(list(AuditEntry._get_collection().find()))


def test_an_account_is_added_listed_and_given_other_roles(run: Run, refused: Refused) -> None:
    words = ("staff", "add", "Li.Na", "--name", "李娜测试", "--role", "editor")
    password = told_password(run(*words, "--department", "投促中心"))
    account = Staff.objects.get()
    assert passwords.matches(account.password_hash, password)
    assert refused(run(*words)).startswith("username_taken: ")
    assert run("staff", "roles", "li.na", "auditor", "editor").exit_code == 0
    line = run("staff", "list", "--role", "auditor").stdout
    assert line.split() == ["li.na", "editor,auditor", "never"]
    both = run("staff", "roles", "li.na", "auditor", "administrator")
    assert refused(both).startswith("invalid: ")
    entry = AuditEntry.objects(action="staff.create").get()
    assert entry.actor_name.startswith("command line: ")


def test_disabling_and_resets_end_sessions(run: Run, app: Flask) -> None:
    account = create_staff(Role.EDITOR)
    for verb in ("revoke-sessions", "reset-totp", "reset-password", "disable"):
        client = staff_client(app, account=account)
        assert client.get(SESSION).status_code == 200
        assert run("staff", verb, account.username).exit_code == 0
        assert client.get(SESSION).status_code == 401, verb
    assert run("staff", "enable", account.username).exit_code == 0
    assert Staff.objects.get().enabled


def test_the_last_administrator_stays(run: Run, refused: Refused) -> None:
    first = create_staff(Role.ADMINISTRATOR)
    second = create_staff(Role.ADMINISTRATOR)
    assert run("staff", "disable", first.username).exit_code == 0
    for words in (("disable", second.username), ("roles", second.username, "editor")):
        assert refused(run("staff", *words)).startswith("last_administrator: ")
    assert Staff.objects.get(id=second.id).enabled


@pytest.mark.parametrize("verb", ["disable", "enable", "reset-password", "reset-totp"])
def test_an_unknown_account_is_told_plainly(run: Run, refused: Refused, verb: str) -> None:
    assert refused(run("staff", verb, "nobody")).startswith("not_found: ")

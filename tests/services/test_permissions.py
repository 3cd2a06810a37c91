"""Who may do what, and that a refusal is on record whatever happens next."""

import pytest

from core.errors import Forbidden
from models.audit import AuditEntry, Outcome
from models.staff import Role
from services import permissions
from services.permissions import SYSTEM, TABLE, Actor

PAIRS = [(resource, action) for resource, actions in TABLE.items() for action in actions]


def actor(*roles: Role) -> Actor:
    return Actor("someone", "测试", frozenset(roles), None, "192.0.2.1", "req-1")


@pytest.mark.parametrize(("resource", "action"), PAIRS)
@pytest.mark.parametrize("role", Role)
def test_may_and_require_agree(role: Role, resource: str, action: str) -> None:
    who = actor(role)
    if permissions.may(who, resource, action):
        permissions.require(who, resource, action)
        assert AuditEntry.objects.count() == 0
        return
    with pytest.raises(Forbidden):
        permissions.require(who, resource, action, f"{resource}:1")
    entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.action) == (Outcome.DENIED, f"{resource}.{action}")
    assert (entry.actor, entry.target) == ("someone", f"{resource}:1")


def test_what_matters_most_is_apart() -> None:
    reviewers = (Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER)
    found = {role for role in Role if permissions.may(actor(role), "content", "publish")}
    assert found == set(reviewers)
    assert {role for role in Role if permissions.may(actor(role), "audit", "read")} == {
        Role.AUDITOR
    }
    found = {role for role in Role if permissions.may(actor(role), "staff", "write")}
    assert found == {Role.ADMINISTRATOR}
    written = [action for action in TABLE["audit"] if action not in ("read", "export")]
    assert written == []


def test_nobody_without_a_role_may_anything() -> None:
    assert permissions.allowed(actor()) == {}


def test_the_product_itself_may() -> None:
    for resource, action in PAIRS:
        permissions.require(SYSTEM, resource, action)


def test_rights_add_up_over_roles() -> None:
    both = permissions.allowed(actor(Role.EDITOR, Role.AUDITOR))
    assert "write" in both["content"]
    assert both["audit"] == ["read", "export"]


@pytest.mark.parametrize("pair", [("content", "destroy"), ("nothing", "read")])
def test_what_the_table_does_not_have_is_a_mistake_of_ours(pair: tuple[str, str]) -> None:
    with pytest.raises(KeyError):
        permissions.may(actor(Role.ADMINISTRATOR), *pair)

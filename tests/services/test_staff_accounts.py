"""Accounts under threads: one first administrator, and always one left."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.environment import SettingsError
from core.errors import Conflict
from core.settings import Settings
from models.audit import AuditEntry
from models.staff import Role, Staff
from services.actors import SYSTEM
from services.staff import accounts, policy
from tests.factories import create_staff


def test_processes_that_start_at_once_make_one_administrator() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: accounts.bootstrap(), range(8)))
    assert len([one for one in made if one]) == 1
    assert Staff.objects.count() == 1
    assert AuditEntry.objects(action="staff.create").count() == 1


def test_administrators_who_disable_each_other_leave_one() -> None:
    everybody = [create_staff(Role.ADMINISTRATOR).id for _ in range(6)]

    def disabled(staff_id: str) -> bool:
        try:
            accounts.disable(SYSTEM, staff_id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(disabled, everybody)) == 5
    assert Staff.objects(enabled=True).count() == 1
    assert AuditEntry.objects(action="staff.disable").count() == 5


def test_changes_seen_at_one_revision_happen_once() -> None:
    account = create_staff(Role.EDITOR)

    def renamed(number: int) -> bool:
        try:
            accounts.update(SYSTEM, account.id, {"name": f"测试{number}"}, revision=1)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(renamed, range(8))) == 1
    assert Staff.objects.get().revision == 2


def test_a_role_that_there_is_not_stops_the_start(settings: Settings) -> None:
    wrong = dataclasses.replace(settings, staff_totp_roles=("editor", "emperor"))
    with pytest.raises(SettingsError, match="STAFF_TOTP_ROLES names no role: emperor"):
        policy.configure(wrong)
    assert policy.current().settings == settings


def test_no_role_needs_a_second_factor_when_the_setting_says_none(settings: Settings) -> None:
    policy.configure(dataclasses.replace(settings, staff_totp_roles=("none",)))
    assert policy.current().totp_roles == frozenset()
    policy.configure(settings)
    assert Role.ADMINISTRATOR in policy.current().totp_roles

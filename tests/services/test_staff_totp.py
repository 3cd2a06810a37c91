"""Second factors: a code counts once, recovery codes too, secrets are encrypted."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from core.clock import now
from models.staff import Staff
from services.staff import totp
from tests.clocks import Clock
from tests.factories import create_staff


def enrolled() -> tuple[Staff, pyotp.TOTP]:
    account = create_staff(second_factor=False)
    secret = totp.new_secret()
    account.totp = totp.offered(secret, account.id)
    account.totp.confirmed_at = now()
    account.save()
    return account, pyotp.TOTP(secret)


def test_a_code_counts_once() -> None:
    account, app = enrolled()
    code = app.now()
    assert totp.use_code(account, code)
    assert not totp.use_code(account, code)
    assert not totp.use_code(Staff.objects.get(id=account.id), code)


def test_of_many_who_bring_a_code_one_gets_in() -> None:
    account, app = enrolled()
    code = app.now()
    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(lambda _: totp.use_code(account, code), range(48))) == 1


def test_a_code_before_one_that_was_used_is_void() -> None:
    account, app = enrolled()
    moment = time.time()
    assert totp.use_code(account, app.at(moment + 30))
    assert not totp.use_code(Staff.objects.get(id=account.id), app.at(moment))


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(steps: int, good: bool, clock: Clock) -> None:
    account, app = enrolled()
    moment = 1_800_000_015
    clock.set(dt.datetime.fromtimestamp(moment, dt.UTC))
    assert totp.use_code(account, app.at(moment + 30 * steps)) is good


def test_a_recovery_code_counts_once_under_threads() -> None:
    account, _ = enrolled()
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    kept = [totp.recovery_hash(one) for one in codes]
    Staff.objects(id=account.id).update(recovery_codes=kept)
    with ThreadPoolExecutor(16) as threads:
        used = threads.map(lambda _: totp.use_recovery_code(account, codes[3]), range(48))
        assert sum(used) == 1
    assert len(Staff.objects.get(id=account.id).recovery_codes) == 9
    assert totp.use_recovery_code(account, codes[4].upper().replace("-", " "))
    assert not totp.use_recovery_code(account, "")


def test_neither_secrets_nor_codes_are_stored_in_clear() -> None:
    account, app = enrolled()
    stored = str(Staff._get_collection().find_one({"_id": account.id}))
    assert app.secret not in stored


def test_a_secret_is_of_no_use_in_another_account() -> None:
    account, app = enrolled()
    other, _ = enrolled()
    other.totp.secret = account.totp.secret
    assert totp.matched_counter(other, app.now()) is None


@pytest.mark.parametrize("code", ["", "000000000000", "１２３４５６", "abc", "\x00"])
def test_what_is_no_code_is_refused(code: str) -> None:
    account, _ = enrolled()
    assert not totp.use_code(account, code)

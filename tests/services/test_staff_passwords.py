"""Passwords: which are refused, and that an account that is none takes as long."""

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Iterator

import pytest

from core.clock import now
from core.errors import Invalid
from core.settings import Settings
from services.staff import passwords, policy
from tests.factories import PASSWORD, create_staff, password_hash

Configure = Callable[..., None]


@pytest.fixture
def configured(settings: Settings) -> Iterator[Configure]:
    """Return a way to change settings for one test."""
    yield lambda **changes: policy.configure(dataclasses.replace(settings, **changes))
    policy.configure(settings)


def problem(password: str, username: str = "wanglei", name: str = "王磊测试") -> object:
    try:
        passwords.check(password, username=username, name=name, former=[], field="new")
    except Invalid as refused:
        return refused.fields["new"]
    return None


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("short-one-1", "too_short"),
        ("x7" * 65, "too_long"),
        ("password1234", "password_common"),
        ("P@ssw0rd2024!", "password_common"),
        ("Administrator1!", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("abcabcabcabcabc", "password_common"),
        ("123456789012", "password_common"),
        ("qwertyuiop[]", "password_common"),
        ("1qaz2wsx3edc", "password_common"),
        ("woaizhongguo520", "password_common"),
        ("zhengfu2024!!!", "password_common"),
        ("hey-WangLei-there", "password_names"),
        ("招商路上的一只蓝色风筝呢", "password_names"),
        ("my t00lb0x is blue", "password_names"),
        ("王磊测试在海边散步看日落", "password_names"),
        (PASSWORD, None),
        ("correct horse battery", None),
        ("海边有一只蓝色的风筝在飞", None),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, expected: str | None) -> None:
    assert problem(password) == expected


def test_the_last_passwords_do_not_come_again(configured: Configure) -> None:
    older = [passwords.hashed(f"an older one {number}") for number in range(3)]
    account = create_staff(password_history=older)
    configured(staff_password_history=3)
    former = passwords.former(account)
    assert len(former) == 3
    for used in (PASSWORD, "an older one 0", "an older one 1"):
        with pytest.raises(Invalid):
            passwords.check(used, username="u", name="n", former=former, field="new")
    passwords.check("an older one 2", username="u", name="n", former=former, field="new")


def test_a_password_is_the_same_however_it_is_typed() -> None:
    kept = passwords.hashed("ﬁne café ｏｒ not 1")
    assert passwords.matches(kept, "fine cafe\u0301 or not 1")
    assert not passwords.matches(kept, "fine cafe or not 1")


def test_the_end_of_a_long_password_counts() -> None:
    kept = passwords.hashed("x1" * 64)
    assert passwords.matches(kept, "x1" * 64)
    assert not passwords.matches(kept, "x1" * 64 + "y")


def test_hashes_are_argon2id_and_differ() -> None:
    first, second = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nobody_has_a_password_and_it_takes_as_long() -> None:
    def seconds(kept: str | None) -> float:
        began = time.process_time()  # what others do on this machine does not count
        assert not passwords.matches(kept, "wrong but long enough")
        return time.process_time() - began

    known = password_hash()
    pairs = [(seconds(known), seconds(None)) for _ in range(9)]
    somebody, nobody = (min(column) for column in zip(*pairs, strict=True))
    assert 0.5 < somebody / nobody < 2


def test_a_password_grows_old_by_the_setting_only(configured: Configure) -> None:
    account = create_staff(password_changed_at=now() - dt.timedelta(days=91))
    assert not passwords.is_too_old(account)
    configured(staff_password_max_age_days=90)
    assert passwords.is_too_old(account)
    configured(staff_password_max_age_days=92)
    assert not passwords.is_too_old(account)


def test_one_time_passwords_are_good_and_differ() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    assert {problem(one) for one in made} == {None}

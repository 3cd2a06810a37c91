"""Lock-out: exact under threads, doubling, by time, and blind to who exists."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import now
from core.errors import RateLimited
from core.settings import Settings
from models.staff import SignInFailures
from services.staff import lockout, policy
from tests.clocks import Clock

LIMIT = 5


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> Iterator[None]:
    policy.configure(
        dataclasses.replace(
            settings,
            staff_lockout_failures=LIMIT,
            staff_lockout_address_failures=40,
            staff_lockout_minutes=10,
            staff_lockout_max_minutes=35,
        )
    )
    yield
    policy.configure(settings)


def tried(username: str = "nobody", address: str = "192.0.2.1") -> bool:
    try:
        lockout.begin(username, address)
    except RateLimited:
        return False
    return True


@pytest.mark.parametrize("round_", range(3))
def test_never_more_tries_than_allowed_however_many_come_at_once(round_: int) -> None:
    with ThreadPoolExecutor(32) as threads:
        found = list(threads.map(lambda _: tried(f"name{round_}"), range(96)))
    assert sum(found) == LIMIT


def test_an_address_is_counted_over_all_names() -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda number: tried(f"name{number}"), range(80)))
    assert sum(found) == 40
    assert not tried("another")
    assert tried("another", "192.0.2.2")


def test_a_lock_doubles_ends_by_time_and_has_a_greatest_length(clock: Clock) -> None:
    clock.set(now())
    for minutes in (10, 20, 35, 35):
        assert [tried() for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]
        with pytest.raises(RateLimited) as refused:
            lockout.begin("nobody", "192.0.2.1")
        assert refused.value.retry_after_s == minutes * 60
        clock.advance(minutes=minutes, seconds=-1)
        assert not tried()
        clock.advance(seconds=2)


def test_success_forgets_the_name_and_gives_the_address_its_place_back() -> None:
    for _ in range(3):
        tried("somebody")
    lockout.succeeded(lockout.begin("somebody", "192.0.2.1"))
    rows = list(SignInFailures._get_collection().find())
    assert [row["failures"] for row in rows] == [3]
    assert [tried("somebody") for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]


def test_a_step_that_was_right_leaves_earlier_failures_standing() -> None:
    for _ in range(LIMIT - 1):
        tried("somebody")
    for _ in range(3):
        lockout.passed(lockout.begin("somebody", "192.0.2.1"))
    assert tried("somebody")
    assert not tried("somebody")


def test_the_try_that_locks_takes_its_own_lock_back_only() -> None:
    attempts = [lockout.begin("somebody", "192.0.2.1") for _ in range(LIMIT)]
    lockout.passed(attempts[0])
    assert not tried("somebody")
    lockout.passed(attempts[-1])
    assert tried("somebody")


def test_a_refused_name_costs_the_address_nothing() -> None:
    for _ in range(100):
        tried("locked")
    assert tried("other")


def test_an_administrator_unlocks_a_name() -> None:
    for _ in range(LIMIT + 1):
        tried("somebody")
    lockout.release("somebody")
    assert tried("somebody")


def test_neither_names_nor_addresses_are_kept() -> None:
    tried("secret-name", "192.0.2.77")
    stored = str(list(SignInFailures._get_collection().find()))
    assert "secret-name" not in stored
    assert "192.0.2.77" not in stored


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_network_is_one_address(address: str, expected: str) -> None:
    assert lockout.network(address) == expected

"""The circuit breaker's states, by a clock that the test moves."""

import pytest

from tests.wechat.seconds import Time
from wechat.breaker import CircuitBreaker


@pytest.fixture
def breaker(time: Time) -> CircuitBreaker:
    return CircuitBreaker(threshold=3, open_s=10, monotonic=time)


def opened(breaker: CircuitBreaker) -> None:
    for _ in range(3):
        assert breaker.admit() == 0
        breaker.failed()


def test_it_opens_after_failures_in_a_row(breaker: CircuitBreaker, time: Time) -> None:
    opened(breaker)
    assert breaker.admit() == 10
    time.now += 4
    assert breaker.admit() == 6


def test_a_success_between_begins_the_count_anew(breaker: CircuitBreaker) -> None:
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.admit() == 0


def test_one_probes_while_the_others_wait(breaker: CircuitBreaker, time: Time) -> None:
    opened(breaker)
    time.now += 10
    assert breaker.admit() == 0
    assert breaker.admit() > 0
    breaker.succeeded()
    assert breaker.admit() == breaker.admit() == 0


def test_a_failed_probe_opens_it_again(breaker: CircuitBreaker, time: Time) -> None:
    opened(breaker)
    time.now += 10
    assert breaker.admit() == 0
    time.now += 2
    breaker.failed()
    assert breaker.admit() == 10


def test_a_probe_that_never_tells_is_replaced(breaker: CircuitBreaker, time: Time) -> None:
    opened(breaker)
    time.now += 10
    assert breaker.admit() == 0
    time.now += 10
    assert breaker.admit() == 0

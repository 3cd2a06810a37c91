"""WeChat gone, frozen, slow or senseless: an end in time, a typed error, back by itself."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.simulator.running import RunningSimulator
from tests.waiting import eventually, kept
from tests.wechat.conftest import settings_for
from tests.wechat.stores import MemoryStore
from wechat.breaker import CircuitBreaker
from wechat.client import WechatClient
from wechat.errors import WechatUnavailable
from wechat.http import MAX_IN_FLIGHT

LIMIT_S = 3.0
# What a busy machine may add to the time of a call.
MACHINE_S = 5.0
TROUBLE = [
    ({"mode": "drop"}, "network"),
    ({"mode": "hang"}, "timeout"),
    ({"mode": "drip_head"}, "timeout"),
    ({"mode": "drip_body"}, "timeout"),
    ({"latency_s": 1.0}, "timeout"),
    ({"mode": "garbage"}, "network"),
    ({"mode": "text"}, "garbage"),
    ({"mode": "list"}, "garbage"),
    ({"mode": "empty"}, "garbage"),
    ({"mode": "hollow"}, "garbage"),
    ({"mode": "huge"}, "too_large"),
    ({"mode": "redirect"}, "http_302"),
    ({"mode": "status", "status": 500}, "http_500"),
    ({"mode": "status", "status": 503}, "http_503"),
    ({"mode": "status", "status": 404}, "http_404"),
]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningSimulator]:
    """A simulator that a test may kill or freeze."""
    simulator = RunningSimulator(tmp_path / "log")
    simulator.start()
    yield simulator
    simulator.thaw()
    simulator.end()


def reason(call: Callable[[], object]) -> str:
    """Return why a call failed; it must have failed in time."""
    told, took_s = timed(call)
    assert took_s < LIMIT_S + MACHINE_S
    return told


def timed(call: Callable[[], object]) -> tuple[str, float]:
    """Return why a call failed and after how many seconds."""
    started = time.monotonic()
    with pytest.raises(WechatUnavailable) as refused:
        call()
    return refused.value.reason, time.monotonic() - started


def wechat_threads() -> int:
    return sum(thread.name == "wechat" for thread in threading.enumerate())


@pytest.mark.parametrize(("fault", "expected"), TROUBLE)
def test_each_trouble_is_told_in_time_and_passes(
    simulator: RunningSimulator,
    client: WechatClient,
    quick: WechatClient,
    fault: dict[str, object],
    expected: str,
) -> None:
    asking = quick if expected == "timeout" else client
    for endpoint, call in {
        "jscode2session": lambda: asking.code_to_session("0made-up"),
        "stable_token": asking.access_token,
        "getuserphonenumber": lambda: asking.phone_number("0made-up"),
    }.items():
        simulator.fail(endpoint, **fault)
        assert reason(call) == expected
        assert len(simulator.calls(endpoint)) == 1, "no retry"
        simulator.mend()
        if endpoint == "stable_token":
            assert client.access_token()
    assert client.code_to_session(simulator.login_code()).openid
    assert client.phone_number(simulator.phone_code())


@pytest.mark.parametrize("mode", ["hang", "drip_head"])
def test_with_the_usual_settings_a_login_fails_within_three_seconds(
    simulator: RunningSimulator, client: WechatClient, mode: str
) -> None:
    simulator.fail("jscode2session", mode=mode)

    def fails_in_time() -> bool:
        told, took_s = timed(lambda: client.code_to_session("0made-up"))
        assert told == "timeout"
        return took_s < LIMIT_S

    assert kept(fails_in_time)


def test_what_was_given_up_leaves_no_thread_behind(
    simulator: RunningSimulator, quick: WechatClient
) -> None:
    for mode in ("hang", "drip_head", "drip_body"):
        simulator.fail("jscode2session", mode=mode)
        reason(lambda: quick.code_to_session("0made-up"))
    assert eventually(lambda: wechat_threads() == 0)


def test_a_killed_server_is_told_at_once_and_its_return_is_noticed(own: RunningSimulator) -> None:
    client = WechatClient(settings_for(own.url), MemoryStore())
    assert client.code_to_session(own.login_code())
    own.end()
    assert reason(lambda: client.code_to_session("0made-up")) == "network"
    own.start()
    assert client.code_to_session(own.login_code())


def test_a_frozen_server_is_told_in_time_and_its_return_is_noticed(own: RunningSimulator) -> None:
    client = WechatClient(settings_for(own.url), MemoryStore())
    code = own.login_code()
    own.freeze()
    assert reason(lambda: client.code_to_session("0made-up")) == "timeout"
    own.thaw()
    assert client.code_to_session(code)


def test_after_failures_in_a_row_nobody_waits_until_it_works_again(
    simulator: RunningSimulator, store: MemoryStore
) -> None:
    passed = [0.0]
    breaker = partial(CircuitBreaker, open_s=10, monotonic=lambda: passed[0])
    client = WechatClient(settings_for(simulator.url), store, breaker=breaker)
    simulator.fail("jscode2session", mode="drop")
    reasons = [reason(lambda: client.code_to_session("0made-up")) for _ in range(5)]
    assert reasons == ["network"] * 5
    assert reason(lambda: client.code_to_session("0made-up")) == "held_back"
    assert client.access_token(), "another API goes on"
    assert len(simulator.calls("jscode2session")) == 5
    passed[0] += 11
    assert reason(lambda: client.code_to_session("0made-up")) == "network", "the probe"
    assert reason(lambda: client.code_to_session("0made-up")) == "held_back"
    simulator.mend()
    passed[0] += 11
    assert client.code_to_session(simulator.login_code())
    assert client.code_to_session(simulator.login_code())


def test_a_crowd_is_turned_away_and_room_comes_back(simulator: RunningSimulator) -> None:
    patient = partial(CircuitBreaker, threshold=1_000)
    settings = settings_for(simulator.url, WECHAT_TIMEOUT_S="2.8")
    client = WechatClient(settings, MemoryStore(), breaker=patient)
    simulator.fail("jscode2session", mode="hang")

    def outcome(_: int) -> str:
        try:
            client.code_to_session("0made-up")
        except WechatUnavailable as error:
            return error.reason
        return "ok"

    with ThreadPoolExecutor(MAX_IN_FLIGHT + 8) as pool:
        outcomes = list(pool.map(outcome, range(MAX_IN_FLIGHT + 8)))
    assert outcomes.count("crowded") == 8
    assert outcomes.count("timeout") == MAX_IN_FLIGHT
    simulator.mend()
    assert eventually(lambda: wechat_threads() == 0)
    assert client.code_to_session(simulator.login_code())


def test_a_crowd_of_our_own_is_no_failure_of_wechat(own: RunningSimulator) -> None:
    """All room is taken by calls of one API; those of another are turned away, more than five."""
    patient = dataclasses.replace(settings_for(own.url), wechat_timeout_s=120.0)
    client = WechatClient(patient, MemoryStore())
    own.fail("jscode2session", mode="hang")
    with ThreadPoolExecutor(MAX_IN_FLIGHT) as pool:
        hanging = [
            pool.submit(timed, lambda: client.code_to_session("0made-up"))
            for _ in range(MAX_IN_FLIGHT)
        ]
        assert eventually(lambda: len(own.calls("jscode2session")) == MAX_IN_FLIGHT)
        assert [reason(client.access_token) for _ in range(7)] == ["crowded"] * 7
        own.end()
        assert {one.result()[0] for one in hanging} == {"network"}
    own.start()
    assert client.access_token(), "it was never held back"


def test_a_server_without_tls_gets_nothing(simulator: RunningSimulator) -> None:
    secure = simulator.url.replace("http:", "https:")
    client = WechatClient(settings_for(secure), MemoryStore())
    assert reason(lambda: client.code_to_session(simulator.login_code())) == "tls"
    assert simulator.calls("jscode2session") == []


def test_a_host_that_has_no_address(store: MemoryStore) -> None:
    client = WechatClient(settings_for("https://nowhere.invalid/wechat"), store)
    assert reason(lambda: client.code_to_session("0made-up")) in ("network", "timeout")

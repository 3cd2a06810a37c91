"""WeChat gone, frozen, slow or senseless: an end in time, a typed error, back by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.simulator.running import RunningSimulator
from tests.wechat.conftest import settings_for
from tests.wechat.stores import MemoryStore
from wechat.breaker import CircuitBreaker
from wechat.client import WechatClient
from wechat.errors import WechatUnavailable
from wechat.http import MAX_IN_FLIGHT

LIMIT_S = 3.0
BREAKER_OPEN_S = 0.4
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


def reason(call: Callable[[], object], within_s: float = LIMIT_S) -> str:
    """Return why a call failed; it must have failed in time."""
    started = time.monotonic()
    with pytest.raises(WechatUnavailable) as refused:
        call()
    assert time.monotonic() - started < within_s
    return refused.value.reason


def wechat_threads() -> int:
    return sum(thread.name == "wechat" for thread in threading.enumerate())


@pytest.mark.parametrize(("fault", "expected"), TROUBLE)
def test_each_trouble_is_told_in_time_and_passes(
    simulator: RunningSimulator, quick: WechatClient, fault: dict[str, object], expected: str
) -> None:
    for endpoint, call in {
        "jscode2session": lambda: quick.code_to_session("0made-up"),
        "stable_token": quick.access_token,
        "getuserphonenumber": lambda: quick.phone_number("0made-up"),
    }.items():
        simulator.fail(endpoint, **fault)
        assert reason(call, 1.0) == expected
        assert len(simulator.calls(endpoint)) == 1, "no retry"
        simulator.mend()
        if endpoint == "stable_token":
            assert quick.access_token()
    assert quick.code_to_session(simulator.login_code()).openid
    assert quick.phone_number(simulator.phone_code())


@pytest.mark.parametrize("mode", ["hang", "drip_head"])
def test_with_the_usual_settings_a_login_fails_within_three_seconds(
    simulator: RunningSimulator, client: WechatClient, mode: str
) -> None:
    simulator.fail("jscode2session", mode=mode)
    assert reason(lambda: client.code_to_session("0made-up")) == "timeout"


def test_what_was_given_up_leaves_no_thread_behind(
    simulator: RunningSimulator, quick: WechatClient
) -> None:
    for mode in ("hang", "drip_head", "drip_body"):
        simulator.fail("jscode2session", mode=mode)
        reason(lambda: quick.code_to_session("0made-up"))
    deadline = time.monotonic() + 1
    while wechat_threads() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert wechat_threads() == 0


def test_a_killed_server_is_told_at_once_and_its_return_is_noticed(own: RunningSimulator) -> None:
    client = WechatClient(settings_for(own.url), MemoryStore())
    assert client.code_to_session(own.login_code())
    own.end()
    assert reason(lambda: client.code_to_session("0made-up"), 1.0) == "network"
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
    client = WechatClient(
        settings_for(simulator.url, WECHAT_TIMEOUT_S="0.2"),
        store,
        breaker=partial(CircuitBreaker, open_s=BREAKER_OPEN_S),
    )
    simulator.fail("jscode2session", mode="hang")
    reasons = [reason(lambda: client.code_to_session("0made-up")) for _ in range(5)]
    assert reasons == ["timeout"] * 5
    assert reason(lambda: client.code_to_session("0made-up"), 0.1) == "held_back"
    assert client.access_token(), "another API goes on"
    assert len(simulator.calls("jscode2session")) == 5
    time.sleep(BREAKER_OPEN_S)
    assert reason(lambda: client.code_to_session("0made-up")) == "timeout", "the probe"
    assert reason(lambda: client.code_to_session("0made-up"), 0.1) == "held_back"
    simulator.mend()
    time.sleep(BREAKER_OPEN_S)
    assert client.code_to_session(simulator.login_code())
    assert client.code_to_session(simulator.login_code())


def test_a_crowd_is_turned_away_and_room_comes_back(simulator: RunningSimulator) -> None:
    patient = partial(CircuitBreaker, threshold=1_000)
    client = WechatClient(settings_for(simulator.url), MemoryStore(), breaker=patient)
    simulator.fail("jscode2session", latency_s=0.7)

    def outcome(_: int) -> str:
        try:
            client.code_to_session("0made-up")
        except WechatUnavailable as error:
            return error.reason
        except Exception as error:
            return type(error).__name__
        return "ok"

    with ThreadPoolExecutor(MAX_IN_FLIGHT + 8) as pool:
        outcomes = list(pool.map(outcome, range(MAX_IN_FLIGHT + 8)))
    assert outcomes.count("crowded") == 8
    assert outcomes.count("InvalidCode") == MAX_IN_FLIGHT
    simulator.mend()
    assert client.code_to_session(simulator.login_code())


def test_a_server_without_tls_gets_nothing(simulator: RunningSimulator) -> None:
    secure = simulator.url.replace("http:", "https:")
    client = WechatClient(settings_for(secure), MemoryStore())
    assert reason(lambda: client.code_to_session(simulator.login_code())) == "tls"
    assert simulator.calls("jscode2session") == []


def test_a_host_that_has_no_address(store: MemoryStore) -> None:
    client = WechatClient(settings_for("https://nowhere.invalid/wechat"), store)
    assert reason(lambda: client.code_to_session("0made-up")) in ("network", "timeout")

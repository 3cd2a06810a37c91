"""The access token: fetched once for all, expired only by what it failed, tried once more."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core import clock
from tests.simulator.running import APPID, RunningSimulator
from tests.waiting import eventually
from tests.wechat.conftest import settings_for
from tests.wechat.stores import MemoryStore
from wechat.client import WechatClient
from wechat.errors import WechatRefused, WechatUnavailable
from wechat.tokens import Token


def test_the_token_is_kept_until_shortly_before_its_end(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    value = client.access_token()
    assert client.access_token() == value
    assert len(simulator.calls("stable_token")) == 1
    left_s = (store.tokens[APPID].renew_at - clock.now()).total_seconds()
    assert 6_900 < left_s < 7_000, "after the platform would give a new one"


def test_an_old_token_is_fetched_anew(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    store.put(APPID, Token("old", clock.now()))
    assert client.access_token() != "old"
    assert len(simulator.calls("stable_token")) == 1


def test_a_storm_of_twelve_threads_makes_one_call(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    simulator.fail("stable_token", latency_s=0.3)
    barrier = threading.Barrier(12)

    def ask() -> str:
        barrier.wait()
        return client.access_token()

    with ThreadPoolExecutor(12) as pool:
        values = {future.result() for future in [pool.submit(ask) for _ in range(12)]}
    assert len(values) == 1
    assert len(simulator.calls("stable_token")) == 1
    assert store.writes == 1


@pytest.mark.parametrize("age_s", [0, 7_201])
def test_a_token_that_stopped_working_is_replaced_once(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient, age_s: int
) -> None:
    """Superseded (40001) and expired (42001) by the platform's clock."""
    old = client.access_token()
    if age_s:
        simulator.advance(age_s)
    else:
        simulator.control("DELETE", "tokens")
    assert client.phone_number(simulator.phone_code()) == "+8613800138000"
    assert store.expired == [old]
    assert len(simulator.calls("stable_token")) == 2
    assert len(simulator.calls("getuserphonenumber")) == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_that_never_works_ends_after_two_attempts(
    simulator: RunningSimulator, client: WechatClient, errcode: int
) -> None:
    simulator.fail("getuserphonenumber", errcode=errcode)
    with pytest.raises(WechatRefused) as refused:
        client.phone_number(simulator.phone_code())
    assert refused.value.errcode == errcode
    assert len(simulator.calls("getuserphonenumber")) == 2


def test_an_error_that_is_not_about_the_token_leaves_it(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    simulator.fail("getuserphonenumber", errcode=48001)
    with pytest.raises(WechatRefused):
        client.phone_number(simulator.phone_code())
    assert store.expired == []
    assert len(simulator.calls("getuserphonenumber")) == 1


def test_a_newer_token_of_another_process_is_not_expired(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    """While a call with the old token is under way, another process stores the new one."""
    store.put(APPID, Token("old", clock.now() + timedelta(hours=1)))
    other = MemoryStore()
    newer = WechatClient(settings_for(simulator.url), other).access_token()
    simulator.fail("getuserphonenumber", latency_s=0.8, times=1)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client.phone_number, simulator.phone_code())
        assert eventually(lambda: simulator.calls("getuserphonenumber"))
        store.put(APPID, other.tokens[APPID])
        assert call.result() == "+8613800138000"
    assert store.expired == []
    assert store.tokens[APPID].value == newer
    assert len(simulator.calls("stable_token")) == 1


def test_a_busy_platform_is_asked_again_for_the_token(
    simulator: RunningSimulator, client: WechatClient
) -> None:
    simulator.fail("stable_token", errcode=-1, times=2)
    assert client.phone_number(simulator.phone_code()) == "+8613800138000"
    assert len(simulator.calls("stable_token")) == 3
    assert len(simulator.calls("getuserphonenumber")) == 1


def test_a_platform_that_stays_busy_ends_the_call_that_needed_the_token(
    simulator: RunningSimulator, client: WechatClient
) -> None:
    simulator.fail("stable_token", errcode=-1)
    with pytest.raises(WechatUnavailable) as refused:
        client.phone_number(simulator.phone_code())
    assert (refused.value.reason, refused.value.is_undone) == ("busy", True)
    assert len(simulator.calls("stable_token")) == 3
    assert simulator.calls("getuserphonenumber") == []


def test_a_busy_platform_is_not_asked_again_when_there_is_no_time(
    simulator: RunningSimulator, store: MemoryStore
) -> None:
    hasty = WechatClient(settings_for(simulator.url, WECHAT_TIMEOUT_S="0.1"), store)
    simulator.fail("stable_token", errcode=-1)
    with pytest.raises(WechatUnavailable) as refused:
        hasty.access_token()
    assert refused.value.reason in ("busy", "timeout")
    assert len(simulator.calls("stable_token")) == 1


def test_a_lock_that_is_never_free_ends_in_time(store: MemoryStore, quick: WechatClient) -> None:
    with store.lock(APPID, wait_s=0), pytest.raises(WechatUnavailable) as refused:
        quick.access_token()
    assert refused.value.reason == "token_lock"


def test_a_token_fetch_that_fails_gives_the_lock_back(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    simulator.fail("stable_token", mode="drop", times=1)
    with pytest.raises(WechatUnavailable):
        client.access_token()
    assert store.tokens == {}
    assert client.access_token()

"""A quota of a day that one process used up is used up for all, and after a restart."""

import datetime as dt

import pytest

from core import clock
from tests.simulator.running import APPID, RunningSimulator
from tests.wechat.conftest import settings_for
from tests.wechat.seconds import Time
from tests.wechat.stores import MemoryStore
from wechat.client import WechatClient
from wechat.errors import WechatUnavailable
from wechat.holds import REREAD_S, Holds


@pytest.fixture
def holds(store: MemoryStore, time: Time) -> Holds:
    return Holds(store, APPID, monotonic=time)


def in_an_hour() -> dt.datetime:
    return clock.now() + dt.timedelta(hours=1)


def test_a_hold_is_known_at_once_where_it_was_made(holds: Holds, store: MemoryStore) -> None:
    holds.left_s("one")
    holds.hold("one", in_an_hour())
    assert 3_500 < holds.left_s("one") <= 3_600
    assert holds.left_s("another") == 0
    assert set(store.held) == {"one"}


def test_a_hold_made_elsewhere_is_known_within_seconds(
    holds: Holds, store: MemoryStore, time: Time
) -> None:
    assert holds.left_s("one") == 0
    store.hold(APPID, "one", in_an_hour())
    assert holds.left_s("one") == 0, "not read on each call"
    time.now += REREAD_S
    assert holds.left_s("one") > 3_500


def test_many_calls_read_once(holds: Holds, store: MemoryStore, time: Time) -> None:
    for _ in range(100):
        holds.left_s("one")
    assert store.reads_of_holds == 1
    time.now += REREAD_S - 0.1
    holds.left_s("one")
    assert store.reads_of_holds == 1
    time.now += 0.1
    holds.left_s("one")
    assert store.reads_of_holds == 2


def test_a_hold_ends_with_its_time(holds: Holds) -> None:
    holds.left_s("one")
    holds.hold("one", clock.now() - dt.timedelta(seconds=1))
    assert holds.left_s("one") == 0


@pytest.mark.parametrize("errcode", [45009, 44993])
def test_another_client_and_one_after_a_restart_ask_no_more(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient, errcode: int
) -> None:
    simulator.fail("jscode2session", errcode=errcode)
    with pytest.raises(WechatUnavailable) as refused:
        client.code_to_session("0made-up")
    assert refused.value.reason == "day_used_up"
    simulator.mend()
    another = WechatClient(settings_for(simulator.url), store)
    with pytest.raises(WechatUnavailable) as refused:
        another.code_to_session(simulator.login_code())
    assert refused.value.reason == "held_back"
    assert refused.value.is_undone
    assert 0 < (refused.value.retry_after_s or 0) <= 86_400
    assert len(simulator.calls("jscode2session")) == 1
    assert another.access_token(), "another API goes on"

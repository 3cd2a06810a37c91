"""A client of the gateway that speaks to a simulator over HTTP."""

from collections.abc import Callable

import pytest

from core.settings import Settings, load
from tests.simulator.running import APPID, SECRET, RunningSimulator
from tests.wechat.seconds import Time
from tests.wechat.stores import MemoryStore
from wechat.client import WechatClient

NewClient = Callable[..., WechatClient]
ENVIRON = {
    "ENV": "test",
    "SECRET_KEY": "s" * 32,
    "PERSONAL_DATA_KEY": "p" * 32,
    "MONGODB_URI": "mongodb://127.0.0.1:1/",
    "WECHAT_APPID": APPID,
    "WECHAT_SECRET": SECRET,
}


@pytest.fixture(autouse=True)
def database() -> None:
    """No test here uses the database."""


def settings_for(url: str, **changed: str) -> Settings:
    return load({**ENVIRON, "WECHAT_API_BASE": url, **changed})


@pytest.fixture
def time() -> Time:
    """A clock that the test moves."""
    return Time()


@pytest.fixture
def store() -> MemoryStore:
    """A token store of this process."""
    return MemoryStore()


@pytest.fixture
def client(simulator: RunningSimulator, store: MemoryStore) -> WechatClient:
    """A client with the usual settings."""
    return WechatClient(settings_for(simulator.url), store)


@pytest.fixture
def quick(simulator: RunningSimulator, store: MemoryStore) -> WechatClient:
    """A client that waits half a second only."""
    return WechatClient(settings_for(simulator.url, WECHAT_TIMEOUT_S="0.5"), store)

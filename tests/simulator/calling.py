"""Calls of APIs that need a token, on a simulator with a user who is in the mini-program."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.clock import SHANGHAI, now
from tests.simulator.running import APPID, SECRET, Answer, RunningSimulator

VISITOR = "测试访客 A"
TEMPLATE = "sim-thing1-time2"
Body = dict[str, Any]


def whole_day(days_ago: int = 3) -> str:
    """Return a day that is over and counted, as the platform writes it."""
    return f"{now().astimezone(SHANGHAI) - dt.timedelta(days=days_ago):%Y%m%d}"


def values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in data.items()}


@dataclass(frozen=True)
class Sent:
    """What a call sends in place of what works; `before` is done first."""

    body: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[["Platform"], object] = lambda _: None


@dataclass(frozen=True)
class TestedApi:
    """An API: `body` makes one that works, for a user's openid."""

    __test__ = False

    name: str
    path: str
    body: Callable[["Platform"], Body]
    documented: tuple[int, ...]
    caused: tuple[tuple[str, int, Sent], ...] = ()
    method: str = "POST"
    before: Callable[["Platform"], object] = lambda _: None


class Platform:
    """A simulator with a user who is in the mini-program, and a token."""

    def __init__(self, simulator: RunningSimulator) -> None:
        self.simulator = simulator
        body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        self.token = simulator.ask("POST", "/cgi-bin/stable_token", body).body["access_token"]
        login = {"appid": APPID, "secret": SECRET, "grant_type": "authorization_code"}
        code = simulator.login_code(VISITOR)
        found = simulator.ask("GET", "/sns/jscode2session", js_code=code, **login).body
        self.openid, self.session_key = found["openid"], found["session_key"]

    def call(self, api: TestedApi, changed: Mapping[str, Any] | None = None) -> Answer:
        body = {**api.body(self), **(changed or {})}
        if api.method == "GET":
            return self.simulator.ask("GET", api.path, access_token=self.token, **body)
        return self.simulator.ask("POST", api.path, body, access_token=self.token)

    def signed(self, key: str | None = None) -> Body:
        secret = (self.session_key if key is None else key).encode()
        signature = hmac.new(secret, b"", hashlib.sha256).hexdigest()
        return {"openid": self.openid, "signature": signature, "sig_method": "hmac_sha256"}

    def subscribe(self) -> None:
        self.simulator.control("POST", "subscriptions", visitor=VISITOR, template=TEMPLATE)

    def write(self) -> None:
        self.simulator.control("POST", "visits", visitor=VISITOR, wrote=True)

    def received(self) -> list[dict[str, Any]]:
        return list(self.simulator.control("GET", "received")["items"])


def later(seconds: float) -> Callable[[Platform], object]:
    """Return what lets time pass, with a token that is fresh after it."""

    def wait(platform: Platform) -> None:
        platform.simulator.advance(seconds)
        body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        answer = platform.simulator.ask("POST", "/cgi-bin/stable_token", body)
        platform.token = answer.body["access_token"]

    return wait

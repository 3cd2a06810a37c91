"""Secrets, tokens, codes and personal data stay out of errors, logs and representations."""

import json
import sys
import traceback
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from core import logs
from core.settings import Settings
from tests.simulator.running import APPID, SECRET, RunningSimulator
from tests.wechat.conftest import settings_for
from tests.wechat.stores import MemoryStore
from wechat.client import WechatClient

CODE = "0codeThatMustNotShow4711"
FAULTS: list[dict[str, object]] = [
    *({"mode": mode} for mode in ("drop", "hang", "garbage", "text", "hollow", "huge", "redirect")),
    *({"errcode": errcode} for errcode in (-1, 40001, 40029, 40125, 40226, 45009, 45011)),
    {"mode": "status", "status": 500},
]


@pytest.fixture
def logged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Write logs down to the least of them and return what was written."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", StringIO())
        logs.configure("DEBUG")
        yield sys.stderr.getvalue  # type: ignore[attr-defined]
    logs.configure(settings.log_level)


def told(error: BaseException | None) -> str:
    """Return everything that an error and those it came from hold."""
    parts = []
    while error is not None:
        parts += [repr(error), str(error), repr(vars(error)), *traceback.format_exception(error)]
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_failures_hold_no_secret(
    simulator: RunningSimulator, store: MemoryStore, logged: Callable[[], str], fault: object
) -> None:
    client = WechatClient(settings_for(simulator.url, WECHAT_TIMEOUT_S="0.3"), store)
    token = client.access_token()
    assert isinstance(fault, dict)
    simulator.fail("*", **fault)
    found = ""
    for call in (client.code_to_session, client.phone_number):
        with pytest.raises(Exception) as refused:  # noqa: PT011 - each kind is tested elsewhere
            call(CODE)
        found += told(refused.value)
    written = logged()
    for secret in (SECRET, CODE, token, simulator.url):
        assert secret not in found
        assert secret not in written
    lines = [json.loads(line) for line in written.splitlines()]
    assert {line["api"] for line in lines} >= {"stable_token", "jscode2session"}


def test_an_answer_is_logged_with_errcode_time_and_the_platforms_id(
    simulator: RunningSimulator, client: WechatClient, logged: Callable[[], str]
) -> None:
    minted = simulator.control("POST", "login-codes", visitor="测试访客 A")
    session = client.code_to_session(minted["code"])
    simulator.fail("jscode2session", errcode=40125, times=1)
    with pytest.raises(Exception):  # noqa: B017, PT011 - the log is what counts here
        client.code_to_session(CODE)
    written = logged()
    fine, refused = (json.loads(line) for line in written.splitlines())
    assert (fine["event"], fine["api"], fine["outcome"]) == ("wechat_call", "jscode2session", "ok")
    assert 0 <= fine["ms"] < 2_000
    assert (refused["outcome"], refused["errcode"], refused["level"]) == (
        "refused",
        40125,
        "warning",
    )
    assert len(refused["rid"]) == 26
    for personal in (session.openid, session.session_key, minted["code"], SECRET):
        assert personal not in written


def test_representations_hold_no_secret(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    session = client.code_to_session(simulator.login_code())
    client.access_token()
    token = store.tokens[APPID]
    shown = repr([session, token, settings_for(simulator.url), client])
    for secret in (session.openid, session.session_key, token.value, SECRET):
        assert secret not in shown

"""The gateway's methods against the simulator: what they return, what they raise."""

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY

from core.errors import AppError
from tests.simulator.running import APPID, RunningSimulator
from tests.wechat.conftest import settings_for
from tests.wechat.stores import MemoryStore
from wechat.client import WechatClient
from wechat.errors import (
    InvalidCode,
    UserBlocked,
    WechatNotConfigured,
    WechatRefused,
    WechatUnavailable,
)

NOT_CODES = ["", " " * 3 + "\n", "登录", "x" * 513, "a\x00b"]
DOCUMENTED_TOKEN_ERRORS = [
    *(40002, 40013, 40125, 40164, 41002, 41004, 43002, 89503, 89506, 89507),
    *(40243, 50004, 50007),
]


def count(api: str, outcome: str, errcode: str = "0") -> float:
    """Return a figure; 0 for one that there is not, without making it."""
    labels = {"api": api, "outcome": outcome, "errcode": errcode}
    return REGISTRY.get_sample_value("toolbox_wechat_calls_total", labels) or 0.0


def test_a_login_code_gives_identity(simulator: RunningSimulator, client: WechatClient) -> None:
    minted = simulator.control("POST", "login-codes", visitor="测试访客 A", unionid=True)
    before = count("jscode2session", "ok")
    session = client.code_to_session(minted["code"])
    assert session.openid == minted["openid"]
    assert session.unionid is not None
    assert len(session.session_key) == 24
    assert count("jscode2session", "ok") == before + 1


def test_a_login_needs_no_token(simulator: RunningSimulator, client: WechatClient) -> None:
    session = client.code_to_session(simulator.login_code())
    assert session.unionid is None
    assert simulator.calls("stable_token") == []


def test_a_login_code_works_once(simulator: RunningSimulator, client: WechatClient) -> None:
    code = simulator.login_code()
    client.code_to_session(code)
    with pytest.raises(InvalidCode) as refused:
        client.code_to_session(code)
    assert (refused.value.errcode, refused.value.status) == (40163, 400)


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [("13800138000", "86", "+8613800138000"), ("5550100", "1", "+15550100")],
)
def test_a_phone_code_gives_the_international_number(
    simulator: RunningSimulator, client: WechatClient, number: str, country: str, expected: str
) -> None:
    assert client.phone_number(simulator.phone_code(number, country_code=country)) == expected


def test_phone_codes_work_once_and_are_no_login_codes(
    simulator: RunningSimulator, client: WechatClient
) -> None:
    code = simulator.phone_code()
    client.phone_number(code)
    for used_or_wrong in (code, simulator.login_code()):
        with pytest.raises(InvalidCode) as refused:
            client.phone_number(used_or_wrong)
        assert refused.value.errcode == 40029


@pytest.mark.parametrize("text", NOT_CODES)
def test_what_cannot_be_a_code_is_not_sent(
    simulator: RunningSimulator, client: WechatClient, text: str
) -> None:
    for method in (client.code_to_session, client.phone_number):
        with pytest.raises(InvalidCode) as refused:
            method(text)
        assert refused.value.errcode is None
    assert simulator.control("GET", "calls")["items"] == []


@pytest.mark.parametrize(
    ("errcode", "kind", "status"),
    [
        (-1, WechatUnavailable, 503),
        (40029, InvalidCode, 400),
        (40163, InvalidCode, 400),
        (40226, UserBlocked, 403),
        (45011, WechatUnavailable, 503),
        (40013, WechatRefused, 503),
        (40125, WechatRefused, 503),
        (40164, WechatRefused, 503),
        (99_999, WechatRefused, 503),
    ],
)
def test_errors_of_a_login(
    simulator: RunningSimulator,
    client: WechatClient,
    errcode: int,
    kind: type[AppError],
    status: int,
) -> None:
    simulator.fail("jscode2session", errcode=errcode, times=1)
    code = simulator.login_code()
    with pytest.raises(kind) as refused:
        client.code_to_session(code)
    assert refused.value.status == status
    assert getattr(refused.value, "errcode", errcode) == errcode
    assert len(simulator.calls("jscode2session")) == 1, "a code is never sent twice"
    assert client.code_to_session(code).openid


@pytest.mark.parametrize("errcode", DOCUMENTED_TOKEN_ERRORS)
def test_errors_of_the_token(
    simulator: RunningSimulator, client: WechatClient, errcode: int
) -> None:
    simulator.fail("stable_token", errcode=errcode, times=1)
    with pytest.raises(WechatRefused) as refused:
        client.access_token()
    assert refused.value.errcode == errcode
    assert client.access_token()


@pytest.mark.parametrize(
    "call",
    [lambda client, _: client.access_token(), WechatClient.phone_number],
    ids=["alone", "for a call"],
)
@pytest.mark.parametrize(
    ("errcode", "reason", "wait_s"), [(-1, "busy", None), (45011, "too_quick", 60)]
)
def test_a_token_that_is_not_to_be_had_now(
    simulator: RunningSimulator,
    client: WechatClient,
    call: Callable[[WechatClient, str], str],
    errcode: int,
    reason: str,
    wait_s: int | None,
) -> None:
    simulator.fail("stable_token", errcode=errcode)
    code = simulator.phone_code()
    with pytest.raises(WechatUnavailable) as refused:
        call(client, code)
    assert (refused.value.reason, refused.value.retry_after_s) == (reason, wait_s)
    assert refused.value.is_undone
    assert simulator.calls("getuserphonenumber") == []
    simulator.mend()
    assert client.phone_number(code) == "+8613800138000"


@pytest.mark.parametrize(
    ("errcode", "kind"),
    [
        (-1, WechatUnavailable),
        (40013, WechatRefused),
        (40029, InvalidCode),
        (45011, WechatUnavailable),
    ],
)
def test_errors_of_a_phone_number(
    simulator: RunningSimulator, client: WechatClient, errcode: int, kind: type[AppError]
) -> None:
    simulator.fail("getuserphonenumber", errcode=errcode, times=1)
    code = simulator.phone_code()
    with pytest.raises(kind) as refused:
        client.phone_number(code)
    assert getattr(refused.value, "errcode", errcode) == errcode
    if errcode == 45011:
        assert isinstance(refused.value, WechatUnavailable)
        assert (refused.value.reason, refused.value.retry_after_s) == ("too_quick", 60)
    assert len(simulator.calls("getuserphonenumber")) == 1, "a code is never sent twice"
    assert client.phone_number(code) == "+8613800138000"


@pytest.mark.parametrize(
    ("errcode", "label"),
    [(-1, "-1"), (40013, "40013"), (40029, "40029"), (45011, "45011"), (99_999, "other")],
)
def test_figures_tell_errcodes_that_are_known(
    simulator: RunningSimulator, client: WechatClient, errcode: int, label: str
) -> None:
    simulator.fail("jscode2session", errcode=errcode)
    before, unknown = (count("jscode2session", "refused", one) for one in (label, "99999"))
    with pytest.raises(AppError):
        client.code_to_session("0made-up")
    assert count("jscode2session", "refused", label) == before + 1
    assert count("jscode2session", "refused", "99999") == unknown == 0


def test_too_quick_is_told_with_a_time_to_wait(
    simulator: RunningSimulator, client: WechatClient
) -> None:
    simulator.fail("jscode2session", errcode=45011)
    for _ in range(7):  # more than a breaker takes: one caller's haste is no outage
        with pytest.raises(WechatUnavailable) as refused:
            client.code_to_session(simulator.login_code())
        assert (refused.value.reason, refused.value.retry_after_s) == ("too_quick", 60)


def test_a_used_up_day_holds_back_until_tomorrow(
    simulator: RunningSimulator, client: WechatClient
) -> None:
    simulator.fail("stable_token", errcode=45009, times=1)
    for reason in ("day_used_up", "held_back", "held_back"):
        with pytest.raises(WechatUnavailable) as refused:
            client.access_token()
        assert refused.value.reason == reason
        assert 0 < (refused.value.retry_after_s or 0) <= 86_400
    assert len(simulator.calls("stable_token")) == 1
    assert client.code_to_session(simulator.login_code()), "another API goes on"


def test_a_number_for_another_mini_program_is_not_taken(
    simulator: RunningSimulator, store: MemoryStore, client: WechatClient
) -> None:
    client.access_token()
    other = "wxother00000000000"
    stranger = WechatClient(settings_for(simulator.url, WECHAT_APPID=other), store)
    store.put(other, store.tokens[APPID])
    with pytest.raises(WechatUnavailable) as refused:
        stranger.phone_number(simulator.phone_code())
    assert refused.value.reason == "garbage"


def test_without_a_mini_program_nothing_is_called(simulator: RunningSimulator) -> None:
    off = settings_for(simulator.url, WECHAT_APPID="", WECHAT_SECRET="")
    client = WechatClient(off, MemoryStore())
    for call in (lambda: client.code_to_session("c"), lambda: client.phone_number("c")):
        with pytest.raises(WechatNotConfigured) as refused:
            call()
        assert (refused.value.status, refused.value.code) == (503, "wechat_not_configured")
    with pytest.raises(WechatNotConfigured):
        client.access_token()
    assert simulator.control("GET", "calls")["items"] == []

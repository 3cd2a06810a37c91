"""The gateway's methods against the simulator: results, and what becomes of every errcode."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.clock import today
from tests.simulator.apis import APIS, DATA
from tests.simulator.calling import TEMPLATE, Platform
from tests.simulator.running import RunningSimulator
from wechat.checks import RiskScene, Suggestion, Verdict
from wechat.client import WechatClient
from wechat.errors import (
    BadTarget,
    InvalidCode,
    MediaNotTaken,
    MessagesBanned,
    NoCredit,
    NotTyping,
    OutOfWindow,
    SessionKeyOver,
    TextForbidden,
    UnknownUser,
    UserAway,
    WechatMisused,
    WechatRefused,
    WechatUnavailable,
)
from wechat.links import CodeRequest
from wechat.messages import (
    ImageMessage,
    LinkMessage,
    PageMessage,
    SubscriptionMessage,
    TextMessage,
)

Call = Callable[[WechatClient, Platform], Any]
DAY = today() - dt.timedelta(days=3)
# How each API of the table is called.
CALLS: dict[str, Call] = {
    "checksession": lambda client, it: client.session_holds(it.openid, it.session_key),
    "resetusersessionkey": lambda client, it: client.new_session_key(it.openid, it.session_key),
    "getwxacodeunlimit": lambda client, _: client.unlimited_code(
        CodeRequest("abc", "pages/index/index")
    ),
    "generatescheme": lambda client, _: client.scheme("pages/index/index", "a=1", days=30),
    "generate_urllink": lambda client, _: client.url_link("pages/index/index", "a=1", days=30),
    "subscribe_send": lambda client, it: client.send_subscription(
        SubscriptionMessage(it.openid, TEMPLATE, DATA)
    ),
    "custom_send": lambda client, it: client.send_customer(it.openid, TextMessage("测试")),
    "custom_typing": lambda client, it: client.show_typing(it.openid),
    "msg_sec_check": lambda client, it: client.check_text(it.openid, "测试"),
    "media_check_async": lambda client, it: client.check_picture(
        it.openid, "https://media.example.org/a.webp"
    ),
    "getuserriskrank": lambda client, it: client.risk_rank(
        it.openid, RiskScene.SIGN_UP, "203.0.113.9"
    ),
    "dailysummarytrend": lambda client, _: client.daily_summary(DAY),
    "dailyvisittrend": lambda client, _: client.daily_visits(DAY),
    "visitpage": lambda client, _: client.page_visits(DAY),
    "dailyretaininfo": lambda client, _: client.daily_retention(DAY),
}
# What an errcode becomes: its error, HTTP status, and how long to wait where that is known.
MEANINGS: dict[int, tuple[type[Exception], int, int | None]] = {
    -1: (WechatUnavailable, 503, None),
    40029: (InvalidCode, 400, None),
    40002: (WechatRefused, 503, None),
    40003: (UnknownUser, 400, None),
    40004: (MediaNotTaken, 400, None),
    40037: (WechatMisused, 503, None),
    40097: (WechatMisused, 503, None),
    40129: (WechatMisused, 503, None),
    40165: (BadTarget, 400, None),
    40169: (BadTarget, 400, None),
    40200: (WechatMisused, 503, None),
    40212: (BadTarget, 400, None),
    41030: (BadTarget, 400, None),
    43002: (WechatMisused, 503, None),
    43101: (NoCredit, 409, None),
    43104: (UnknownUser, 400, None),
    43107: (MessagesBanned, 503, None),
    43108: (WechatUnavailable, 503, 1),
    44002: (WechatMisused, 503, None),
    44990: (WechatUnavailable, 503, 1),
    44991: (WechatUnavailable, 503, 60),
    45011: (WechatUnavailable, 503, 60),
    45015: (OutOfWindow, 409, None),
    45047: (OutOfWindow, 409, None),
    45072: (WechatMisused, 503, None),
    45080: (NotTyping, 409, None),
    45081: (NotTyping, 409, None),
    45168: (TextForbidden, 503, None),
    47001: (WechatMisused, 503, None),
    47003: (WechatMisused, 503, None),
    48001: (WechatRefused, 503, None),
    61010: (UserAway, 409, None),
    61504: (WechatUnavailable, 503, 3_600),
    85079: (BadTarget, 400, None),
    85096: (BadTarget, 400, None),
    85401: (BadTarget, 400, None),
    85402: (BadTarget, 400, None),
    85407: (BadTarget, 400, None),
    87007: (SessionKeyOver, 409, None),
    87008: (WechatMisused, 503, None),
    87009: (SessionKeyOver, 409, None),
    87020: (MediaNotTaken, 400, None),
    9410009: (WechatRefused, 503, None),
}
UNTIL_TOMORROW = (44993, 45009)
TOKEN_FAULTS = (40001, 40014)
MEANT = [
    (api.name, errcode)
    for api in APIS
    for errcode in (*api.documented, -1)
    if errcode not in (*UNTIL_TOMORROW, *TOKEN_FAULTS)
    and (api.name, errcode) != ("checksession", 87009)
]
REPEATABLE = {
    *("checksession", "getwxacodeunlimit", "generatescheme", "generate_urllink"),
    *("msg_sec_check", "getuserriskrank"),
    *("dailysummarytrend", "dailyvisittrend", "visitpage", "dailyretaininfo"),
}


@pytest.fixture
def platform(simulator: RunningSimulator) -> Platform:
    platform = Platform(simulator)
    platform.write()
    platform.subscribe()
    return platform


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_every_api_has_a_method_that_works(
    client: WechatClient, platform: Platform, api: Any
) -> None:
    result = CALLS[api.name](client, platform)
    (call,) = platform.simulator.calls(api.name)
    assert call["errcode"] == 0
    assert result is not False


def test_there_is_a_call_for_each_api_and_no_other() -> None:
    assert set(CALLS) == {api.name for api in APIS}


@pytest.mark.parametrize(("name", "errcode"), MEANT)
def test_every_errcode_has_its_meaning(
    client: WechatClient, platform: Platform, name: str, errcode: int
) -> None:
    platform.simulator.fail(name, errcode=errcode)
    kind, status, wait_s = MEANINGS[errcode]
    with pytest.raises(kind) as refused:
        CALLS[name](client, platform)
    assert type(refused.value) is kind
    assert (refused.value.status, refused.value.retry_after_s) == (status, wait_s)
    tries = len(platform.simulator.calls(name))
    assert tries == (3 if errcode == -1 and name in REPEATABLE else 1)


@pytest.mark.parametrize("name", sorted(REPEATABLE))
def test_a_busy_platform_is_asked_again_what_may_be_asked_twice(
    client: WechatClient, platform: Platform, name: str
) -> None:
    platform.simulator.fail(name, errcode=-1, times=2)
    CALLS[name](client, platform)
    assert len(platform.simulator.calls(name)) == 3


@pytest.mark.parametrize("errcode", UNTIL_TOMORROW)
def test_a_used_up_day_holds_the_api_back_until_tomorrow(
    client: WechatClient, platform: Platform, errcode: int
) -> None:
    platform.simulator.fail("generatescheme", errcode=errcode, times=1)
    for reason in ("day_used_up", "held_back"):
        with pytest.raises(WechatUnavailable) as refused:
            CALLS["generatescheme"](client, platform)
        assert refused.value.reason == reason
        assert refused.value.is_undone
        assert 0 < (refused.value.retry_after_s or 0) <= 86_400
    assert len(platform.simulator.calls("generatescheme")) == 1
    assert CALLS["generate_urllink"](client, platform), "another API goes on"


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_that_never_works_ends_after_two_attempts(
    client: WechatClient, platform: Platform, api: Any, errcode: int
) -> None:
    platform.simulator.fail(api.name, errcode=errcode)
    with pytest.raises(WechatRefused) as refused:
        CALLS[api.name](client, platform)
    assert refused.value.errcode == errcode
    assert len(platform.simulator.calls(api.name)) == 2


@pytest.mark.parametrize("mode", ["text", "empty", "hollow", "huge", "list", "drop"])
@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_an_answer_without_sense_is_no_result(
    client: WechatClient, platform: Platform, api: Any, mode: str
) -> None:
    platform.simulator.fail(api.name, mode=mode)
    with pytest.raises(WechatUnavailable) as refused:
        CALLS[api.name](client, platform)
    assert not refused.value.is_undone, "nobody knows what the platform did"


def test_a_session_key_is_checked_and_replaced(client: WechatClient, platform: Platform) -> None:
    assert client.session_holds(platform.openid, platform.session_key)
    new = client.new_session_key(platform.openid, platform.session_key)
    assert not client.session_holds(platform.openid, platform.session_key)
    assert client.session_holds(platform.openid, new)


def test_a_code_is_a_picture(client: WechatClient, platform: Platform) -> None:
    del platform
    wanted = CodeRequest("abc", "pages/index/index", width=1_280)
    drawn = client.unlimited_code(wanted)
    assert drawn.startswith(b"\x89PNG")
    with pytest.raises(BadTarget) as refused:
        client.unlimited_code(CodeRequest("a" * 33, "pages/index/index"))
    assert refused.value.errcode == 40169


def test_links_open_the_mini_program(client: WechatClient, platform: Platform) -> None:
    assert CALLS["generatescheme"](client, platform).startswith("weixin://dl/business/?t=")
    assert CALLS["generate_urllink"](client, platform).startswith("https://wxaurl.cn/")


@pytest.mark.parametrize(
    ("message", "held"),
    [
        (TextMessage("测试回复"), {"content": "测试回复"}),
        (ImageMessage("media-1"), {"media_id": "media-1"}),
        (
            LinkMessage("标题", "说明", "https://example.org/a"),
            {"title": "标题", "description": "说明", "url": "https://example.org/a"},
        ),
        (
            PageMessage("标题", "pages/index/index", "media-1"),
            {"title": "标题", "pagepath": "pages/index/index", "thumb_media_id": "media-1"},
        ),
    ],
)
def test_customer_messages_arrive(
    client: WechatClient, platform: Platform, message: Any, held: dict[str, str]
) -> None:
    client.send_customer(platform.openid, message)
    (received,) = platform.received()
    assert {name: received[name] for name in held} == held


def test_typing_is_shown_and_ended(client: WechatClient, platform: Platform) -> None:
    client.show_typing(platform.openid)
    with pytest.raises(NotTyping):
        client.show_typing(platform.openid)
    client.show_typing(platform.openid, typing=False)
    client.show_typing(platform.openid)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("你好", Suggestion.PASS), ("测试待审", Suggestion.REVIEW), ("测试违规", Suggestion.RISKY)],
)
def test_a_text_has_its_verdict(
    client: WechatClient, platform: Platform, text: str, suggestion: Suggestion
) -> None:
    verdict = client.check_text(platform.openid, text)
    assert isinstance(verdict, Verdict)
    assert verdict.suggestion is suggestion
    assert (verdict.label == 100) is (suggestion is Suggestion.PASS)


def test_figures_of_a_day(client: WechatClient, platform: Platform) -> None:
    del platform
    summary, visits = client.daily_summary(DAY), client.daily_visits(DAY)
    assert summary is not None
    assert summary.users >= 1_000
    assert visits is not None
    assert visits.visitors >= 20
    assert client.page_visits(DAY)[0].page == "pages/index/index"
    assert client.daily_retention(DAY).visitors[0] >= 20

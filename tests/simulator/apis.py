"""The one table of WeChat's APIs that need a token: a call that works, and every errcode.

`documented` are the errcodes that the platform's document has for an API; `caused` are calls that
bring one about by themselves: what is sent in place of what works. The tests of the simulator and
of the gateway go through it.
"""

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
DATA = {"thing1": "测试事项", "time2": "2026年3月1日 09:30"}
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


def _subscription(platform: Platform) -> Body:
    return {
        **{"touser": platform.openid, "template_id": TEMPLATE, "page": "pages/index/index?x=1"},
        **{"data": values(DATA), "miniprogram_state": "formal", "lang": "zh_CN"},
    }


def _wrong_field(name: str, value: str, *keywords: str) -> Sent:
    """Return a message whose field breaks its rule."""
    template = "-".join(("sim", *(keywords or (name,))))
    return Sent({"template_id": template, "data": values({name: value})})


def _text(platform: Platform) -> Body:
    return {"touser": platform.openid, "msgtype": "text", "text": {"content": "测试回复"}}


def _answer_five_times(platform: Platform) -> None:
    for _ in range(5):
        assert platform.call(CUSTOM).body["errcode"] == 0


def _type(platform: Platform) -> None:
    assert platform.call(TYPING).body["errcode"] == 0


def _check(platform: Platform) -> Body:
    return {"content": "测试文字", "version": 2, "scene": 2, "openid": platform.openid}


def _picture(platform: Platform) -> Body:
    url = "https://media.example.org/a.webp"
    return {
        **{"media_url": url, "media_type": 2},
        **{"version": 2, "scene": 2, "openid": platform.openid},
    }


def _risk(platform: Platform) -> Body:
    address = "203.0.113.9"
    return {"appid": APPID, "openid": platform.openid, "scene": 0, "client_ip": address}


def _code(_: Platform) -> Body:
    return {
        **{"scene": "abc123", "page": "pages/project/detail", "check_path": True},
        **{"env_version": "release", "width": 430},
    }


def _jump(**changed: Any) -> Sent:
    return Sent({"jump_wxa": {"path": "pages/index/index", "query": "a=1", **changed}})


def _scheme(_: Platform) -> Body:
    return {**_jump().body, "expire_type": 1, "expire_interval": 30}


def _url_link(_: Platform) -> Body:
    return {"path": "pages/index/index", "query": "a=1", "expire_type": 1, "expire_interval": 30}


def _day(_: Platform) -> Body:
    return {"begin_date": whole_day(), "end_date": whole_day()}


LINK_ERRORS = (40002, 40165, 40212, 44990, 44993, 85079, 85401, 85402, 85407)
STRANGER = Sent({"touser": "o" * 28})
SUBSCRIBE = TestedApi(
    "subscribe_send",
    "/cgi-bin/message/subscribe/send",
    _subscription,
    (40001, 40003, 40014, 40037, 43101, 43107, 43108, 45168, 47003),
    (
        ("a stranger", 40003, STRANGER),
        ("no such template", 40037, Sent({"template_id": "unknown"})),
        ("a credit that is used", 43101, Sent(before=lambda it: it.call(SUBSCRIBE))),
        ("a page outside", 41030, Sent({"page": "/elsewhere"})),
        ("no data", 47003, Sent({"data": {}})),
        ("a thing of 21 characters", 47003, _wrong_field("thing1", "字" * 21)),
        ("an empty thing", 47003, _wrong_field("thing1", "")),
        ("a phrase of 6 characters", 47003, _wrong_field("phrase1", "字" * 6)),
        ("a phrase in Latin", 47003, _wrong_field("phrase1", "ok")),
        ("a number that is none", 47003, _wrong_field("number1", "三")),
        ("a date that is none", 47003, _wrong_field("date1", "明天")),
        ("a time without a clock", 47003, _wrong_field("time1", "2026年3月1日")),
        ("a phone number with letters", 47003, _wrong_field("phone_number1", "138abc")),
        ("a Chinese string", 47003, _wrong_field("character_string1", "编号")),
        ("an amount of eleven digits", 47003, _wrong_field("amount1", "12345678901元")),
        ("a name of 11 characters", 47003, _wrong_field("name1", "名" * 11)),
        ("an unknown state", 47003, Sent({"miniprogram_state": "beta"})),
    ),
    before=Platform.subscribe,
)
CUSTOM = TestedApi(
    "custom_send",
    "/cgi-bin/message/custom/send",
    _text,
    (45015, 45047),
    (
        ("a stranger", 40003, STRANGER),
        ("after 48 hours", 45015, Sent(before=later(48 * 3_600 + 1))),
        ("the sixth", 45047, Sent(before=_answer_five_times)),
        ("another type", 40008, Sent({"msgtype": "voice"})),
        ("no text", 44004, Sent({"text": {"content": ""}})),
    ),
    before=Platform.write,
)
TYPING = TestedApi(
    "custom_typing",
    "/cgi-bin/message/custom/business/typing",
    lambda platform: {"touser": platform.openid, "command": "Typing"},
    (45072, 45080, 45081, 40200),
    (
        ("another command", 45072, Sent({"command": "Dance"})),
        ("nobody talks", 45080, Sent(before=later(31))),
        ("twice", 45081, Sent(before=_type)),
    ),
    before=Platform.write,
)
APIS = (
    TestedApi(
        "checksession",
        "/wxa/checksession",
        Platform.signed,
        (87009,),
        (("another key", 87009, Sent({"signature": "0" * 64})),),
        method="GET",
    ),
    TestedApi(
        "resetusersessionkey",
        "/wxa/resetusersessionkey",
        Platform.signed,
        (87007, 87008, 40097, 45011),
        (
            ("another key", 87007, Sent({"signature": "0" * 64})),
            ("another method", 87008, Sent({"sig_method": "md5"})),
            ("no signature", 40097, Sent({"signature": ""})),
        ),
        method="GET",
    ),
    TestedApi(
        "getwxacodeunlimit",
        "/wxa/getwxacodeunlimit",
        _code,
        (-1, 40001, 40097, 40129, 40169, 41030, 85096),
        (
            ("a scene of 33", 40169, Sent({"scene": "a" * 33})),
            ("a Chinese scene", 40169, Sent({"scene": "测试"})),
            ("too narrow", 40097, Sent({"width": 279})),
            ("another version", 40097, Sent({"env_version": "beta"})),
            ("a slash before the page", 41030, Sent({"page": "/pages/index/index"})),
            ("a page that there is not", 41030, Sent({"page": "elsewhere"})),
        ),
    ),
    TestedApi(
        "generatescheme",
        "/wxa/generatescheme",
        _scheme,
        LINK_ERRORS,
        (
            ("a path outside", 40165, _jump(path="elsewhere")),
            ("a Chinese query", 40212, _jump(query="测试")),
            ("another version", 85402, _jump(env_version="beta")),
            ("for ever", 85401, Sent({"expire_type": 0})),
            ("for 31 days", 85407, Sent({"expire_interval": 31})),
        ),
    ),
    TestedApi(
        "generate_urllink",
        "/wxa/generate_urllink",
        _url_link,
        LINK_ERRORS,
        (
            ("a path outside", 40165, Sent({"path": "elsewhere"})),
            ("a Chinese query", 40212, Sent({"query": "测试"})),
            ("for 31 days", 85407, Sent({"expire_interval": 31})),
        ),
    ),
    SUBSCRIBE,
    CUSTOM,
    TYPING,
    TestedApi(
        "msg_sec_check",
        "/wxa/msg_sec_check",
        _check,
        (40003, 40129, 43002, 43104, 44002, 44991, 45009, 47001, 61010),
        (
            ("a stranger", 40003, Sent({"openid": "o" * 28})),
            ("scene 5", 40129, Sent({"scene": 5})),
            ("no text", 44002, Sent({"content": ""})),
            ("2501 characters", 47001, Sent({"content": "字" * 2_501})),
            ("version 1", 47001, Sent({"version": 1})),
            ("two hours later", 61010, Sent(before=later(7_200))),
        ),
    ),
    TestedApi(
        "media_check_async",
        "/wxa/media_check_async",
        _picture,
        (40004, 43104, 44991, 61010, 87020),
        (
            ("another type", 40004, Sent({"media_type": 3})),
            ("no address", 87020, Sent({"media_url": "a.webp"})),
            ("two hours later", 61010, Sent(before=later(7_200))),
        ),
    ),
    TestedApi(
        "getuserriskrank",
        "/wxa/getuserriskrank",
        _risk,
        (48001, 61010, 9410009),
        (
            ("another appid", 40013, Sent({"appid": "wx0"})),
            ("scene 2", 40129, Sent({"scene": 2})),
            ("a stranger", 40003, Sent({"openid": "o" * 28})),
            ("two hours later", 61010, Sent(before=later(7_200))),
        ),
    ),
    *(
        TestedApi(
            name,
            f"/datacube/getweanalysisappid{name}",
            _day,
            (-1, 40001, 61504),
            (
                ("today", 61504, Sent(dict.fromkeys(("begin_date", "end_date"), whole_day(0)))),
                ("two days", 61504, Sent({"begin_date": whole_day(4)})),
                ("no date", 61500, Sent({"begin_date": "yesterday"})),
            ),
        )
        for name in ("dailysummarytrend", "dailyvisittrend", "visitpage", "dailyretaininfo")
    ),
)

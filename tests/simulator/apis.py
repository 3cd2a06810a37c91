"""The one table of WeChat's APIs that need a token: a call that works, and every errcode.

`documented` are the errcodes that the platform's document has for an API; `caused` are calls that
bring one about by themselves: what is sent in place of what works. The tests of the simulator and
of the gateway go through it.
"""

from typing import Any

from tests.simulator.calling import (
    TEMPLATE,
    Body,
    Platform,
    Sent,
    TestedApi,
    later,
    values,
    whole_day,
)
from tests.simulator.running import APPID

DATA = {"thing1": "测试事项", "time2": "2026年3月1日 09:30"}


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

"""What the callback refuses: who only pretends to be WeChat, and what is no push."""

import base64
import json
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.wechat_pushes import WechatPush
from simulator.crypto import PushCrypto
from tests.callback.conftest import NewClient
from tests.callback.pretending import GOOD, URL, query, send
from tests.callback.pushing import KEY
from tests.simulator.running import APPID

XXE = '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>'
LAUGHS = (
    '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><Content>&c;</Content></xml>'
)
# What is no push, though it may be encrypted and signed as one.
MALFORMED = {
    "nothing": "",
    "blanks": "  \n ",
    "a word": "success",
    "a number": "7",
    "null": "null",
    "a list": "[]",
    "an empty object": "{}",
    "half of JSON": '{"MsgType": "te',
    "NaN": '{"CreateTime": NaN}',
    "half a character": '{"Content": "\\ud800"}',
    "deep JSON": '{"a":' * 20_000,
    "deep JSON that ends": '{"a":' * 500 + "1" + "}" * 500,
    "an element": "<xml/>",
    "another root": "<html><body/></html>",
    "half of XML": "<xml><MsgType>text",
    "deep XML": "<xml>" + "<a>" * 9_000,
    "deep XML that ends": "<xml>" + "<a>" * 500 + "</a>" * 500 + "</xml>",
    "a DTD": '<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd"><xml><a>1</a></xml>',
    "XXE": XXE,
    "billion laughs": LAUGHS,
    "an unknown entity": "<xml><Content>&nbsp;</Content></xml>",
    "text only": "<xml>text</xml>",
}
# Fields that every push must have, with what they cannot be.
WRONG: list[tuple[str, Any]] = [
    *((name, None) for name in ("FromUserName", "CreateTime", "MsgType")),
    *((name, []) for name in ("FromUserName", "CreateTime", "MsgType", "MsgId")),
    *((name, {"a": 1}) for name in ("FromUserName", "CreateTime", "MsgType", "MsgId")),
    *((name, True) for name in ("FromUserName", "CreateTime", "MsgType", "MsgId")),
    ("FromUserName", "o"),
    ("FromUserName", "o" * 65),
    ("FromUserName", "o$where$0000"),
    ("CreateTime", "soon"),
    ("CreateTime", -1),
    ("CreateTime", 1.5),
    ("CreateTime", 10**10),
    ("MsgType", "event"),
    ("MsgType", "te xt"),
    ("MsgId", "4711x"),
    ("MsgId", 10**30),
]


def sealed(client: FlaskClient, text: str, **options: Any) -> int:
    """Send a text as the platform would: encrypted and signed."""
    return send_encrypted(client, PushCrypto(KEY, APPID).seal(text, **options))


def send_encrypted(client: FlaskClient, encrypted: Any) -> int:
    body = json.dumps({"ToUserName": "gh_0123456789ab", "Encrypt": encrypted})
    signed = query(str(encrypted), name="msg_signature")
    return send(client, body, signed)


def test_the_good_one_is_taken(plain: FlaskClient) -> None:
    assert send(plain, json.dumps(GOOD)) == 200


def test_the_good_one_is_taken_encrypted(safe: FlaskClient) -> None:
    assert sealed(safe, json.dumps(GOOD)) == 200


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_push_is_refused(plain: FlaskClient, name: str) -> None:
    assert send(plain, MALFORMED[name]) == 400


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_push_is_refused_within_encryption(safe: FlaskClient, name: str) -> None:
    assert sealed(safe, MALFORMED[name]) == 400


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_push_is_refused_around_encryption(safe: FlaskClient, name: str) -> None:
    assert send(safe, MALFORMED[name]) == 400


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_wrong_fields_are_refused(plain: FlaskClient, name: str, value: Any) -> None:
    fields = {**GOOD, name: value}
    if value is None:
        del fields[name]
    assert send(plain, json.dumps(fields)) == 400


@pytest.mark.parametrize(
    "encrypted",
    [
        *(None, 7, [], {}, "", "====", "#", "A", "AAAA", "AAAA" * 8, "A" * 43),
        base64.b64encode(bytes(16)).decode(),
        base64.b64encode(bytes(64)).decode(),
        base64.b64encode(bytes(33)).decode(),
    ],
)
def test_what_does_not_open_is_refused(safe: FlaskClient, encrypted: Any) -> None:
    assert send_encrypted(safe, encrypted) == 400


def test_every_cut_of_what_is_encrypted_is_refused(safe: FlaskClient) -> None:
    whole = PushCrypto(KEY, APPID).seal(json.dumps(GOOD))
    for length in range(0, len(whole), 3):
        assert send_encrypted(safe, whole[:length]) == 400


@pytest.mark.parametrize("options", [{"appid": "wxother00000000000"}, {"bad_padding": True}])
def test_another_appid_and_bad_padding_are_refused(
    safe: FlaskClient, options: dict[str, Any]
) -> None:
    assert sealed(safe, json.dumps(GOOD), **options) == 400


def test_another_key_is_refused(safe: FlaskClient) -> None:
    other = PushCrypto("0" * 42 + "A", APPID).seal(json.dumps(GOOD))
    assert send_encrypted(safe, other) == 400


@pytest.mark.parametrize("name", ["AppID", "appid"])
def test_an_event_of_another_mini_program_is_refused(plain: FlaskClient, name: str) -> None:
    event = {**GOOD, "MsgType": "event", "Event": "user_authorization_revoke"}
    assert send(plain, json.dumps({**event, name: "wxother00000000000"})) == 400
    assert send(plain, json.dumps({**event, name: APPID})) == 200


def test_a_card_of_another_mini_program_is_taken(plain: FlaskClient) -> None:
    card = {**GOOD, "MsgType": "miniprogrampage", "AppId": "wxother00000000000"}
    assert send(plain, json.dumps(card)) == 200


@pytest.mark.parametrize("size", [65_537, 1_000_001, 3_000_000])
def test_what_is_huge_is_refused(plain: FlaskClient, size: int) -> None:
    assert send(plain, json.dumps({**GOOD, "Content": "a" * size})) == 400


@pytest.mark.parametrize("left_out", ["signature", "timestamp", "nonce"])
def test_a_query_without_one_of_its_parts_is_refused(plain: FlaskClient, left_out: str) -> None:
    given = {name: value for name, value in query().items() if name != left_out}
    assert send(plain, json.dumps(GOOD), given) == 400


@pytest.mark.parametrize("name", ["timestamp", "nonce", "signature"])
@pytest.mark.parametrize("value", ["", "é", "\0", "a" * 5_000, "-1", "１７９５"])
def test_a_query_with_anything_in_it_is_refused(plain: FlaskClient, name: str, value: str) -> None:
    assert send(plain, json.dumps(GOOD), {**query(), name: value}) == 400


def test_in_safe_mode_the_plain_signature_opens_nothing(safe: FlaskClient) -> None:
    encrypted = PushCrypto(KEY, APPID).seal(json.dumps(GOOD))
    body = json.dumps({"Encrypt": encrypted})
    assert send(safe, body, query()) == 400
    assert send(safe, body, {**query(), "msg_signature": query()["signature"]}) == 400


def test_the_plain_fields_beside_encrypted_ones_do_not_count(safe: FlaskClient) -> None:
    encrypted = PushCrypto(KEY, APPID).seal(json.dumps(GOOD))
    body = json.dumps({**GOOD, "FromUserName": "oForged0123456", "Encrypt": encrypted})
    assert send(safe, body, query(encrypted, name="msg_signature")) == 200
    (kept,) = WechatPush.objects
    assert kept.openid == GOOD["FromUserName"]


@pytest.mark.parametrize(
    ("window", "seconds", "status"),
    [
        *(("300", 0, 200), ("300", -280, 200), ("300", 280, 200)),
        *(("300", -320, 400), ("300", 320, 400)),
        *(("0", -100_000_000, 200), ("0", 100_000_000, 200)),
    ],
)
def test_the_time_of_a_push_must_be_near(
    new_client: NewClient, window: str, seconds: int, status: int
) -> None:
    client = new_client("json", "plain", WECHAT_REPLAY_WINDOW_S=window)
    given = query(at=int(time.time()) + seconds)
    assert send(client, json.dumps(GOOD), given) == status


@pytest.mark.parametrize("echo", ["", "a" * 600, "é", "a\nb"])
def test_an_echo_that_is_none_is_not_given(plain: FlaskClient, echo: str) -> None:
    assert plain.get(URL, query_string={**query(), "echostr": echo}).status_code == 400


def test_an_echo_is_plain_text(plain: FlaskClient) -> None:
    answer = plain.get(URL, query_string={**query(), "echostr": "<script>1</script>"})
    assert (answer.status_code, answer.text) == (200, "<script>1</script>")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_without_a_token_there_is_no_callback(app: Flask) -> None:
    client = app.test_client()
    assert client.get(URL, query_string={**query(), "echostr": "1"}).status_code == 404
    assert client.post(URL, data=json.dumps(GOOD), query_string=query()).status_code == 404

"""GET /sns/jscode2session as the platform answers it."""

import re

import pytest

from tests.simulator.running import APPID, SECRET, Answer, RunningSimulator

PATH = "/sns/jscode2session"
RID = r", rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"


def login(simulator: RunningSimulator, code: str, **changed: str) -> Answer:
    query = {
        "appid": APPID,
        "secret": SECRET,
        "js_code": code,
        "grant_type": "authorization_code",
    } | changed
    return simulator.ask("GET", PATH, **{name: value for name, value in query.items() if value})


def test_a_code_gives_identity_and_key_and_no_errcode(simulator: RunningSimulator) -> None:
    answer = login(simulator, simulator.login_code())
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert set(answer.body) == {"openid", "session_key"}
    assert re.fullmatch(r"o[A-Za-z0-9]{27}", answer.body["openid"])
    assert re.fullmatch(r"[A-Za-z0-9+/]{22}==", answer.body["session_key"])


def test_a_visitor_keeps_the_openid_and_gets_a_new_key(simulator: RunningSimulator) -> None:
    first = login(simulator, simulator.login_code("测试访客 A")).body
    simulator.reset(seed="another")
    again = login(simulator, simulator.login_code("测试访客 A")).body
    other = login(simulator, simulator.login_code("测试访客 B")).body
    assert first["openid"] == again["openid"] != other["openid"]
    assert first["session_key"] != again["session_key"]


def test_a_unionid_comes_when_asked_for(simulator: RunningSimulator) -> None:
    assert login(simulator, simulator.login_code(unionid=True)).body["unionid"].startswith("u")


def test_the_same_seed_gives_the_same_codes(simulator: RunningSimulator) -> None:
    simulator.reset(seed="one")
    codes = [simulator.login_code() for _ in range(3)]
    simulator.reset(seed="one")
    assert [simulator.login_code() for _ in range(3)] == codes
    simulator.reset(seed="two")
    assert simulator.login_code() not in codes


def test_a_code_works_once(simulator: RunningSimulator) -> None:
    code = simulator.login_code()
    login(simulator, code)
    answer = login(simulator, code)
    assert answer.status == 200
    assert answer.body["errcode"] == 40163
    assert re.fullmatch("code been used" + RID, answer.body["errmsg"])


@pytest.mark.parametrize(("seconds", "errcode"), [(299, None), (301, 40029)])
def test_a_code_lives_five_minutes(
    simulator: RunningSimulator, seconds: int, errcode: int | None
) -> None:
    code = simulator.login_code()
    simulator.advance(seconds)
    assert login(simulator, code).body.get("errcode") == errcode


def test_a_phone_code_is_no_login_code(simulator: RunningSimulator) -> None:
    assert login(simulator, simulator.phone_code()).body["errcode"] == 40029


@pytest.mark.parametrize(
    ("changed", "errcode", "text"),
    [
        ({"appid": ""}, 41002, "appid missing"),
        ({"secret": ""}, 41004, "appsecret missing"),
        ({"js_code": ""}, 41008, "missing code"),
        ({"js_code": "made-up"}, 40029, "invalid code"),
        ({"grant_type": "client_credential"}, 40002, "invalid grant_type"),
        ({"appid": "wx0"}, 40013, "invalid appid"),
        ({"secret": "wrong"}, 40125, "invalid appsecret"),
    ],
)
def test_what_is_wrong_is_told_with_status_200(
    simulator: RunningSimulator, changed: dict[str, str], errcode: int, text: str
) -> None:
    answer = login(simulator, simulator.login_code(), **changed)
    assert (answer.status, answer.body["errcode"]) == (200, errcode)
    assert re.fullmatch(re.escape(text) + RID, answer.body["errmsg"])


def test_a_refusal_for_other_reasons_does_not_use_up_the_code(simulator: RunningSimulator) -> None:
    code = simulator.login_code()
    login(simulator, code, secret="wrong")
    assert "openid" in login(simulator, code).body


def test_it_is_a_get(simulator: RunningSimulator) -> None:
    assert simulator.ask("POST", PATH, {}).body["errcode"] == 43001


@pytest.mark.parametrize("errcode", [-1, 40029, 40226, 45011, 40163])
def test_each_error_of_the_document_can_be_had(simulator: RunningSimulator, errcode: int) -> None:
    simulator.fail("jscode2session", errcode=errcode, times=1)
    code = simulator.login_code()
    refused = login(simulator, code)
    assert (refused.status, refused.body["errcode"]) == (200, errcode)
    assert re.search(RID + "$", refused.body["errmsg"])
    assert "openid" in login(simulator, code).body

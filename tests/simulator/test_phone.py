"""POST /wxa/business/getuserphonenumber as the platform answers it."""

import pytest

from tests.simulator.running import APPID, SECRET, Answer, RunningSimulator

PATH = "/wxa/business/getuserphonenumber"


@pytest.fixture
def token(simulator: RunningSimulator) -> str:
    body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    return str(simulator.ask("POST", "/cgi-bin/stable_token", body).body["access_token"])


def phone(simulator: RunningSimulator, token: str, code: str, **whose: object) -> Answer:
    return simulator.ask("POST", PATH, {"code": code, **whose}, access_token=token)


def openid(simulator: RunningSimulator, visitor: str) -> str:
    return str(simulator.control("POST", "login-codes", visitor=visitor)["openid"])


def test_a_code_gives_the_number(simulator: RunningSimulator, token: str) -> None:
    answer = phone(simulator, token, simulator.phone_code("13800138000"))
    assert (answer.status, answer.body["errcode"], answer.body["errmsg"]) == (200, 0, "ok")
    info = answer.body["phone_info"]
    watermark = info.pop("watermark")
    assert info == {
        "phoneNumber": "13800138000",
        "purePhoneNumber": "13800138000",
        "countryCode": "86",
    }
    assert watermark["appid"] == APPID
    assert isinstance(watermark["timestamp"], int)


def test_a_foreign_number_has_its_country_in_front(simulator: RunningSimulator, token: str) -> None:
    code = simulator.phone_code("5550100", country_code="1")
    info = phone(simulator, token, code).body["phone_info"]
    assert (info["phoneNumber"], info["purePhoneNumber"], info["countryCode"]) == (
        "15550100",
        "5550100",
        "1",
    )


def test_a_code_works_once(simulator: RunningSimulator, token: str) -> None:
    code = simulator.phone_code()
    assert phone(simulator, token, code).body["errcode"] == 0
    assert phone(simulator, token, code).body["errcode"] == 40029


def test_a_code_lives_five_minutes(simulator: RunningSimulator, token: str) -> None:
    code = simulator.phone_code()
    simulator.advance(301)
    assert phone(simulator, token, code).body["errcode"] == 40029


def test_a_code_is_its_visitors_alone(simulator: RunningSimulator, token: str) -> None:
    code = simulator.phone_code(visitor="测试访客 A")
    for stranger in (openid(simulator, "测试访客 B"), "made-up", "", 5):
        answer = phone(simulator, token, code, openid=stranger)
        assert (answer.status, answer.body["errcode"]) == (200, 40029)
    own = phone(simulator, token, code, openid=openid(simulator, "测试访客 A"))
    assert own.body["phone_info"]["purePhoneNumber"] == "13800138000", "no stranger used it up"


def test_whose_code_it_is_may_stay_unsaid(simulator: RunningSimulator, token: str) -> None:
    """By whoever exchanges it, and by whoever mints it."""
    assert phone(simulator, token, simulator.phone_code(visitor="测试访客 A")).body["errcode"] == 0
    anybody = openid(simulator, "测试访客 B")
    answer = phone(simulator, token, simulator.phone_code(), openid=anybody)
    assert answer.body["errcode"] == 0


def test_a_login_code_is_no_phone_code(simulator: RunningSimulator, token: str) -> None:
    assert phone(simulator, token, simulator.login_code()).body["errcode"] == 40029


@pytest.mark.parametrize("errcode", [-1, 40013, 40029, 45011])
def test_each_error_of_the_document_can_be_had(
    simulator: RunningSimulator, token: str, errcode: int
) -> None:
    simulator.fail("getuserphonenumber", errcode=errcode, times=1)
    code = simulator.phone_code()
    assert phone(simulator, token, code).body["errcode"] == errcode
    assert phone(simulator, token, code).body["errcode"] == 0

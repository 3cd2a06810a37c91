"""POST /cgi-bin/stable_token, and how tokens are judged by the APIs that need one."""

import datetime as dt
import re

import pytest

from simulator.clock import Clock
from simulator.draws import Draws
from simulator.errors import ApiError
from simulator.tokens import TokenDesk
from tests.simulator.running import APPID, SECRET, Answer, RunningSimulator

PATH = "/cgi-bin/stable_token"
PHONE = "/wxa/business/getuserphonenumber"
DOCUMENTED = [
    *(-1, 40002, 40013, 40125, 40164, 41002, 41004, 43002, 45009, 45011),
    *(89503, 89506, 89507),
]


def fetch(simulator: RunningSimulator, **changed: object) -> Answer:
    body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | changed
    return simulator.ask("POST", PATH, {name: it for name, it in body.items() if it is not None})


def token(simulator: RunningSimulator, **changed: object) -> str:
    return str(fetch(simulator, **changed).body["access_token"])


def judged(simulator: RunningSimulator, value: str) -> int:
    """Return the errcode of a call with a token and a made-up code: 40029 when it works."""
    answer = simulator.ask("POST", PHONE, {"code": "made-up"}, access_token=value)
    return int(answer.body["errcode"])


def test_the_same_token_comes_back_with_the_time_left(simulator: RunningSimulator) -> None:
    first = fetch(simulator)
    assert set(first.body) == {"access_token", "expires_in"}
    assert first.body["expires_in"] in (7_199, 7_200)
    assert 100 < len(first.body["access_token"]) <= 512
    simulator.advance(3_600)
    second = fetch(simulator).body
    assert second["access_token"] == first.body["access_token"]
    assert second["expires_in"] in (3_599, 3_600)


def test_in_the_last_five_minutes_a_new_one_comes_and_both_work(
    simulator: RunningSimulator,
) -> None:
    first = token(simulator)
    simulator.advance(7_200 - 299)
    second = token(simulator)
    assert second != first
    assert judged(simulator, first) == judged(simulator, second) == 40029
    simulator.advance(300)
    assert judged(simulator, first) == 42001
    assert judged(simulator, second) == 40029


def test_a_forced_one_ends_the_former(simulator: RunningSimulator) -> None:
    first = token(simulator)
    second = token(simulator, force_refresh=True)
    assert judged(simulator, first) == 40001
    assert judged(simulator, second) == 40029
    assert token(simulator) == second


def test_forced_ones_are_thirty_seconds_apart(simulator: RunningSimulator) -> None:
    token(simulator, force_refresh=True)
    assert fetch(simulator, force_refresh=True).body["errcode"] == 45011
    simulator.advance(31)
    assert "access_token" in fetch(simulator, force_refresh=True).body


def test_forced_ones_are_twenty_in_a_day_of_shanghai() -> None:
    moment = [dt.datetime(2026, 3, 1, 15, 0, tzinfo=dt.UTC)]  # 23:00 in Shanghai
    desk = TokenDesk(Clock(lambda: moment[0]), Draws("x"))
    for _ in range(20):
        desk.forced()
        moment[0] += dt.timedelta(seconds=30)
    with pytest.raises(ApiError) as refused:
        desk.forced()
    assert refused.value.errcode == 45009
    moment[0] = dt.datetime(2026, 3, 1, 16, 0, tzinfo=dt.UTC)
    desk.forced()


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"grant_type": "authorization_code"}, 40002),
        ({"appid": None}, 41002),
        ({"secret": None}, 41004),
        ({"appid": "wx0"}, 40013),
        ({"secret": "wrong"}, 40125),
    ],
)
def test_what_is_wrong_is_told(
    simulator: RunningSimulator, changed: dict[str, object], errcode: int
) -> None:
    answer = fetch(simulator, **changed)
    assert (answer.status, answer.body["errcode"]) == (200, errcode)


@pytest.mark.parametrize("errcode", DOCUMENTED)
def test_each_error_of_the_document_can_be_had(simulator: RunningSimulator, errcode: int) -> None:
    simulator.fail("stable_token", errcode=errcode)
    answer = fetch(simulator)
    assert (answer.status, answer.body["errcode"]) == (200, errcode)
    assert re.search(r"\S, rid: [0-9a-f-]{26}$", answer.body["errmsg"])
    simulator.mend()
    assert "access_token" in fetch(simulator).body


@pytest.mark.parametrize(
    ("method", "content", "errcode"),
    [("GET", None, 43002), ("POST", b" ", 44002), ("POST", b"{", 47001), ("POST", b"[]", 47001)],
)
def test_the_body_is_judged_like_everywhere(
    simulator: RunningSimulator, method: str, content: bytes | None, errcode: int
) -> None:
    assert simulator.ask(method, PATH, content=content).body["errcode"] == errcode


def test_the_token_is_judged_first_then_method_body_and_json(simulator: RunningSimulator) -> None:
    """Each step has everything after it wrong as well, so that the order shows."""
    old = token(simulator)
    assert simulator.ask("GET", PHONE).body["errcode"] == 41001
    assert simulator.ask("GET", PHONE, access_token="made-up").body["errcode"] == 40001
    simulator.advance(7_201)
    assert simulator.ask("GET", PHONE, access_token=old).body["errcode"] == 42001
    good = token(simulator)
    assert simulator.ask("GET", PHONE, access_token=good).body["errcode"] == 43002
    assert simulator.ask("POST", PHONE, content=b"", access_token=good).body["errcode"] == 44002
    assert simulator.ask("POST", PHONE, content=b"x", access_token=good).body["errcode"] == 47001
    assert simulator.ask("POST", PHONE, {"code": 1}, access_token=good).body["errcode"] == 40029


def test_superseded_tokens_are_unknown(simulator: RunningSimulator) -> None:
    value = token(simulator)
    simulator.control("DELETE", "tokens")
    assert judged(simulator, value) == 40001

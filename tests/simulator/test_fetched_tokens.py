"""GET /cgi-bin/token as the platform answers it: each call replaces the token of the last."""

import re

import pytest

from tests.simulator.running import APPID, SECRET, Answer, RunningSimulator

PATH = "/cgi-bin/token"
PHONE = "/wxa/business/getuserphonenumber"
DOCUMENTED = [-1, 40001, 40002, 40013, 40125, 40164, 40243, 41004, 50004, 50007]
WORKS, SUPERSEDED, EXPIRED = 40029, 40001, 42001


def fetch(simulator: RunningSimulator, **changed: str | None) -> Answer:
    query = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | changed
    return simulator.ask("GET", PATH, **{name: it for name, it in query.items() if it is not None})


def token(simulator: RunningSimulator) -> str:
    return str(fetch(simulator).body["access_token"])


def stable(simulator: RunningSimulator, *, force: bool = False) -> str:
    body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    answer = simulator.ask("POST", "/cgi-bin/stable_token", {**body, "force_refresh": force})
    return str(answer.body["access_token"])


def judged(simulator: RunningSimulator, value: str) -> int:
    """Return the errcode of a call with a token and a made-up code."""
    answer = simulator.ask("POST", PHONE, {"code": "made-up"}, access_token=value)
    return int(answer.body["errcode"])


def test_a_token_of_two_hours_comes(simulator: RunningSimulator) -> None:
    answer = fetch(simulator)
    assert (answer.status, set(answer.body)) == (200, {"access_token", "expires_in"})
    assert answer.body["expires_in"] == 7_200
    value = answer.body["access_token"]
    assert 100 < len(value) <= 512
    assert judged(simulator, value) == WORKS
    simulator.advance(7_201)
    assert judged(simulator, value) == EXPIRED


def test_a_new_one_replaces_the_old_which_works_for_five_minutes(
    simulator: RunningSimulator,
) -> None:
    first = token(simulator)
    simulator.advance(60)
    second = token(simulator)
    assert first != second
    simulator.advance(299)
    assert judged(simulator, first) == judged(simulator, second) == WORKS
    simulator.advance(2)
    assert judged(simulator, first) == SUPERSEDED
    assert judged(simulator, second) == WORKS


def test_one_that_ends_within_the_five_minutes_ends(simulator: RunningSimulator) -> None:
    first = token(simulator)
    simulator.advance(7_200 - 60)
    second = token(simulator)
    simulator.advance(61)
    assert judged(simulator, first) == EXPIRED
    assert judged(simulator, second) == WORKS


def test_those_of_stable_token_are_others(simulator: RunningSimulator) -> None:
    kept, first = stable(simulator), token(simulator)
    token(simulator)
    simulator.advance(301)
    assert judged(simulator, first) == SUPERSEDED
    assert judged(simulator, kept) == WORKS
    second = token(simulator)
    stable(simulator, force=True)
    assert judged(simulator, kept) == SUPERSEDED
    assert judged(simulator, second) == WORKS


def test_superseded_tokens_are_unknown(simulator: RunningSimulator) -> None:
    values = [token(simulator), token(simulator)]
    simulator.control("DELETE", "tokens")
    assert [judged(simulator, value) for value in values] == [SUPERSEDED] * 2


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"grant_type": "authorization_code"}, 40002),
        ({"grant_type": None}, 40002),
        ({"appid": None}, 41002),
        ({"secret": None}, 41004),
        ({"appid": "wx0"}, 40013),
        ({"secret": "wrong"}, 40125),
    ],
)
def test_what_is_wrong_is_told(
    simulator: RunningSimulator, changed: dict[str, str | None], errcode: int
) -> None:
    answer = fetch(simulator, **changed)
    assert (answer.status, answer.body["errcode"]) == (200, errcode)


def test_it_is_a_get(simulator: RunningSimulator) -> None:
    assert simulator.ask("POST", PATH, {}).body["errcode"] == 43001


@pytest.mark.parametrize("errcode", DOCUMENTED)
def test_each_error_of_the_document_can_be_had(simulator: RunningSimulator, errcode: int) -> None:
    simulator.fail("token", errcode=errcode, times=1)
    answer = fetch(simulator)
    assert (answer.status, answer.body["errcode"]) == (200, errcode)
    assert re.search(r"\S, rid: [0-9a-f-]{26}$", answer.body["errmsg"])
    assert not answer.body["errmsg"].startswith("error,"), "it has its text"
    assert "access_token" in fetch(simulator).body

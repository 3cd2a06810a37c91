"""WeChat killed, hanging, answering garbage: browsing goes on, signing in fails soon and clearly.

And it works again by itself.
"""

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import db
from core.clock import now
from models.enums import Kind
from models.visitors import Visitor
from services import wechat_gateway
from tests.factories import create_live
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import API, Caller, code
from tests.waiting import PATIENCE_S, eventually

SESSIONS = f"{API}/sessions"
# Three seconds are promised; as much again is for a machine that is busy.
LIMIT_S = 6.0
NewApp = Callable[..., Flask]


def try_to_sign_in(client: FlaskClient, login_code: str) -> tuple[int, str]:
    """Return how a sign-in failed; it may not take long."""
    began = time.monotonic()
    answer = client.post(SESSIONS, json={"code": login_code})
    assert time.monotonic() - began < LIMIT_S
    assert answer.headers["Cache-Control"] == "no-store"
    return code(answer)


def browsing_goes_on(client: FlaskClient) -> None:
    for path in ("home", "tracks"):
        began = time.monotonic()
        assert client.get(f"{API}/{path}").status_code == 200
        assert time.monotonic() - began < LIMIT_S


def works_again(client: FlaskClient, simulator: RunningSimulator) -> None:
    """Sign in with fresh codes until it works: calls may be held back for a while."""

    def is_in() -> bool:
        answer = client.post(SESSIONS, json={"code": simulator.login_code()})
        assert answer.status_code == 201 or code(answer) == (503, "wechat_unavailable")
        return answer.status_code == 201

    assert eventually(is_in, every_s=0.5)


def test_killed(anybody: FlaskClient, simulator: RunningSimulator) -> None:
    create_live(Kind.TRACKS)
    login_code = simulator.login_code()
    simulator.end()
    try:
        for _ in range(7):  # more than the breaker needs to open
            assert try_to_sign_in(anybody, login_code) == (503, "wechat_unavailable")
        browsing_goes_on(anybody)
    finally:
        simulator.start()
    works_again(anybody, simulator)


def test_frozen(anybody: FlaskClient, simulator: RunningSimulator) -> None:
    create_live(Kind.TRACKS)
    login_code = simulator.login_code()
    simulator.freeze()
    try:
        assert try_to_sign_in(anybody, login_code) == (503, "wechat_unavailable")
        browsing_goes_on(anybody)
    finally:
        simulator.thaw()
    works_again(anybody, simulator)


@pytest.mark.parametrize(
    "fault",
    [
        *({"mode": mode} for mode in ("drop", "hang", "drip_head", "drip_body", "garbage")),
        *({"mode": mode} for mode in ("text", "list", "empty", "hollow", "huge", "redirect")),
        {"mode": "status", "status": 500},
        {"errcode": -1},
        {"errcode": 45011},
    ],
    ids=str,
)
def test_out_of_order(
    anybody: FlaskClient, simulator: RunningSimulator, fault: dict[str, object]
) -> None:
    create_live(Kind.TRACKS)
    simulator.fail("jscode2session", **fault)
    assert try_to_sign_in(anybody, simulator.login_code()) == (503, "wechat_unavailable")
    browsing_goes_on(anybody)
    assert len(simulator.calls("jscode2session")) == 1, "a code is sent once"
    assert Visitor.objects.count() == 0
    simulator.mend()
    works_again(anybody, simulator)


def test_wrong_settings_are_told_apart(anybody: FlaskClient, simulator: RunningSimulator) -> None:
    simulator.fail("jscode2session", errcode=40013)
    assert try_to_sign_in(anybody, simulator.login_code()) == (503, "wechat_refused")
    simulator.mend()
    simulator.fail("jscode2session", errcode=40226)
    assert try_to_sign_in(anybody, simulator.login_code()) == (403, "wechat_blocked")


def test_many_hanging_sign_ins_do_not_hold_up_browsing(
    visitor_app: Flask, simulator: RunningSimulator
) -> None:
    create_live(Kind.TRACKS)
    db.ping()  # one connection for all threads
    codes = [simulator.login_code() for _ in range(8)]
    simulator.fail("jscode2session", mode="hang")
    failures: list[tuple[int, str]] = []
    threads = [
        threading.Thread(
            target=lambda one=one: failures.append(try_to_sign_in(visitor_app.test_client(), one))
        )
        for one in codes
    ]
    for thread in threads:
        thread.start()
    browsing_goes_on(visitor_app.test_client())
    for thread in threads:
        thread.join(PATIENCE_S)
    assert failures == [(503, "wechat_unavailable")] * len(codes)
    simulator.mend()
    works_again(visitor_app.test_client(), simulator)


def test_whoever_is_signed_in_stays_so_and_the_phone_fails_clearly(
    visitor: Caller, simulator: RunningSimulator
) -> None:
    phone_code = simulator.phone_code()
    simulator.fail("*", mode="garbage")
    assert visitor.me()["phone"] is None
    body = {"revision": 1, "code": phone_code}
    began = time.monotonic()
    assert code(visitor.put("/me/phone/wechat", body)) == (503, "wechat_unavailable")
    assert time.monotonic() - began < LIMIT_S
    simulator.mend()
    assert visitor.put("/me/phone/wechat", body).get_json()["phone_source"] == "wechat"


def test_a_used_up_day_is_respected_by_other_processes_and_after_a_restart(
    anybody: FlaskClient, simulator: RunningSimulator, new_app: NewApp
) -> None:
    simulator.fail("jscode2session", errcode=45009)
    assert try_to_sign_in(anybody, simulator.login_code()) == (503, "wechat_unavailable")
    simulator.mend()
    wechat_gateway.client().access_token()  # neither a new token nor its end lifts the hold
    simulator.control("DELETE", "tokens")
    restarted = new_app().test_client()  # as another process: its own client
    assert try_to_sign_in(restarted, simulator.login_code()) == (503, "wechat_unavailable")
    assert wechat_gateway.client().phone_number(simulator.phone_code()), "another API goes on"
    assert try_to_sign_in(restarted, simulator.login_code()) == (503, "wechat_unavailable")
    assert len(simulator.calls("jscode2session")) == 1
    past = {"$set": {"holds.jscode2session": now()}}
    db.database()["wechat_tokens"].update_one({}, past)
    tomorrow = new_app().test_client()
    answer = tomorrow.post(SESSIONS, json={"code": simulator.login_code()})
    assert answer.status_code == 201


def test_two_processes_share_one_access_token(
    visitor: Caller, simulator: RunningSimulator, new_app: NewApp
) -> None:
    for number in (1, 2):
        body = {"revision": number, "code": simulator.phone_code()}
        assert visitor.put("/me/phone/wechat", body).status_code == 200
        visitor.client = new_app().test_client()  # as another process: its own client
    assert len(simulator.calls("stable_token")) == 1
    simulator.control("DELETE", "tokens")
    body = {"revision": 3, "code": simulator.phone_code()}
    assert visitor.put("/me/phone/wechat", body).status_code == 200
    assert len(simulator.calls("stable_token")) == 2
    stored = str(list(db.database()["wechat_tokens"].find()))
    assert "value" in stored

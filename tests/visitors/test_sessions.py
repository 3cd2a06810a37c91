"""Signing in with WeChat and out again; what a token is worth, and for how long."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import db
from core.clock import now
from models.visitors import Visitor, VisitorSession
from services import personal_data
from services.visitors import sessions
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import API, Caller, code
from tests.waiting import PATIENCE_S

SESSIONS = f"{API}/sessions"
SignIn = Callable[..., Caller]


def with_wechat(client: FlaskClient, login_code: str) -> str:
    answer = client.post(SESSIONS, json={"code": login_code})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return str(answer.get_json()["token"])


def is_signed_in(client: FlaskClient, token: str) -> bool:
    answer = client.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


def test_a_code_of_wechat_signs_in(anybody: FlaskClient, simulator: RunningSimulator) -> None:
    answer = anybody.post(SESSIONS, json={"code": simulator.login_code(unionid=True)})
    body = answer.get_json()
    assert (answer.status_code, body["consent_due"]) == (201, True)
    assert is_signed_in(anybody, body["token"])
    (visitor,) = Visitor.objects
    assert (visitor.openid[0], visitor.unionid[0]) == ("o", "u")
    assert visitor.openid not in answer.text


def test_whoever_comes_back_is_the_same_visitor(
    anybody: FlaskClient, simulator: RunningSimulator
) -> None:
    first, second = (with_wechat(anybody, simulator.login_code()) for _ in range(2))
    assert first != second
    assert (Visitor.objects.count(), VisitorSession.objects.count()) == (1, 2)
    with_wechat(anybody, simulator.login_code("测试访客 B"))
    assert Visitor.objects.count() == 2


def test_the_session_key_is_encrypted_and_the_last_one_holds(
    anybody: FlaskClient, simulator: RunningSimulator
) -> None:
    held = []
    for _ in range(2):
        with_wechat(anybody, simulator.login_code())
        (visitor,) = Visitor.objects
        held.append((visitor.session_key, personal_data.opened(visitor, "session_key")))
    assert held[0] != held[1]
    assert all(plain and plain not in stored for stored, plain in held)


def test_the_token_is_nowhere_in_the_database(visitor: Caller) -> None:
    stored = str(list(VisitorSession._get_collection().find()))
    assert visitor.token not in stored
    assert sessions.token_hash(visitor.token) in stored


def test_two_parallel_logins_of_one_openid_make_one_visitor(
    visitor_app: Flask, simulator: RunningSimulator
) -> None:
    codes = [simulator.login_code() for _ in range(8)]
    db.ping()  # one connection for all threads
    tokens: list[str] = []
    gate = threading.Barrier(len(codes))

    def enter(login_code: str) -> None:
        client = visitor_app.test_client()
        gate.wait(PATIENCE_S)
        tokens.append(with_wechat(client, login_code))

    threads = [threading.Thread(target=enter, args=(one,)) for one in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(set(tokens)) == len(codes)
    assert Visitor.objects.count() == 1
    assert VisitorSession.objects.count() == len(codes)


def test_a_code_works_once_and_is_sent_once(
    anybody: FlaskClient, simulator: RunningSimulator
) -> None:
    login_code = simulator.login_code()
    with_wechat(anybody, login_code)
    assert code(anybody.post(SESSIONS, json={"code": login_code})) == (400, "wechat_code")
    assert len(simulator.calls("jscode2session")) == 2


def test_signing_out_voids_the_token_at_once(visitor: Caller) -> None:
    assert visitor.delete("/sessions/current").status_code == 204
    assert code(visitor.get("/me")) == (401, "unauthenticated")
    assert code(visitor.delete("/sessions/current")) == (401, "unauthenticated")
    assert VisitorSession.objects.count() == 0


@pytest.mark.parametrize(
    "header",
    [
        *("", "Bearer", "Bearer ", "Basic abc", "Bearer x", "bearer " + "a" * 5_000, "Token x"),
        *("Bearer \u00ff", 'Bearer {"$ne": null}', "Bearer a b"),
    ],
)
def test_what_is_no_token_is_refused(visitor: Caller, header: str) -> None:
    answer = visitor.client.get(f"{API}/me", headers={"Authorization": header})
    assert code(answer) == (401, "unauthenticated")


def test_a_token_in_the_address_is_not_taken(visitor: Caller) -> None:
    answer = visitor.client.get(f"{API}/me", query_string={"token": visitor.token})
    assert code(answer) == (401, "unauthenticated")


def _age(caller: Caller, **changed: dt.timedelta) -> None:
    """Let a session's times lie in the past by so much."""
    moment = now()
    VisitorSession._get_collection().update_one(
        {"token_hash": sessions.token_hash(caller.token)},
        {"$set": {name: moment - by for name, by in changed.items()}},
    )


@pytest.mark.parametrize("name", ["ends_at", "expires_at"])
def test_a_session_that_is_over_holds_no_more_even_before_it_is_dropped(
    visitor: Caller, name: str
) -> None:
    _age(visitor, **{name: dt.timedelta(seconds=1)})
    assert code(visitor.get("/me")) == (401, "unauthenticated")


def test_use_moves_the_end_on_never_beyond_the_absolute_one(visitor: Caller) -> None:
    _age(visitor, seen_at=dt.timedelta(hours=2), ends_at=-dt.timedelta(hours=1))
    visitor.me()
    (session,) = VisitorSession.objects
    assert dt.timedelta(days=29) < session.ends_at - now() <= dt.timedelta(days=30)
    _age(visitor, seen_at=dt.timedelta(hours=2), expires_at=-dt.timedelta(hours=3))
    VisitorSession.objects.update(unset__ends_at=1)
    VisitorSession.objects.update(set__ends_at=now() + dt.timedelta(hours=1))
    visitor.me()
    (session,) = VisitorSession.objects
    assert session.ends_at <= session.expires_at


def test_use_is_written_down_now_and_then_only(visitor: Caller) -> None:
    before = VisitorSession.objects.first().seen_at
    for _ in range(3):
        visitor.me()
    assert VisitorSession.objects.first().seen_at == before


def test_sessions_are_bounded_the_oldest_goes(visitor: Caller, sign_in: SignIn) -> None:
    _age(visitor, created_at=dt.timedelta(days=1))
    callers = [sign_in(agrees=False) for _ in range(sessions.SESSIONS_MAX)]
    assert VisitorSession.objects.count() == sessions.SESSIONS_MAX
    assert code(visitor.get("/me")) == (401, "unauthenticated")
    callers[0].me()


def test_tries_to_sign_in_are_limited(
    new_app: Callable[..., Flask], simulator: RunningSimulator
) -> None:
    anybody = new_app(LIMIT_VISITOR_SIGN_IN_PER_MINUTE="20").test_client()
    answers = [anybody.post(SESSIONS, json={"code": "x" * 32}) for _ in range(22)]
    assert [one.status_code for one in answers] == [400] * 20 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    refused = anybody.post(SESSIONS, json={"code": simulator.login_code()})
    assert code(refused) == (429, "rate_limited")


def test_demo_visitors_are_plainly_fictitious(anybody: FlaskClient) -> None:
    for _ in range(2):
        answer = anybody.post(f"{SESSIONS}/demo", json={"visitor": "A"})
        assert answer.status_code == 201
    (visitor,) = Visitor.objects
    assert personal_data.opened(visitor, "name") == "测试访客 A"
    assert anybody.post(f"{SESSIONS}/demo", json={"visitor": "Z"}).status_code == 400


def test_production_has_no_demo_visitors(new_app: Callable[..., Flask]) -> None:
    own = {"WECHAT_APPID": "", "WECHAT_SECRET": "", "MAILBOX_URL": "", "WECHAT_API_BASE": ""}
    client = new_app(ENV="production", **own).test_client()
    assert code(client.post(f"{SESSIONS}/demo", json={"visitor": "A"})) == (404, "not_found")
    assert code(client.post(SESSIONS, json={"code": "x"})) == (503, "wechat_not_configured")
    assert Visitor.objects.count() == 0

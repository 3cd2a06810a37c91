"""A visitor of whom there is everything that the product can hold."""

from dataclasses import dataclass
from typing import Any

from flask import Flask

from core.db import transaction
from models.enums import Kind
from models.held_texts import HeldDecision
from models.notifications import CallOutcome, CallTask, Event
from models.visitors import SignInMethod, Visitor
from models.wechat_pushes import WechatPush
from services import (
    call_tasks,
    content_checks,
    notifications,
    personal_data,
    wechat_events,
    wechat_pushes,
)
from services.notifications import ToVisitor
from services.visitors import consents, sessions
from tests.factories import create_live
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import API, Caller
from tests.visitors.conftest import TEMPLATE
from tests.visitors.test_email import ask, work_off
from tests.visitors.test_notifications import DESK
from wechat.pushes import Push

PHONE = "13800138777"
EMAIL = "used.visitor@example.org"
NAME, ORGANISATION, TITLE = "测试用过的人", "测试用过的单位", "测试用过的职务"


@dataclass(frozen=True)
class Used:
    """The visitor, and every text by which they could be recognised."""

    caller: Caller
    traces: tuple[str, ...]


def create(app: Flask, simulator: RunningSimulator) -> Used:
    """Let a visitor do everything that there is."""
    client = app.test_client()
    answer = client.post(
        f"{API}/sessions", json={"code": simulator.login_code("测试用过的人", unionid=True)}
    )
    token = answer.get_json()["token"]
    (visitor,) = Visitor.objects(openid__ne=None)
    caller = Caller(app, token, visitor.id)
    _tell_of_oneself(caller, visitor)
    for kind in (Kind.TRACKS, Kind.FAQS):
        item = create_live(kind).id
        for path in ("/me/favourites", "/me/history"):
            assert caller.put(f"{path}/{kind}/{item}").status_code == 204
    _subscribe(app, simulator, caller)
    _write(visitor)
    _be_called(app, visitor.id)
    _write_in_wechat(visitor)
    ask(client, EMAIL)  # a code that is under way
    second = sessions.start(visitor.id, SignInMethod.EMAIL)
    assert second is not None
    fresh = Visitor.objects.get(id=visitor.id)
    texts: list[Any] = [
        *(visitor.id, fresh.openid, fresh.unionid, token, second.token, EMAIL, PHONE),
        *(NAME, ORGANISATION, TITLE, fresh.email_index, fresh.phone_index, fresh.session_key),
        *(sessions.token_hash(token), sessions.token_hash(second.token)),
        *(fresh.name, fresh.phone, fresh.email, personal_data.opened(fresh, "session_key")),
    ]
    assert all(texts)
    return Used(caller, tuple(map(str, texts)))


def _tell_of_oneself(caller: Caller, visitor: Visitor) -> None:
    consents.give(visitor, consents.current_version())
    told = {"name": NAME, "organisation": ORGANISATION, "title": TITLE, "language": "en"}
    assert caller.patch("/me", {"revision": 1, **told}).status_code == 200
    assert caller.put("/me/phone", {"revision": 2, "phone": PHONE}).status_code == 200
    email = personal_data.sealed(Visitor, visitor.id, {"email": EMAIL})
    Visitor._get_collection().update_one({"_id": visitor.id}, {"$set": email})


def _write_in_wechat(visitor: Visitor) -> None:
    """Write a message in the conversation, which becomes a question."""
    text = f"{NAME}想问一件事"
    fields = {"FromUserName": visitor.openid, "CreateTime": 1, "MsgType": "text", "Content": text}
    wechat_pushes.keep(Push(fields))
    (push,) = WechatPush.objects(openid=visitor.openid)
    wechat_events.handle(push.id)


def _subscribe(app: Flask, simulator: RunningSimulator, caller: Caller) -> None:
    """Be told by a subscription message; a second one WeChat refuses."""
    allowed = {"visitor": "测试用过的人", "template": TEMPLATE}
    simulator.control("POST", "subscriptions", **allowed)
    accepted = {"items": [{"template": TEMPLATE, "answer": "accept"}]}
    for _ in range(2):
        assert caller.post("/me/subscriptions", accepted).status_code == 200
    told = {"title": "测试", "text": "测试"}
    for key in ("wechat-1", "wechat-2"):
        notifications.notify(Event.MESSAGE, ToVisitor(caller.id), told, key)
        work_off(app)


def _write(visitor: Visitor) -> None:
    """Write something that staff had to read first."""
    text = f"测试违规 {NAME}"
    verdict = content_checks.ask(visitor, text)
    transaction(
        lambda session: content_checks.hold(
            visitor.id, f"test:{visitor.id}", text, verdict, session=session
        )
    )
    (held,) = content_checks.listing(DESK, limit=2)
    content_checks.decide(DESK, held.id, HeldDecision.REFUSED, note="测试说明")


def _be_called(app: Flask, visitor_id: str) -> None:
    """Be told by e-mail, and be called twice: one call was made, one is due."""
    told = {"title": "测试", "text": "测试"}
    notifications.notify(Event.MESSAGE, ToVisitor(visitor_id), told, "mail")
    work_off(app)
    row = Visitor._get_collection().find_one({"_id": visitor_id})
    assert row is not None
    Visitor._get_collection().update_one({"_id": visitor_id}, {"$unset": {"email": ""}})
    for key in ("call-1", "call-2"):
        notifications.notify(Event.MESSAGE, ToVisitor(visitor_id), told, key)
    work_off(app)
    email = {"email": row["email"]}
    Visitor._get_collection().update_one({"_id": visitor_id}, {"$set": email})
    done, _due = CallTask.objects(visitor=visitor_id)
    call_tasks.close(DESK, done.id, state=CallOutcome.DONE, note=f"已致电 {NAME}")

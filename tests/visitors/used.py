"""A visitor of whom there is everything that the product can hold."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Flask

from core.clock import now
from core.db import transaction
from core.ids import new_id
from models.bookings import Booking, BookingSource, BookingState, Feedback, StopRating
from models.departures import Words
from models.enums import Kind
from models.held_texts import HeldDecision
from models.notifications import CallOutcome, CallTask, DeliveredBy, Event, InboxEntry
from models.questions import ContentVerdict, Question
from models.visitors import SignInMethod, Visitor
from models.visits import Visit
from models.wechat_pushes import WechatPush
from services import (
    call_tasks,
    content_checks,
    notifications,
    personal_data,
    wechat_events,
    wechat_pushes,
)
from services.bookings import requesting
from services.notifications import ToVisitor
from services.plans import Stay
from services.visitors import consents, sessions
from services.visits import answering, asking, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests.factories import ACTOR, create_live
from tests.simulator.running import RunningSimulator
from tests.visiting import create_departure, details, request, wait
from tests.visitors.callers import API, Caller
from tests.visitors.conftest import TEMPLATE
from tests.visitors.test_email import ask, work_off
from tests.visitors.test_notifications import DESK
from tests.visits.asking import day, later
from wechat.pushes import Push

PHONE = "13800138777"
REASON = "测试用过的原因"
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
    booking = _book(visitor.id)
    visit = _ask_for_a_visit(visitor.id)
    _write(visitor)
    _be_called(app, visitor.id)
    _write_in_wechat(visitor)
    ask(client, EMAIL)  # a code that is under way
    second = sessions.start(visitor.id, SignInMethod.EMAIL)
    assert second is not None
    fresh = Visitor.objects.get(id=visitor.id)
    texts: list[Any] = [
        *(visitor.id, fresh.openid, fresh.unionid, token, second.token, EMAIL, PHONE),
        *(booking.request_key, booking.request_hash, booking.share_hash),
        *(booking.phone_index, REASON),
        *(getattr(booking, name) for name in Booking.SEALED),
        *(getattr(visit, name) for name in Visit.SEALED),
        *(visit.request_key, visit.request_hash, visit.phone_index),
        *(NAME, ORGANISATION, TITLE, fresh.email_index, fresh.phone_index, fresh.session_key),
        *(sessions.token_hash(token), sessions.token_hash(second.token)),
        *(fresh.name, fresh.phone, fresh.email, personal_data.opened(fresh, "session_key")),
    ]
    assert all(texts)
    return Used(caller, tuple(map(str, texts)))


def _book(visitor_id: str) -> Booking:
    """Wait, be on a visit that is over with all that a booking holds, and have one to come."""
    visitor = Visitor.objects.get(id=visitor_id)
    wanted = create_departure(in_hours=300, capacity=2)
    requesting.place_for(ACTOR, wanted.id, 2, details(), source=BookingSource.PHONE)
    wait(visitor, wanted)
    request(visitor, create_departure(in_hours=200))
    told = dict.fromkeys(("organisation", "purpose", "needs"), NAME)
    about = details(**told, name=NAME, phone=PHONE, companions=(NAME,), plates=(NAME,))
    over = request(visitor, create_departure(in_hours=100, tracks=[]), 2, about, key="key-00001")
    text = personal_data.sealed(Booking, over.id, {"feedback_text": NAME})["feedback_text"]
    rating = Feedback(rating=5, stops=[StopRating(stop="stop-1", rating=4)], at=now())
    past = now() - dt.timedelta(hours=100)
    fields = {
        **{"feedback_text": text, "feedback": rating.to_mongo(), "share_hash": "0" * 64},
        **{"state": BookingState.COMPLETED.value, "starts_at": past, "ends_at": past},
        **{"checked_in_at": past, "reason": REASON, "steps.0.reason": REASON},
        **{"steps.0.actor": "desk-1", "visit": "visit-1", "channel": "wechat"},
        **{"decide_by": past, "offer_until": past, "moved_to": "x", "moved_from": "x"},
    }
    Booking._get_collection().update_one({"_id": over.id}, {"$set": fields})
    Visitor.objects(id=visitor_id).update(suspended_until=now(), strikes_from=past)
    found: Booking = Booking.objects.get(id=over.id)
    return found


def _tell_of_oneself(caller: Caller, visitor: Visitor) -> None:
    consents.give(visitor, consents.current_version())
    told = {"name": NAME, "organisation": ORGANISATION, "title": TITLE, "language": "en"}
    assert caller.patch("/me", {"revision": 1, **told}).status_code == 200
    assert caller.put("/me/phone", {"revision": 2, "phone": PHONE}).status_code == 200
    email = personal_data.sealed(Visitor, visitor.id, {"email": EMAIL})
    Visitor._get_collection().update_one({"_id": visitor.id}, {"$set": email})


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


def _write_in_wechat(visitor: Visitor) -> None:
    """Write a message in the conversation, which becomes a question."""
    text = f"{NAME}想问一件事"
    fields = {"FromUserName": visitor.openid, "CreateTime": 1, "MsgType": "text", "Content": text}
    wechat_pushes.keep(Push(fields))
    (push,) = WechatPush.objects(openid=visitor.openid)
    wechat_events.handle(push.id)
    (question,) = Question.objects(openid=visitor.openid)
    # All that a question may hold in the end, and the push of one that was answered at once.
    ended = {
        **personal_data.sealed(Question, question.id, {"answer": NAME}),
        **{"picture": ContentVerdict.PASS.value, "told_by": DeliveredBy.INBOX.value},
        **{"answered_at": now(), "closed_at": now(), "closed_by": ACTOR.id},
    }
    Question._get_collection().update_one({"_id": question.id}, {"$set": ended})
    WechatPush._get_collection().update_one({"_id": push.id}, {"$set": {"answered_with": "faqs:x"}})


def _ask_for_a_visit(visitor_id: str) -> Visit:
    """Ask for a bespoke visit, see a proposal, and ask for another one."""
    visitor = Visitor.objects.get(id=visitor_id)
    told = dict.fromkeys(("purpose", "hosts", "needs"), NAME)
    asked = asking.ask(visitor, Ask(dates=[day()], party=2, **told), key="key-00002")
    stays = (Stay(create_live(Kind.SITES).id, 30),)
    wanted = Composition(later(days=14), title=Words(zh="测试行程"), stays=stays)
    proposing.propose(DESK, asked.id, wanted, revision=asked.revision)
    answering.ask_change(visitor, asked.id, version=1, text=NAME)
    # All that a request may hold in the end.
    ended = {
        **dict.fromkeys(("channel", "route", "reason", "alternative"), "测试"),
        **{"booking": new_id(), "departure": new_id(), "proposals.0.note": "测试"},
    }
    Visit._get_collection().update_one({"_id": asked.id}, {"$set": ended})
    found: Visit = Visit.objects.get(id=asked.id)
    return found


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
        notifications.notify(
            Event.MESSAGE, ToVisitor(visitor_id), {"title": "测试"}, key, text=NAME
        )
    work_off(app)
    email = {"email": row["email"]}
    Visitor._get_collection().update_one({"_id": visitor_id}, {"$set": email})
    done, _due = CallTask.objects(visitor=visitor_id)
    call_tasks.close(DESK, done.id, state=CallOutcome.DONE, note=f"已致电 {NAME}")
    # As if they had waited for the end of the quiet hours.
    InboxEntry.objects(visitor=visitor_id).update(set__held_until=now())

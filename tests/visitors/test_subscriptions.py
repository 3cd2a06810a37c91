"""Subscription messages: what visitors allow, and a message for each credit."""

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from models.notifications import CallTask, DeliveredBy, Event
from models.subscriptions import SendState, SubscriptionAnswer, SubscriptionCredit
from models.subscriptions import SubscriptionMessage as Message
from models.visitors import Visitor
from services.subscriptions import ledger
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller, code
from tests.visitors.conftest import TEMPLATE
from tests.visitors.subscribing import ACCEPT, allow, entry, left, received
from tests.visitors.test_email import work_off
from tests.visitors.test_notifications import TOLD, tell


def test_a_message_goes_out_for_a_credit(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    allow(reader, simulator)
    assert left(reader) == 1
    tell(reader.id)
    work_off(visitor_app)
    (message,) = received(simulator)
    assert message["data"] == {"thing1": TOLD["title"], "thing2": TOLD["text"]}
    assert (message["page"], message["template"]) == ("pages/inbox/index", TEMPLATE)
    assert entry().delivered_by is DeliveredBy.WECHAT
    assert left(reader) == 0
    sent = Message.objects.get(id=entry().id)
    assert (sent.state, sent.message_id) == (SendState.SENT, str(message["id"]))
    assert CallTask.objects.count() == 0


def test_without_a_credit_another_channel_has_its_turn(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    tell(reader.id)
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.CALL
    assert simulator.calls("subscribe_send") == []
    assert Message.objects.count() == 0


def test_an_event_without_a_template_stays_in_the_inbox(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    allow(reader, simulator)
    tell(reader.id, event=Event.PHONE_CHANGED)
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.INBOX
    assert (simulator.calls("subscribe_send"), left(reader)) == ([], 1)


def test_what_client_and_wechat_tell_is_one_answer(reader: Caller, visitor_app: Flask) -> None:
    del visitor_app
    openid = Visitor.objects.get().openid
    told = {"items": [{"template": TEMPLATE, "answer": "accept"}]}
    for _ in range(3):
        reader.post("/me/subscriptions", told)
        ledger.popup(openid, {TEMPLATE: ACCEPT})
    assert left(reader) == 3
    ledger.popup(openid, {TEMPLATE: ACCEPT})
    assert left(reader) == 4, "one that the client did not tell"
    ledger.popup(openid, {TEMPLATE: SubscriptionAnswer.REJECT})
    assert left(reader) == 4, "what was accepted before stays"
    ledger.changed(openid, {TEMPLATE: ACCEPT})
    assert left(reader) == 4
    ledger.changed(openid, {TEMPLATE: SubscriptionAnswer.REJECT})
    assert left(reader) == 0
    ledger.popup("o-nobody", {TEMPLATE: ACCEPT})
    assert SubscriptionCredit.objects.count() == 1


def test_a_ledger_does_not_grow_without_end(reader: Caller) -> None:
    for _ in range(ledger.CREDITS_MAX + 5):
        ledger._take(reader.id, ledger.CLIENT, {TEMPLATE: ACCEPT})
    assert left(reader) == ledger.CREDITS_MAX


def test_many_reports_at_once_count_each(reader: Caller, visitor_app: Flask) -> None:
    openid = Visitor.objects.get().openid
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ledger.popup(openid, {TEMPLATE: ACCEPT}), range(16)))
    assert left(reader) == 16


def test_wrong_reports_are_refused(reader: Caller, visitor: Caller) -> None:
    accepted = {"items": [{"template": TEMPLATE, "answer": "accept"}]}
    assert code(visitor.post("/me/subscriptions", accepted)) == (409, "no_wechat")
    for items in (
        [],
        [{"template": "other", "answer": "accept"}],
        [{"template": TEMPLATE, "answer": "maybe"}],
        accepted["items"] * 21,
        "accept",
    ):
        assert code(reader.post("/me/subscriptions", {"items": items})) == (400, "invalid")
    assert left(reader) == 0

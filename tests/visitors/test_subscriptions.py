"""Subscription messages: what visitors allow, sending at most once and in order, the log."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from core.clock import day_start, now, today
from models.notifications import CallTask, DeliveredBy, Event, InboxEntry
from models.outbox import Job, JobState
from models.staff import Role
from models.subscriptions import SendState, SubscriptionAnswer, SubscriptionCredit
from models.subscriptions import SubscriptionMessage as Message
from models.visitors import Visitor
from models.wechat_pushes import WechatPush
from services import delivery, outbox
from services.subscriptions import ledger, records
from tests.clocks import Clock
from tests.factories import staff_client
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import API, Caller, code
from tests.visitors.conftest import TEMPLATE
from tests.visitors.test_email import work_off
from tests.visitors.test_notifications import TOLD, tell

NAME = "测试访客 A"
ACCEPT = SubscriptionAnswer.ACCEPT


@pytest.fixture
def reader(visitor_app: Flask, simulator: RunningSimulator) -> Caller:
    """A visitor who came by WeChat and agreed to the notice."""
    client = visitor_app.test_client()
    done = client.post(f"{API}/sessions", json={"code": simulator.login_code(NAME)}).get_json()
    caller = Caller(visitor_app, done["token"], Visitor.objects.get().id)
    assert caller.put("/me/consent", {"version": "1"}).status_code == 200
    return caller


def allow(caller: Caller, simulator: RunningSimulator, times: int = 1) -> None:
    """Accept messages, at the phone and as the client tells us."""
    for _ in range(times):
        simulator.control("POST", "subscriptions", visitor=NAME, template=TEMPLATE)
        answer = caller.post(
            "/me/subscriptions", {"items": [{"template": TEMPLATE, "answer": "accept"}]}
        )
        assert answer.status_code == 200, answer.text


def left(caller: Caller) -> int:
    (one,) = caller.get("/me/subscriptions").get_json()["items"]
    assert (one["template"], one["events"]) == (TEMPLATE, ["message"])
    return int(one["credits"])


def received(simulator: RunningSimulator) -> list[dict[str, Any]]:
    return list(simulator.control("GET", "received")["items"])


def again() -> None:
    """Let every job run once more, as after a worker that was killed."""
    Job.objects.update(set__state=JobState.PENDING, set__run_at=now())


def entry() -> InboxEntry:
    found: InboxEntry = InboxEntry.objects.get()
    return found


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


def test_a_credit_that_wechat_does_not_know_empties_the_ledger(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    allow(reader, simulator, 3)
    simulator.control("POST", "subscriptions", visitor=NAME, template=TEMPLATE, accept=False)
    tell(reader.id)
    work_off(visitor_app)
    assert left(reader) == 0
    assert entry().delivered_by is DeliveredBy.CALL
    refused = Message.objects.get()
    assert (refused.state, refused.reason) == (SendState.REFUSED, "wechat_no_credit")
    tell(reader.id, "second")
    work_off(visitor_app)
    assert len(simulator.calls("subscribe_send")) == 1, "it is not tried again"


@pytest.mark.parametrize("errcode", [40037, 47003, 43107, 45168, 41030, 48001])
def test_a_refusal_for_good_gives_the_credit_back(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, errcode: int
) -> None:
    allow(reader, simulator)
    simulator.fail("subscribe_send", errcode=errcode)
    tell(reader.id)
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.CALL
    assert (Message.objects.get().state, left(reader)) == (SendState.REFUSED, 1)


@pytest.mark.parametrize("errcode", [-1, 43108, 45011, 40001])
def test_what_surely_was_not_sent_is_sent_later(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, errcode: int
) -> None:
    allow(reader, simulator)
    simulator.fail("subscribe_send", errcode=errcode)
    tell(reader.id)
    work_off(visitor_app)
    assert (entry().delivered_at, Message.objects.count(), left(reader)) == (None, 0, 1)
    (job,) = Job.objects
    assert (job.state, job.attempts) == (JobState.PENDING, 0)
    assert job.run_at > now()
    simulator.mend()
    again()
    work_off(visitor_app)
    assert len(received(simulator)) == 1
    assert (entry().delivered_by, left(reader)) == (DeliveredBy.WECHAT, 0)


def test_wechat_that_stays_away_is_waited_for_ten_minutes(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    allow(reader, simulator)
    simulator.fail("subscribe_send", errcode=-1)
    tell(reader.id)
    work_off(visitor_app)
    assert entry().delivered_at is None
    clock.advance(minutes=10)
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.CALL


def test_a_used_up_day_leaves_it_to_another_channel(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    # Noon in Shanghai: hours are left of the day.
    clock.set(day_start(today() + dt.timedelta(days=1)) + dt.timedelta(hours=12))
    allow(reader, simulator)
    simulator.fail("subscribe_send", errcode=45009)
    tell(reader.id)
    work_off(visitor_app)
    assert (entry().delivered_by, left(reader)) == (DeliveredBy.CALL, 1)


@pytest.mark.parametrize("mode", ["drop", "garbage"])
def test_what_may_have_been_sent_is_not_sent_again(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, mode: str
) -> None:
    allow(reader, simulator)
    simulator.fail("subscribe_send", mode=mode, times=1)
    tell(reader.id)
    for _ in range(2):
        work_off(visitor_app)
        InboxEntry.objects.update(unset__delivered_at=1, unset__delivered_by=1)
        again()
    assert len(simulator.calls("subscribe_send")) == 1
    assert Message.objects.get().state is SendState.UNKNOWN
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.CALL, "somebody makes sure"


def test_a_worker_that_was_killed_after_sending_sends_nothing_twice(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    allow(reader, simulator, 3)
    tell(reader.id)
    for _ in range(3):
        work_off(visitor_app)
        InboxEntry.objects.update(unset__delivered_at=1, unset__delivered_by=1)
        again()
    work_off(visitor_app)
    assert len(received(simulator)) == 1
    assert (entry().delivered_by, left(reader)) == (DeliveredBy.WECHAT, 2)


def test_an_intent_without_an_outcome_is_not_sent_again(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    """The worker was killed between the two: nobody knows whether the message went out."""
    allow(reader, simulator, 2)
    tell(reader.id)
    _left_behind(reader.id, entry().id)
    work_off(visitor_app)
    assert received(simulator) == []
    found = Message.objects.get()
    assert (found.state, found.reason) == (SendState.UNKNOWN, "interrupted")
    assert entry().delivered_by is DeliveredBy.CALL


def test_one_message_at_a_time_to_a_visitor(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    allow(reader, simulator)
    tell(reader.id)
    _left_behind(reader.id, "another")
    with pytest.raises(outbox.Later):
        delivery.deliver(entry().id)
    assert simulator.calls("subscribe_send") == []
    clock.advance(minutes=6)
    with pytest.raises(outbox.Later):
        delivery.deliver(entry().id)
    delivery.deliver(entry().id)
    assert Message.objects.get(id="another").state is SendState.UNKNOWN
    assert len(received(simulator)) == 1


def test_a_visitor_is_told_in_order_and_never_two_at_a_time(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    allow(reader, simulator, 5)
    simulator.fail("subscribe_send", latency_s=0.1)
    for number in range(5):
        tell(reader.id, f"key-{number}", title=str(number), text="x")

    def work() -> None:
        while InboxEntry.objects(delivered_at=None).first():
            again_if_postponed()
            work_off(visitor_app)

    def again_if_postponed() -> None:
        Job.objects(state=JobState.PENDING).update(set__run_at=now())

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(work) for _ in range(3)]:
            future.result()
    titles = [one["data"]["thing1"] for one in reversed(received(simulator))]
    assert titles == ["0", "1", "2", "3", "4"]
    assert {call["errcode"] for call in simulator.calls("subscribe_send")} == {0}


def titles(simulator: RunningSimulator) -> list[str]:
    """Return what came to the phone, the oldest first."""
    return [one["data"]["thing1"] for one in reversed(received(simulator))]


@pytest.mark.parametrize("minutes", [3, 8])
def test_the_order_holds_over_an_outage(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock, minutes: int
) -> None:
    allow(reader, simulator, 2)
    simulator.fail("subscribe_send", errcode=-1)
    tell(reader.id, "first", title="first", text="x")
    clock.advance(minutes=minutes)
    work_off(visitor_app)
    tell(reader.id, "second", title="second", text="x")
    simulator.mend()
    work_off(visitor_app)
    clock.advance(seconds=5)
    work_off(visitor_app)
    assert titles(simulator) == [], "the first is tried again in a while, the second waits"
    for _ in range(3):
        clock.advance(seconds=30)
        work_off(visitor_app)
    assert titles(simulator) == ["first", "second"]


def test_an_outage_without_end_leaves_all_to_other_channels(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    allow(reader, simulator, 2)
    simulator.fail("subscribe_send", errcode=-1)
    tell(reader.id, "first")
    clock.advance(minutes=5)
    tell(reader.id, "second")
    for _ in range(3):
        work_off(visitor_app)
        clock.advance(minutes=5)
    work_off(visitor_app)
    assert {one.delivered_by for one in InboxEntry.objects} == {DeliveredBy.CALL}
    assert (CallTask.objects.count(), left(reader)) == (2, 2)


def test_what_waited_for_a_worker_keeps_its_order(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    allow(reader, simulator, 2)
    tell(reader.id, "first", title="first", text="x")
    Job.objects.update(run_at=now() + dt.timedelta(hours=2))
    clock.advance(hours=1)
    tell(reader.id, "second", title="second", text="x")
    work_off(visitor_app)
    assert titles(simulator) == []
    again()
    work_off(visitor_app)
    clock.advance(minutes=1)
    work_off(visitor_app)
    assert titles(simulator) == ["first", "second"]


@pytest.mark.parametrize("change", [{"attempts": 3}, {"state": JobState.FAILED}])
def test_what_another_channel_fails_to_deliver_holds_nothing_back(
    reader: Caller,
    visitor_app: Flask,
    simulator: RunningSimulator,
    clock: Clock,
    change: dict[str, Any],
) -> None:
    allow(reader, simulator)
    tell(reader.id, "first", title="first", text="x")
    Job.objects.update(run_at=now() + dt.timedelta(hours=2), **change)
    clock.advance(minutes=12)
    tell(reader.id, "second", title="second", text="x")
    work_off(visitor_app)
    assert titles(simulator) == ["second"]


def test_of_one_millisecond_the_smaller_id_is_first(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    clock.set(now())
    allow(reader, simulator, 2)
    for number in range(2):
        tell(reader.id, f"key-{number}", title=str(number), text="x")
    first, second = InboxEntry.objects.order_by("id")
    assert first.at == second.at
    with pytest.raises(outbox.Later):
        delivery.deliver(second.id)
    delivery.deliver(first.id)
    delivery.deliver(second.id)
    assert titles(simulator) == [first.data["title"], second.data["title"]]


def test_staff_read_the_log(
    reader: Caller,
    visitor_app: Flask,
    simulator: RunningSimulator,
    sign_in: Callable[..., Caller],
) -> None:
    allow(reader, simulator, 2)
    tell(reader.id)
    work_off(visitor_app)
    simulator.fail("subscribe_send", errcode=47003)
    tell(reader.id, "second")
    work_off(visitor_app)
    desk = staff_client(visitor_app, Role.BOOKING_DESK)
    page = desk.get("/admin/api/v1/deliveries").get_json()
    assert [one["state"] for one in page["items"]] == ["refused", "sent"]
    assert page["items"][0]["errcode"] == 47003
    assert {one["visitor"] for one in page["items"]} == {reader.id}
    only = desk.get("/admin/api/v1/deliveries?state=sent&event=message").get_json()["items"]
    assert [one["reason"] for one in only] == [None]
    assert desk.get("/admin/api/v1/deliveries?visitor=nobody").get_json()["items"] == []
    first = desk.get("/admin/api/v1/deliveries?limit=1").get_json()
    rest = desk.get(f"/admin/api/v1/deliveries?cursor={first['next_cursor']}").get_json()
    assert [one["state"] for one in rest["items"]] == ["sent"]


def test_what_wechat_tells_afterwards_is_noted(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    allow(reader, simulator)
    tell(reader.id)
    work_off(visitor_app)
    arrived(0)
    assert Message.objects.get().state is SendState.SENT
    assert entry().delivered_by is DeliveredBy.WECHAT
    assert Job.objects(state=JobState.PENDING).count() == 0


def test_what_did_not_arrive_goes_by_another_channel_once(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator
) -> None:
    allow(reader, simulator, 2)
    tell(reader.id)
    work_off(visitor_app)
    for _ in range(3):
        arrived(1)
    found = Message.objects.get()
    assert (found.state, found.errcode) == (SendState.FAILED, 1)
    assert (entry().delivered_by, entry().delivered_at) == (None, None)
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.CALL
    arrived(1)
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.CALL
    assert (CallTask.objects.count(), len(received(simulator))) == (1, 1)


def test_a_failure_that_overtakes_the_sender_is_not_lost(
    reader: Caller,
    visitor_app: Flask,
    simulator: RunningSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """WeChat tells it after the message's id was noted, before the delivery was."""
    allow(reader, simulator)
    tell(reader.id)
    send = delivery.WechatChannel.send

    def slow(*given: Any) -> None:
        send(*given)
        arrived(1)

    monkeypatch.setattr(delivery.WechatChannel, "send", slow)
    work_off(visitor_app)
    assert entry().delivered_by is DeliveredBy.CALL
    assert (CallTask.objects.count(), len(received(simulator))) == (1, 1)


def test_news_of_a_message_without_an_id_yet_wait_for_a_minute(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    allow(reader, simulator)
    _left_behind(reader.id, "under-way")
    news = about(Visitor.objects.get().openid)
    with pytest.raises(outbox.Later):
        records.arrived(news, "4711", TEMPLATE, 1)
    records.arrived(news, "4711", "another", 1)
    records.arrived(about("o-nobody"), "4711", TEMPLATE, 1)
    records.arrived(news, "4711", TEMPLATE, 0)
    clock.advance(seconds=61)
    records.arrived(news, "4711", TEMPLATE, 1)
    assert Message.objects.get().state is SendState.SENDING
    clock.advance(seconds=-61)
    Message.objects.update(state=SendState.SENT, message_id="4711")
    records.arrived(news, "4711", TEMPLATE, 1)
    assert Message.objects.get().state is SendState.FAILED


def about(openid: str) -> WechatPush:
    """Return a push about a visitor, as it came just now."""
    return WechatPush(openid=openid, received_at=now())


def arrived(errcode: int) -> None:
    """Let WeChat tell what became of the only message."""
    message_id = Message.objects.get().message_id
    records.arrived(about(Visitor.objects.get().openid), message_id, TEMPLATE, errcode)


def _left_behind(visitor: str, message: str) -> None:
    moment = now()
    Message(
        id=message,
        visitor=visitor,
        event=Event.MESSAGE,
        template=TEMPLATE,
        at=moment,
        drop_at=moment + dt.timedelta(days=1),
    ).save(force_insert=True)

"""What becomes known of subscription messages: the log of staff, what WeChat tells afterwards."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from models.notifications import CallTask, DeliveredBy
from models.outbox import Job, JobState
from models.staff import Role
from models.subscriptions import SendState
from models.subscriptions import SubscriptionMessage as Message
from models.visitors import Visitor
from services import delivery, outbox
from services.subscriptions import records
from tests.clocks import Clock
from tests.factories import staff_client
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller
from tests.visitors.conftest import TEMPLATE
from tests.visitors.subscribing import about, allow, arrived, entry, left_behind, received
from tests.visitors.test_email import work_off
from tests.visitors.test_notifications import tell


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
    left_behind(reader.id, "under-way")
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

"""Subscription messages come in order, one at a time, over outages and restarts."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from core.clock import now
from models.notifications import CallTask, DeliveredBy, InboxEntry
from models.outbox import Job, JobState
from models.subscriptions import SendState
from models.subscriptions import SubscriptionMessage as Message
from services import delivery, outbox
from tests.clocks import Clock
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller
from tests.visitors.subscribing import (
    again,
    allow,
    entry,
    left,
    left_behind,
    received,
    titles,
)
from tests.visitors.test_email import work_off
from tests.visitors.test_notifications import tell


def test_one_message_at_a_time_to_a_visitor(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    allow(reader, simulator)
    tell(reader.id)
    left_behind(reader.id, "another")
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

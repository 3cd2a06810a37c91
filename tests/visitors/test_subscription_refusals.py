"""Subscription messages that WeChat refuses, or that may have gone out already."""

import datetime as dt

import pytest
from flask import Flask

from core.clock import day_start, now, today
from models.notifications import DeliveredBy, InboxEntry
from models.outbox import Job, JobState
from models.subscriptions import SendState
from models.subscriptions import SubscriptionMessage as Message
from tests.clocks import Clock
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller
from tests.visitors.conftest import NAME, TEMPLATE
from tests.visitors.subscribing import (
    again,
    allow,
    entry,
    left,
    left_behind,
    received,
)
from tests.visitors.test_email import work_off
from tests.visitors.test_notifications import tell


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
    left_behind(reader.id, entry().id)
    work_off(visitor_app)
    assert received(simulator) == []
    found = Message.objects.get()
    assert (found.state, found.reason) == (SendState.UNKNOWN, "interrupted")
    assert entry().delivered_by is DeliveredBy.CALL

"""Workers are killed while they send subscription messages: no phone gets one twice.

WeChat knows no idempotency. What was under way when a worker died is not sent again: its visitor
is called instead.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.notifications import CallTask, DeliveredBy, Event, InboxEntry
from models.outbox import Job, JobState
from models.subscriptions import SendState, SubscriptionCredit, SubscriptionMessage
from models.visitors import Visitor
from services import notifications
from services.notifications import DELIVER_JOB, ToVisitor
from tests.faults.harness import Product, by_form
from tests.simulator.running import APPID, SECRET, RunningSimulator
from tests.visitors.conftest import TEMPLATE, TEMPLATES_TEXT
from tests.waiting import eventually

COUNT = by_form(short=20, long=500)
KILLS = by_form(short=4, long=60)
DONE_WITHIN_S = by_form(short=180.0, long=3_600.0)


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[RunningSimulator]:
    """A simulator whose messages take a while."""
    simulator = RunningSimulator(tmp_path / "log")
    simulator.start()
    simulator.fail("subscribe_send", latency_s=0.2)
    yield simulator
    simulator.end()


def _readers(phones: RunningSimulator) -> list[str]:
    """Write visitors who accepted a message; return their ids."""
    found = []
    for number in range(COUNT):
        allowed = {"visitor": f"测试访客 {number}", "template": TEMPLATE}
        openid = phones.control("POST", "subscriptions", **allowed)["openid"]
        visitor = Visitor(appid=APPID, openid=openid).save(force_insert=True)
        SubscriptionCredit(visitor=visitor.id, template=TEMPLATE, by_event=1).save()
        found.append(visitor.id)
    return found


def _done() -> int:
    return int(Job.objects(name=DELIVER_JOB, state=JobState.DONE).count())


def test_no_phone_gets_a_message_twice(product: Product, phones: RunningSimulator) -> None:
    product.environ |= {
        **{"WECHAT_APPID": APPID, "WECHAT_SECRET": SECRET, "WECHAT_API_BASE": phones.url},
        "WECHAT_TEMPLATES": TEMPLATES_TEXT,
    }
    readers = _readers(phones)
    for reader in readers:
        told = {"title": "测试", "text": "测试"}
        notifications.notify(Event.MESSAGE, ToVisitor(reader), told, "key")
    worker = product.start_worker()
    for kill in range(KILLS):
        due = COUNT * kill // KILLS
        assert eventually(lambda due=due: _done() >= due, DONE_WITHIN_S)
        under_way = SubscriptionMessage.objects(state=SendState.SENDING)
        assert eventually(under_way.count, DONE_WITHIN_S)
        worker.kill()
        worker = product.start_worker()
    assert eventually(lambda: _done() == COUNT, DONE_WITHIN_S)
    received = Counter(one["openid"] for one in phones.control("GET", "received")["items"])
    assert set(received.values()) <= {1}
    ends = Counter(one.state for one in SubscriptionMessage.objects)
    assert set(ends) <= {SendState.SENT, SendState.UNKNOWN}
    assert 0 < ends[SendState.UNKNOWN] <= KILLS
    by = Counter(one.delivered_by for one in InboxEntry.objects)
    assert by == {
        DeliveredBy.WECHAT: ends[SendState.SENT],
        DeliveredBy.CALL: ends[SendState.UNKNOWN],
    }
    assert CallTask.objects.count() == ends[SendState.UNKNOWN]
    assert received.total() >= ends[SendState.SENT]

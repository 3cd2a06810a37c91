"""Workers are killed while they tell visitors: each is told, and nobody twice.

A mail server can take a message and lose the worker before it hears so. The message then comes
again under the same id, which is how a receiver knows it.
"""

import re
from collections import Counter

from cli.supervisor import Process
from models.notifications import DeliveredBy, Event, InboxEntry
from models.outbox import Job, JobState
from models.visitors import Visitor
from services import notifications, personal_data
from services.notifications import DELIVER_JOB, ToVisitor
from tests.faults.harness import Product, by_form
from tests.visitors.smtp import SmtpServer
from tests.waiting import eventually

COUNT = by_form(short=40, long=2_000)
KILLS = by_form(short=4, long=100)
DONE_WITHIN_S = by_form(short=180.0, long=3_600.0)
MESSAGE_ID = re.compile(r"^Message-ID: <(\w+)@", re.MULTILINE)


def _guests() -> list[str]:
    """Write visitors who are reached by e-mail; return their ids."""
    found = []
    for number in range(COUNT):
        visitor = Visitor(keeps_history=False)
        email = {"email": f"guest{number}@example.org"}
        row = {**visitor.to_mongo(), **personal_data.sealed(Visitor, visitor.id, email)}
        Visitor._get_collection().insert_one(row)
        found.append(visitor.id)
    return found


def _done() -> int:
    return int(Job.objects(name=DELIVER_JOB, state=JobState.DONE).count())


def test_each_visitor_is_told_once(product: Product) -> None:
    with SmtpServer() as server:
        server.pause_s = 0.1
        product.environ |= {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "toolbox@example.org",
        }
        guests = _guests()
        told = {"title": "测试", "text": "测试"}
        for _ in range(2):
            for guest in guests:
                notifications.notify(Event.MESSAGE, ToVisitor(guest), told, "key")
        worker: Process = product.start_worker()
        for kill in range(KILLS):
            due = COUNT * kill // KILLS
            # A message that was taken and not yet settled: the worker waits for the answer.
            assert eventually(lambda due=due: _done() >= due, DONE_WITHIN_S)
            taken = len(server.messages)
            assert eventually(lambda taken=taken: len(server.messages) > taken, DONE_WITHIN_S)
            worker.kill()
            worker = product.start_worker()
        assert eventually(lambda: _done() == COUNT, DONE_WITHIN_S)
        messages = list(server.messages)
    entries = {entry.id: entry for entry in InboxEntry.objects}
    assert Counter(entry.visitor for entry in entries.values()) == dict.fromkeys(guests, 1)
    assert {entry.delivered_by for entry in entries.values()} == {DeliveredBy.EMAIL}
    ids = [MESSAGE_ID.findall(message)[0] for message in messages]
    assert set(ids) == set(entries), "each visitor was told, under the id of their entry"
    assert COUNT <= len(ids) <= COUNT + KILLS, "only what was cut off came again"

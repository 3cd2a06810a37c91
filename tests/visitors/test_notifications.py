"""Telling visitors: inbox and outbox in one step, once a key, by the channel that reaches them."""

import functools
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from pymongo.errors import PyMongoError

from core import db
from core.db import transaction
from core.errors import Conflict, Forbidden
from models.enums import Language
from models.notifications import CallOutcome, CallState, CallTask, DeliveredBy, Event, InboxEntry
from models.outbox import Job, JobState
from models.staff import Role
from models.visitors import Visitor
from services import call_tasks, notification_texts, notifications, personal_data
from services.actors import Actor
from services.notifications import DELIVER_JOB, ToContact, ToVisitor
from services.visitors import deletion, email_codes, signing_in
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller, code
from tests.visitors.test_email import work_off
from tests.waiting import PATIENCE_S

TOLD = {"title": "测试标题", "text": "测试内容"}
GUEST = "guest.a@example.org"
DESK = Actor("desk", "测试人员", frozenset({Role.BOOKING_DESK}), None, "", "")


def tell(visitor_id: str, key: str = "key", event: Event = Event.MESSAGE, **told: str) -> None:
    notifications.notify(event, ToVisitor(visitor_id), told or TOLD, key)


def guest() -> Visitor:
    """Return a visitor who is reached by e-mail."""
    challenge = email_codes.ask(GUEST, Language.ZH_CN).challenge
    found = signing_in.with_email(challenge, email_codes.code_of(challenge)).visitor
    Job.objects.delete()
    return found


def sent(simulator: RunningSimulator) -> list[dict[str, Any]]:
    return list(simulator.control("GET", "mail")["items"])


# What `services.bookings.telling` and `services.visits` fill the words with.
OF_BOOKINGS = {
    **dict.fromkeys(("route", "route_en", "at", "until", "was", "alternative"), "测试"),
    **dict.fromkeys(("reason", "reason_en"), "测试"),
    **dict.fromkeys(("people", "version"), 2),
    **dict.fromkeys(("missing", "missing_en"), ""),
}


def test_every_event_has_its_words_in_both_languages() -> None:
    assert set(notification_texts.WORDINGS) == set(Event)
    for event in Event:
        told = {**TOLD, **OF_BOOKINGS}
        chinese, english = (notification_texts.message(event, told, one) for one in Language)
        for text in (chinese.title, chinese.text, english.title, english.text):
            assert text.strip()
            assert "{" not in text


def test_an_entry_comes_with_its_job_and_once_for_a_key(visitor: Caller) -> None:
    for _ in range(3):
        tell(visitor.id)
    tell(visitor.id, "another")
    assert InboxEntry.objects.count() == Job.objects(name=DELIVER_JOB).count() == 2


def test_many_at_once_with_one_key_make_one_entry(visitor: Caller) -> None:
    gate = threading.Barrier(6)

    def run() -> None:
        gate.wait(PATIENCE_S)
        tell(visitor.id)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert InboxEntry.objects.count() == Job.objects(name=DELIVER_JOB).count() == 1


def test_what_is_told_shares_the_fate_of_its_cause(visitor: Caller) -> None:
    def fail(session: Any) -> None:
        notifications.notify(Event.MESSAGE, ToVisitor(visitor.id), TOLD, "key", session=session)
        raise Conflict

    with pytest.raises(Conflict):
        transaction(fail)
    assert (InboxEntry.objects.count(), Job.objects.count()) == (0, 0)


def test_whoever_is_gone_is_told_nothing(visitor: Caller) -> None:
    tell("0" * 16)
    deletion.delete(visitor.id)
    tell(visitor.id)
    assert (InboxEntry.objects.count(), Job.objects.count()) == (0, 0)


def test_email_reaches_who_has_an_address(visitor_app: Flask, simulator: RunningSimulator) -> None:
    found = guest()
    tell(found.id)
    work_off(visitor_app)
    (mail,) = sent(simulator)
    (entry,) = InboxEntry.objects
    assert (mail["to"], mail["subject"], mail["text"]) == (GUEST, *TOLD.values())
    assert (mail["id"], entry.delivered_by) == (entry.id, DeliveredBy.EMAIL)
    assert CallTask.objects.count() == 0


def test_a_title_of_several_lines_adds_no_header(
    visitor_app: Flask, simulator: RunningSimulator
) -> None:
    tell(guest().id, title="甲\r\nBcc: other@example.org", text="x")
    work_off(visitor_app)
    assert [mail["to"] for mail in sent(simulator)] == [GUEST]


def test_a_job_that_was_killed_after_sending_sends_nothing_twice(
    visitor_app: Flask, simulator: RunningSimulator
) -> None:
    tell(guest().id)
    for _ in range(3):
        work_off(visitor_app)
        InboxEntry.objects.update(unset__delivered_at=1, unset__delivered_by=1)
        Job.objects.update(set__state=JobState.PENDING)
    assert len(sent(simulator)) == 1


def test_whoever_no_channel_reaches_is_called_about_what_matters(
    visitor: Caller, visitor_app: Flask
) -> None:
    tell(visitor.id)
    tell(visitor.id, "phone", Event.PHONE_CHANGED)
    for _ in range(2):
        work_off(visitor_app)
        Job.objects.update(set__state=JobState.PENDING)
        InboxEntry.objects.update(unset__delivered_at=1)
    (task,) = CallTask.objects
    assert (task.visitor, task.event, task.state) == (visitor.id, Event.MESSAGE, CallState.OPEN)
    work_off(visitor_app)
    by = {one.event: one.delivered_by for one in InboxEntry.objects}
    assert by == {Event.MESSAGE: DeliveredBy.CALL, Event.PHONE_CHANGED: DeliveredBy.INBOX}


def test_somebody_without_an_account_is_called(app: Flask) -> None:
    for _ in range(2):
        contact = ToContact("测试来电者", "+8613800138000")
        notifications.notify(Event.MESSAGE, contact, TOLD, "walk-in")
    (task,) = call_tasks.listing(DESK)
    assert personal_data.opened(task, "name") == "测试来电者"
    assert personal_data.opened(task, "phone") == "+8613800138000"
    stored = str(list(CallTask._get_collection().find()))
    assert "13800138000" not in stored
    assert "测试来电者" not in stored


def test_staff_close_a_call_once_and_only_those_who_may(app: Flask) -> None:
    for number in range(3):
        contact = ToContact(None, "+8613800138000")
        notifications.notify(Event.MESSAGE, contact, TOLD, f"call-{number}")
    first, second, third = call_tasks.listing(DESK)
    assert [one.id for one in call_tasks.listing(DESK, after=(first.created_at, first.id))] == [
        second.id,
        third.id,
    ]
    closed = call_tasks.close(DESK, first.id, state=CallOutcome.DONE, note="已告知")
    assert (closed.state, closed.closed_by) == (CallState.DONE, "desk")
    with pytest.raises(Conflict):
        call_tasks.close(DESK, first.id, state=CallOutcome.GIVEN_UP)
    assert [one.id for one in call_tasks.listing(DESK)] == [second.id, third.id]
    editor = Actor("editor", "测试", frozenset({Role.EDITOR}), None, "", "")
    with pytest.raises(Forbidden):
        call_tasks.listing(editor)


def test_the_inbox_shows_what_was_told_in_the_language_asked_for(visitor: Caller) -> None:
    tell(visitor.id, "a", Event.PHONE_CHANGED)
    tell(visitor.id, "b")
    newest, oldest = visitor.get("/me/inbox").get_json()["items"]
    assert (newest["title"], newest["text"], newest["read_at"]) == (*TOLD.values(), None)
    assert oldest["title"] == "联系电话已更改"
    english = visitor.get("/me/inbox", lang="en").get_json()["items"]
    assert english[1]["title"] == "Contact phone changed"


def test_entries_are_marked_as_read(visitor: Caller) -> None:
    for number in range(3):
        tell(visitor.id, f"key-{number}")
    first = visitor.get("/me/inbox").get_json()["items"][0]["id"]
    for _ in range(2):
        assert visitor.put(f"/me/inbox/{first}/read").status_code == 204
    assert visitor.me()["unread"] == 2
    left = visitor.get("/me/inbox", unread="true").get_json()["items"]
    assert first not in [one["id"] for one in left]
    assert visitor.put("/me/inbox/read").get_json() == {"read": 2}
    assert visitor.get("/me/inbox", unread="true").get_json()["items"] == []
    assert code(visitor.put("/me/inbox/absent/read")) == (404, "not_found")


def test_the_inbox_pages_without_gap_or_double(visitor: Caller) -> None:
    for number in range(7):
        tell(visitor.id, f"key-{number}", title=str(number), text="x")
    found: list[str] = []
    query = {"limit": "3"}
    for _ in range(3):
        page = visitor.get("/me/inbox", **query).get_json()
        found += [one["title"] for one in page["items"]]
        query = {"limit": "3", "cursor": page["next_cursor"]}
    assert (found, page["next_cursor"]) == (["6", "5", "4", "3", "2", "1", "0"], None)


def test_what_is_told_while_the_account_is_deleted_leaves_nothing(
    sign_in: Callable[..., Caller],
) -> None:
    for _ in range(5):
        caller = sign_in()
        gate = threading.Barrier(4)

        def run(work: Callable[[], None], gate: threading.Barrier = gate) -> None:
            gate.wait(PATIENCE_S)
            try:
                work()
            except (Conflict, PyMongoError):
                return

        visitor_id = caller.id
        works: list[Callable[[], None]] = [
            *(functools.partial(tell, visitor_id, f"key-{number}") for number in range(3)),
            functools.partial(deletion.delete, visitor_id),
        ]
        threads = [threading.Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        assert InboxEntry.objects(visitor=visitor_id).count() == 0
        assert db.database()["visitors"].count_documents({"_id": visitor_id}) == 0

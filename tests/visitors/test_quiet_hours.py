"""At night the inbox has everything at once; other channels wait, but for what cannot."""

import datetime as dt

import pytest
from flask import Flask

from core.clock import SHANGHAI, now, today
from models.notifications import CallTask, DeliveredBy, Event, InboxEntry
from models.outbox import Job, JobState
from models.questions import Question
from models.staff import Role
from models.visitors import Visitor
from models.wechat_pushes import WechatWindow
from services import delivery, notifications, outbox, question_delivery
from services.notifications import DELIVER_JOB, ToContact, ToVisitor
from services.quiet_hours import Urgency
from tests.clocks import Clock
from tests.factories import staff_client
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller
from tests.visitors.conftest import NewApp
from tests.visitors.subscribing import allow, arrived, titles
from tests.visitors.test_email import work_off
from tests.visitors.test_notifications import TOLD, guest, sent

MINUTE = dt.timedelta(minutes=1)
EVENING = today() + dt.timedelta(days=1)


def tonight(hour: int, minute: int = 0) -> dt.datetime:
    """Return an hour of one evening, or of the morning after it."""
    day = EVENING if hour > 12 else EVENING + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI).astimezone(dt.UTC)


@pytest.fixture
def visitor_app(new_app: NewApp) -> Flask:
    """The application with quiet hours."""
    return new_app(QUIET_FROM="22", QUIET_UNTIL="8")


@pytest.fixture(autouse=True)
def late(clock: Clock, visitor_app: Flask) -> dt.datetime:
    """Set the clock to eleven at night; return when the quiet hours end."""
    del visitor_app
    morning, evening = tonight(8), tonight(23)
    clock.set(evening)
    return morning


def tell(visitor: str, key: str, urgency: Urgency | None = None) -> InboxEntry:
    told = {"title": key, "text": "x"}
    given = urgency or Urgency()
    notifications.notify(Event.MESSAGE, ToVisitor(visitor), told, key, urgency=given)
    found: InboxEntry = InboxEntry.objects.get(dedupe_key=key)
    return found


def soon() -> Urgency:
    """Return the urgency of what is about a moment of this night."""
    return Urgency(deadlines=[now() + 3 * 60 * MINUTE])


def test_the_inbox_has_it_at_once_and_mail_waits_for_the_morning(
    visitor_app: Flask, simulator: RunningSimulator, clock: Clock, late: dt.datetime
) -> None:
    found = tell(guest().id, "key")
    assert (found.at, found.held_until) == (now(), late)
    assert Job.objects.get(name=DELIVER_JOB).run_at == late
    work_off(visitor_app)
    clock.set(late - MINUTE)
    work_off(visitor_app)
    assert sent(simulator) == []
    clock.set(late)
    work_off(visitor_app)
    assert [one["subject"] for one in sent(simulator)] == ["key"]
    assert InboxEntry.objects.get().delivered_by is DeliveredBy.EMAIL


@pytest.mark.parametrize("answers", [True, False])
def test_what_answers_or_cannot_wait_goes_at_once(
    visitor_app: Flask, simulator: RunningSimulator, answers: bool
) -> None:
    tell(guest().id, "key", Urgency(acted_at=now()) if answers else soon())
    work_off(visitor_app)
    assert [one["subject"] for one in sent(simulator)] == ["key"]


def test_what_was_due_before_the_night_and_was_held_up_waits_too(
    visitor_app: Flask, simulator: RunningSimulator, clock: Clock, late: dt.datetime
) -> None:
    """The worker was down from before ten until eleven."""
    clock.set(tonight(21, 50))
    visitor = guest().id
    tell(visitor, "first")
    tell(visitor, "answer", Urgency(acted_at=now()))
    tell(visitor, "urgent", Urgency(deadlines=[late]))
    assert set(Job.objects(name=DELIVER_JOB).distinct("run_at")) == {tonight(21, 50)}
    clock.set(tonight(23))
    work_off(visitor_app)
    assert [one["subject"] for one in sent(simulator)] == ["urgent"]
    waiting = Job.objects(name=DELIVER_JOB, state=JobState.PENDING)
    assert {(one.run_at, one.attempts) for one in waiting} == {(late, 0)}
    clock.set(late)
    work_off(visitor_app)
    assert {one["subject"] for one in sent(simulator)} == {"first", "answer", "urgent"}


def test_what_is_urgent_overtakes_and_the_rest_comes_in_order(
    reader: Caller,
    visitor_app: Flask,
    simulator: RunningSimulator,
    clock: Clock,
    late: dt.datetime,
) -> None:
    allow(reader, simulator, 4)
    for key in ("first", "second"):
        tell(reader.id, key)
        clock.advance(minutes=1)
    tell(reader.id, "urgent", soon())
    work_off(visitor_app)
    assert titles(simulator) == ["urgent"]
    clock.set(late + MINUTE)
    tell(reader.id, "last")
    with pytest.raises(outbox.Later):
        delivery.deliver(InboxEntry.objects.get(dedupe_key="last").id)
    with pytest.raises(outbox.Later):
        delivery.deliver(InboxEntry.objects.get(dedupe_key="second").id)
    for _ in range(4):
        work_off(visitor_app)
        clock.advance(seconds=30)
    assert titles(simulator) == ["urgent", "first", "second", "last"]


def test_what_waited_for_the_morning_waits_for_wechat_like_all(
    reader: Caller,
    visitor_app: Flask,
    simulator: RunningSimulator,
    clock: Clock,
    late: dt.datetime,
) -> None:
    allow(reader, simulator)
    tell(reader.id, "key")
    simulator.fail("subscribe_send", errcode=-1)
    clock.set(late)
    work_off(visitor_app)
    assert InboxEntry.objects.get().delivered_at is None, "its ten minutes begin in the morning"
    simulator.mend()
    clock.advance(minutes=1)
    work_off(visitor_app)
    assert titles(simulator) == ["key"]


def test_what_did_not_arrive_goes_by_another_channel_in_the_morning(
    reader: Caller, visitor_app: Flask, simulator: RunningSimulator, clock: Clock, late: dt.datetime
) -> None:
    clock.set(tonight(21, 58))
    allow(reader, simulator)
    tell(reader.id, "key")
    work_off(visitor_app)
    clock.set(tonight(22, 5))
    arrived(1)
    work_off(visitor_app)
    assert (CallTask.objects.count(), InboxEntry.objects.get().held_until) == (0, late)
    clock.set(late)
    work_off(visitor_app)
    assert CallTask.objects.count() == 1


def test_nobody_is_called_at_night_about_what_can_wait(
    visitor: Caller, visitor_app: Flask, clock: Clock, late: dt.datetime
) -> None:
    tell(visitor.id, "key")
    work_off(visitor_app)
    assert CallTask.objects.count() == 0
    contact = ToContact("测试来电者", "+8613800138000")
    for key, urgency in (("waits", Urgency()), ("urgent", soon())):
        notifications.notify(Event.MESSAGE, contact, TOLD, key, urgency=urgency)
        clock.advance(seconds=1)
    desk = staff_client(visitor_app, Role.BOOKING_DESK)
    shown = desk.get("/admin/api/v1/calls").get_json()["items"]
    assert [one["not_before"] for one in shown] == [late.isoformat(), None]
    clock.set(late)
    work_off(visitor_app)
    (call,) = CallTask.objects(visitor=visitor.id)
    assert (call.created_at, call.not_before) == (late, None)


def asked(*, minutes_ago: int, window_left: dt.timedelta | None) -> Question:
    """Write a question of a visitor in WeChat that is answered now."""
    openid, at = Visitor.objects.get().openid, now() - minutes_ago * MINUTE
    if window_left is not None:
        until = now() + window_left
        WechatWindow(
            openid=openid, push="push", opened_at=at, until=until, left=5, drop_at=until
        ).save()
    return Question(openid=openid, asked_at=at, answered_at=now(), due_at=at, drop_at=at)


@pytest.mark.parametrize(
    ("minutes_ago", "window_hours", "goes"),
    [(5, 48, True), (120, 46, False), (2_700, 3, True), (4_000, None, False)],
)
def test_an_answer_of_staff_waits_unless_the_conversation_ends(
    reader: Caller,
    late: dt.datetime,
    minutes_ago: int,
    window_hours: int | None,
    goes: bool,
) -> None:
    del reader
    left = None if window_hours is None else dt.timedelta(hours=window_hours)
    question = asked(minutes_ago=minutes_ago, window_left=left)
    held = question_delivery.questions.held_until(question)
    assert held == (None if goes else late)

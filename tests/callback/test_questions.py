"""Staff answer questions: in the conversation while it is open, in the inbox always, once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.clock import SHANGHAI, day_start, today
from models.audit import AuditEntry
from models.enums import Language
from models.held_texts import HeldText
from models.notifications import CallTask, DeliveredBy, InboxEntry
from models.outbox import Job, JobState
from models.questions import ContentVerdict, Question
from models.staff import Role
from models.visitors import Visitor
from models.wechat_pushes import WechatPush, WechatWindow
from services import customer_service, inbox, personal_data, questions, wechat_events
from services.customer_service import NotSent
from services.visitors import signing_in
from tests.callback.pushing import A, Platform
from tests.clocks import Clock
from tests.factories import staff_client

API = "/admin/api/v1/questions"
Work = Callable[[], None]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def desk(platform: Platform) -> FlaskClient:
    return staff_client(platform.app, Role.BOOKING_DESK)


@pytest.fixture
def visitor(platform: Platform) -> Visitor:
    return signing_in.with_wechat(platform.simulator.login_code(A)).visitor


def ask(platform: Platform, work: Work, text: str = "园区停车方便吗？") -> str:
    platform.write(text)
    work()
    return str(Question.objects.order_by("-asked_at").first().id)


def answer(desk: FlaskClient, question: str, text: str = "停车方便。") -> dict[str, Any]:
    found = desk.post(f"{API}/{question}/answer", json={"text": text})
    assert found.status_code == 200, found.text
    return dict(found.get_json())


def told(platform: Platform) -> list[str]:
    return [str(one["content"]) for one in platform.received() if "停车方便。" in one["content"]]


def test_an_answer_comes_to_the_phone_and_to_the_inbox(
    platform: Platform, work: Work, desk: FlaskClient, visitor: Visitor
) -> None:
    question = ask(platform, work)
    shown = answer(desk, question)
    assert (shown["state"], shown["answer"], shown["told_by"]) == ("answered", "停车方便。", None)
    entry = InboxEntry.objects.get(visitor=visitor.id)
    assert personal_data.opened(entry, "text") == "停车方便。"
    assert "停车方便" not in str(entry.to_mongo()), "it is kept encrypted"
    (read,) = inbox.listing(visitor.id, Language.ZH_CN, limit=2)
    assert (read.title, read.text) == ("您的咨询已有答复", "停车方便。")
    work()
    assert told(platform) == ["您的咨询“园区停车方便吗？”，答复如下：\n停车方便。"]
    assert desk.get(f"{API}/{question}").get_json()["told_by"] == "wechat"
    assert InboxEntry.objects.get(visitor=visitor.id).delivered_by is DeliveredBy.WECHAT
    assert CallTask.objects.count() == 0


def test_who_has_no_account_is_told_in_the_conversation(
    platform: Platform, work: Work, desk: FlaskClient
) -> None:
    answer(desk, ask(platform, work))
    work()
    assert len(told(platform)) == 1
    assert InboxEntry.objects.count() == 0


def test_after_two_days_the_inbox_and_what_else_reaches_them_remain(
    platform: Platform, work: Work, desk: FlaskClient, visitor: Visitor
) -> None:
    question = ask(platform, work)
    WechatWindow.objects.update(until=WechatWindow.objects.get().opened_at)
    assert desk.get(f"{API}/{question}").get_json()["window"] is None
    answer(desk, question)
    work()
    assert told(platform) == []
    (entry,) = InboxEntry.objects(visitor=visitor.id)
    assert entry.delivered_at is not None
    assert desk.get(f"{API}/{question}").get_json()["told_by"] == "inbox"


def test_the_window_shows_what_is_left(platform: Platform, work: Work, desk: FlaskClient) -> None:
    question = ask(platform, work)
    window = desk.get(f"{API}/{question}").get_json()["window"]
    assert window["left"] == 4, "one went for the word that staff will answer"


def test_five_messages_and_none_more(platform: Platform, work: Work) -> None:
    ask(platform, work)
    openid = platform.openid()
    for _ in range(4):
        customer_service.send(openid, "测试")
    with pytest.raises(NotSent):
        customer_service.send(openid, "测试")
    assert len(platform.received()) == 5
    platform.write("另一个问题")
    work()
    assert len(platform.received()) == 6


def test_an_older_message_does_not_open_the_window_anew(platform: Platform, work: Work) -> None:
    ask(platform, work)
    before = WechatWindow.objects.get()
    at = int((before.opened_at - HOUR).timestamp())
    platform.push("text", fields={"CreateTime": at})
    work()
    after = WechatWindow.objects.get()
    assert (after.opened_at, after.left) == (before.opened_at, before.left - 1)


@pytest.mark.parametrize("fault", [{"errcode": 45015}, {"errcode": 45047}, {"mode": "drop"}])
def test_what_does_not_go_out_goes_the_usual_way(
    platform: Platform,
    work: Work,
    desk: FlaskClient,
    visitor: Visitor,
    fault: dict[str, Any],
) -> None:
    question = ask(platform, work)
    platform.simulator.fail("custom_send", **fault)
    answer(desk, question)
    work()
    assert InboxEntry.objects.get(visitor=visitor.id).delivered_by is DeliveredBy.CALL
    assert Question.objects.get(id=question).told_by is DeliveredBy.INBOX


def test_an_answer_at_night_comes_in_the_morning(
    platform: Platform,
    work: Work,
    visitor: Visitor,
    clock: Clock,
    night: None,
) -> None:
    del visitor, night
    question, evening = ask(platform, work), day_start(today()) + 23 * HOUR
    Question.objects.update(asked_at=evening - HOUR)
    WechatWindow.objects.update(until=evening + 24 * HOUR)
    clock.set(evening)
    answer(staff_client(platform.app, Role.BOOKING_DESK), question)
    assert InboxEntry.objects.count() == 1
    work()
    assert told(platform) == []
    clock.set(evening + 9 * HOUR)
    platform.simulator.fail("custom_send", errcode=-1, times=1)
    work()
    assert Question.objects.get(id=question).told_by is None, "it is waited for as by day"
    clock.advance(minutes=1)
    work()
    assert len(told(platform)) == 1
    assert InboxEntry.objects.get().delivered_by is DeliveredBy.WECHAT


def test_a_busy_platform_is_waited_for(platform: Platform, work: Work, desk: FlaskClient) -> None:
    question = ask(platform, work)
    platform.simulator.fail("custom_send", errcode=-1, times=1)
    answer(desk, question)
    work()
    (job,) = Job.objects(state=JobState.PENDING)
    assert told(platform) == []
    Job.objects(id=job.id).update(run_at=job.created_at)
    work()
    assert len(told(platform)) == 1


@pytest.mark.parametrize("errcode", [-1, 45009])
def test_a_platform_that_stays_busy_leaves_it_to_another_channel(
    platform: Platform,
    work: Work,
    desk: FlaskClient,
    visitor: Visitor,
    clock: Clock,
    errcode: int,
) -> None:
    question = ask(platform, work)
    platform.simulator.fail("custom_send", errcode=errcode)
    answer(desk, question)
    for _ in range(3):
        work()
        assert Question.objects.get(id=question).told_by is None
        assert InboxEntry.objects.get(visitor=visitor.id).delivered_at is None
        clock.advance(minutes=3)
    clock.advance(minutes=1)
    work()
    assert InboxEntry.objects.get(visitor=visitor.id).delivered_by is DeliveredBy.CALL
    assert CallTask.objects.count() == 1
    assert Question.objects.get(id=question).told_by is DeliveredBy.INBOX
    platform.simulator.mend()
    work()
    assert told(platform) == []


def test_who_has_no_account_is_waited_for_while_the_conversation_is_open(
    platform: Platform, work: Work, desk: FlaskClient, clock: Clock
) -> None:
    question = ask(platform, work)
    platform.simulator.fail("custom_send", errcode=-1)
    answer(desk, question)
    work()
    clock.advance(hours=1)
    work()
    assert Question.objects.get(id=question).told_by is None
    platform.simulator.mend()
    clock.advance(minutes=1)
    work()
    assert len(told(platform)) == 1
    assert Question.objects.get(id=question).told_by is DeliveredBy.WECHAT


def test_a_second_try_tells_nobody_twice(platform: Platform, work: Work, desk: FlaskClient) -> None:
    answer(desk, ask(platform, work))
    work()
    # As when the worker died before it noted that the message was sent.
    Question.objects.update(unset__told_by=True)
    Job.objects.update(state=JobState.PENDING)
    work()
    assert len(told(platform)) == 1


def test_one_answer(platform: Platform, work: Work, desk: FlaskClient) -> None:
    question = ask(platform, work)
    answer(desk, question)
    for verb, body in (("answer", {"text": "另一个答复"}), ("close", None)):
        again = desk.post(f"{API}/{question}/{verb}", json=body)
        assert (again.status_code, again.get_json()["error"]["code"]) == (409, "question_closed")
    assert AuditEntry.objects(action="questions.answer").count() == 1


def test_closing_tells_nobody(
    platform: Platform, work: Work, desk: FlaskClient, visitor: Visitor
) -> None:
    question = ask(platform, work)
    before = len(platform.received())
    assert desk.post(f"{API}/{question}/close").get_json()["state"] == "closed"
    work()
    assert len(platform.received()) == before
    assert InboxEntry.objects(visitor=visitor.id).count() == 0


def test_the_log_holds_neither_question_nor_answer(
    platform: Platform, work: Work, desk: FlaskClient
) -> None:
    answer(desk, ask(platform, work))
    rows = str(list(AuditEntry._get_collection().find()))
    assert "停车" not in rows
    assert platform.openid() not in rows


@pytest.mark.parametrize(
    ("text", "verdict"), [("停车？", "pass"), ("测试待审？", "review"), ("测试违规？", "risky")]
)
def test_what_wechat_finds_in_a_question_is_shown_with_it(
    platform: Platform, work: Work, desk: FlaskClient, text: str, verdict: str
) -> None:
    """The desk decides: nothing is held back, with an account or without one."""
    question = ask(platform, work, text)
    (shown,) = desk.get(API).get_json()["items"]
    assert (shown["id"], shown["text"], shown["verdict"]) == (question, text, verdict)
    assert HeldText.objects.count() == 0
    assert answer(desk, question)["state"] == "answered"


def test_a_question_that_could_not_be_checked_is_there(
    platform: Platform, work: Work, desk: FlaskClient
) -> None:
    platform.simulator.fail("msg_sec_check", mode="drop")
    question = ask(platform, work)
    assert desk.get(f"{API}/{question}").get_json()["verdict"] == "unchecked"


def test_a_question_is_written_before_it_is_checked(platform: Platform, work: Work) -> None:
    platform.write("园区停车方便吗？")
    wechat_events.handle(WechatPush.objects.get().id)
    assert Question.objects.get().verdict is ContentVerdict.WAITING
    assert platform.simulator.calls("msg_sec_check") == []
    work()
    assert Question.objects.get().verdict is ContentVerdict.PASS


def test_the_list_has_the_most_urgent_first(
    platform: Platform, work: Work, desk: FlaskClient, visitor: Visitor
) -> None:
    found = [ask(platform, work, f"问题 {number}") for number in range(3)]
    # What is asked out of office hours is all due at the same time.
    first = Question.objects.get(id=found[0]).due_at
    Question.objects(id=found[1]).update(due_at=first + HOUR)
    Question.objects(id=found[2]).update(due_at=first - HOUR)
    page = desk.get(API, query_string={"limit": 2}).get_json()
    rest = desk.get(API, query_string={"cursor": page["next_cursor"]}).get_json()
    shown = [*page["items"], *rest["items"]]
    assert [one["id"] for one in shown] == [found[2], found[0], found[1]]
    assert visitor.openid not in str(shown)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-23 09:00", "2026-11-23 17:00"),  # a Monday
        ("2026-11-23 10:30", "2026-11-24 10:30"),
        ("2026-11-23 08:00", "2026-11-23 17:00"),
        ("2026-11-23 17:00", "2026-11-24 17:00"),
        ("2026-11-23 23:59", "2026-11-24 17:00"),
        ("2026-11-27 16:00", "2026-11-30 16:00"),  # over a weekend
        ("2026-11-28 12:00", "2026-11-30 17:00"),
        ("2026-09-30 16:00", "2026-10-08 16:00"),  # over the national holiday
    ],
)
def test_the_deadline_is_a_working_day_later(asked: str, due: str) -> None:
    assert questions.due_at(local(asked)) == local(due)

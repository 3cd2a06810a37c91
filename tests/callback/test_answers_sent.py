"""How an answer comes to who asked: in the conversation while it is open, else another way."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from core.clock import day_start, today
from models.enums import Language
from models.notifications import CallTask, DeliveredBy, InboxEntry
from models.outbox import Job, JobState
from models.questions import Question
from models.staff import Role
from models.visitors import Visitor
from models.wechat_pushes import WechatWindow
from services import customer_service, inbox, personal_data
from services.customer_service import NotSent
from tests.callback.asking import API, HOUR, Work, answer, ask, told
from tests.callback.pushing import Platform
from tests.clocks import Clock
from tests.factories import staff_client


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

"""What follows from each event: news for who keeps books, and for who sent something."""

import datetime as dt
import itertools
from typing import Any

import pytest

from jobs.worker import Worker
from models.outbox import Job, JobState
from models.questions import ContentVerdict, Question
from models.subscriptions import SendState, SubscriptionCredit, SubscriptionMessage
from models.visitors import Visitor
from models.wechat_pushes import WechatPush
from tests.callback.accounts import FORMATS, run_again, sign_in, work
from tests.callback.conftest import NewPlatform
from tests.callback.pushing import Platform

AT = 1_795_000_000
POPUP = "subscribe_msg_popup_event"
MINUTE = dt.timedelta(minutes=2)


def choice(template: str, accepts: str, scene: str = "2") -> dict[str, str]:
    return {"TemplateId": template, "SubscribeStatusString": accepts, "PopupScene": scene}


def credits(platform: Platform) -> dict[str, int]:
    """Return how many messages were accepted, by template."""
    visitor = Visitor.objects.get(openid=platform.openid())
    return {one.template: one.by_event for one in SubscriptionCredit.objects(visitor=visitor.id)}


@pytest.mark.parametrize(("form", "count"), list(itertools.product(FORMATS, (0, 1, 2, 3))))
def test_what_was_accepted_in_a_popup_is_counted(
    new_platform: NewPlatform, form: str, count: int
) -> None:
    platform = new_platform(form)
    sign_in(platform)
    choices = [choice("one", "accept"), choice("two", "accept"), choice("three", "reject")][:count]
    platform.push(POPUP, times=3, fields={"List": choices})
    work(platform)
    run_again(lambda: work(platform))
    assert credits(platform) == dict.fromkeys(["one", "two"][:count], 1)


@pytest.mark.parametrize("form", FORMATS)
def test_two_popups_are_counted_twice(new_platform: NewPlatform, form: str) -> None:
    platform = new_platform(form)
    sign_in(platform)
    for at in (AT, AT + 1):
        platform.push(POPUP, fields={"List": [choice("one", "accept")], "CreateTime": at})
    work(platform)
    assert credits(platform) == {"one": 2}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("count", [1, 2])
def test_who_refuses_in_the_settings_has_no_credit(
    new_platform: NewPlatform, form: str, count: int
) -> None:
    platform = new_platform(form)
    sign_in(platform)
    platform.push(POPUP, fields={"List": [choice("one", "accept"), choice("two", "accept")]})
    work(platform)
    changes = [choice("one", "reject"), choice("two", "reject")][:count]
    platform.push("subscribe_msg_change_event", fields={"List": changes})
    work(platform)
    assert credits(platform) == {"one": 0, "two": 2 - count}


@pytest.mark.parametrize("kind", [POPUP, "subscribe_msg_change_event"])
def test_choices_of_who_has_no_account_count_for_nobody(platform: Platform, kind: str) -> None:
    platform.push(kind, fields={"List": [choice("one", "accept")]})
    work(platform)
    assert SubscriptionCredit.objects.count() == 0


@pytest.mark.parametrize("entry", [{}, {"TemplateId": []}, {"SubscribeStatusString": 7}, {"a": 1}])
def test_a_list_with_anything_in_it_breaks_nothing(platform: Platform, entry: Any) -> None:
    sign_in(platform)
    for kind in (POPUP, "subscribe_msg_change_event", "subscribe_msg_sent_event"):
        platform.push(kind, fields={"List": [entry]})
    work(platform)
    assert credits(platform) == {}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("code", "state"), [("0", SendState.SENT), (0, SendState.SENT), ("3", SendState.FAILED)]
)
def test_what_became_of_a_message_is_noted(
    new_platform: NewPlatform, form: str, code: object, state: SendState
) -> None:
    platform = new_platform(form)
    visitor = sign_in(platform)
    row = {"_id": "sent", "visitor": visitor.id, "message_id": "4711", "state": "sent"}
    SubscriptionMessage._get_collection().insert_one(row)
    sent = {"TemplateId": "one", "MsgID": "4711", "ErrorCode": code, "ErrorStatus": "…"}
    platform.push("subscribe_msg_sent_event", fields={"List": [sent]})
    work(platform)
    found = SubscriptionMessage._get_collection().find_one({"_id": "sent"})
    assert found is not None
    assert found["state"] == state


@pytest.mark.parametrize("form", FORMATS)
def test_news_that_overtake_the_note_of_a_message_wait(
    new_platform: NewPlatform, form: str
) -> None:
    platform = new_platform(form)
    visitor = sign_in(platform)
    row = {"_id": "begun", "visitor": visitor.id, "template": "one", "state": "sending"}
    messages = SubscriptionMessage._get_collection()
    messages.insert_one(row)
    sent = {"TemplateId": "one", "MsgID": "4711", "ErrorCode": "3", "ErrorStatus": "…"}
    platform.push("subscribe_msg_sent_event", fields={"List": [sent]})
    assert Worker(platform.app.config["SETTINGS"]).step()
    (job,) = Job.objects
    assert (job.state, job.attempts) == (JobState.PENDING, 0)
    messages.update_one({"_id": "begun"}, {"$set": {"state": "sent", "message_id": "4711"}})
    Job.objects.update(run_at=job.created_at)
    work(platform)
    found = messages.find_one({"_id": "begun"})
    assert found is not None
    assert (found["state"], found["errcode"]) == ("failed", 3)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"result": {"suggest": "pass", "label": 100}}, ContentVerdict.PASS),
        ({"result": {"suggest": "risky", "label": 20001}}, ContentVerdict.RISKY),
        ({"result": {"suggest": "review", "label": 20001}}, ContentVerdict.REVIEW),
        ({"errcode": -1008, "result": {"suggest": "pass"}}, ContentVerdict.UNCHECKED),
        ({"result": ""}, ContentVerdict.REVIEW),
    ],
)
def test_the_check_of_a_picture_is_noted_with_its_question(
    new_platform: NewPlatform, form: str, fields: dict[str, Any], verdict: ContentVerdict
) -> None:
    platform = new_platform(form)
    platform.push("image")
    work(platform)
    question = Question.objects.get()
    assert question.picture is ContentVerdict.WAITING
    (held,) = platform.simulator.control("GET", "media-checks")["items"]
    assert held["trace_id"] == question.trace
    platform.push("wxa_media_check", fields={"trace_id": question.trace, **fields})
    work(platform)
    assert Question.objects.get().picture is verdict


def test_a_verdict_of_no_picture_of_ours_is_waited_for(platform: Platform) -> None:
    """It may overtake the note of what it is about."""
    platform.push("wxa_media_check", fields={"trace_id": "other"})
    worker = Worker(platform.app.config["SETTINGS"])
    assert worker.step()
    assert Job.objects.get().state is JobState.PENDING
    WechatPush.objects.update(received_at=WechatPush.objects.get().received_at - MINUTE)
    Job.objects.update(run_at=Job.objects.get().created_at)
    work(platform)


@pytest.mark.parametrize("kind", ["user_info_modified", "user_enter_tempsession"])
def test_events_without_consequences_for_an_account(platform: Platform, kind: str) -> None:
    mine = sign_in(platform)
    platform.push(kind)
    work(platform)
    assert Visitor.objects.get(id=mine.id).revision == mine.revision


def test_an_event_that_nobody_knows_is_done_with(platform: Platform) -> None:
    platform.push("user_info_modified", fields={"Event": "something_new"})
    work(platform)

"""What follows from each event: news for who keeps books, and what users take back."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from mongoengine import Document

from jobs.worker import Worker
from models.bookings import Booking
from models.notifications import CallTask, Event, InboxEntry
from models.outbox import Job, JobState
from models.questions import ContentVerdict, Question
from models.subscriptions import SendState, SubscriptionCredit, SubscriptionMessage
from models.visitors import PhoneSource, Visitor
from models.visits import Visit
from models.wechat_pushes import WechatPush, WechatWindow
from services import personal_data, question_pictures
from services.visitors import signing_in
from tests.bookings.booked import create_booking
from tests.callback.conftest import NewPlatform
from tests.callback.pushing import A, B, Platform
from tests.visiting import create_departure

FORMATS = ("json", "xml")
AT = 1_795_000_000
POPUP = "subscribe_msg_popup_event"
MINUTE = dt.timedelta(minutes=2)


def work(platform: Platform) -> None:
    worker = Worker(platform.app.config["SETTINGS"])
    for _ in range(50):
        if not worker.step():
            break
    # The end of the wait for a picture is half an hour away.
    undone = Job.objects(state__ne=JobState.DONE, name__ne=question_pictures.END_JOB)
    failed = [job.error for job in undone]
    assert failed == []
    assert WechatPush.objects(handled_at=None).count() == 0


def sign_in(platform: Platform, name: str = A) -> Visitor:
    return signing_in.with_wechat(platform.simulator.login_code(name)).visitor


def give_phone(visitor: Visitor, source: PhoneSource = PhoneSource.WECHAT) -> None:
    sealed = personal_data.sealed(Visitor, visitor.id, {"phone": "+8613800138000"})
    Visitor.objects(id=visitor.id).update(**sealed, phone_source=source)


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


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("told", ["8", 8, "1,8", "301;8"])
@pytest.mark.parametrize("source", list(PhoneSource))
def test_the_phone_goes_when_it_is_taken_back(
    new_platform: NewPlatform, form: str, told: object, source: PhoneSource
) -> None:
    platform = new_platform(form)
    mine, other = sign_in(platform), sign_in(platform, B)
    for one in (mine, other):
        give_phone(one, source)
    platform.push("user_authorization_revoke", fields={"RevokeInfo": told})
    work(platform)
    row = Visitor._get_collection().find_one({"_id": mine.id})
    assert row is not None
    assert row.keys().isdisjoint({"phone", "phone_index", "phone_source"})
    assert row["revision"] == mine.revision + 1
    assert Visitor.objects.get(id=other.id).phone


def with_phone(document: type[Document], number: str, **fields: Any) -> Any:
    """Return a row that has a number, not yet written."""
    found = document(**fields)
    for name, value in personal_data.sealed(document, found.id, {"phone": number}).items():
        setattr(found, name, value)
    return found


def test_the_phone_goes_from_everything_it_was_copied_to(platform: Platform) -> None:
    mine, other = sign_in(platform), sign_in(platform, B)
    give_phone(mine)
    departure = create_departure()
    day = {"dates": ["2026-01-01"], "party": 2}
    kept: dict[str, bool] = {}
    for owner, number, stays in (
        (mine.id, "+8613800138000", False),
        (mine.id, "+8613900139000", True),
        (other.id, "+8613800138000", True),
        (None, "+8613800138000", True),
    ):
        booking = create_booking(departure, visitor=owner)
        sealed = personal_data.sealed(Booking, booking.id, {"phone": number})
        Booking.objects(id=booking.id).update(**sealed)
        visit = with_phone(Visit, number, visitor=owner, **day).save(force_insert=True)
        about = {"dedupe_key": booking.id, "event": Event.MESSAGE, "visitor": owner}
        call = with_phone(CallTask, number, **about).save(force_insert=True)
        kept |= {one.id: stays for one in (booking, visit, call)}
    platform.push("user_authorization_revoke", fields={"RevokeInfo": "8"})
    work(platform)
    found = {}
    for document in (Booking, Visit, CallTask):
        for row in document._get_collection().find():
            assert ("phone" in row) is ("phone_index" in row)
            found[row["_id"]] = "phone" in row
    assert found == kept
    assert "phone" not in (Visitor._get_collection().find_one({"_id": mine.id}) or {})
    assert {one.revision for one in Visit.objects(visitor=mine.id)} == {1, 2}


@pytest.mark.parametrize("told", ["1", "18", "80", "", "phone"])
def test_the_phone_stays_when_something_else_is_taken_back(platform: Platform, told: str) -> None:
    mine = sign_in(platform)
    give_phone(mine)
    platform.push("user_authorization_revoke", fields={"RevokeInfo": told})
    work(platform)
    assert Visitor.objects.get(id=mine.id).phone


@pytest.mark.parametrize("form", FORMATS)
def test_who_gives_up_is_deleted_with_all_they_wrote(new_platform: NewPlatform, form: str) -> None:
    platform = new_platform(form)
    mine, other = sign_in(platform), sign_in(platform, B)
    for name in (A, B):
        platform.write("有一个问题", name)
    work(platform)
    platform.push("user_authorization_cancellation", times=2)
    work(platform)
    assert [one.id for one in Visitor.objects] == [other.id]
    assert WechatPush.objects(openid=mine.openid).count() == 0
    assert WechatWindow.objects(openid=mine.openid).count() == 0
    assert InboxEntry.objects(visitor=mine.id).count() == 0
    assert WechatPush.objects(openid=other.openid).count() == 1


def test_who_has_no_account_can_give_up_too(platform: Platform) -> None:
    platform.write("有一个问题")
    work(platform)
    platform.push("user_authorization_cancellation")
    work(platform)
    assert WechatWindow.objects.count() == 0
    for row in WechatPush._get_collection().find():
        assert row.keys() == {"_id", "identity", "handled_at", "drop_at"}


@pytest.mark.parametrize("kind", ["user_info_modified", "user_enter_tempsession"])
def test_events_without_consequences_for_an_account(platform: Platform, kind: str) -> None:
    mine = sign_in(platform)
    platform.push(kind)
    work(platform)
    assert Visitor.objects.get(id=mine.id).revision == mine.revision


def test_an_event_that_nobody_knows_is_done_with(platform: Platform) -> None:
    platform.push("user_info_modified", fields={"Event": "something_new"})
    work(platform)


def run_again(work_off: Callable[[], None]) -> None:
    """Let every job run again, as after a kill at its end."""
    WechatPush.objects.update(unset__handled_at=True)
    Job.objects.update(set__state=JobState.PENDING)
    work_off()


@pytest.mark.parametrize("kind", ["user_authorization_revoke", "user_authorization_cancellation"])
def test_an_event_may_be_handled_again(platform: Platform, kind: str) -> None:
    give_phone(sign_in(platform))
    platform.push(kind)
    work(platform)
    run_again(lambda: work(platform))
    assert Visitor.objects(phone__exists=True).count() == 0

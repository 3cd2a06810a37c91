"""What follows from each event: news for who keeps books, and what users take back."""

import itertools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from jobs.worker import Worker
from models.notifications import InboxEntry
from models.outbox import Job, JobState
from models.visitors import PhoneSource, Visitor
from models.wechat_pushes import WechatPush, WechatWindow
from services import personal_data, wechat_news
from services.visitors import signing_in
from services.wechat_news import MediaChecked, Subscribed, SubscriptionSent
from tests.callback.conftest import NewPlatform
from tests.callback.pushing import A, B, Platform

FORMATS = ("json", "xml")
NEWS = (Subscribed, SubscriptionSent, MediaChecked)
AT = 1_795_000_000


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """All news that are told; nobody else listens."""
    monkeypatch.setattr(wechat_news, "_listeners", defaultdict(list))
    found: list[Any] = []
    for kind in NEWS:
        wechat_news.listen(kind, found.append)
    return found


def work(platform: Platform) -> None:
    worker = Worker(platform.app.config["SETTINGS"])
    for _ in range(50):
        if not worker.step():
            break
    failed = [job.error for job in Job.objects(state__ne=JobState.DONE)]
    assert failed == []
    assert WechatPush.objects(handled_at=None).count() == 0


def sign_in(platform: Platform, name: str = A) -> Visitor:
    return signing_in.with_wechat(platform.simulator.login_code(name)).visitor


def give_phone(visitor: Visitor, source: PhoneSource = PhoneSource.WECHAT) -> None:
    sealed = personal_data.sealed(Visitor, visitor.id, {"phone": "+8613800138000"})
    Visitor.objects(id=visitor.id).update(**sealed, phone_source=source)


def choice(template: str, accepts: str, scene: str = "2") -> dict[str, str]:
    return {"TemplateId": template, "SubscribeStatusString": accepts, "PopupScene": scene}


@pytest.mark.parametrize(("form", "count"), list(itertools.product(FORMATS, (0, 1, 2))))
@pytest.mark.parametrize("kind", ["subscribe_msg_popup_event", "subscribe_msg_change_event"])
def test_choices_are_told_one_by_one(
    new_platform: NewPlatform, heard: list[Any], form: str, count: int, kind: str
) -> None:
    platform = new_platform(form)
    choices = [choice("one", "accept"), choice("two", "reject")][:count]
    platform.push(kind, fields={"List": choices, "CreateTime": AT})
    work(platform)
    told = [(one.template, one.accepted, one.once, one.openid) for one in heard]
    once, openid = kind == "subscribe_msg_popup_event", platform.openid()
    assert told == [("one", True, once, openid), ("two", False, once, openid)][:count]
    assert len({one.key for one in heard}) == count
    assert all(one.at.timestamp() == AT for one in heard)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("code", ["0", 0, "3"])
def test_what_became_of_a_message_is_told(
    new_platform: NewPlatform, heard: list[Any], form: str, code: object
) -> None:
    platform = new_platform(form)
    sent = {"TemplateId": "one", "MsgID": "4711", "ErrorCode": code, "ErrorStatus": "…"}
    platform.push("subscribe_msg_sent_event", fields={"List": [sent]})
    work(platform)
    (one,) = heard
    assert (one.template, one.message, one.errcode) == ("one", "4711", int(str(code)))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("fields", "suggest"),
    [
        ({"result": {"suggest": "pass", "label": 100}}, "pass"),
        ({"result": {"suggest": "risky", "label": 20001}}, "risky"),
        ({"errcode": -1008, "result": {"suggest": "pass", "label": 100}}, "review"),
        ({"result": ""}, "review"),
    ],
)
def test_the_check_of_a_picture_is_told(
    new_platform: NewPlatform,
    heard: list[Any],
    form: str,
    fields: dict[str, Any],
    suggest: str,
) -> None:
    platform = new_platform(form)
    platform.push("wxa_media_check", fields={"trace_id": "trace-1", **fields})
    work(platform)
    (one,) = heard
    assert (one.trace, one.suggest) == ("trace-1", suggest)


def test_a_repetition_is_told_once(platform: Platform, heard: list[Any]) -> None:
    platform.push("subscribe_msg_popup_event", times=3, fields={"List": [choice("one", "accept")]})
    work(platform)
    assert len(heard) == 1


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
    assert (WechatPush.objects.count(), WechatWindow.objects.count()) == (0, 0)


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

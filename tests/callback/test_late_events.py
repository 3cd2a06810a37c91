"""Events that come late, or again, undo nothing that is newer."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.clock import now
from models.bookings import Booking
from models.questions import Question
from models.subscriptions import SubscriptionCredit
from models.visitors import Visitor
from models.wechat_pushes import WechatPush, WechatWindow
from services.visitors import consents, profiles, signing_in
from tests.callback.pushing import A, Platform
from tests.visiting import create_departure, details, request

Work = Callable[[], None]
REVOKE, CANCEL = "user_authorization_revoke", "user_authorization_cancellation"
CHANGE, POPUP = "subscribe_msg_change_event", "subscribe_msg_popup_event"
PHONE = "13800138000"


@pytest.fixture
def visitor(platform: Platform) -> Visitor:
    return signing_in.with_wechat(platform.simulator.login_code(A)).visitor


def ago(seconds: float) -> int:
    """Return a CreateTime."""
    return int((now() - dt.timedelta(seconds=seconds)).timestamp())


def push(platform: Platform, kind: str, at: int, **fields: Any) -> None:
    platform.push(kind, fields={"CreateTime": at, **fields})


@pytest.mark.parametrize(("seconds", "stays"), [(5, True), (0, False), (-5, False)])
def test_a_phone_given_since_stays(
    platform: Platform, work: Work, visitor: Visitor, seconds: int, stays: bool
) -> None:
    found = profiles.type_phone(visitor, PHONE, revision=visitor.revision)
    booking = request(found, create_departure(), about=details(phone=PHONE))
    given = int(found.phone_given_at.timestamp())
    push(platform, REVOKE, given - seconds, RevokeInfo="8")
    work()
    after = Visitor.objects.get(id=visitor.id)
    assert (after.phone is not None, after.phone_given_at is not None) == (stays, stays)
    made = int(booking.created_at.timestamp()) >= given - seconds + 1
    assert (Booking.objects.get(id=booking.id).phone is not None) is (stays or made)


def test_a_booking_made_since_keeps_its_number(
    platform: Platform, work: Work, visitor: Visitor
) -> None:
    found = profiles.type_phone(visitor, PHONE, revision=visitor.revision)
    before, since = (
        request(found, create_departure(in_hours=hours), about=details(phone=PHONE))
        for hours in (100, 200)
    )
    hour = dt.timedelta(hours=1)
    Visitor.objects(id=found.id).update(phone_given_at=now() - hour)
    Booking.objects(id=before.id).update(created_at=now() - hour)
    push(platform, REVOKE, ago(60), RevokeInfo="8")
    work()
    kept = [one for one in (before, since) if Booking.objects.get(id=one.id).phone]
    assert ([one.id for one in kept], Visitor.objects.get().phone) == ([since.id], None)


def test_an_account_made_since_stays(platform: Platform, work: Work, visitor: Visitor) -> None:
    push(platform, CANCEL, ago(5))
    work()
    assert Visitor.objects(id=visitor.id).count() == 1
    push(platform, CANCEL, int(visitor.created_at.timestamp()))
    work()
    assert Visitor.objects.count() == 0, "within one second the event counts"


@pytest.mark.parametrize("withdrawn", [False, True])
def test_who_agreed_since_stays(
    platform: Platform, work: Work, visitor: Visitor, withdrawn: bool
) -> None:
    Visitor.objects(id=visitor.id).update(created_at=now() - dt.timedelta(days=1))
    consents.give(visitor, consents.current_version())
    if withdrawn:
        consents.withdraw(visitor)
    push(platform, CANCEL, ago(5))
    work()
    assert Visitor.objects(id=visitor.id).count() == (0 if withdrawn else 1)


def test_what_was_written_since_stays(platform: Platform, work: Work) -> None:
    openid, at = platform.openid(), ago(60)
    for moment in (at, at + 30):
        push(platform, "text", moment, Content="有一个问题", MsgId=str(moment))
    work()
    push(platform, CANCEL, at + 10)
    work()
    (left,) = Question.objects
    texts = WechatPush.objects(openid=openid, kind="text")
    assert [one.id for one in texts] == [left.push]
    assert WechatWindow.objects(openid=openid).count() == 1


def test_a_repeated_message_of_who_was_deleted_asks_nothing(
    platform: Platform, work: Work, visitor: Visitor
) -> None:
    fields = {"CreateTime": ago(60), "Content": "有一个问题", "MsgId": "4711"}
    platform.push("text", fields=fields)
    work()
    assert Question.objects.count() == 1
    platform.push(CANCEL)
    work()
    platform.push("text", fields=fields, times=2)
    work()
    assert (Question.objects.count(), Visitor.objects.count()) == (0, 0)
    rows = list(WechatPush._get_collection().find())
    assert all(row.keys() == {"_id", "identity", "handled_at", "drop_at"} for row in rows)
    assert visitor.openid not in str(rows)


@pytest.mark.parametrize(("later", "left"), [(10, 1), (0, 0), (-10, 0)])
@pytest.mark.parametrize("kind", [POPUP, CHANGE])
def test_a_template_accepted_since_keeps_its_credit(
    platform: Platform, work: Work, visitor: Visitor, kind: str, later: int, left: int
) -> None:
    at = ago(60)

    def choose(name: str, moment: int, answer: str) -> None:
        listed = [{"TemplateId": "one", "SubscribeStatusString": answer}]
        push(platform, name, moment, List=listed)
        work()

    choose(POPUP, at - 30, "accept")
    if kind == POPUP:
        SubscriptionCredit.objects.delete()
    choose(kind, at + later, "accept")
    choose(CHANGE, at, "reject")
    assert SubscriptionCredit.objects.get(visitor=visitor.id).by_event == left

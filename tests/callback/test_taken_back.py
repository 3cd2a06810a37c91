"""What users take back in WeChat: their number, or all of it."""

from typing import Any

import pytest
from mongoengine import Document

from models.bookings import Booking
from models.notifications import CallTask, Event, InboxEntry
from models.visitors import PhoneSource, Visitor
from models.visits import Visit
from models.wechat_pushes import WechatPush, WechatWindow
from services import personal_data
from tests.bookings.booked import create_booking
from tests.callback.accounts import FORMATS, give_phone, run_again, sign_in, work
from tests.callback.conftest import NewPlatform
from tests.callback.pushing import A, B, Platform
from tests.visiting import create_departure


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


@pytest.mark.parametrize("kind", ["user_authorization_revoke", "user_authorization_cancellation"])
def test_an_event_may_be_handled_again(platform: Platform, kind: str) -> None:
    give_phone(sign_in(platform))
    platform.push(kind)
    work(platform)
    run_again(lambda: work(platform))
    assert Visitor.objects(phone__exists=True).count() == 0

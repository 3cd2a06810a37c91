"""The profile: encrypted at rest, masked when shown, changed by whom saw it last; consent."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from models.notifications import InboxEntry
from models.visitors import Visitor
from services import personal_data
from services.visitors import masking, profiles, signing_in
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller, code

TOLD = {"name": "测试姓名", "organisation": "测试单位", "title": "测试职务"}
NewApp = Callable[..., Flask]


def change(caller: Caller, **fields: Any) -> dict[str, Any]:
    answer = caller.patch("/me", {"revision": caller.me()["revision"], **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def test_what_is_told_is_shown_and_encrypted_at_rest(visitor: Caller) -> None:
    shown = change(visitor, **TOLD, language="en")
    assert {**shown, **TOLD, "language": "en"} == shown == visitor.me()
    stored = str(Visitor._get_collection().find_one({"_id": visitor.id}))
    assert not [text for text in TOLD.values() if text in stored]


def test_null_removes_and_what_is_absent_stays(visitor: Caller) -> None:
    change(visitor, **TOLD)
    shown = change(visitor, title=None)
    assert (shown["name"], shown["title"]) == (TOLD["name"], None)
    row = Visitor._get_collection().find_one({"_id": visitor.id})
    assert row is not None
    assert "title" not in row


def test_a_change_on_an_old_revision_is_refused(visitor: Caller) -> None:
    seen = visitor.me()["revision"]
    change(visitor, name="甲")
    for other in (seen, 2**63 - 1):
        answer = visitor.patch("/me", {"revision": other, "name": "乙"})
        assert code(answer) == (409, "stale_profile")
    answer = visitor.put("/me/phone", {"revision": seen, "phone": "13800138000"})
    assert code(answer) == (409, "stale_profile")
    assert (visitor.me()["name"], visitor.me()["phone"]) == ("甲", None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"revision": "1"},
        {"revision": 0},
        {"revision": True},
        {"revision": 1, "name": ""},
        {"revision": 1, "name": "x" * 61},
        {"revision": 1, "name": {"$ne": ""}},
        {"revision": {"$gt": 0}, "name": "x"},
        {"revision": 1, "language": "fr"},
        {"revision": 1, "keeps_history": 1},
        {"revision": 1, "name": "a\u0000b"},
        {"revision": 1, "openid": "o" * 28},
        {"revision": 1, "appid": "wx1"},
        {"revision": 1, "session_key": "x"},
        {"revision": 1, "demo": "B"},
        {"revision": 1, "email_index": "x"},
        {"revision": 1, "consents": []},
        {"revision": 1, "favourites": 0},
        {"revision": 1, "touched": 0},
        {"revision": 1, "$set": {"demo": "B"}},
        {"revision": 1, "name.$ne": "x"},
    ],
)
def test_nothing_else_can_be_set(visitor: Caller, body: dict[str, Any]) -> None:
    before = Visitor._get_collection().find_one({"_id": visitor.id})
    assert code(visitor.patch("/me", body)) == (400, "invalid")
    assert Visitor._get_collection().find_one({"_id": visitor.id}) == before


@pytest.mark.parametrize("name", ["id", "phone", "email", "unread", "created_at", "consent"])
def test_what_is_only_shown_can_be_sent_back_and_changes_nothing(
    visitor: Caller, name: str
) -> None:
    before = visitor.me()
    shown = change(visitor, **{name: "x"})
    assert shown[name] == before[name]


def test_a_typed_phone_is_masked_and_found_by_its_index(visitor: Caller) -> None:
    body = {"revision": visitor.me()["revision"], "phone": "138 0013-8000"}
    shown = visitor.put("/me/phone", body).get_json()
    assert (shown["phone"], shown["phone_source"]) == ("138****8000", "typed")
    found = Visitor.objects(
        __raw__={"phone_index": personal_data.indexed("phone", "+8613800138000")}
    )
    assert [one.id for one in found] == [visitor.id]
    assert "13800138000" not in str(Visitor._get_collection().find_one({"_id": visitor.id}))
    shown = visitor.put("/me/phone", {"revision": shown["revision"], "phone": None}).get_json()
    assert (shown["phone"], shown["phone_source"]) == (None, None)
    row = Visitor._get_collection().find_one({"_id": visitor.id})
    assert row is not None
    gone = {"phone", "phone_index", "phone_source", "phone_given_at"}
    assert row.keys().isdisjoint(gone)


def test_wechat_vouches_for_a_phone(visitor: Caller, simulator: RunningSimulator) -> None:
    body = {"revision": visitor.me()["revision"], "code": simulator.phone_code("13800138001")}
    shown = visitor.put("/me/phone/wechat", body).get_json()
    assert (shown["phone"], shown["phone_source"]) == ("138****8001", "wechat")
    again = {**body, "revision": shown["revision"]}
    assert code(visitor.put("/me/phone/wechat", again)) == (400, "wechat_code")


def enter(app: Flask, login_code: str) -> Caller:
    """Sign in by WeChat, and agree."""
    done = signing_in.with_wechat(login_code)
    caller = Caller(app, done.token, done.visitor.id)
    assert caller.put("/me/consent", {"version": "1"}).status_code == 200
    return caller


def test_nobody_takes_the_phone_of_another(visitor_app: Flask, simulator: RunningSimulator) -> None:
    names = ("测试访客 A", "测试访客 B")
    one, another = (enter(visitor_app, simulator.login_code(name)) for name in names)
    phone_code = simulator.phone_code("13800138001", visitor=names[0])
    taken = another.put("/me/phone/wechat", {"revision": 1, "code": phone_code})
    assert code(taken) == (400, "wechat_code")
    assert another.me()["phone"] is None
    shown = one.put("/me/phone/wechat", {"revision": 1, "code": phone_code}).get_json()
    assert (shown["phone"], shown["phone_source"]) == ("138****8001", "wechat")


@pytest.mark.parametrize(
    "account", [{"openid": "o" * 28, "appid": "wx1"}, {"language": "en"}], ids=["elsewhere", "none"]
)
def test_who_is_no_user_of_this_mini_program_takes_none(
    visitor: Caller, simulator: RunningSimulator, account: dict[str, str]
) -> None:
    Visitor._get_collection().update_one(
        {"_id": visitor.id}, {"$unset": {"demo": ""}, "$set": account}
    )
    body = {"revision": 1, "code": simulator.phone_code()}
    assert code(visitor.put("/me/phone/wechat", body)) == (409, "no_wechat")
    assert simulator.calls("getuserphonenumber") == []


def test_a_new_phone_is_told_in_the_inbox_once(visitor: Caller) -> None:
    body = {"revision": visitor.me()["revision"], "phone": "13800138000"}
    visitor.put("/me/phone", body)
    visitor.put("/me/phone", body)  # stale: nothing changed
    (entry,) = InboxEntry.objects
    assert (entry.visitor, entry.event.value, visitor.me()["unread"]) == (
        visitor.id,
        "phone_changed",
        1,
    )
    assert "138" not in str(entry.data)


@pytest.mark.parametrize(
    "phone",
    ["12345", "abcdefgh", "+0123456789", "138001380001", "+12", "１３８００１３８０００", "-----"],
)
def test_what_is_no_phone_is_refused(visitor: Caller, phone: str) -> None:
    answer = visitor.put("/me/phone", {"revision": 1, "phone": phone})
    assert code(answer) == (400, "invalid")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0044 20 7946 0000", "+442079460000"),
        ("+1 (415) 555-0123", "+14155550123"),
    ],
)
def test_a_phone_is_kept_in_international_form(typed: str, kept: str) -> None:
    assert profiles.international(typed) == kept


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, None),
        ("+8613800138000", "138****8000"),
        ("+442079460000", "+442****0000"),
        ("+1415555", "****55"),
    ],
)
def test_a_mask_hides_enough(number: str | None, shown: str | None) -> None:
    assert masking.phone(number) == shown


def test_nothing_personal_is_kept_before_consent(sign_in: Callable[..., Caller]) -> None:
    fresh = sign_in(agrees=False)
    assert fresh.me()["consent"] == {"current_version": "1", "due": True, "given_at": None}
    writes = (
        fresh.patch("/me", {"revision": 1, "name": "x"}),
        fresh.put("/me/phone", {"revision": 1, "phone": "13800138000"}),
        fresh.put("/me/phone/wechat", {"revision": 1, "code": "x"}),
        fresh.put("/me/favourites/tracks/absent"),
        fresh.put("/me/history/tracks/absent"),
    )
    assert {code(one) for one in writes} == {(403, "consent_needed")}
    assert fresh.get("/me/export").status_code == 200
    assert fresh.delete("/me").status_code == 204


def test_consent_is_recorded_with_its_version_and_asked_again_for_a_new_one(
    sign_in: Callable[..., Caller], new_app: NewApp
) -> None:
    caller = sign_in(agrees=False)
    assert code(caller.put("/me/consent", {"version": "0"})) == (409, "consent_version")
    for _ in range(2):
        consent = caller.put("/me/consent", {"version": "1"}).get_json()["consent"]
        assert (consent["due"], consent["current_version"]) == (False, "1")
    assert len(Visitor.objects.get(id=caller.id).consents) == 1
    caller.client = new_app(PRIVACY_NOTICE_VERSION="2").test_client()
    assert caller.me()["consent"]["due"]
    assert code(caller.patch("/me", {"revision": 1, "name": "x"})) == (403, "consent_needed")
    caller.put("/me/consent", {"version": "2"})
    assert change(caller, name="x")["name"] == "x"
    kept = Visitor.objects.get(id=caller.id).consents
    assert [(one.version, one.withdrawn_at) for one in kept] == [("1", None), ("2", None)]


def test_consent_can_be_taken_back_and_given_again(visitor: Caller) -> None:
    assert visitor.delete("/me/consent").get_json()["consent"]["due"]
    assert code(visitor.delete("/me/consent")) == (404, "not_found")
    assert code(visitor.patch("/me", {"revision": 1, "name": "x"})) == (403, "consent_needed")
    assert not visitor.put("/me/consent", {"version": "1"}).get_json()["consent"]["due"]
    kept = Visitor.objects.get(id=visitor.id).consents
    assert [bool(one.withdrawn_at) for one in kept] == [True, False]


def test_sessions_are_listed_and_ended(visitor: Caller, sign_in: Callable[..., Caller]) -> None:
    second, third = sign_in(agrees=False), sign_in(agrees=False)
    listed = visitor.get("/me/sessions").get_json()["items"]
    assert [one["current"] for one in listed] == [False, False, True]
    assert visitor.token not in str(listed)
    newest = listed[0]["id"]
    assert visitor.delete(f"/me/sessions/{newest}").status_code == 204
    assert code(visitor.delete(f"/me/sessions/{newest}")) == (404, "not_found")
    assert code(third.get("/me")) == (401, "unauthenticated")
    assert visitor.delete("/me/sessions").status_code == 204
    assert code(second.get("/me")) == (401, "unauthenticated")
    visitor.me()

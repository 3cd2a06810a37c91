"""Texts of visitors: what passes, what is held, what staff refuse; nothing is lost."""

import pytest
from flask import Flask

from core.db import transaction
from models.audit import AuditEntry
from models.held_texts import HeldDecision, HeldReason, HeldText
from models.staff import Role
from models.visitors import Visitor
from services import content_checks, personal_data, text_checks
from services.content_checks import Verdict
from services.text_checks import Written
from tests.factories import ACTOR, staff_client
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import API, Caller, code

HELD = "/admin/api/v1/held-texts"
SUBJECT = "questions:1"


@pytest.fixture
def writer(visitor_app: Flask, simulator: RunningSimulator) -> Visitor:
    """A visitor who is in the mini-program."""
    client = visitor_app.test_client()
    assert client.post(f"{API}/sessions", json={"code": simulator.login_code()}).status_code == 201
    found: Visitor = Visitor.objects.get()
    return found


def hold(visitor: Visitor, text: str, subject: str = SUBJECT) -> Verdict:
    verdict = content_checks.ask(visitor, text)
    transaction(
        lambda session: content_checks.hold(visitor.id, subject, text, verdict, session=session)
    )
    return verdict


def test_a_text_that_passes_is_not_held(writer: Visitor) -> None:
    assert hold(writer, "请问园区在哪里？").passes
    assert HeldText.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "reason"), [("测试待审", HeldReason.REVIEW), ("测试违规", HeldReason.RISKY)]
)
def test_what_wechat_doubts_is_held(writer: Visitor, text: str, reason: HeldReason) -> None:
    assert hold(writer, text).reason is reason
    held = HeldText.objects.get()
    assert (held.reason, held.label != 100) == (reason, True)
    assert text not in str(HeldText._get_collection().find_one()), "encrypted"


@pytest.mark.parametrize(
    "fault",
    [
        *({"mode": mode} for mode in ("drop", "text", "status")),
        *({"errcode": errcode} for errcode in (-1, 40001, 44991, 45009, 61010, 47001)),
    ],
    ids=str,
)
def test_whatever_goes_wrong_holds_the_text(
    writer: Visitor, simulator: RunningSimulator, fault: dict[str, object]
) -> None:
    simulator.fail("msg_sec_check", **fault)
    assert hold(writer, "你好").reason is HeldReason.UNAVAILABLE


def test_a_visitor_who_left_hours_ago_is_not_checked(
    writer: Visitor, simulator: RunningSimulator
) -> None:
    simulator.advance(7_201)
    assert content_checks.ask(writer, "你好").reason is HeldReason.UNAVAILABLE


def test_a_visitor_without_wechat_is_read_by_staff(
    visitor: Caller, simulator: RunningSimulator
) -> None:
    found = Visitor.objects.get(id=visitor.id)
    assert content_checks.ask(found, "你好").reason is HeldReason.NO_WECHAT
    assert content_checks.ask(found, " \n").passes, "nothing was written"
    assert simulator.calls("msg_sec_check") == []


def test_a_long_text_is_checked_whole(writer: Visitor, simulator: RunningSimulator) -> None:
    assert content_checks.ask(writer, "字" * 6_000).passes
    assert len(simulator.calls("msg_sec_check")) == 3
    doubtful = "字" * 5_000 + "测试违规"
    assert content_checks.ask(writer, doubtful).reason is HeldReason.RISKY
    mixed = "测试待审" + "字" * 2_496 + "测试违规"
    assert content_checks.ask(writer, mixed).reason is HeldReason.RISKY, "the worst counts"


def test_staff_decide_once(visitor_app: Flask, writer: Visitor) -> None:
    hold(writer, "测试待审甲")
    hold(writer, "测试待审乙", "questions:2")
    hold(writer, "测试待审丙", "questions:2")
    desk = staff_client(visitor_app, Role.BOOKING_DESK)
    first, second = desk.get(HELD).get_json()["items"]
    assert [one["text"] for one in (first, second)] == ["测试待审甲", "测试待审乙"]
    assert (first["subject"], first["reason"], first["visitor"]) == (SUBJECT, "review", writer.id)
    allowed = {"decision": "allowed", "note": "无碍"}
    decided = desk.post(f"{HELD}/{first['id']}/decide", json=allowed).get_json()
    assert (decided["state"], decided["note"]) == ("allowed", "无碍")
    assert decided["decided_by_name"] == "测试人员"
    refused = {"decision": "refused"}
    again = desk.post(f"{HELD}/{first['id']}/decide", json=refused)
    assert code(again) == (409, "held_decided")
    assert desk.post(f"{HELD}/{second['id']}/decide", json=refused).status_code == 200
    assert desk.get(HELD).get_json()["items"] == []
    assert len(desk.get(f"{HELD}?state=refused").get_json()["items"]) == 1
    entries = list(AuditEntry.objects(action="held_texts.decide"))
    assert len(entries) == 2
    assert "测试待审" not in str([entry.to_mongo() for entry in entries])


def test_only_what_is_at_fault_is_held(writer: Visitor) -> None:
    texts = {"name": "测试访客", "organisation": "测试违规", "title": "测试职务"}
    Visitor.objects(id=writer.id).update(**personal_data.sealed(Visitor, writer.id, texts))
    text_checks.check(Written.PROFILE, writer.id, 1)
    (held,) = HeldText.objects
    assert (held.reason, list(held.parts)) == (HeldReason.RISKY, ["organisation"])
    assert personal_data.opened(held, "text") == "测试违规"
    content_checks.decide(ACTOR, held.id, HeldDecision.REFUSED)
    after = Visitor.objects.get(id=writer.id)
    assert (after.organisation, after.revision) == (None, writer.revision + 1)
    assert personal_data.opened(after, "name") == "测试访客"


def test_the_queue_pages(visitor_app: Flask, writer: Visitor) -> None:
    for number in range(3):
        hold(writer, f"测试待审{number}", f"questions:{number}")
    desk = staff_client(visitor_app, Role.BOOKING_DESK)
    first = desk.get(f"{HELD}?limit=2").get_json()
    rest = desk.get(f"{HELD}?limit=2&cursor={first['next_cursor']}").get_json()
    found = [one["text"] for one in first["items"] + rest["items"]]
    assert (found, rest["next_cursor"]) == ([f"测试待审{number}" for number in range(3)], None)

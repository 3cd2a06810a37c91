"""Questions as staff see them: the list, checks and deadlines, one answer, the log."""

import datetime as dt

import pytest
from flask.testing import FlaskClient

from core.clock import SHANGHAI
from models.audit import AuditEntry
from models.held_texts import HeldText
from models.notifications import InboxEntry
from models.questions import ContentVerdict, Question
from models.visitors import Visitor
from models.wechat_pushes import WechatPush
from services import questions, wechat_events
from tests.callback.asking import API, HOUR, Work, answer, ask
from tests.callback.pushing import Platform


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

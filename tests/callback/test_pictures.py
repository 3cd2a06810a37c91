"""Pictures of questions: looked at, told by the platform after a moment, or by nobody."""

import datetime as dt
from typing import Any

import pytest

from core.clock import now
from jobs.worker import Worker
from models.outbox import Job, JobState
from models.questions import ContentVerdict, Question
from services import question_pictures
from tests.callback.pushing import Platform

CHECKS = "media-checks"


def work(platform: Platform) -> None:
    """Do what is due; whether it is put off is the test's affair."""
    worker = Worker(platform.app.config["SETTINGS"])
    for _ in range(50):
        if not worker.step():
            return
    raise AssertionError("the queue does not run empty")


def send(platform: Platform, url: str = "https://picture.invalid/1.jpg") -> Question:
    """Send a picture; return its question."""
    platform.push("image", fields={"PicUrl": url})
    work(platform)
    found: Question = Question.objects.get()
    return found


def again(platform: Platform) -> None:
    """Let what was put off be due."""
    Job.objects(state=JobState.PENDING, name__ne=question_pictures.END_JOB).update(run_at=now())
    work(platform)


@pytest.mark.parametrize(
    ("url", "verdict"), [("1", "pass"), ("测试违规", "risky"), ("测试待审", "review")]
)
def test_the_result_comes_after_a_moment(platform: Platform, url: str, verdict: str) -> None:
    assert send(platform, f"https://picture.invalid/{url}.jpg").picture is ContentVerdict.WAITING
    control = platform.simulator.control
    assert len(control("GET", CHECKS)["items"]) == 1
    control("POST", "clock", seconds=3)
    assert control("POST", CHECKS) == {"pushed": 1}
    assert control("POST", CHECKS) == {"pushed": 0}, "once"
    work(platform)
    assert Question.objects.get().picture == verdict


def test_a_test_says_what_is_found(platform: Platform) -> None:
    trace = send(platform).trace
    pushed = platform.simulator.control("POST", CHECKS, trace_id=trace, suggest="risky")
    assert pushed == {"pushed": 1}
    work(platform)
    assert Question.objects.get().picture is ContentVerdict.RISKY
    answer = platform.simulator.ask("POST", f"/__sim__/{CHECKS}", {"trace_id": trace})
    assert answer.status == 400


def test_a_result_that_does_not_come_is_waited_for_half_an_hour(platform: Platform) -> None:
    question = send(platform)
    job = Job.objects.get(name=question_pictures.END_JOB)
    assert job.run_at - question.asked_at >= dt.timedelta(minutes=30)
    Job.objects(id=job.id).update(run_at=now())
    work(platform)
    assert Question.objects.get().picture is ContentVerdict.UNCHECKED
    platform.simulator.control("POST", CHECKS, trace_id=question.trace)
    work(platform)
    assert Question.objects.get().picture is ContentVerdict.PASS, "later is better than never"
    Job.objects(id=job.id).update(state=JobState.PENDING)
    work(platform)
    assert Question.objects.get().picture is ContentVerdict.PASS, "what was found stays"


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"errcode": 45011}, {"mode": "drop"}], ids=str)
def test_a_platform_that_is_away_for_a_moment_is_asked_again(
    platform: Platform, fault: dict[str, Any]
) -> None:
    platform.simulator.fail("media_check_async", **fault, times=1)
    question = send(platform)
    assert (question.picture, question.trace) == (ContentVerdict.WAITING, None)
    assert len(platform.received()) == 1, "the visitor is told at once"
    again(platform)
    found = Question.objects.get()
    assert (found.picture, found.trace is not None) == (ContentVerdict.WAITING, True)
    assert len(platform.received()) == 1


@pytest.mark.parametrize(
    "fault", [{"errcode": 45009}, {"errcode": 87020}, {"errcode": 61010}], ids=str
)
def test_a_refusal_for_good_is_told_at_once(platform: Platform, fault: dict[str, Any]) -> None:
    platform.simulator.fail("media_check_async", **fault)
    assert send(platform).picture is ContentVerdict.UNCHECKED


def test_a_platform_that_stays_away_is_given_up(platform: Platform) -> None:
    platform.simulator.fail("media_check_async", errcode=-1)
    question = send(platform)
    long_ago = question.asked_at - question_pictures.ASKED_WITHIN
    Question.objects(id=question.id).update(asked_at=long_ago)
    again(platform)
    assert Question.objects.get().picture is ContentVerdict.UNCHECKED
    assert Job.objects(state__ne=JobState.DONE).count() == 0

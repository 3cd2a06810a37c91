"""`jobs`: what staff see of background work, and what they can do about it."""

import datetime as dt
from collections.abc import Callable

import pytest
from click.testing import Result

from core.clock import SHANGHAI, now
from core.ids import new_id
from models.outbox import Job, JobState
from services import outbox

Run = Callable[..., Result]
Refused = Callable[..., str]
LEASE = dt.timedelta(minutes=1)


def given_up(error: str) -> Job:
    """Return a job that failed for good."""
    outbox.enqueue("test.fails", {})
    token = new_id()
    job = outbox.claim(token, LEASE)
    assert job is not None
    outbox.fail(job, token, error, max_attempts=1)
    return Job.objects.get(id=job.id)


def test_jobs_are_listed_by_their_time_in_shanghai(run: Run) -> None:
    later = dt.datetime(2900, 1, 31, 20, 15, tzinfo=dt.UTC)
    outbox.enqueue("test.later", {}, run_at=later)
    failed = given_up("RuntimeError: no\nluck")
    waiting = Job.objects.get(name="test.later")
    when = failed.run_at.astimezone(SHANGHAI)
    assert run("jobs", "list").stdout.splitlines() == [
        f"{failed.id}  failed     {when:%Y-%m-%d %H:%M:%S}  test.fails  attempts=1  "
        "RuntimeError: no luck",
        f"{waiting.id}  pending    2900-02-01 04:15:00  test.later  attempts=0",
    ]


def test_jobs_are_listed_by_state_and_up_to_a_number(run: Run) -> None:
    failed = given_up("error")
    for _ in range(3):
        outbox.enqueue("test.waits", {}, run_at=now() + LEASE)
    assert run("jobs", "list", "--state", "failed").stdout.split()[0] == failed.id
    assert run("jobs", "list", "--state", "pending", "--limit", 2).stdout.count("\n") == 2
    assert run("jobs", "list", "--state", "done").stdout == ""


@pytest.mark.parametrize("words", [("--state", "lost"), ("--limit", "0"), ("--limit", "1001")])
def test_a_bad_option_is_refused(run: Run, refused: Refused, words: tuple[str, ...]) -> None:
    assert refused(run("jobs", "list", *words), code=2)


def test_a_failed_job_is_made_due_again(run: Run, refused: Refused) -> None:
    job = given_up("error")
    assert run("jobs", "retry", job.id).stdout == f"{job.id} is due again\n"
    assert (Job.objects.get().state, Job.objects.get().attempts) == (JobState.PENDING, 0)
    text = refused(run("jobs", "retry", job.id))
    assert text == "job_not_failed: Only a failed job can be retried"


def test_a_waiting_job_is_cancelled(run: Run, refused: Refused) -> None:
    outbox.enqueue("test.waits", {})
    job = Job.objects.get()
    assert run("jobs", "cancel", job.id).stdout == f"{job.id} is cancelled\n"
    assert Job.objects.get().state is JobState.CANCELLED
    text = refused(run("jobs", "cancel", job.id))
    assert text == "job_not_pending: Only a waiting job can be cancelled"


@pytest.mark.parametrize("verb", ["retry", "cancel"])
@pytest.mark.parametrize("job_id", ["no-such-job", "", "$ne"])
def test_an_unknown_job_is_told_plainly(run: Run, refused: Refused, verb: str, job_id: str) -> None:
    assert refused(run("jobs", verb, job_id)).startswith("not_found: ")

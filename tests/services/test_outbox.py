"""The outbox: claimed in order under a lease, tried again, given up where staff see it."""

import datetime as dt

import pytest

from core.clock import now
from core.ids import new_id
from models.outbox import Job, JobState
from services import jobs, outbox
from services.jobs import Filters
from tests.services.queued import LEASE, MINUTE, claim, enqueue, failed, make_due, only

LAPSED = dt.timedelta(seconds=-1)


def test_a_job_is_claimed_with_its_arguments() -> None:
    outbox.enqueue("work", {"day": "2025-01-17", "at": now().replace(microsecond=0)})
    job = claim("token")
    assert (job.name, job.args["day"]) == ("work", "2025-01-17")
    assert job.args["at"].tzinfo is not None
    assert (job.state, job.attempts, job.token) == (JobState.RUNNING, 1, "token")
    assert now() < job.leased_until <= now() + LEASE


def test_there_is_nothing_to_claim_when_nothing_is_due() -> None:
    assert outbox.claim(new_id(), LEASE) is None
    enqueue(run_at=now() + MINUTE)
    assert outbox.claim(new_id(), LEASE) is None


def test_what_is_due_longest_comes_first() -> None:
    for minutes in (2, 3, 1):
        enqueue(f"due-{minutes}", run_at=now() - minutes * MINUTE)
    assert [claim().name for _ in range(3)] == ["due-3", "due-2", "due-1"]


def test_a_claimed_job_is_not_claimed_again_within_its_lease() -> None:
    enqueue()
    claim()
    assert outbox.claim(new_id(), LEASE) is None


def test_a_job_whose_lease_ran_out_is_claimed_before_all_others() -> None:
    enqueue("lost")
    claim(lease=LAPSED)
    enqueue("waiting", run_at=now() - MINUTE)
    again = claim()
    assert (again.name, again.attempts) == ("lost", 2)
    assert claim().name == "waiting"


def test_renewing_extends_the_lease() -> None:
    enqueue()
    job = claim("token", LAPSED)
    assert outbox.renew(job.id, "token", LEASE)
    assert only().leased_until > now()
    assert outbox.claim(new_id(), LEASE) is None


def test_a_worker_that_lost_its_lease_changes_nothing_any_more() -> None:
    enqueue()
    slow = claim("slow", LAPSED)
    claim("fast")
    before = only().to_mongo()
    assert not outbox.renew(slow.id, "slow", LEASE)
    assert not outbox.finish(slow.id, "slow")
    outbox.fail(slow, "slow", "too late", max_attempts=1)
    assert only().to_mongo() == before
    assert outbox.finish(slow.id, "fast")
    assert only().state is JobState.DONE


def test_a_finished_job_is_kept_for_a_while_and_never_run_again() -> None:
    enqueue()
    job = claim("token", LAPSED)
    assert outbox.finish(job.id, "token")
    done = only()
    assert done.state is JobState.DONE
    assert (done.token, done.leased_until, done.error) == (None, None, None)
    assert done.drop_at - done.finished_at >= outbox.KEEP_DONE - MINUTE
    assert outbox.claim(new_id(), LEASE) is None
    assert not outbox.finish(job.id, "token")


def test_a_failed_attempt_is_tried_again_after_doubling_pauses() -> None:
    enqueue()
    for pause in (1, 2, 4, 8):
        job, before = claim("token"), now()
        assert outbox.fail(job, "token", "broken", max_attempts=8) is JobState.PENDING
        begin = only().run_at - dt.timedelta(seconds=pause)
        assert before <= begin <= now()
        make_due(job)
    assert (only().attempts, only().error) == (4, "broken")


def test_pauses_do_not_grow_beyond_all_bounds() -> None:
    enqueue()
    Job.objects.update(set__attempts=59)
    outbox.fail(claim("token"), "token", "broken", max_attempts=100)
    assert only().run_at <= now() + dt.timedelta(seconds=outbox.BACKOFF_MAX_S)


def test_the_last_attempt_leaves_the_job_where_staff_see_it() -> None:
    enqueue()
    for last in (False, False, True):
        job = claim("token")
        state = outbox.fail(job, "token", "ValueError: broken", max_attempts=3)
        assert (state is JobState.FAILED) is last
        make_due(job)
    job = only()
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, 3, "ValueError: broken")
    assert job.drop_at is None
    assert outbox.claim(new_id(), LEASE) is None
    assert [one.id for one in jobs.listing(Filters(JobState.FAILED), limit=9)] == [job.id]


@pytest.mark.parametrize("error", ["长" * 5_000, "lone \ud83d surrogate", "\x00", ""])
def test_any_text_of_an_error_can_be_recorded(error: str) -> None:
    job = failed(error=error)
    assert job.state is JobState.FAILED
    assert len(job.error) <= outbox.ERROR_MAX
    assert job.error[:4] == error[:4]

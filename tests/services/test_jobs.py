"""What administrators do with background work: try again, cancel, look."""

import pytest

from core.clock import now
from core.errors import Conflict, Forbidden, NotFound
from core.ids import new_id
from models.audit import AuditEntry
from models.outbox import JobState
from models.staff import Role
from services import jobs, outbox
from services.actors import Actor
from services.jobs import Filters
from tests.factories import ACTOR
from tests.services.queued import LEASE, MINUTE, claim, enqueue, failed, make_due, only


def test_staff_retry_what_failed_with_all_attempts_anew() -> None:
    job = failed()
    jobs.retry(ACTOR, job.id)
    assert (only().state, only().attempts) == (JobState.PENDING, 0)
    assert claim().id == job.id


def test_staff_cancel_what_waits() -> None:
    enqueue(run_at=now() + MINUTE)
    jobs.cancel(ACTOR, only().id)
    job = only()
    assert job.state is JobState.CANCELLED
    assert job.drop_at > now()
    make_due(job)
    assert outbox.claim(new_id(), LEASE) is None


def test_only_a_failed_job_is_retried_and_only_a_waiting_one_cancelled() -> None:
    job = failed()
    with pytest.raises(Conflict) as refused:
        jobs.cancel(ACTOR, job.id)
    assert refused.value.code == "job_not_pending"
    jobs.retry(ACTOR, job.id)
    with pytest.raises(Conflict) as refused:
        jobs.retry(ACTOR, job.id)
    assert refused.value.code == "job_not_failed"
    for verb in (jobs.retry, jobs.cancel):
        with pytest.raises(NotFound):
            verb(ACTOR, "0" * 16)
    assert [row.action for row in AuditEntry.objects] == ["jobs.retry"]


def test_nobody_else_touches_a_job() -> None:
    job = failed()
    auditor = Actor("someone", "测试", frozenset({Role.AUDITOR}), None, "", "")
    for verb in (jobs.retry, jobs.cancel):
        with pytest.raises(Forbidden):
            verb(auditor, job.id)
    assert only().state is JobState.FAILED


def test_jobs_are_listed_by_state_those_due_first() -> None:
    enqueue("later", run_at=now() + MINUTE)
    enqueue("now")
    assert [job.name for job in jobs.listing(Filters(), limit=9)] == ["now", "later"]
    claim()
    assert [job.name for job in jobs.listing(Filters(JobState.RUNNING), limit=9)] == ["now"]
    assert [job.name for job in jobs.listing(Filters(JobState.PENDING), limit=1)] == ["later"]

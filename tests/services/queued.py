"""What tests of the outbox do with jobs."""

import datetime as dt
from typing import Any

from core.clock import now
from core.ids import new_id
from models.outbox import Job
from services import outbox

LEASE = dt.timedelta(seconds=30)
MINUTE = dt.timedelta(minutes=1)


def enqueue(name: str = "work", **options: Any) -> None:
    """Write a job down."""
    outbox.enqueue(name, {"a": 1}, **options)


def claim(token: str | None = None, lease: dt.timedelta = LEASE) -> Job:
    """Take the job that is next; there must be one."""
    job = outbox.claim(token or new_id(), lease)
    assert job is not None
    return job


def only() -> Job:
    """Return the only job that there is."""
    (job,) = Job.objects
    assert isinstance(job, Job)
    return job


def make_due(job: Job) -> None:
    """Let a job's time come."""
    Job.objects(id=job.id).update(set__run_at=now())


def failed(max_attempts: int = 1, error: str = "broken") -> Job:
    """Return a job that was given up."""
    enqueue()
    outbox.fail(claim("t"), "t", error, max_attempts)
    return only()

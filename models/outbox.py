"""Background work that is due, under way, or failed for good."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    EnumField,
    IntField,
    StringField,
)

from core.clock import now
from core.ids import new_id


class JobState(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Document):
    """One piece of work. At most one job has a `dedupe_key`: the same work is not there twice.

    A running job is held under a lease until `leased_until`; past it, another worker takes it.
    `token` is the holder's, so that a worker that lost its lease cannot finish the job. Done
    jobs are dropped at `drop_at`, well after anybody could enqueue them again.
    """

    meta: ClassVar = {
        "collection": "jobs",
        "indexes": [
            ("state", "run_at", "id"),
            ("state", "leased_until"),
            {"fields": ["dedupe_key"], "unique": True, "sparse": True},
            ("name", "state", "run_at", "id"),
            {"fields": ["drop_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    name = StringField(required=True, max_length=100)
    args = DictField()
    state = EnumField(JobState, required=True, default=JobState.PENDING)
    run_at = DateTimeField(required=True)
    dedupe_key = StringField(max_length=200)
    attempts = IntField(required=True, default=0)
    leased_until = DateTimeField()
    token = StringField()
    error = StringField(max_length=2_000)
    created_at = DateTimeField(required=True, default=now)
    finished_at = DateTimeField()
    drop_at = DateTimeField()

"""Background work as administrators see it: what waits, what failed, trying again, cancelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.outbox import Job, JobState
from services import audit, audit_masking, keyset, permissions
from services.actors import Actor
from services.keyset import Position
from services.outbox import KEEP_DONE

RESOURCE = "jobs"
TIMES = ("run_at", "leased_until", "created_at", "finished_at")
SHOWN = ("id", "name", "state", "attempts", *TIMES)


@dataclass(frozen=True)
class Filters:
    """Which jobs; without a state those in any."""

    state: JobState | None = None
    name: str | None = None


def listing(filters: Filters, *, limit: int, after: Position | None = None) -> list[Job]:
    """Return jobs after a position (when they are due, and id), those due first."""
    rows = Job._get_collection().find(query(filters, after))
    return [Job._from_son(row) for row in rows.sort([("run_at", 1), ("_id", 1)]).limit(limit)]


def query(filters: Filters, after: Position | None = None) -> dict[str, Any]:
    """Return the query; each state has its stretch of an index, in the order of the list."""
    states = [filters.state] if filters.state else list(JobState)
    name = {} if filters.name is None else {"name": str(filters.name)}
    further = keyset.after(after, "run_at", ascending=True)
    return {**name, "state": {"$in": [state.value for state in states]}, **further}


def get(job_id: str) -> Job:
    """Return a job; raise `NotFound`."""
    found: Job | None = Job.objects(id=job_id).first()
    if found is None:
        raise NotFound
    return found


def shown(job: Job) -> dict[str, Any]:
    """Return what is shown of a job; what may be somebody's data is masked by its shape."""
    return {
        **{name: getattr(job, name) for name in SHOWN},
        "args": audit_masking.masked(job.args),
        "error": None if job.error is None else audit_masking.masked_text(job.error),
    }


def retry(actor: Actor, job_id: str) -> Job:
    """Make a failed job due again with its attempts reset.

    Raises `NotFound`, `Conflict("job_not_failed")`.
    """
    change = {"state": JobState.PENDING.value, "run_at": now(), "attempts": 0}
    return _move(actor, "retry", job_id, JobState.FAILED, change, "job_not_failed")


def cancel(actor: Actor, job_id: str) -> Job:
    """Take a waiting job out of the queue; raise `NotFound`, `Conflict("job_not_pending")`."""
    change = {
        "state": JobState.CANCELLED.value,
        "finished_at": now(),
        "drop_at": now() + KEEP_DONE,
    }
    return _move(actor, "cancel", job_id, JobState.PENDING, change, "job_not_pending")


def _move(
    actor: Actor, verb: str, job_id: str, state: JobState, change: Mapping[str, Any], code: str
) -> Job:
    target = f"{RESOURCE}:{job_id}"
    permissions.require(actor, RESOURCE, "write", target)

    def work(session: ClientSession) -> Mapping[str, Any]:
        jobs = Job._get_collection()
        wanted = {"_id": job_id, "state": state.value}
        before = jobs.find_one_and_update(wanted, {"$set": change}, session=session)
        after = jobs.find_one({"_id": job_id}, session=session)
        if after is None:
            raise NotFound
        if before is None:
            raise Conflict(code)
        audit.record(
            actor,
            f"{RESOURCE}.{verb}",
            target,
            before={"name": before["name"], "state": before["state"]},
            after={"state": after["state"]},
            session=session,
        )
        return dict(after)

    found: Job = Job._from_son(transaction(work))
    return found

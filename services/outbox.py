"""The outbox: background work is written with the change that causes it, then claimed.

Nothing else starts background work. A job runs at least once: its handler must be idempotent.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.ids import new_id
from models.outbox import Job, JobState

KEEP_DONE = dt.timedelta(days=7)
ERROR_MAX = 2_000
BACKOFF_FIRST_S = 1
BACKOFF_MAX_S = 600


class Later(Exception):
    """A handler cannot go on before something else is back: the attempt does not count."""

    def __init__(self, pause_s: float, reason: str) -> None:
        self.pause = dt.timedelta(seconds=pause_s)
        super().__init__(reason)


class GivenUp(Exception):
    """A handler knows that trying again would not help: the job fails for good."""


def enqueue(
    name: str,
    args: Mapping[str, Any],
    *,
    run_at: dt.datetime | None = None,
    dedupe_key: str | None = None,
    session: ClientSession | None = None,
) -> None:
    """Write a job, due at `run_at` (UTC; at once when absent).

    Pass the `session` of the transaction that causes the work. A job with a `dedupe_key` that
    is known already is not written again, whatever its state.
    """
    row = _row(name, args, run_at)
    jobs = Job._get_collection()
    if dedupe_key is None:
        jobs.insert_one(row, session=session)
        return
    try:
        jobs.update_one(
            {"dedupe_key": dedupe_key}, {"$setOnInsert": row}, upsert=True, session=session
        )
    except DuplicateKeyError:
        # Somebody else enqueued the same work at this moment: it is there, which is the point.
        if session is not None and session.in_transaction:
            raise


def replace(
    name: str, args: Mapping[str, Any], *, run_at: dt.datetime, key: str, session: ClientSession
) -> None:
    """Write a job, due at `run_at` (UTC), in the place of the one under `key` that still waits.

    What has begun or ended gives up the key and stays: it looked at the state before the change
    of this `session`, and nobody else would act on that change.
    """
    jobs = Job._get_collection()
    jobs.delete_many({"dedupe_key": key, "state": JobState.PENDING}, session=session)
    jobs.update_many({"dedupe_key": key}, {"$unset": {"dedupe_key": ""}}, session=session)
    jobs.insert_one(_row(name, args, run_at) | {"dedupe_key": key}, session=session)


def gather(
    name: str, args: Mapping[str, Any], *, run_at: dt.datetime, key: str, session: ClientSession
) -> None:
    """Write a job as `replace` does, due no later than the one that it replaces.

    So a job that stands for many changes is not put off by each of them.
    """
    query = {"dedupe_key": key, "state": JobState.PENDING}
    waiting = Job._get_collection().find_one(query, {"run_at": 1}, session=session)
    sooner = min(run_at, waiting["run_at"]) if waiting else run_at
    replace(name, args, run_at=sooner, key=key, session=session)


def forget(key: str, session: ClientSession) -> None:
    """Delete the jobs whose `dedupe_key` begins with `key`, whatever their state."""
    query = {"dedupe_key": {"$regex": f"^{re.escape(key)}"}}
    Job._get_collection().delete_many(query, session=session)


def _row(name: str, args: Mapping[str, Any], run_at: dt.datetime | None) -> dict[str, Any]:
    return {
        "_id": new_id(),
        "name": name,
        "args": dict(args),
        "state": JobState.PENDING,
        "run_at": run_at or now(),
        "attempts": 0,
        "created_at": now(),
    }


def claim(token: str, lease: dt.timedelta) -> Job | None:
    """Take the job that is due longest, or one whose lease ran out; None when there is none.

    `token` must be fresh for each claim: it is what `renew`, `finish` and `fail` check. The
    attempt counts from here: a worker that dies cannot count it. A job with more attempts than
    allowed is for the caller to `fail` without running it.
    """
    moment = now()
    held = {
        "$set": {"state": JobState.RUNNING, "leased_until": moment + lease, "token": token},
        "$inc": {"attempts": 1},
    }
    jobs = Job._get_collection()
    for query, order in (
        ({"state": JobState.RUNNING, "leased_until": {"$lt": moment}}, [("leased_until", 1)]),
        ({"state": JobState.PENDING, "run_at": {"$lte": moment}}, [("run_at", 1), ("_id", 1)]),
    ):
        row = jobs.find_one_and_update(
            query, held, sort=order, return_document=ReturnDocument.AFTER
        )
        if row is not None:
            job: Job = Job._from_son(row)
            return job
    return None


def renew(job_id: str, token: str, lease: dt.timedelta) -> bool:
    """Extend a lease; False when the job is no longer held under `token`."""
    result = Job._get_collection().update_one(
        {"_id": job_id, "token": token, "state": JobState.RUNNING},
        {"$set": {"leased_until": now() + lease}},
    )
    return bool(result.matched_count)


def finish(job_id: str, token: str) -> bool:
    """Mark a job done; False when it is no longer held under `token`."""
    result = Job._get_collection().update_one(
        {"_id": job_id, "token": token, "state": JobState.RUNNING},
        {
            "$set": {
                "state": JobState.DONE,
                "finished_at": now(),
                "drop_at": now() + KEEP_DONE,
            },
            "$unset": {"token": "", "leased_until": "", "error": ""},
        },
    )
    return bool(result.matched_count)


def fail(job: Job, token: str, error: str, max_attempts: int) -> JobState:
    """Record a failed attempt: try again with doubling pauses, or give up for staff to see."""
    final = job.attempts >= max_attempts
    pause = min(BACKOFF_FIRST_S * 2 ** (job.attempts - 1), BACKOFF_MAX_S)
    change: dict[str, Any] = {"state": JobState.FAILED if final else JobState.PENDING}
    change["error"] = error.encode(errors="replace").decode()[:ERROR_MAX]
    if final:
        change["finished_at"] = now()
    else:
        change["run_at"] = now() + dt.timedelta(seconds=pause)
    Job._get_collection().update_one(
        {"_id": job.id, "token": token, "state": JobState.RUNNING},
        {"$set": change, "$unset": {"token": "", "leased_until": ""}},
    )
    return JobState(change["state"])


def postpone(job: Job, token: str, later: Later) -> None:
    """Put a job back, due after a pause; what it waits for stands with it."""
    Job._get_collection().update_one(
        {"_id": job.id, "token": token, "state": JobState.RUNNING},
        {
            "$set": {
                "state": JobState.PENDING,
                "error": str(later)[:ERROR_MAX],
                "run_at": now() + later.pause,
            },
            "$inc": {"attempts": -1},
            "$unset": {"token": "", "leased_until": ""},
        },
    )


def waiting(name: str, argument: str, values: list[str]) -> set[str]:
    """Return those `values` of an argument for which a job of this name is due or under way."""
    query = {
        "name": name,
        "state": {"$in": [JobState.PENDING, JobState.RUNNING]},
        f"args.{argument}": {"$in": values},
    }
    return {row["args"][argument] for row in Job._get_collection().find(query, {"args": 1})}


def untried(name: str, argument: str, values: list[str]) -> set[str]:
    """Return those `values` of an argument whose job is under way, or waits and never failed.

    A job that was put back by `Later` did not fail.
    """
    query = {
        "name": name,
        "$or": [{"state": JobState.RUNNING}, {"state": JobState.PENDING, "attempts": 0}],
        f"args.{argument}": {"$in": values},
    }
    return {row["args"][argument] for row in Job._get_collection().find(query, {"args": 1})}

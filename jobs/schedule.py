"""What recurs: written to the outbox once each time, however many workers look."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import SHANGHAI, now
from jobs.audit import SEAL_JOB
from jobs.departures import GENERATE_JOB
from jobs.media_sweep import SWEEP_JOB
from jobs.sitemaps import BUILD_JOB
from services import audit_chain, handbook_changes, media_upkeep, outbox, usage
from services.bookings import cutoffs, endings, forgetting, settling
from services.visits import ending


@dataclass(frozen=True)
class Daily:
    """A job that runs once a day, at a time of day in Shanghai."""

    name: str
    at: dt.time


@dataclass(frozen=True)
class Minutely:
    """A job that runs at most once a minute, and only when there is something to do."""

    name: str
    is_needed: Callable[[], bool]


DAILY = (
    Daily(GENERATE_JOB, dt.time(1, 30)),
    Daily(BUILD_JOB, dt.time(2, 30)),
    Daily(SWEEP_JOB, dt.time(3, 30)),
    Daily(handbook_changes.CHECK_JOB, dt.time(4)),
    Daily(forgetting.FORGET_JOB, dt.time(4, 30)),
    # WeChat has counted a day in the course of the next morning.
    Daily(usage.PULL_JOB, dt.time(9)),
)
MINUTELY = (
    Minutely(SEAL_JOB, audit_chain.is_pending),
    Minutely(media_upkeep.TIDY_JOB, media_upkeep.is_pending),
    Minutely(settling.SETTLE_JOB, settling.is_pending),
    Minutely(cutoffs.CUTOFF_JOB, cutoffs.is_pending),
    Minutely(endings.COMPLETE_JOB, endings.is_pending),
    Minutely(ending.TIDY_JOB, ending.is_pending),
)


def enqueue_due() -> None:
    """Write the jobs that are due. A worker that was down at their time writes daily ones later."""
    local = now().astimezone(SHANGHAI)
    for entry in DAILY:
        if local.time() >= entry.at:
            day = local.date().isoformat()
            outbox.enqueue(entry.name, {"day": day}, dedupe_key=f"{entry.name}:{day}")
    minute = local.replace(second=0, microsecond=0).isoformat()
    for often in MINUTELY:
        if often.is_needed():
            outbox.enqueue(often.name, {"at": minute}, dedupe_key=f"{often.name}:{minute}")

"""What recurs: written to the outbox once each day, however many workers look."""

import datetime as dt
from dataclasses import dataclass

from core.clock import SHANGHAI, now
from jobs.sitemaps import BUILD_JOB
from services import outbox


@dataclass(frozen=True)
class Daily:
    """A job that runs once a day, at a time of day in Shanghai."""

    name: str
    at: dt.time


DAILY = (Daily(BUILD_JOB, dt.time(2, 30)),)


def enqueue_due() -> None:
    """Write today's jobs that are due. A worker that was down at their time writes them later."""
    local = now().astimezone(SHANGHAI)
    for entry in DAILY:
        if local.time() >= entry.at:
            day = local.date().isoformat()
            outbox.enqueue(entry.name, {"day": day}, dedupe_key=f"{entry.name}:{day}")

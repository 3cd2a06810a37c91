"""Running background work in this process, at its real time."""

import datetime as dt
import time
from collections.abc import Callable

import pytest

from core.clock import now
from core.settings import Settings
from jobs.worker import Worker

SOON = dt.timedelta(milliseconds=400)
STEPS_MAX = 200

WorkOff = Callable[..., int]


@pytest.fixture
def worker(settings: Settings) -> Worker:
    """A worker with the real handlers."""
    return Worker(settings)


@pytest.fixture
def wait_until() -> Callable[[dt.datetime], None]:
    """Sleep until a moment is over."""

    def wait(moment: dt.datetime) -> None:
        time.sleep(max(0.0, (moment - now()).total_seconds()) + 0.01)

    return wait


@pytest.fixture
def work_off(worker: Worker, wait_until: Callable[[dt.datetime], None]) -> WorkOff:
    """Wait for a moment, then run every job that is due; return how many ran."""

    def run(until: dt.datetime | None = None) -> int:
        if until is not None:
            wait_until(until)
        for count in range(STEPS_MAX):
            if not worker.step():
                return count
        raise AssertionError("the queue does not run empty")

    return run


@pytest.fixture
def soon() -> Callable[[], dt.datetime]:
    """Return a moment that is just far enough ahead to be scheduled."""
    return lambda: now() + SOON

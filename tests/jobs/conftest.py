"""Running background work in this process, by a clock that goes where a test puts it."""

import datetime as dt
from collections.abc import Callable

import pytest

from core.clock import now
from core.settings import Settings
from jobs.worker import Worker
from tests.clocks import Clock

SOON = dt.timedelta(hours=1)
STEPS_MAX = 200

WorkOff = Callable[..., int]


@pytest.fixture
def worker(settings: Settings) -> Worker:
    """A worker with the real handlers."""
    return Worker(settings)


@pytest.fixture
def wait_until(clock: Clock) -> Callable[[dt.datetime], None]:
    """Put the clock to when a moment is over."""
    return lambda moment: clock.advance(seconds=(moment - now()).total_seconds() + 0.01)


@pytest.fixture
def work_off(worker: Worker, wait_until: Callable[[dt.datetime], None]) -> WorkOff:
    """Put the clock to a moment, then run every job that is due; return how many ran."""

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
    """Return a moment for which something can be scheduled."""
    return lambda: now() + SOON

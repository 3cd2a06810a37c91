"""Background work in this process, by a clock that a test sets."""

from collections.abc import Callable

import pytest

from core.settings import Settings
from jobs import schedule
from jobs.worker import Worker
from tests.clocks import Clock

STEPS_MAX = 2_000


@pytest.fixture
def run_jobs(settings: Settings) -> Callable[[], int]:
    """Return what writes the jobs that recur and runs all that is due; it counts them."""
    worker = Worker(settings)

    def run() -> int:
        schedule.enqueue_due()
        for count in range(STEPS_MAX):
            if not worker.step():
                return count
        raise AssertionError("the queue does not run empty")

    return run


@pytest.fixture
def pass_time(clock: Clock, run_jobs: Callable[[], int]) -> Callable[..., None]:
    """Return what puts the clock forward and then runs what is due."""

    def forward(**by: float) -> None:
        clock.advance(**by)
        run_jobs()

    return forward


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """The settings, by a name that leaves hypothesis its own."""
    return settings

"""Counters of a test's own, a watcher that keeps them, and a day for schedules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.shared import Counters
from services.watching import Watcher
from tests.clocks import Clock
from tests.services.scheduling import START


@pytest.fixture
def counters(tmp_path: Path) -> Counters:
    """Counters that nobody else keeps."""
    return Counters(tmp_path / "versions")


@pytest.fixture
def watcher(counters: Counters) -> Iterator[Watcher]:
    """A watcher that has not begun; it ends with the test."""
    made = Watcher(counters)
    yield made
    made.stop()


@pytest.fixture
def on_a_monday(clock: Clock) -> None:
    """It is a Monday without holidays about."""
    clock.set(START)

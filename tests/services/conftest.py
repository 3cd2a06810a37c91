"""Counters of a test's own, and a watcher that keeps them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.shared import Counters
from services.watching import Watcher


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

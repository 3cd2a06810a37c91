"""One simulator for all tests of a folder, forgetful between them."""

from collections.abc import Iterator

import pytest

from tests.simulator.running import RunningSimulator


@pytest.fixture(autouse=True)
def database() -> None:
    """No test here uses the database."""


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    """A simulator's process."""
    simulator = RunningSimulator(tmp_path_factory.mktemp("simulator") / "log")
    simulator.start()
    yield simulator
    simulator.end()


@pytest.fixture
def simulator(running: RunningSimulator) -> RunningSimulator:
    """The simulator, as fresh as after a start."""
    running.reset(seed="tests")
    return running

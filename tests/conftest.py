"""What every test stands on: a throwaway mongod, one database a worker, loopback only."""

import dataclasses
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck

import application
import core.clock
from cli.database import create_indexes
from cli.minio import EmbeddedMinio
from cli.mongod import EmbeddedMongod
from core import logs
from core.settings import Settings, load
from models.registry import DOCUMENTS
from services import booking_policy
from tests.apps import make_app
from tests.buckets import ORIGIN, needs_minio
from tests.clocks import Clock
from tests.disks import Mount
from tests.memory import fast_folder
from tests.simulator.running import RunningSimulator

SECRET = "not-a-secret-only-for-tests-0123456789"
PERSONAL_KEY = "not-a-key-only-for-tests-9876543210"
# MongoDB drops what has expired at any moment: a test that looks at it must find it.
MONGOD_OPTIONS = ("--setParameter", "ttlMonitorEnabled=false")
_mongod: EmbeddedMongod | None = None

# How long an example takes is the machine's affair. Each run has the same examples; the long form
# has others each time. No fixture of a test is changed by one example for the next.
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    derandomize=not os.environ.get("TEST_LONG"),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """Start one mongod for the whole run; workers of xdist inherit its address."""
    global _mongod
    if hasattr(config, "workerinput") or os.environ.get("TEST_MONGODB_URI"):
        return
    folder = tempfile.mkdtemp(prefix="toolbox-test-", dir=fast_folder())
    _mongod = EmbeddedMongod(Path(folder), extra=MONGOD_OPTIONS)
    _mongod.start()
    _mongod.wait_ready()
    os.environ["TEST_MONGODB_URI"] = _mongod.uri


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the mongod that was started here."""
    if _mongod is not None:
        os.environ.pop("TEST_MONGODB_URI", None)
        _mongod.stop()
        shutil.rmtree(_mongod.data_dir, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else str(address)
            if not (host.startswith("127.") or host in ("::1", "localhost")):
                message = f"a test tried to reach {host}"
                raise AssertionError(message)
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = guarded  # type: ignore[assignment,method-assign]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NO_PROXY", "127.0.0.1,localhost,::1")
        yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a test installation, for this process and for those it starts."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return {
        "ENV": "test",
        "SECRET_KEY": SECRET,
        "PERSONAL_DATA_KEY": PERSONAL_KEY,
        "MONGODB_URI": os.environ["TEST_MONGODB_URI"],
        "MONGODB_DATABASE": f"test_{worker}",
        # A busy machine may take longer than visitors should wait; tests of that set their own.
        "MONGODB_TIMEOUT_MS": "15000",
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "RUN_DIR": str(tmp_path_factory.mktemp("run")),
        "LOG_LEVEL": "WARNING",
        "WORKER_POLL_MS": "20",
        # Tests of what is answered see each change at once; the byte cache has tests of its own.
        "BYTE_CACHE_MB": "0",
        # Whoever is told is told at once, at whatever hour tests run; `night` is for those of it.
        "QUIET_FROM": "0",
        "QUIET_UNTIL": "0",
    }


@pytest.fixture(scope="session")
def settings(environ: dict[str, str]) -> Settings:
    """Settings of the test installation."""
    return load(environ)


@pytest.fixture(autouse=True)
def logging(settings: Settings) -> None:
    """Log as usual, whatever the test before did: to another stream, at another level."""
    logs.configure(settings.log_level)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Flask:
    """The real application. TESTING is off: errors are handled as in production."""
    app = make_app(settings)
    create_indexes()
    return app


@pytest.fixture(autouse=True)
def database(app: Flask) -> Iterator[None]:
    """An empty database with its indexes for each test."""
    yield
    first, *others = (document._get_collection() for document in DOCUMENTS)
    unions = [{"$unionWith": {"coll": one.name, "pipeline": _holds(one.name)}} for one in others]
    for row in first.aggregate([*_holds(first.name), *unions]):
        first.database[row["name"]].delete_many({})


def _holds(name: str) -> list[dict[str, Any]]:
    """Return a pipeline that tells the name of its collection unless that is empty.

    One question about all of them takes a tenth of the time of emptying each.
    """
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    """A simulator of WeChat and of a mailbox, for all tests that need one."""
    simulator = RunningSimulator(tmp_path_factory.mktemp("simulator") / "log")
    simulator.start()
    yield simulator
    simulator.end()


@pytest.fixture
def simulator(running_simulator: RunningSimulator) -> RunningSimulator:
    """The simulator, as fresh as after a start."""
    running_simulator.reset(seed="tests")
    return running_simulator


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client of the application."""
    return app.test_client()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of this process, to be set; it goes as usual until then."""
    held = Clock()
    monkeypatch.setattr(core.clock, "system_time", held.read)
    return held


@pytest.fixture
def night(app: Flask, settings: Settings) -> Iterator[None]:
    """The quiet hours from ten to eight that the product keeps unless it is told otherwise."""
    del app
    booking_policy.configure(dataclasses.replace(settings, quiet_from=22, quiet_until=8))
    yield
    booking_policy.configure(settings)


@pytest.fixture(scope="session")
def minio() -> Iterator[EmbeddedMinio]:
    """One MinIO server for the whole run; without its program the test is skipped."""
    needs_minio()
    folder = Path(tempfile.mkdtemp(prefix="toolbox-minio-", dir=fast_folder()))
    try:
        with EmbeddedMinio(folder, origins=[ORIGIN]) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Mount]:
    """Return a maker of a disk of some size; a second call gives it another size."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(size: str) -> Path:
        options = f"size={size}" + (",remount" if folder.is_mount() else "")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        return folder

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def own_connection(settings: Settings) -> Iterator[None]:
    """For tests that connect or log in a way of their own: put the usual one back."""
    yield
    application.wire(settings)

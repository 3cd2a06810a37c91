"""The product as real processes on a database of its own, and what watches it being hurt.

The short form of these tests is part of every run. TEST_LONG=1 asks for the long form, with the
numbers of kills, jobs and seconds that the product promises to stand.
"""

import http.client
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import orjson

from cli import supervisor
from cli.mongod import EmbeddedMongod
from cli.supervisor import Process
from tests.waiting import eventually, free_port

PROJECT = Path(supervisor.__file__).parents[1]
LONG = bool(os.environ.get("TEST_LONG"))
TIMEOUT_MS = 1_500
# The longest that an answer may take when the database does not answer.
DEADLINE_S = 2 * TIMEOUT_MS / 1_000
# What a busy machine may add to that before it reaches whoever asked.
MACHINE_S = 2.0
LEASE_S = 2
WEB_WORKERS = 2
# A transaction whose client was killed keeps its documents until MongoDB ends it, and it looks
# every half of this. Its own default of 60 s would hold up publishing for a minute and a half.
TRANSACTION_LIFE_S = 3
MONGOD_OPTIONS = ("--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_LIFE_S}")
# Requests of browsers from elsewhere pass by the byte cache: they always ask the database.
UNCACHED = {"Origin": "https://elsewhere.example"}

Value = TypeVar("Value")


def by_form(short: Value, long: Value) -> Value:
    """Choose between the short and the long form."""
    return long if LONG else short


def children(pid: int) -> set[int]:
    """Return the ids of a process's living children."""
    with suppress(OSError):
        return {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return set()


def processes_on(folder: Path) -> dict[int, str]:
    """Return the command lines of all processes whose arguments or settings name `folder`."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):  # ended meanwhile
            line = (entry / "cmdline").read_bytes()
            if line and str(folder).encode() in line + b"\0" + (entry / "environ").read_bytes():
                found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace")
    return found


def has_stopped(pid: int) -> bool:
    """Tell whether no thread of a process goes on: a signal takes a moment to reach each."""
    with suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").iterdir()
        stats = [(task / "stat").read_text() for task in tasks]
        return all(stat.rpartition(")")[2].split()[0] in "TZX" for stat in stats)
    return True


def takes_connections(pid: int) -> bool:
    """Tell whether a web worker has loaded the application, and waits for whoever comes.

    The kernel tells what it waits for. Nobody is asked or stopped for it.
    """
    with suppress(OSError):  # ended meanwhile
        waits = Path(f"/proc/{pid}/fdinfo").iterdir()
        return any("tfd:" in one.read_text() for one in waits)
    return False


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process in its tracks, and let it go on afterwards."""
    with suppress(ProcessLookupError):  # ended meanwhile
        os.kill(pid, signal.SIGSTOP)
    try:
        assert eventually(lambda: has_stopped(pid), every_s=0.001)
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@dataclass(frozen=True)
class Reading:
    """One request: when it began, how long it took, and its status; 0 when there was none."""

    path: str
    began: float
    seconds: float
    status: int
    body: bytes
    headers: Mapping[str, str]
    error: str = ""

    @property
    def is_clean_refusal(self) -> bool:
        """Tell whether this is a 503 in the shape of all our failures."""
        if self.status != http.HTTPStatus.SERVICE_UNAVAILABLE or "Retry-After" not in self.headers:
            return False
        failure = orjson.loads(self.body)["error"]
        return failure.keys() == {"code", "message", "fields", "request_id"} and (
            failure["code"] == "unavailable"
        )


class Product:
    """Web server and workers of one database; each is a process that can be killed."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        (folder / "metrics").mkdir(parents=True)
        self.environ = {
            **environ,
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(folder / "data"),
            "RUN_DIR": str(folder / "run"),
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(WEB_WORKERS),
            "LOG_LEVEL": "INFO",
            "MONGODB_TIMEOUT_MS": str(TIMEOUT_MS),
            "JOB_LEASE_S": str(LEASE_S),
            "WORKER_POLL_MS": "50",
            "BYTE_CACHE_MB": "8",
            "BYTE_CACHE_STALE_S": "120",
        }
        self.web = self._python("web", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app")
        self._started: list[Process] = [self.web]

    def _python(self, name: str, module: str, *arguments: str) -> Process:
        argv = [sys.executable, "-m", module, *arguments]
        log = self.folder / f"{name}.log"
        return Process(name, argv, env=self.environ, cwd=PROJECT, output=log)

    def log(self, name: str) -> str:
        """Return what the processes of a name wrote so far."""
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")

    def start_web(self) -> None:
        """Start the web server and wait until each of its workers can serve."""
        self.web.start()
        assert eventually(lambda: self.read("/readyz").status == 200), self.log("web")
        assert eventually(lambda: self.has_web_workers(WEB_WORKERS)), self.log("web")

    def start_worker(self, module: str = "application", *arguments: str) -> Process:
        """Start another worker; `module` may be a program with handlers of a test."""
        worker = self._python("worker", module, *(arguments or ("worker",)))
        worker.start()
        self._started.append(worker)
        return worker

    def has_web_workers(self, count: int) -> bool:
        """Tell whether there are so many web workers and all of them take connections."""
        pids = children(self.web.pid)
        return len(pids) == count and all(map(takes_connections, pids))

    def read(
        self, path: str, headers: Mapping[str, str] | None = None, timeout_s: float = 30.0
    ) -> Reading:
        """Send a GET on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        began = time.monotonic()
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            body, found = answer.read(), dict(answer.getheaders())
            seconds = time.monotonic() - began
            return Reading(path, began, seconds, answer.status, body, found)
        except (OSError, http.client.HTTPException) as error:
            seconds = time.monotonic() - began
            return Reading(path, began, seconds, 0, b"", {}, type(error).__name__)
        finally:
            connection.close()

    def stop(self) -> None:
        """End every process, the last one first, without ceremony."""
        while self._started:
            self._started.pop().kill()


@dataclass
class Readers:
    """Threads that read the same paths again and again, and note what they got."""

    product: Product
    paths: Sequence[str]
    count: int = 3
    headers: Mapping[str, str] = field(default_factory=dict)
    pause_s: float = 0.02
    readings: list[Reading] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Readers":
        """Start reading."""
        for number in range(self.count):
            thread = threading.Thread(target=self._run, args=(number,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop reading, and wait for the last answers."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a reader got no answer for a minute"

    def _run(self, number: int) -> None:
        for path in itertools.islice(itertools.cycle(self.paths), number, None):
            if self._stopping.wait(self.pause_s):
                return
            self.readings.append(self.product.read(path, self.headers))

    def since(self, moment: float) -> list[Reading]:
        """Return the readings that began at `moment` or later."""
        return [each for each in list(self.readings) if each.began >= moment]

    def are_well_for(self, seconds: float) -> bool:
        """Tell whether all that was asked in the last seconds was answered with 200."""
        found = self.since(time.monotonic() - seconds)
        return len(found) > self.count and {each.status for each in found} == {200}

    def statuses(self) -> set[int]:
        """Return every status that was answered."""
        return {each.status for each in self.readings}

    def are_in_time(self) -> bool:
        """Tell whether nobody waited longer than promised, but for what is the machine's."""
        slowest = max((each.seconds for each in self.readings), default=0.0)
        return slowest <= DEADLINE_S + MACHINE_S


def restart(mongod: EmbeddedMongod, down_s: float) -> None:
    """Kill the database, leave it dead for a while, and start it on the same data."""
    mongod.kill()
    time.sleep(down_s)
    mongod.start()
    mongod.wait_ready()

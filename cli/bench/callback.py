"""The callback: how long WeChat waits for an answer to a push, with a worker busy beside it.

The simulator pushes in safe mode, some of it again and some of it forged, from several connections
at a time. The second row has every call of WeChat's APIs hang, so that the worker does.
"""

import http.client
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import orjson

from cli.bench import accounts, servers
from cli.bench.accounts import Connection, expect
from cli.bench.contests import Bench
from cli.bench.load import BenchError
from cli.bench.results import Row, at_most
from cli.bench.servers import HOST, PROJECT, READY_WITHIN_S, TIMEOUT_S, Place
from cli.bench.store import Store
from cli.run.simulator import Simulator
from cli.supervisor import Process, StartError

GROUP = "callback"
# The platform gives an answer five seconds; ours is to come within one.
PROMISED_MS = at_most(1_000)
MESSAGES_A_SECOND, THREADS = 100, 4
WITHIN_S = 300.0
POLL_S = 0.1
STORM, TARGET, FAULTS = "/__sim__/push/storm", "/__sim__/push/target", "/__sim__/faults"

Report = Mapping[str, Any]


@dataclass(frozen=True)
class Pushing:
    """The product without its byte cache, a worker, and the simulator that pushes to it."""

    simulator: Simulator
    messages: int

    def storm(self) -> Report:
        """Push a round and return how it was answered; raise `BenchError`."""
        seed = secrets.token_hex(4)
        self._ask("POST", STORM, {"count": self.messages, "threads": THREADS, "seed": seed})
        deadline = time.monotonic() + WITHIN_S
        while not (report := self._ask("GET", STORM))["done"]:
            if time.monotonic() > deadline:
                message = f"the storm does not end within {WITHIN_S:g} s"
                raise BenchError(message)
            time.sleep(POLL_S)
        if set(report["genuine"]) != {"200"} or set(report["tampered"]) - {"400"}:
            message = f"pushes were answered {report['genuine']}, forged ones {report['tampered']}"
            raise BenchError(message)
        return report

    def aim(self, url: str) -> None:
        """Tell the simulator where to push."""
        self._ask("POST", TARGET, {"url": url})

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let every call of WeChat's APIs hang."""
        self._ask("POST", FAULTS, {"endpoint": "*", "mode": "hang"})
        try:
            yield
        finally:
            self._ask("DELETE", FAULTS, {})

    def _ask(self, method: str, path: str, body: Report | None = None) -> Report:
        with closing(self._connect()) as connection:
            answer = expect(200, connection, method, path, body)
        found: Report = orjson.loads(answer.body)
        return found

    def _connect(self) -> Connection:
        port = int(self.simulator.url.rpartition(":")[2])
        return http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)


def run(bench: Bench, store: Store, place: Place) -> list[Row]:
    """Return the rows. Raises `BenchError`, `StartError`."""
    messages = bench.plan.seconds * MESSAGES_A_SECOND
    with pushing(store, place, messages) as found:
        found.storm()  # does not count
        rows = [_row(bench, "push in safe mode, 99th percentile", found)]
        with found.hanging():
            rows.append(_row(bench, "the same while WeChat's APIs hang", found))
    return rows


@contextmanager
def pushing(store: Store, place: Place, messages: int) -> Iterator[Pushing]:
    """Serve an empty database that is pushed to; nothing stays. Raises `StartError`."""
    with ExitStack() as stack:
        stack.callback(store.client.drop_database, place.database)
        store.client.drop_database(place.database)
        store.command(["db", "prepare"], place.database)
        simulator = stack.enter_context(accounts.simulating(place))
        server = stack.enter_context(servers.product(place, cached=False, **simulator.settings))
        stack.enter_context(_working(place, simulator))
        found = Pushing(simulator, messages)
        found.aim(f"{server.url}/wechat/callback")
        yield found


@contextmanager
def _working(place: Place, simulator: Simulator) -> Iterator[None]:
    """Run a worker; raise `StartError` when it ends at once."""
    log = place.folder / "logs" / "worker.log"
    log.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "application", "worker"]
    environment = place.environment(**simulator.settings)
    worker = Process("worker", argv, env=environment, cwd=PROJECT, output=log)
    deadline = time.monotonic() + READY_WITHIN_S
    worker.start()
    try:
        while "worker_started" not in log.read_text(errors="replace"):
            if worker.poll() is not None or time.monotonic() > deadline:
                message = f"the worker does not start (see {log})"
                raise StartError(message)
            time.sleep(POLL_S)
        yield
    finally:
        worker.stop()


def _row(bench: Bench, title: str, found: Pushing) -> Row:
    reports = []
    for turn in range(1, bench.plan.rounds + 1):
        reports.append(found.storm())
        bench.say(f"  {title}, round {turn}: {reports[-1]['p99_ms']} ms")
    slowest = [float(report["p99_ms"]) for report in reports]
    return Row(
        group=GROUP,
        title=title,
        unit="ms",
        ours=median(slowest),
        figure=median(slowest),
        spread=(min(slowest), max(slowest)),
        goal=PROMISED_MS,
        details={"rounds": [dict(report) for report in reports]},
    )

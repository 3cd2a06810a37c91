"""Driving a server with wrk, and what a round of it cost."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from pymongo import MongoClient

from cli.bench import processes
from cli.bench.servers import Answer

SCRIPT = Path(__file__).with_name("load.lua")
MARK = "BENCH "
LONGER = 4

Client = MongoClient[dict[str, Any]]


class BenchError(Exception):
    """Something keeps the measurement from being one; the text is for people."""


@dataclass(frozen=True)
class Plan:
    """How everything is measured."""

    rounds: int = 5
    seconds: int = 3
    connections: int = 64
    threads: int = 2


class Measured(Protocol):
    """A running server: where it is, and the processes whose time counts."""

    @property
    def url(self) -> str:
        """Return the address without a path."""
        ...

    @property
    def pids(self) -> list[int]:
        """Return the ids of its processes."""
        ...

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one GET on a connection of its own."""
        ...


@dataclass(frozen=True)
class Side:
    """One of those that take turns: a server, and the paths asked of it in turn."""

    name: str
    server: Measured
    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Sample:
    """What a side did in one round. Times in the unit of the name.

    `failures` are answers of 400 and above, broken connections and timeouts.
    """

    requests: int
    failures: int
    seconds: float
    size: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float
    database_cpu_ms: float
    database_operations: float

    @property
    def rate(self) -> float:
        """Return requests per second."""
        return self.requests / self.seconds


@dataclass(frozen=True)
class Database:
    """The database server behind the sides: its process and a client."""

    pid: int
    client: Client

    def operations(self) -> int:
        """Return how many queries and commands it has answered since it started."""
        counters = self.client.admin.command("serverStatus")["opcounters"]
        return int(counters["query"]) + int(counters["command"]) + int(counters["getmore"])


def find_wrk() -> str:
    """Return the load generator; raise `BenchError` naming its Debian package."""
    found = shutil.which("wrk")
    if found is None:
        message = "wrk is missing: apt-get install wrk"
        raise BenchError(message)
    return found


def check(side: Side) -> None:
    """Ask for the first path; raise `BenchError` when the answer is not the expected one."""
    answer = side.server.get(side.paths[0], side.headers)
    if answer.status != side.status:
        start = answer.body[:200].decode(errors="replace")
        message = f"{side.name}: {answer.status} instead of {side.status}: {start}"
        raise BenchError(message)


def warm_up(side: Side, plan: Plan, database: Database, folder: Path) -> None:
    """Load a side for a second, however little it answers."""
    _wrk(side, replace(plan, seconds=1), folder, turn=0)
    settle(side, database)


def measure(side: Side, plan: Plan, database: Database, folder: Path, turn: int) -> Sample:
    """Load a side for a round; `turn` moves the path that it begins with.

    Where nothing at all is answered in time, the round is taken again, longer. Raises
    `BenchError` when a process of the server was replaced meanwhile: its processor time would
    be lost.
    """
    taken = _round(side, plan, database, folder, turn)
    if not taken.requests:
        longer = replace(plan, seconds=LONGER * plan.seconds)
        taken = _round(side, longer, database, folder, turn)
    return taken


def _round(side: Side, plan: Plan, database: Database, folder: Path, turn: int) -> Sample:
    before, used, asked = side.server.pids, _used(side, database), database.operations()
    told = _wrk(side, plan, folder, turn)
    server_s, database_s = (
        end - begin for begin, end in zip(used, _used(side, database), strict=True)
    )
    operations = database.operations() - asked
    settle(side, database)
    if side.server.pids != before:
        message = f"{side.name}: a process of the server ended and was replaced"
        raise BenchError(message)
    count = told["requests"] or 1
    return Sample(
        requests=told["requests"],
        failures=told["refused"] + told["broken"],
        seconds=told["microseconds"] / 1e6,
        size=told["bytes"] / count,
        p50_ms=told["p50_us"] / 1e3,
        p99_ms=told["p99_us"] / 1e3,
        server_cpu_ms=server_s * 1e3 / count,
        database_cpu_ms=database_s * 1e3 / count,
        database_operations=operations / count,
    )


def settle(side: Side, database: Database) -> None:
    """Wait until a side has worked off what the load left in its queue, ten seconds at most.

    It would otherwise do so in the round of the next one.
    """
    processes.rest([*side.server.pids, database.pid])


def _used(side: Side, database: Database) -> tuple[float, float]:
    return processes.cpu_seconds(side.server.pids), processes.cpu_seconds([database.pid])


def _wrk(side: Side, plan: Plan, folder: Path, turn: int) -> dict[str, int]:
    paths = folder / "paths.txt"
    paths.write_text("".join(f"{path}\n" for path in side.paths))
    begin = turn * len(side.paths) // max(1, plan.rounds + 1)
    headers = [part for name, value in side.headers.items() for part in ("-H", f"{name}: {value}")]
    argv = [
        *(find_wrk(), "-t", str(plan.threads), "-c", str(plan.connections)),
        *("-d", f"{plan.seconds}s", "--timeout", "10s", *headers, "-s", str(SCRIPT)),
        *(side.server.url, "--", str(paths), str(begin)),
    ]
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=plan.seconds + 60, check=False
    )
    for line in done.stdout.splitlines():
        if line.startswith(MARK):
            told: dict[str, int] = json.loads(line.removeprefix(MARK))
            return told
    message = f"wrk failed on {side.name}: {(done.stderr or done.stdout).strip()[-300:]}"
    raise BenchError(message)

"""The processes that are measured: the product's web server, and the peers.

All listen on the loopback address with two worker processes. Those that speak WSGI run under the
product's own gunicorn settings, so that only the application differs.
"""

import http.client
import os
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from cli import ports
from cli.bench import processes
from cli.supervisor import Process, StartError

PROJECT = Path(__file__).resolve().parents[2]
HOST = ports.HOST
WORKERS = 2
READY_WITHIN_S = 60.0
TIMEOUT_S = 30.0
# What a measured process inherits; settings have their defaults.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "MONGOD")


@dataclass(frozen=True)
class Answer:
    """An answer to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Place:
    """Where measured processes find their data and leave their logs."""

    uri: str
    database: str
    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a process that works on this database."""
        return {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "ENV": "demo",
            "SECRET_KEY": secrets.token_urlsafe(48),
            # One key for all that share a database, where nothing personal is kept.
            "PERSONAL_DATA_KEY": "only-for-measuring-" + self.database.ljust(32, "-"),
            "MONGODB_URI": self.uri,
            "MONGODB_DATABASE": self.database,
            "DATA_DIR": str(self.folder),
            "HOST": HOST,
            "WEB_CONCURRENCY": str(WORKERS),
            **more,
        }


class Server:
    """A web server as a context manager: running and answering inside, gone after it.

    `aides` are the processes that it starts beside its workers.
    """

    def __init__(
        self,
        name: str,
        arguments: list[str],
        environment: dict[str, str],
        log: Path,
        aides: int = 0,
    ) -> None:
        self.name = name
        self._aides = aides
        self.port = ports.free_port()
        log.parent.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        self._log = log
        argv = [one.replace("{port}", str(self.port)) for one in arguments]
        environment = environment | {"PORT": str(self.port)}
        self._process = Process(name, argv, env=environment, cwd=PROJECT, output=log, grace_s=10.0)

    @property
    def url(self) -> str:
        """Return the address without a path."""
        return f"http://{HOST}:{self.port}"

    @property
    def pids(self) -> list[int]:
        """Return the ids of all its processes, the workers' included."""
        return processes.tree(self._process.pid)

    @property
    def worker_pids(self) -> list[int]:
        """Return the ids of the workers, and of aides where there are any."""
        return [pid for pid in self.pids if pid != self._process.pid]

    def __enter__(self) -> Self:
        """Start, and wait until requests are answered and every worker has loaded its app."""
        self._process.start()
        try:
            self._wait_ready()
            processes.rest(self.pids)
        except BaseException:
            self._process.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self._process.stop()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one GET on a connection of its own; raises `OSError` or `HTTPException`."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT_S)
        try:
            return exchange(connection, "GET", path, headers=headers)
        finally:
            connection.close()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = self._log.read_text(errors="replace").splitlines()[-3:]
                message = f"{self.name} does not start: {' | '.join(tail)} (see {self._log})"
                raise StartError(message)
            time.sleep(0.1)

    def _answers(self) -> bool:
        if len(self.worker_pids) < WORKERS + self._aides:
            return False
        try:
            self.get("/healthz")
        except (OSError, http.client.HTTPException):
            return False
        return True


def exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    *,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send a request, its body as JSON; raises `OSError` or `HTTPException`."""
    sent = dict(headers or {})
    if body is not None:
        sent["Content-Type"] = "application/json"
    connection.request(method, path, None if body is None else orjson.dumps(body), sent)
    response = connection.getresponse()
    return Answer(response.status, dict(response.getheaders()), response.read())


def product(place: Place, *, cached: bool, **settings: str) -> Server:
    """Return the product's web server; not `cached`: each answer is computed anew."""
    kept = {} if cached else {"BYTE_CACHE_MB": "0"}
    environment = place.environment(**kept, **settings)
    name = "product" if cached else "product-cold"
    return _gunicorn(f"{name}-{place.database}", "wsgi:app", environment, place)


def bare_wsgi(place: Place, bodies: Path) -> Server:
    """Return the peer that answers the files of `bodies` from memory."""
    environment = place.environment(BENCH_BODIES=str(bodies))
    return _gunicorn("bare-wsgi", "cli.bench.peers.bare_wsgi:app", environment, place)


def bare_mongo(place: Place) -> Server:
    """Return the peer that asks MongoDB once and serialises with orjson."""
    name = "cli.bench.peers.bare_mongo:app"
    return _gunicorn("bare-mongo", name, place.environment(), place)


def fastapi(place: Place) -> Server:
    """Return the FastAPI peer, under uvicorn with its fastest loop and parser."""
    arguments = [
        *(sys.executable, "-m", "uvicorn", "cli.bench.peers.fastapi_mongo:app"),
        *("--host", HOST, "--port", "{port}", "--workers", str(WORKERS)),
        *("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"),
    ]
    # Beside the workers runs what multiprocessing cleans up with.
    return Server("fastapi", arguments, place.environment(), _log(place, "fastapi"), aides=1)


def _gunicorn(name: str, app: str, environment: dict[str, str], place: Place) -> Server:
    arguments = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", app]
    return Server(name, arguments, environment, _log(place, name))


def _log(place: Place, name: str) -> Path:
    return place.folder / "logs" / f"{name}.log"

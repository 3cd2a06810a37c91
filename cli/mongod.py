"""The embedded MongoDB server: one mongod on the loopback address, a replica set of one member.

Transactions and change streams need a replica set. There is no authentication: only processes
of this machine reach it, so it is for the demo, for tests and for trying things out.
"""

import fcntl
import functools
import importlib.util
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from cli import ports
from cli.ports import HOST
from cli.supervisor import Process, ServerProcess, StartError, rotate

REPLICA_SET = "rs0"
PREDECESSOR_PATIENCE_S = 20.0
# A cold disk has to read the whole program first.
TRIAL_S = 60.0

_EXIT_PORT_TAKEN = 48
_NOT_YET_INITIALIZED = 94


class MongodError(StartError):
    """MongoDB is missing, does not start or is not fit for use; the text is for people."""


def find_mongod() -> Path:
    """Return the server's program: `MONGOD` of the environment, the installed wheel's, `PATH`'s.

    The latter two must run on this machine: the wheel's was built for another distribution, and
    may lack libraries here. Raises `MongodError` when there is none, or when `MONGOD` is not a
    program.
    """
    if named := os.environ.get("MONGOD"):
        if os.access(named, os.X_OK) and Path(named).is_file():
            return Path(named)
        message = f"MONGOD={named} is not a program: correct it or unset MONGOD"
        raise MongodError(message)
    failures = []
    for program in _installed():
        failure = _why_it_does_not_run(program)
        if failure is None:
            return program
        failures.append(f"{program} does not run here ({failure})")
    message = "; ".join(failures) or "no mongod found"
    message += ": set MONGODB_URI to a replica set, or MONGOD to a program that runs here"
    raise MongodError(message)


def _installed() -> Iterator[Path]:
    wheel = importlib.util.find_spec("fiftyone")  # finds the folder, imports nothing
    for folder in (wheel and wheel.submodule_search_locations) or ():
        program = Path(folder, "db", "bin", "mongod")
        if os.access(program, os.X_OK):
            yield program
    if found := shutil.which("mongod"):
        yield Path(found)


@functools.cache
def _why_it_does_not_run(program: Path) -> str | None:
    """Try a program once; return why it fails, and say so, for another may take its place."""
    try:
        tried = subprocess.run(
            [program, "--version"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TRIAL_S,
        )
    except subprocess.TimeoutExpired:
        failure = f"no answer within {TRIAL_S:g} s"
    except OSError as error:
        failure = error.strerror or str(error)
    else:
        if tried.returncode == 0:
            return None
        lines = tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"]
        failure = lines[-1][-300:]
    click.echo(f"{program} does not run here ({failure}); looking for another mongod", err=True)
    return failure


def remembered_uri(data_dir: Path) -> str | None:
    """Return the address of the embedded server that keeps its data in `data_dir`, if any."""
    port = ports.remembered(data_dir)
    return None if port is None else _uri(port)


class EmbeddedMongod(ServerProcess):
    """A mongod that keeps everything in `data_dir` and can be restarted on the same data.

    The port is chosen once and remembered there; when something else has taken it meanwhile,
    another is chosen and the data told. A given `port` is not negotiable. After a kill
    the next start recovers from the journal. `extra` is appended to the arguments.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        log_path: Path | None = None,
        *,
        extra: Sequence[str] = (),
    ) -> None:
        self.data_dir = data_dir
        self._db = data_dir / "db"
        self.log_path = log_path or data_dir / "mongod.log"
        self._fixed_port = port
        self._extra = list(extra)
        self._port: int | None = None
        super().__init__("mongod", [], output=self.log_path)

    @property
    def port(self) -> int:
        """Return the port; raise `MongodError` before the first start."""
        if self._port is None:
            message = "mongod was not started"
            raise MongodError(message)
        return self._port

    @property
    def uri(self) -> str:
        """Return the address for clients, known after `start`.

        It names the replica set, so that after a kill a driver waits until the server is
        primary again instead of sending writes to a member that refuses them.
        """
        return _uri(self.port)

    def start(self) -> None:
        """Start the server; `wait_ready` tells when it can be used.

        A later start of the same object keeps the port, because clients know it by then.
        Raises `MongodError` when another server keeps using the data.
        """
        if self._port is None:
            self._db.mkdir(parents=True, exist_ok=True)
            self.log_path.parent.mkdir(parents=True, exist_ok=True)
            rotate(self.log_path)
            self._wait_for_predecessor()
            self._choose_port()
        super().start()

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Wait until the server is the primary and takes writes.

        Raises `MongodError` when it ends or the time runs out. A port that somebody else took
        at the last moment is replaced.
        """
        deadline = time.monotonic() + timeout_s
        while not self._is_primary():
            code = self.poll()
            if code == _EXIT_PORT_TAKEN and self._fixed_port is None:
                self._choose_port()
                super().start()
            elif code is not None:
                message = f"mongod ended with code {code}: {_last_error(self.log_path)}"
                raise MongodError(message)
            if time.monotonic() > deadline:
                message = f"mongod was not ready within {timeout_s:g} s; see {self.log_path}"
                raise MongodError(message)
            time.sleep(0.05)

    def _is_primary(self) -> bool:
        options: dict[str, Any] = {"serverSelectionTimeoutMS": 500, "socketTimeoutMS": 5_000}
        with MongoClient[dict[str, Any]](HOST, self.port, directConnection=True, **options) as it:
            try:
                state = it.admin.command("hello")
                if state.get("isWritablePrimary"):
                    return True
                self._initiate(it)
            except PyMongoError:
                pass  # not listening yet, or between two states: asked again
        return False

    def _initiate(self, client: MongoClient[dict[str, Any]]) -> None:
        try:
            client.admin.command("replSetGetConfig")
        except OperationFailure as error:
            if error.code != _NOT_YET_INITIALIZED:
                raise
            members = [{"_id": 0, "host": f"{HOST}:{self.port}"}]
            settings = {"electionTimeoutMillis": 1_000}
            config = {"_id": REPLICA_SET, "members": members, "settings": settings}
            client.admin.command("replSetInitiate", config)

    def _wait_for_predecessor(self) -> None:
        """Wait until a server that is just ending has let go of the data."""
        deadline = time.monotonic() + PREDECESSOR_PATIENCE_S
        with (self._db / "mongod.lock").open("ab") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except OSError as error:
                    if time.monotonic() > deadline:
                        message = (
                            f"another mongod uses {self.data_dir}: stop it, or choose another "
                            "data folder (--data, or DATA_DIR)"
                        )
                        raise MongodError(message) from error
                    time.sleep(0.05)

    def _choose_port(self) -> None:
        port = self._fixed_port or ports.remembered(self.data_dir)
        if port is None or not ports.is_free(port):
            if self._fixed_port is not None:
                message = f"port {port} for mongod is taken"
                raise MongodError(message)
            port = ports.free_port()
        if port != ports.remembered(self.data_dir):
            (self.data_dir / "port").unlink(
                missing_ok=True
            )  # cut short from here on, the next start moves
            if (self._db / "WiredTiger").exists():
                self._move(port)
            ports.remember(self.data_dir, port)
        self._port = port
        self.argv = [*self._arguments(port), "--replSet", REPLICA_SET]

    def _move(self, port: int) -> None:
        """Write the new address into the data's replica set configuration.

        A member that finds its old address there asks it “are you me?”, and a stranger who
        listens there and keeps silent holds up the start for half a minute. MongoDB's way to
        change the address beforehand is a start without a replica set.
        """
        alone = Process("mongod", self._arguments(port), output=self.log_path)
        alone.start()
        try:
            with MongoClient[dict[str, Any]](HOST, port) as client:
                change = {"$set": {"members.0.host": f"{HOST}:{port}"}, "$inc": {"version": 1}}
                client.local["system.replset"].update_one({}, change)
        except PyMongoError as error:
            message = f"mongod did not take another port: {_last_error(self.log_path)}"
            raise MongodError(message) from error
        finally:
            alone.stop()

    def _arguments(self, port: int) -> list[str]:
        return [
            str(find_mongod()),
            *("--dbpath", str(self._db), "--port", str(port), "--bind_ip", HOST),
            *("--oplogSize", "512", "--wiredTigerCacheSizeGB", "0.5"),
            *("--logpath", str(self.log_path), "--logappend", "--quiet"),
            "--nounixsocket",
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # A lone member has nobody to hand over to: the default waits 15 s when clients are
            # connected.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
            *self._extra,
        ]


def _uri(port: int) -> str:
    return f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"


def _last_error(log: Path) -> str:
    """Return what the server, or the loader of its libraries, complained about last."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 64_000))
        lines = file.read().decode(errors="replace").splitlines()
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except ValueError:
            return line[-300:]
        if entry.get("s") in {"E", "F"}:
            return f"{entry['msg']} {entry.get('attr', {}).get('error', '')} (see {log})"
    return f"see {log}"

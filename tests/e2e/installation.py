"""A whole installation as its user starts it: `scripts/run` with its processes."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from pymongo import MongoClient, WriteConcern

from cli.run import demo_environment
from tests.waiting import PATIENCE_S, eventually, free_port

PROJECT = Path(__file__).resolve().parents[2]
START_WITHIN_S = 900.0

Client = MongoClient[dict[str, Any]]


def processes(data: Path) -> dict[int, str]:
    """Return the command lines of all processes that work on a data folder, by id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes()
            told = line + b"\0" + (entry / "environ").read_bytes()
        except OSError:
            continue  # ended meanwhile
        if line and str(data).encode() in told:
            found[int(entry.name)] = line.replace(b"\0", b" ").decode().strip()
    return found


class Installation:
    """One `scripts/run`, started in a process group of its own as a terminal does."""

    def __init__(self, data: Path, *options: str, **env: str) -> None:
        self.data = data
        self.port = free_port()
        self.log = data.with_name(f"{data.name}.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [PROJECT / "scripts" / "run", "--data", data, "--port", str(self.port), *options],
                env=environment(**env),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """Return what was printed so far."""
        return self.log.read_text()

    def pids(self, pattern: str) -> set[int]:
        """Return the ids of this installation's processes whose command line matches."""
        found = processes(self.data).items()
        return {pid for pid, line in found if re.search(pattern, line)} - {self.process.pid}

    def another(self, pattern: str, former: set[int]) -> bool:
        """Tell whether a process of this kind runs that is none of the former."""
        return bool(self.pids(pattern) - former)

    def web_workers(self) -> set[int]:
        """Return the ids of the web server's workers: those whose parent is a web server too."""
        web = self.pids("gunicorn")
        return {pid for pid in web if parent(pid) in web}

    def status(self, path: str) -> int:
        """Return the status that a GET is answered with; 0 when there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """Sign a member of staff in; return the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        body = json.dumps({"username": username, "password": password})
        headers = {"Content-Type": "application/json"}
        try:
            connection.request("POST", "/admin/api/v1/session", body, headers)
            return dict(json.load(connection.getresponse()))
        finally:
            connection.close()

    def await_start(self) -> None:
        """Wait until everything runs."""

        def started() -> bool:
            return "Ready." in self.output or self.process.poll() is not None

        assert eventually(started, START_WITHIN_S), self.output
        assert self.process.poll() is None, self.output
        assert self.status("/readyz") == 200

    def write(self, note: str) -> None:
        """Store a note durably."""
        with Client(demo_environment(self.data)["MONGODB_URI"]) as client:
            durable = client.survival.with_options(write_concern=WriteConcern("majority"))
            durable["notes"].insert_one({"note": note})

    def notes(self) -> list[str]:
        """Return the stored notes."""
        with Client(demo_environment(self.data)["MONGODB_URI"]) as client:
            return [each["note"] for each in client.survival["notes"].find().sort("_id")]

    def end(self, number: signal.Signals) -> int:
        """Send a signal as a terminal or an init system does; return the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(2 * PATIENCE_S)


def environment(**changed: str) -> dict[str, str]:
    """Return our environment without what would steer an installation, and with `changed`."""
    steering = {"ENV", "MONGODB_URI", "DATA_DIR", "PROMETHEUS_MULTIPROC_DIR"}
    steering |= {"SECRET_KEY", "PERSONAL_DATA_KEY", "S3_ENDPOINT"}
    kept = {name: value for name, value in os.environ.items() if name not in steering}
    return kept | {"VENV": sys.prefix} | changed


def parent(pid: int) -> int:
    """Return the id of a process's parent; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0

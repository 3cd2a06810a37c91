"""`scripts/run` as a whole: real processes, kills, clean ends, one-line errors."""

import os
import re
import signal
import socket
import stat
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from cli.mongod import EmbeddedMongod
from cli.run import DataFolder, demo_environment
from tests.disks import Mount, fill
from tests.e2e.installation import PROJECT, Installation, environment, processes
from tests.waiting import eventually, free_port

ONE_TIME = re.compile(r"^  username  admin\n  password  (\S+)$", re.MULTILINE)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Return a function that starts an installation on a folder of this test."""
    started: list[Installation] = []

    def start_(*options: str, **env: str) -> Installation:
        started.append(Installation(tmp_path / "data", *options, **env))
        return started[-1]

    yield start_
    for installation in started:
        if installation.process.poll() is None:
            installation.end(signal.SIGKILL)


def refusal(*options: str | Path, **env: str) -> str:
    """Run `scripts/run`, which must refuse; return what it says."""
    done = subprocess.run(
        [PROJECT / "scripts" / "run", *options],
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_every_process_may_be_killed_and_ctrl_c_ends_all(
    start: Callable[..., Installation],
) -> None:
    running = start("--workers", "2", "--no-demo")
    running.await_start()
    assert running.status("/api/v1/home") == 200
    assert f"http://127.0.0.1:{running.port}/api/v1/docs" in running.output
    running.write("before")

    kinds = {
        "mongod": "--dbpath",
        "worker": "application worker$",
        "web": "gunicorn",
        "simulator": "-m simulator",
    }
    for name, pattern in kinds.items():
        former = running.pids(pattern)
        assert former, name
        os.kill(min(former - running.web_workers()), signal.SIGKILL)
        assert eventually(partial(running.another, pattern, former)), name
        assert eventually(lambda: running.status("/readyz") == 200), name
        assert running.status("/api/v1/home") == 200
        assert f"{name} ended (SIGKILL); starting it again in 0.2 s" in running.output
    workers = running.web_workers()
    assert len(workers) == 2
    os.kill(min(workers), signal.SIGKILL)
    assert eventually(lambda: len(running.web_workers() - workers) == 1)
    assert eventually(lambda: running.status("/api/v1/home") == 200)
    assert running.notes() == ["before"]

    assert running.end(signal.SIGINT) == 0, running.output
    assert processes(running.data) == {}
    assert "Traceback" not in running.output


def test_a_second_start_keeps_data_port_and_secrets_and_fresh_deletes_them(
    start: Callable[..., Installation],
) -> None:
    first = start("--no-demo")
    first.await_start()
    first.write("kept")
    (password,) = ONE_TIME.findall(first.output)
    assert first.sign_in("admin", password)["due"] == "password_change_needed"
    known = demo_environment(first.data)
    secrets = first.data / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert len(known["SECRET_KEY"]) >= 32
    assert known["SECRET_KEY"] not in first.output
    told = refusal("--data", first.data, "--port", str(free_port()))
    assert told.startswith(f"Error: {first.data} is in use by another run (process ")
    assert first.end(signal.SIGTERM) == 0, first.output
    assert processes(first.data) == {}

    second = start("--no-demo")
    second.await_start()
    assert second.notes() == ["kept"]
    assert ONE_TIME.findall(second.output) == []
    assert second.sign_in("admin", password)["stage"] == "full"
    assert demo_environment(second.data) == known
    os.kill(second.process.pid, signal.SIGKILL)
    assert eventually(lambda: not processes(second.data)), processes(second.data)

    third = start("--no-demo", "--fresh", "--yes")
    third.await_start()
    assert third.notes() == []
    assert ONE_TIME.findall(third.output) not in ([], [password])
    assert demo_environment(third.data)["SECRET_KEY"] != known["SECRET_KEY"]


def test_the_simulator_stands_in_until_there_is_a_mini_program(
    start: Callable[..., Installation],
) -> None:
    running = start("--no-demo", "--workers", "1")
    running.await_start()
    (address,) = re.findall(r"WeChat \(demo\)  (http://127\.0\.0\.1:\d+)/", running.output)
    with urllib.request.urlopen(f"{address}/__sim__/health", timeout=10) as answer:  # noqa: S310
        assert answer.status == 200
    assert running.end(signal.SIGINT) == 0, running.output
    assert processes(running.data) == {}

    own = start("--no-demo", "--workers", "1", WECHAT_APPID="wxtest000000000000", WECHAT_SECRET="s")
    own.await_start()
    assert own.pids("-m simulator") == set()
    assert "WeChat (demo)" not in own.output


def test_a_given_database_is_used_and_none_started(
    start: Callable[..., Installation], tmp_path: Path
) -> None:
    with EmbeddedMongod(tmp_path / "theirs") as given:
        running = start("--no-demo", MONGODB_URI=given.uri)
        running.await_start()
        assert running.pids("--dbpath") == set()
        assert not (running.data / "mongodb").exists()
        assert running.end(signal.SIGTERM) == 0
        assert given.poll() is None


def test_a_silent_given_database_is_refused_in_one_line(tmp_path: Path) -> None:
    uri = f"mongodb://user:s3cret@127.0.0.1:{free_port()}/"
    told = refusal("--data", tmp_path, "--port", str(free_port()), MONGODB_URI=uri)
    assert told.startswith("Error: the database of MONGODB_URI does not answer")
    assert "start it or correct the address" in told
    assert "s3cret" not in told
    assert len(told.splitlines()) == 1


def test_missing_settings_are_named_in_one_line(tmp_path: Path) -> None:
    told = refusal("--data", tmp_path, "--port", str(free_port()), ENV="production")
    assert told.startswith("Error: settings: SECRET_KEY is not set")
    assert len(told.splitlines()) == 1
    assert processes(tmp_path) == {}


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        told = refusal("--data", tmp_path / "data", "--port", str(port))
    assert told.startswith(f"Error: port {port} is taken: stop what listens there or choose")
    assert len(told.splitlines()) == 1
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    data = tmp_path / "file" / "data"
    told = refusal("--data", data, "--port", str(free_port()))
    assert told == (
        f"Error: the data folder {data} cannot be written: Not a directory; "
        "choose another data folder (--data, or DATA_DIR)"
    )


def test_a_full_disk_is_told_in_one_line(disk: Mount) -> None:
    data = disk("64k") / "data"
    data.mkdir()
    fill(data.parent, 0)
    told = refusal("--data", data, "--port", str(free_port()))
    assert told.startswith(f"Error: the data folder {data} cannot be written: No space left")
    assert told.endswith("; free some space, or choose another data folder (--data, or DATA_DIR)")
    assert len(told.splitlines()) == 1


def test_fresh_asks_and_refuses_what_is_not_ours(tmp_path: Path) -> None:
    theirs = tmp_path / "home"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("dear")
    told = refusal("--data", theirs, "--port", str(free_port()), "--fresh", "--yes")
    assert told == (
        f"Error: {theirs} has no .toolbox-data file, so it is not ours to delete: "
        "empty it yourself, or choose another folder with --data"
    )
    assert [path.name for path in theirs.iterdir()] == ["letter.txt"]

    ours = DataFolder(tmp_path / "ours")
    ours.acquire()
    ours.release()
    (ours.path / "media").mkdir()
    told = refusal("--data", ours.path, "--port", str(free_port()), "--fresh")
    assert told == (
        "Error: nothing was deleted: answer y, or add --yes to delete without being asked"
    )
    assert (ours.path / "media").exists()

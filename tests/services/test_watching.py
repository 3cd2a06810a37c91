"""The watcher: counters follow the database, by a change stream or without one."""

import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli import supervisor
from cli.mongod import EmbeddedMongod, find_mongod
from cli.ports import HOST
from cli.supervisor import Process
from core import db, logs
from core.clock import now
from core.settings import Settings
from core.shared import Counters
from models.enums import Kind
from models.versions import Version
from services import versions
from services.watching import Watcher
from tests.factories import create, create_live, publish
from tests.faults.harness import eventually, free_port

PROJECT = Path(supervisor.__file__).parents[1]
WITHIN_S = 1.0
PUBLISHING = """
import sys, time
import application
from core.settings import load
from models.enums import Kind
from services import actors, publishing
application.wire(load())
for _ in range(3):
    sys.stdin.readline()
    publishing.publish(Kind.SITES, sys.argv[1], actor=actors.system("other"))
    print(time.monotonic(), flush=True)
"""


@pytest.fixture
def counters(tmp_path: Path) -> Counters:
    return Counters(tmp_path / "versions")


@pytest.fixture
def watcher(counters: Counters) -> Iterator[Watcher]:
    made = Watcher(counters)
    yield made
    made.stop()


def follows(counters: Counters, timeout_s: float = WITHIN_S) -> bool:
    """Tell whether the counter gets to what the database holds in time."""
    number = versions.current().number
    return eventually(lambda: counters.read("content") == number, timeout_s)


def bump(scope: str = "content") -> None:
    """Move a counter as a change of content does."""
    db.transaction(lambda session: versions.bump(scope, session))


def started(watcher: Watcher) -> Watcher:
    """Start a watcher and wait until it follows."""
    create_live(Kind.SITES)
    watcher.ensure()
    assert follows(watcher.counters, 10)
    return watcher


def test_what_was_before_is_known_soon(watcher: Watcher, counters: Counters) -> None:
    create_live(Kind.SITES)
    bump("availability")
    watcher.ensure()
    assert follows(counters)
    assert eventually(lambda: counters.read("availability") == 1, WITHIN_S)


def test_a_publish_of_another_process_is_known_within_a_second(
    watcher: Watcher, counters: Counters, environ: dict[str, str]
) -> None:
    item = create(Kind.SITES)
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHING, item.id],
        env={**environ, "PATH": os.environ["PATH"]},
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin
        assert other.stdout
        watcher.ensure()
        for number in (1, 2, 3):
            other.stdin.write("\n")
            other.stdin.flush()
            acknowledged = float(other.stdout.readline())
            assert eventually(lambda n=number: counters.read("content") == n, 10)
            assert time.monotonic() - acknowledged < WITHIN_S
        other.stdin.close()
    assert other.returncode == 0


def test_each_scope_has_its_counter(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    content = counters.read("content")
    for number in (1, 2, 3):
        bump("availability")
        assert eventually(lambda n=number: counters.read("availability") == n, WITHIN_S)
    assert counters.read("content") == content


def test_many_changes_are_followed_to_the_last(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    for _ in range(100):
        bump()
    assert follows(counters)


def test_it_runs_once_however_often_it_is_asked_for(watcher: Watcher) -> None:
    started(watcher)
    thread = watcher._thread
    for _ in range(100):
        watcher.ensure()
    assert watcher._thread is thread


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the kill
def test_a_thread_that_was_killed_is_started_again(watcher: Watcher, counters: Counters) -> None:
    thread = started(watcher)._thread
    assert thread is not None
    kill = ctypes.pythonapi.PyThreadState_SetAsyncExc
    assert kill(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)) == 1
    thread.join(5)
    assert not thread.is_alive()
    bump()
    assert not follows(counters), "nobody follows"
    watcher.ensure()
    assert follows(counters)


def test_in_a_forked_child_it_is_started_again(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    child = os.fork()
    if child == 0:  # no test from here on: it must end without pytest's own end
        thread = watcher._thread
        alone = thread is not None and not thread.is_alive()
        watcher.ensure()
        os._exit(0 if alone and watcher._thread is not thread else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    bump()
    assert follows(counters), "the parent's own goes on"


def test_a_scope_of_a_newer_release_is_nothing_to_it(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    bump("something-new")
    bump()
    assert follows(counters)
    assert watcher._thread is not None
    assert watcher._thread.is_alive()


def test_a_number_that_is_none_does_not_end_it(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    row = {"number": "many", "last_modified": now()}
    Version._get_collection().update_one({"_id": "content"}, {"$set": row})
    time.sleep(WITHIN_S)
    Version._get_collection().update_one({"_id": "content"}, {"$set": {"number": 77}})
    assert eventually(lambda: counters.read("content") == 77, 2 * WITHIN_S)


@pytest.mark.parametrize("how", ["replaced", "deleted", "deleted and written", "dropped"])
def test_a_restore_is_followed_downwards(watcher: Watcher, counters: Counters, how: str) -> None:
    started(watcher)
    for _ in range(9):
        bump()
    assert follows(counters)
    rows = Version._get_collection()
    earlier = {"_id": "content", "number": 2, "last_modified": now()}
    if how == "replaced":
        rows.replace_one({"_id": "content"}, earlier)
    elif how == "dropped":
        rows.drop()
    else:
        rows.delete_one({"_id": "content"})
    if how == "deleted and written":
        rows.insert_one(earlier)
    assert follows(counters, 2 * WITHIN_S)
    for _ in range(3):
        bump()
        assert follows(counters, 2 * WITHIN_S)


def test_it_says_that_it_lives(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    assert eventually(lambda: counters.age_s() < 1, WITHIN_S)
    watcher.stop()
    assert eventually(lambda: counters.age_s() > versions.FRESH_S, 10)


def test_a_dropped_collection_does_not_make_it_spin(watcher: Watcher) -> None:
    started(watcher)
    Version._get_collection().drop()
    time.sleep(WITHIN_S)
    used = time.process_time()
    time.sleep(WITHIN_S)
    assert time.process_time() - used < 0.3


def test_it_ends_when_it_is_told_to(watcher: Watcher) -> None:
    started(watcher)
    began = time.monotonic()
    watcher.stop()
    assert time.monotonic() - began < 2
    assert watcher._thread is not None
    assert not watcher._thread.is_alive()


@pytest.fixture
def alone(tmp_path: Path, settings: Settings) -> Iterator[str]:
    """A mongod that is no replica set: it has no change streams. This process is connected."""
    port = free_port()
    (tmp_path / "db").mkdir()
    arguments = ["--dbpath", str(tmp_path / "db"), "--port", str(port), "--bind_ip", HOST]
    log = tmp_path / "mongod.log"
    server = Process("mongod", [str(find_mongod()), *arguments, "--nounixsocket"], output=log)
    server.start()
    uri = f"mongodb://{HOST}:{port}/"
    db.configure(replace(settings, mongodb_uri=uri))
    db.ping()
    yield uri
    db.configure(settings)  # closing a connection takes a server that answers
    server.kill()


def test_without_change_streams_it_asks_often_enough_and_says_so_once(
    own_connection: None,  # first: what it puts back must outlive `capfd`
    alone: str,
    watcher: Watcher,
    counters: Counters,
    capfd: pytest.CaptureFixture[str],
) -> None:
    logs.configure("INFO")
    rows = Version._get_collection()
    watcher.ensure()
    for number in (1, 2, 3, 4):
        change: dict[str, Any] = {"$set": {"number": number, "last_modified": now()}}
        rows.update_one({"_id": "content"}, change, upsert=True)
        assert eventually(lambda n=number: counters.read("content") == n, WITHIN_S)
        time.sleep(0.3)
    watcher.stop()
    logs.configure("WARNING")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["error"] for line in lines if line["event"] == "watcher_polls"] == [
        "OperationFailure"
    ]


@pytest.fixture
def own_mongod(tmp_path: Path, settings: Settings) -> Iterator[EmbeddedMongod]:
    """A database that may be killed; this process is connected to it, with short deadlines."""
    with EmbeddedMongod(tmp_path / "mongodb") as server:
        db.configure(replace(settings, mongodb_uri=server.uri), timeout_ms=1_000)
        yield server
        db.configure(settings)
        server.kill()


def test_after_the_database_was_killed_it_follows_again(
    own_connection: None,  # first: what it puts back must outlive `capfd`
    own_mongod: EmbeddedMongod,
    watcher: Watcher,
    counters: Counters,
    capfd: pytest.CaptureFixture[str],
) -> None:
    item = create(Kind.SITES)
    publish(item)
    watcher.ensure()
    assert follows(counters, 10)
    logs.configure("INFO")
    own_mongod.kill()
    time.sleep(2.5)
    own_mongod.start()
    own_mongod.wait_ready()
    published: Callable[[], object] = lambda: publish(item)  # noqa: E731 - retried below
    assert eventually(lambda: _succeeds(published), 10)
    assert follows(counters, 2 * WITHIN_S)
    for _ in range(2):
        bump()
        assert follows(counters)
    logs.configure("WARNING")
    events = [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()]
    assert [event for event in events if event.startswith("watcher")] == [
        "watcher_polls",
        "watcher_follows",
    ]


def _succeeds(work: Callable[[], object]) -> bool:
    try:
        work()
    except Exception:
        return False
    return True

"""The watcher without change streams, and with a database that goes away and comes back."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.mongod import HOST, EmbeddedMongod, find_mongod
from cli.supervisor import Process
from core import db, logs
from core.clock import now
from core.settings import Settings
from core.shared import Counters
from models.enums import Kind
from models.versions import Version
from services import versions
from services.watching import Watcher
from tests.factories import create, publish
from tests.services.following import bump, follows
from tests.waiting import eventually, free_port, kept

WITHIN_S = 1.0


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

    def known_in_time() -> bool:
        change: dict[str, Any] = {"$inc": {"number": 1}, "$set": {"last_modified": now()}}
        rows.update_one({"_id": "content"}, change, upsert=True)
        changed = time.monotonic()
        assert follows(counters)
        return time.monotonic() - changed < WITHIN_S

    for _ in range(4):
        assert kept(known_in_time)
        time.sleep(0.3)
    availability = counters.read("availability")
    assert eventually(lambda: counters.read("availability") > availability + 2), "it moves anyway"
    assert counters.age_s() < versions.FRESH_S
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
    assert follows(counters)
    logs.configure("INFO")
    own_mongod.kill()
    time.sleep(2.5)
    own_mongod.start()
    own_mongod.wait_ready()
    published: Callable[[], object] = lambda: publish(item)  # noqa: E731 - retried below
    assert eventually(lambda: _succeeds(published))
    assert follows(counters)
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

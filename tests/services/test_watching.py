"""The watcher: counters follow the database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import supervisor
from core.clock import now
from core.shared import Counters
from models.enums import Kind
from models.versions import Version
from services.watching import Watcher
from tests.factories import create, create_live
from tests.services.following import bump, follows, started
from tests.waiting import eventually, kept

PROJECT = Path(supervisor.__file__).parents[1]
WITHIN_S = 1.0
PUBLISHING = """
import sys, time
import application
from core.settings import load
from models.enums import Kind
from services import actors, publishing
application.wire(load())
for _ in sys.stdin:
    publishing.publish(Kind.SITES, sys.argv[1], actor=actors.system("other"))
    print(time.monotonic(), flush=True)
"""


def test_what_was_before_is_known_soon(watcher: Watcher, counters: Counters) -> None:
    create_live(Kind.SITES)
    bump("availability")
    watcher.ensure()
    assert follows(counters)
    assert eventually(lambda: counters.read("availability") == 1)


@pytest.fixture
def publish_elsewhere(environ: dict[str, str]) -> Iterator[Callable[[], float]]:
    """What publishes once more in another process; it returns the moment of it."""
    item = create(Kind.SITES)
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHING, item.id],
        env={**environ, "PATH": os.environ["PATH"]},
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        source, told = other.stdin, other.stdout
        assert source
        assert told

        def publish() -> float:
            source.write("\n")
            source.flush()
            return float(told.readline())

        yield publish
        source.close()
    assert other.returncode == 0


def test_a_publish_of_another_process_is_known_within_a_second(
    watcher: Watcher, counters: Counters, publish_elsewhere: Callable[[], float]
) -> None:
    watcher.ensure()
    for _ in range(3):

        def known_in_time() -> bool:
            acknowledged = publish_elsewhere()
            assert follows(counters)
            return time.monotonic() - acknowledged < WITHIN_S

        assert kept(known_in_time)


def test_each_scope_has_its_counter(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    content = counters.read("content")
    for number in (1, 2, 3):
        bump("availability")
        assert eventually(lambda n=number: counters.read("availability") == n)
    assert counters.read("content") == content


def test_many_changes_are_followed_to_the_last(watcher: Watcher, counters: Counters) -> None:
    started(watcher)
    for _ in range(100):
        bump()
    assert follows(counters)


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
    assert eventually(lambda: counters.read("content") == 77)


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
    assert follows(counters)
    for _ in range(3):
        bump()
        assert follows(counters)

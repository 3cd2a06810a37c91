"""The watcher: counters follow the database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import supervisor
from core import db
from core.clock import now
from core.ids import new_id
from core.shared import Counters
from models.departures import Departure
from models.enums import Kind
from models.versions import Version
from services import seats, versions
from services.watching import POLL_S, Watcher
from tests.factories import create, create_live
from tests.services.following import bump, follows, settled, started
from tests.visiting import create_departure
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
    watcher.ensure()
    assert follows(counters)
    assert eventually(lambda: counters.read("availability") > 0), "nobody told of changes till now"


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


def test_a_publish_does_not_outdate_seats_nor_a_booking_the_content(
    watcher: Watcher, counters: Counters
) -> None:
    started(watcher)
    departure = create_departure()
    availability = settled(counters)
    for _ in range(3):
        bump()
    assert follows(counters)
    content = counters.read("content")
    assert counters.read("availability") == availability
    for number in (1, 2, 3):
        seats.hold(departure.id, new_id(), 1, visitor=None)
        assert eventually(lambda n=number: counters.read("availability") == availability + n)
    assert counters.read("content") == content


@pytest.mark.parametrize("how", ["added", "changed", "replaced", "removed", "in a transaction"])
def test_every_change_of_a_departure_is_told(
    watcher: Watcher, counters: Counters, how: str
) -> None:
    departure, rows = create_departure(), Departure._get_collection()
    started(watcher)
    before = settled(counters)
    if how == "added":
        create_departure()
    elif how == "changed":
        rows.update_one({"_id": departure.id}, {"$set": {"capacity": 99}})
    elif how == "replaced":
        rows.replace_one({"_id": departure.id}, {"capacity": 99})
    elif how == "removed":
        rows.delete_one({"_id": departure.id})
    else:
        db.transaction(
            lambda session: seats.hold(departure.id, "one", 1, visitor=None, session=session)
        )
    assert eventually(lambda: counters.read("availability") == before + 1)


def test_watchers_of_one_host_count_a_change_once(counters: Counters) -> None:
    departure = create_departure(capacity=20)
    watchers = [Watcher(counters) for _ in range(3)]
    try:
        for watcher in watchers:
            started(watcher)
        before = settled(counters)
        for number in range(20):
            seats.hold(departure.id, f"booking-{number}", 1, visitor=None)
        assert eventually(lambda: counters.read("availability") >= before + 20)
        assert settled(counters) == before + 20
    finally:
        for watcher in watchers:
            watcher.stop()


def test_they_are_seen_to_be_right_while_change_follows_change(
    watcher: Watcher, counters: Counters
) -> None:
    """A stream that always has something to tell must not keep from looking at the rest."""
    started(watcher)
    departure, until = create_departure(), time.monotonic() + 3 * POLL_S
    rows = Departure._get_collection()
    oldest = 0.0
    while time.monotonic() < until:
        rows.update_one({"_id": departure.id}, {"$inc": {"capacity": 1}})
        oldest = max(oldest, counters.age_s())
    assert oldest < versions.FRESH_S


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

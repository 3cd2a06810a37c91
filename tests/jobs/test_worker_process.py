"""Real workers as processes of their own: told to stop, killed, long at work.

A job is held up by a transaction of the test that has touched the same item: until it is over,
the worker's own transaction conflicts and is tried again.
"""

import datetime as dt
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli import supervisor
from cli.supervisor import Process
from core import db
from core.clock import now
from models.content import Content
from models.enums import Kind
from models.outbox import Job, JobState
from models.revisions import Revision
from models.snapshots import Snapshot
from services import publishing, versions
from tests.factories import ACTOR, create
from tests.waiting import eventually

PROJECT = Path(supervisor.__file__).parents[1]
LEASE_S = 3

Start = Callable[[], Process]


@pytest.fixture
def start(environ: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Return a starter of workers; all of them end with the test."""
    started: list[Process] = []
    environment = {**environ, "JOB_LEASE_S": str(LEASE_S), "LOG_LEVEL": "INFO"}

    def begin() -> Process:
        worker = Process(
            "worker",
            [sys.executable, "-m", "application", "worker"],
            env=environment,
            cwd=PROJECT,
            output=tmp_path / "worker.log",
        )
        started.append(worker)
        worker.start()
        return worker

    yield begin
    for worker in started:
        worker.kill()


@contextmanager
def held_up(item: Content) -> Iterator[None]:
    """Keep every other transaction from changing an item."""
    with db.client().start_session() as session:
        session.start_transaction()
        items = type(item)._get_collection()
        items.update_one({"_id": item.id}, {"$set": {"summary": "held"}}, session=session)
        try:
            yield
        finally:
            session.abort_transaction()


def due(count: int = 1) -> list[Content]:
    """Return items whose scheduled publishing is due, one after the other."""
    items = [create(Kind.SITES) for _ in range(count)]
    at = now() + dt.timedelta(days=1)
    for number, item in enumerate(items):
        publishing.schedule(Kind.SITES, item.id, revision=1, publish_at=at, actor=ACTOR)
        run_at = now() + dt.timedelta(milliseconds=number)
        Job.objects(args__item=item.id).update(set__run_at=run_at)
    return items


def states() -> list[str]:
    jobs = Job.objects(name=publishing.PUBLISH_JOB).order_by("run_at", "id")
    return [job.state.value for job in jobs]


def is_under_way(item: Content) -> bool:
    return Job.objects(args__item=item.id, state=JobState.RUNNING).first() is not None


def test_it_works_until_it_is_told_to_stop(start: Start, tmp_path: Path) -> None:
    worker = start()
    items = due(3)
    assert eventually(lambda: states() == ["done"] * 3)
    assert Snapshot.objects.count() == len(items)
    worker.terminate()
    assert eventually(lambda: worker.poll() is not None)
    assert worker.poll() == 0
    log = (tmp_path / "worker.log").read_text()
    assert "worker_started" in log
    assert "worker_stopped" in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_the_job_under_way_and_begins_no_other(start: Start, number: int) -> None:
    first, _second = due(2)
    with held_up(first):
        worker = start()
        assert eventually(lambda: is_under_way(first))
        os.kill(worker.pid, number)
        time.sleep(1)
        assert worker.poll() is None
    assert eventually(lambda: worker.poll() is not None)
    assert worker.poll() == 0
    assert states() == ["done", "pending"]
    assert Snapshot.objects(item=first.id).count() == 1


def test_a_lease_is_renewed_as_long_as_the_job_takes(start: Start) -> None:
    (item,) = due()
    with held_up(item):
        workers = [start(), start()]
        assert eventually(lambda: is_under_way(item))
        time.sleep(2.5 * LEASE_S)
        assert Job.objects.get(args__item=item.id).attempts == 1
        assert [worker.poll() for worker in workers] == [None, None]
    assert eventually(lambda: states() == ["done"])
    assert Job.objects.get(args__item=item.id).attempts == 1
    assert versions.current().number == 1


def test_a_killed_workers_job_runs_again_within_two_leases_and_once(
    start: Start, tmp_path: Path
) -> None:
    (item,) = due()
    log = tmp_path / "worker.log"
    with held_up(item):
        victim = start()
        assert eventually(lambda: is_under_way(item))
        start()
        assert eventually(lambda: log.read_text().count("worker_started") == 2)
        time.sleep(LEASE_S)
        victim.kill()
        killed = time.monotonic()
    assert eventually(lambda: Job.objects.get(args__item=item.id).attempts == 2)
    assert time.monotonic() - killed < 2 * LEASE_S
    assert eventually(lambda: states() == ["done"])
    revision = Revision.objects.get(item=item.id)
    assert (revision.number, revision.actor) == (1, "schedule")
    assert Snapshot.objects.get(item=item.id).revision == 1
    assert versions.current().number == 1

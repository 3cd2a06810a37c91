"""Job workers are killed in the middle of their work: no job is lost, no effect comes twice.

Visitors read meanwhile, and notice nothing.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import orjson

from cli.supervisor import Process
from core import db
from core.clock import now
from jobs.worker import ABANDONED
from models.enums import ContentState, Kind
from models.outbox import Job, JobState
from models.registry import CONTENT
from models.revisions import Revision
from models.snapshots import Snapshot
from services import outbox, publishing, versions
from tests.factories import ACTOR, create
from tests.faults.harness import UNCACHED, Product, Readers, Reading, by_form, frozen
from tests.faults.jobworker import DEADLY_JOB, EFFECTS, JOB, RUNS
from tests.waiting import eventually

ITEMS = by_form(short=60, long=1_000)
JOBS = by_form(short=300, long=10_000)
KILLS = by_form(short=4, long=100)
WORKERS = 2
ATTEMPTS = 2
LIMIT = 50
LIST = f"/api/v1/sites?limit={LIMIT}"
DONE_WITHIN_S = by_form(short=180.0, long=2 * 3_600.0)


def count(name: str, *states: JobState) -> int:
    return int(Job.objects(name=name, state__in=states).count())


def is_killed_at_work(worker: Process, is_at_work: Callable[[int], object]) -> bool:
    """Kill a worker if it is at work; it does not go on while we look."""
    with frozen(worker.pid):
        if not is_at_work(worker.pid):
            return False
        worker.kill()
    return True


def kill_at_work(
    start: Callable[[], Process], name: str, jobs: int, is_at_work: Callable[[int], object]
) -> None:
    """Kill workers at work, spread over the first half of it."""
    workers = [start() for _ in range(WORKERS)]
    for kill in range(KILLS):
        due, victim = jobs * kill // (2 * KILLS), workers[kill % WORKERS]
        reached = eventually(lambda due=due: count(name, JobState.DONE) >= due, DONE_WITHIN_S)
        assert reached, f"{count(name, JobState.DONE)} of {due} jobs are done"
        killed = eventually(lambda victim=victim: is_killed_at_work(victim, is_at_work))
        assert killed, f"{count(name, JobState.DONE)} jobs are done"
        workers[kill % WORKERS] = start()


def has_begun(worker: int) -> bool:
    """Tell whether a worker has begun a job and not come to its effect yet."""
    database = db.database()
    begun = {row["number"] for row in database[RUNS].find({"worker": worker})}
    return bool(begun - {row["number"] for row in database[EFFECTS].find()})


def check_seen(readings: Sequence[Reading], items: set[str]) -> None:
    """Check that one reader was always answered, and that nothing that was public went away."""
    assert {reading.status for reading in readings} == {200}
    lists = [reading for reading in readings if reading.path == LIST]
    seen = [{one["id"] for one in orjson.loads(reading.body)["items"]} for reading in lists]
    assert all(some <= items for some in seen)
    assert all(len(earlier) <= len(later) for earlier, later in pairwise(seen))
    assert len(seen[-1]) == min(LIMIT, ITEMS)
    assert len({len(some) for some in seen}) > 2, "nobody read while items were published"


def test_scheduled_publishing_happens_once_for_each_item(product: Product) -> None:
    items = [create(Kind.SITES) for _ in range(ITEMS)]
    at, job = now() + dt.timedelta(days=1), publishing.PUBLISH_JOB
    for item in items:
        publishing.schedule(Kind.SITES, item.id, revision=1, publish_at=at, actor=ACTOR)
    Job.objects(name=job).update(set__run_at=now())
    product.start_web()
    with Readers(product, [LIST, "/api/v1/home"], count=1, headers=UNCACHED) as readers:
        kill_at_work(product.start_worker, job, ITEMS, lambda _: count(job, JobState.RUNNING))
        done = eventually(lambda: count(job, JobState.DONE) == ITEMS, DONE_WITHIN_S)
        assert done, Counter(one.state for one in Job.objects)
        finished = time.monotonic()
        assert eventually(lambda: len(readers.since(finished)) > 2)
    check_seen(readers.readings, {item.id for item in items})
    assert Counter(revision.item for revision in Revision.objects) == dict.fromkeys(
        (item.id for item in items), 1
    )
    assert {row.item for row in Snapshot.objects} == {item.id for item in items}
    states = CONTENT[Kind.SITES].objects(state=ContentState.PUBLISHED, published_revision=1)
    assert states.count() == ITEMS
    assert versions.current().number == ITEMS


def test_no_job_is_lost_and_no_effect_comes_twice(product: Product) -> None:
    for number in range(JOBS):
        args = {"number": number, "seconds": 0.03}
        outbox.enqueue(JOB, args, dedupe_key=f"{JOB}:{number}")

    def start() -> Process:
        return product.start_worker("tests.faults.jobworker", "test")

    kill_at_work(start, JOB, JOBS, has_begun)
    assert eventually(lambda: count(JOB, JobState.DONE) == JOBS, DONE_WITHIN_S)
    assert Job.objects(name=JOB).count() == JOBS
    database = db.database()
    effects = [row["number"] for row in database[EFFECTS].find()]
    assert sorted(effects) == list(range(JOBS))
    runs = Counter(row["number"] for row in database[RUNS].find())
    assert set(runs) == set(range(JOBS))
    again = {number for number, times in runs.items() if times > 1}
    assert again, "no worker was killed in the middle of a job"
    assert len(again) <= KILLS


def test_a_job_that_kills_its_workers_is_given_up_and_holds_nothing_up(product: Product) -> None:
    product.environ |= {"JOB_MAX_ATTEMPTS": str(ATTEMPTS), "JOB_LEASE_S": "1"}
    outbox.enqueue(DEADLY_JOB, {"number": 1})
    outbox.enqueue(JOB, {"number": 2, "seconds": 0.01})

    def start() -> Process:
        return product.start_worker("tests.faults.jobworker", "test")

    for attempt in range(ATTEMPTS):
        victim = start()
        assert eventually(lambda ended=victim.poll: ended() is not None), attempt
        assert count(DEADLY_JOB, JobState.RUNNING) == 1
    survivor = start()
    assert eventually(lambda: count(DEADLY_JOB, JobState.FAILED) == 1)
    assert eventually(lambda: count(JOB, JobState.DONE) == 1)
    assert survivor.poll() is None
    assert Job.objects.get(name=DEADLY_JOB).error == ABANDONED
    runs = Counter(row["number"] for row in db.database()[RUNS].find())
    assert runs == {1: ATTEMPTS, 2: 1}

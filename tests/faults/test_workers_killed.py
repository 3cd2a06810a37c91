"""Job workers are killed in the middle of their work: no job is lost, no effect comes twice."""

import datetime as dt
from collections import Counter
from collections.abc import Callable

from cli.supervisor import Process
from core import db
from core.clock import now
from models.enums import ContentState, Kind
from models.outbox import Job, JobState
from models.registry import CONTENT
from models.revisions import Revision
from models.snapshots import Snapshot
from services import outbox, publishing, versions
from tests.factories import ACTOR, create
from tests.faults.harness import Product, by_form, eventually
from tests.faults.jobworker import EFFECTS, JOB, RUNS

ITEMS = by_form(short=30, long=1_000)
JOBS = by_form(short=300, long=10_000)
KILLS = by_form(short=4, long=100)
WORKERS = 2
DONE_WITHIN_S = by_form(short=60.0, long=2 * 3_600.0)


def count(name: str, *states: JobState) -> int:
    return int(Job.objects(name=name, state__in=states).count())


def kill_at_work(start: Callable[[], Process], name: str, jobs: int) -> None:
    """Kill workers while they hold jobs, spread over the whole of the work."""
    workers = [start() for _ in range(WORKERS)]
    for kill in range(KILLS):
        due = jobs * (kill + 1) // (KILLS + 2)
        reached = eventually(lambda due=due: count(name, JobState.DONE) >= due, DONE_WITHIN_S)
        assert reached, f"{count(name, JobState.DONE)} of {due} jobs are done"
        assert eventually(lambda: count(name, JobState.RUNNING), 5)
        workers[kill % WORKERS].kill()
        workers[kill % WORKERS] = start()


def test_scheduled_publishing_happens_once_for_each_item(product: Product) -> None:
    items = [create(Kind.SITES) for _ in range(ITEMS)]
    at = now() + dt.timedelta(seconds=1)
    for item in items:
        publishing.schedule(Kind.SITES, item.id, revision=1, publish_at=at, actor=ACTOR)
    kill_at_work(product.start_worker, publishing.PUBLISH_JOB, ITEMS)
    assert eventually(
        lambda: count(publishing.PUBLISH_JOB, JobState.DONE) == ITEMS, DONE_WITHIN_S
    ), Counter(job.state for job in Job.objects)
    assert Counter(revision.item for revision in Revision.objects) == dict.fromkeys(
        (item.id for item in items), 1
    )
    assert {row.item for row in Snapshot.objects} == {item.id for item in items}
    states = CONTENT[Kind.SITES].objects(state=ContentState.PUBLISHED, published_revision=1)
    assert states.count() == ITEMS
    assert versions.current().number == ITEMS


def test_no_job_is_lost_and_no_effect_comes_twice(product: Product) -> None:
    for number in range(JOBS):
        args = {"number": number, "seconds": 0.01}
        outbox.enqueue(JOB, args, dedupe_key=f"{JOB}:{number}")

    def start() -> Process:
        return product.start_worker("tests.faults.jobworker", "test")

    kill_at_work(start, JOB, JOBS)
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

"""The database is killed while staff publish, visitors read and work is written down."""

import datetime as dt
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import PyMongoError

from cli.mongod import EmbeddedMongod
from core.clock import now
from models.content import Content
from models.enums import Kind
from models.outbox import Job, JobState
from models.revisions import Revision
from models.snapshots import Snapshot
from services import content, outbox, publishing, versions
from tests.factories import ACTOR, create, create_live
from tests.faults.harness import DEADLINE_S, UNCACHED, Product, Readers, by_form, restart
from tests.faults.newsdesk import check_whole
from tests.waiting import eventually

KILLS = by_form(short=2, long=50)
WRITES = by_form(short=600, long=1_000_000)
WRITERS = by_form(short=4, long=8)
# Long enough that requests cannot wait it out.
DOWN_S = DEADLINE_S / 2 + 0.5
LONGEST_S = by_form(short=180.0, long=4 * 3_600.0)
JOB = "faults.note"


class Publisher(threading.Thread):
    """Changes and publishes its items in turn, and notes what was acknowledged."""

    def __init__(self, items: list[Content], stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self.items = [item.id for item in items]
        self.stopping = stopping
        self.acknowledged: dict[str, list[int]] = {item: [] for item in self.items}
        self.moments: list[float] = []
        self.refused = 0

    def run(self) -> None:
        for number, item in enumerate(itertools.cycle(self.items)):
            if self.stopping.is_set():
                return
            try:
                revision = content.get(Kind.SITES, item).revision
                title = f"第{number}次修改"
                content.update(Kind.SITES, item, {"title": title}, revision=revision, actor=ACTOR)
                publishing.publish(Kind.SITES, item, actor=ACTOR, revision=revision + 1)
            except PyMongoError:
                self.refused += 1  # it may have landed: the next round looks
            else:
                self.acknowledged[item].append(revision + 1)
                self.moments.append(time.monotonic())


@contextmanager
def publishing_all_the_time(items: list[Content]) -> Iterator[list[Publisher]]:
    """Let two publishers work, each on items of its own."""
    stopping = threading.Event()
    publishers = [Publisher(items[number::2], stopping) for number in range(2)]
    for publisher in publishers:
        publisher.start()
    try:
        yield publishers
    finally:
        stopping.set()
        for publisher in publishers:
            publisher.join(150)
            assert not publisher.is_alive()


def test_what_is_published_is_whole_and_what_is_read_is_right_or_refused(
    product: Product, mongod: EmbeddedMongod
) -> None:
    items = [create_live(Kind.SITES) for _ in range(4)]
    paths = ["/api/v1/sites", *(f"/api/v1/sites/{item.id}" for item in items)]
    product.start_web()
    with (
        Readers(product, paths, count=3, headers=UNCACHED) as readers,
        publishing_all_the_time(items) as publishers,
    ):
        for kill in range(KILLS):
            time.sleep(0.3 + 0.17 * (kill % 5))
            restart(mongod, DOWN_S)
            ready = time.monotonic()
            assert eventually(
                lambda ready=ready: all(
                    each.moments and each.moments[-1] > ready for each in publishers
                )
            )
            assert eventually(lambda: readers.are_well_for(0.5))
    assert readers.statuses() == {200, 503}
    assert all(each.is_clean_refusal for each in readers.readings if each.status == 503)
    assert readers.are_in_time()
    for publisher in publishers:
        for item_id, acknowledged in publisher.acknowledged.items():
            assert acknowledged
            check_whole(item_id, acknowledged)
    # One step of the version for each revision: no publishing counted twice or not at all. They
    # are counted one by one: what a killed server believes to hold is an estimate.
    assert versions.current().number == Revision._get_collection().count_documents({})


def test_no_acknowledged_write_is_lost_or_doubled(product: Product, mongod: EmbeddedMongod) -> None:
    numbers = itertools.count()
    acknowledged: list[int] = []
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            number = next(numbers)
            while not done.is_set():
                try:
                    outbox.enqueue(JOB, {"number": number}, dedupe_key=f"{JOB}:{number}")
                except PyMongoError:
                    continue  # as a client does that got no answer
                acknowledged.append(number)
                break

    writers = [threading.Thread(target=write, daemon=True) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + LONGEST_S
    for kill in range(KILLS):
        share = WRITES * (kill + 1) // (KILLS + 1)
        assert eventually(lambda share=share: len(acknowledged) >= share, LONGEST_S)
        restart(mongod, DOWN_S * (kill % 4) / 4)
    assert eventually(lambda: len(acknowledged) >= WRITES, deadline - time.monotonic())
    done.set()
    for writer in writers:
        writer.join(30)
    stored = [job["args"]["number"] for job in Job._get_collection().find({"name": JOB})]
    assert len(stored) == len(set(stored))
    assert set(acknowledged) <= set(stored)


def test_a_worker_waits_for_its_database_and_goes_on(
    product: Product, mongod: EmbeddedMongod
) -> None:
    worker = product.start_worker()
    assert eventually(lambda: "worker_started" in product.log("worker"))
    item = create(Kind.SITES)
    at = now() + dt.timedelta(seconds=3)
    publishing.schedule(Kind.SITES, item.id, revision=1, publish_at=at, actor=ACTOR)
    restart(mongod, DOWN_S + 2)
    assert eventually(lambda: Snapshot.objects(item=item.id).count() == 1)
    assert worker.poll() is None
    assert "worker_waits" in product.log("worker")
    jobs = Job.objects(name=publishing.PUBLISH_JOB)
    assert eventually(lambda: jobs.get().state is JobState.DONE)
    assert Revision.objects(item=item.id).count() == 1
    assert versions.current().number == 1

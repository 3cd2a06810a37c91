"""Web workers are killed while visitors read and staff publish.

The others answer, and new ones come. What was acknowledged is public, and nothing is half so.
"""

import os
import re
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack

import orjson

from models.content import Content
from models.enums import Kind
from models.revisions import Revision
from services import versions
from tests.factories import create_live
from tests.faults.harness import (
    MACHINE_S,
    UNCACHED,
    WEB_WORKERS,
    Product,
    Readers,
    Reading,
    by_form,
    children,
    frozen,
)
from tests.faults.newsdesk import NUMBERED, NewsDesk, check_whole, publishing_over_http
from tests.waiting import eventually

KILLS = by_form(short=3, long=100)
PUBLISH_KILLS = by_form(short=2, long=60)
# Not the time that a new worker takes to start, and the other one is there.
ANSWERED_WITHIN_S = 10.0
# What is published is seen within a second on every worker; a busy machine may add to that.
FRESH_WITHIN_S = 1.0 + MACHINE_S
# What a client can see of a worker that dies: its connection ends.
ENDED = {
    "BrokenPipeError",
    "ConnectionResetError",
    "IncompleteRead",
    "RemoteDisconnected",
}
NUMBER = re.compile(r"number (\d{6})")
PUBLISH = "/publish"


def create_numbered() -> Content:
    """Make a site live whose title and summary tell the number of its last publishing."""
    return create_live(Kind.SITES, title=NUMBERED.format(0), summary=NUMBERED.format(0))


def number_of(site: dict[str, str]) -> int:
    """Return the number that a site tells, everywhere the same."""
    (title,), (summary,) = NUMBER.findall(site["title"]), NUMBER.findall(site["summary"])
    assert title == summary, "an answer of two versions"
    return int(title)


def seen_in(reading: Reading) -> dict[str, int]:
    """Return the number that an answer tells of each site."""
    answer = orjson.loads(reading.body)
    sites = answer.get("items", [answer])
    return {site["id"]: number_of(site) for site in sites}


def check_readings(readings: Sequence[Reading], desks: Sequence[NewsDesk], late_s: float) -> None:
    """Check that each answer is whole, and tells what was acknowledged `late_s` before it."""
    for reading in readings:
        if reading.status != 200 or reading.path == "/healthz":
            continue
        numbers = seen_in(reading)
        for desk in desks:
            if desk.item in numbers:
                known = [
                    number for _, number, at in desk.acknowledged if at + late_s < reading.began
                ]
                assert numbers[desk.item] >= max(known, default=0), reading.path


def check_published(product: Product, desks: Sequence[NewsDesk]) -> None:
    """Check that all that was acknowledged is there, whole and in the eyes of visitors."""
    for desk in desks:
        assert desk.acknowledged
        revisions, numbers, _ = zip(*desk.acknowledged, strict=True)
        check_whole(desk.item, revisions)
        reading = product.read(f"/api/v1/sites/{desk.item}", UNCACHED)
        assert seen_in(reading)[desk.item] >= numbers[-1]
    # One step of the version for each revision: no publishing counted twice or not at all.
    assert versions.current().number == Revision._get_collection().count_documents({})


def test_clients_see_ended_connections_and_no_failure(product: Product) -> None:
    product.environ["LIMIT_WRITES_PER_MINUTE"] = "1000000"
    items = [create_numbered() for _ in range(2)]
    paths = ["/api/v1/sites", *(f"/api/v1/sites/{item.id}" for item in items), "/healthz"]
    product.start_web()
    with (
        Readers(product, paths, count=2, pause_s=0.01) as cached,
        Readers(product, paths, count=2, headers=UNCACHED, pause_s=0.01) as uncached,
        publishing_over_http(product, items) as desks,
    ):
        all_readers = (cached, uncached)
        for kill in range(KILLS):
            assert eventually(lambda: all(each.are_well_for(0.3) for each in all_readers))
            before = children(product.web.pid)
            os.kill(sorted(before)[kill % WEB_WORKERS], signal.SIGKILL)
            killed = time.monotonic()
            answered = eventually(
                lambda killed=killed: any(
                    each.status == 200 for one in all_readers for each in one.since(killed)
                ),
                ANSWERED_WITHIN_S,
            )
            assert answered, "the other worker does not answer"
            assert eventually(lambda before=before: children(product.web.pid) - before)
            assert eventually(lambda: product.has_web_workers(WEB_WORKERS))
            assert eventually(
                lambda killed=killed: all(each.has_published_since(killed) for each in desks)
            )
    lost = [each for one in all_readers for each in one.readings if each.status != 200]
    assert {each.status for each in lost} <= {0}
    assert {each.error for each in lost} <= ENDED
    # Whoever was being answered, or waited for that worker's threads: one request a client.
    assert len(lost) <= 4 * KILLS
    assert product.web.poll() is None
    check_readings(uncached.readings, desks, 0.0)
    check_readings(cached.readings, desks, FRESH_WITHIN_S)
    check_published(product, desks)


def is_killed_while_publishing(product: Product, desk: NewsDesk) -> bool:
    """Kill all web workers if a publishing is under way; they do not go on while we look."""
    with ExitStack() as stopped:
        workers = children(product.web.pid)
        for worker in workers:
            stopped.enter_context(frozen(worker))
        if desk.doing != PUBLISH:
            return False
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
    return True


def test_a_publishing_that_is_killed_is_whole_or_not_at_all(product: Product) -> None:
    product.environ["LIMIT_WRITES_PER_MINUTE"] = "1000000"
    item = create_numbered()
    paths = ["/api/v1/sites", f"/api/v1/sites/{item.id}"]
    product.start_web()
    with (
        Readers(product, paths, count=2, headers=UNCACHED) as readers,
        publishing_over_http(product, [item]) as desks,
    ):
        (desk,) = desks
        for kill in range(PUBLISH_KILLS):

            def is_hit(kill: int = kill) -> bool:
                assert eventually(lambda: desk.doing == PUBLISH, every_s=0.0005)
                time.sleep(0.004 * (kill % 8))  # somewhere else in it each time
                return is_killed_while_publishing(product, desk)

            assert eventually(is_hit)
            killed = time.monotonic()
            assert eventually(lambda: product.has_web_workers(WEB_WORKERS))
            assert eventually(lambda killed=killed: desk.has_published_since(killed))
    assert desk.lost.count(PUBLISH) >= PUBLISH_KILLS
    assert {each.status for each in readers.readings} <= {0, 200}
    check_readings(readers.readings, desks, 0.0)
    check_published(product, desks)

"""What staff publish is seen on every worker of every host within a second, under load too.

Two web servers on one database stand for two hosts: they share nothing but the database.
"""

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.mmap_dict import MmapedDict

from cli.mongod import EmbeddedMongod
from core.clock import SHANGHAI, now
from models.content import Content
from models.enums import Kind
from services import content, publishing
from tests.factories import ACTOR, create_live
from tests.faults.harness import MACHINE_S, PROJECT, Product, by_form, children
from tests.faults.publisher import TITLE
from tests.visiting import create_departure
from tests.waiting import PATIENCE_S, eventually, kept

WITHIN_S = 1.0
WORKERS = 4
LOAD_S = by_form(short=6, long=60)
PUBLISHES = by_form(short=3, long=20)
# Publishes; gives the number and the moment of it.
Publish = Callable[[], tuple[int, float]]
# From an answer to the number of the change that it shows, `number 000001`.
Shown = Callable[[str], str]
CAPACITY = 500
# What a reader tells: `answers`, `failures`, and `last`, when each number was last seen.
Told = dict[str, Any]
TTL_S, STALE_S, TIMEOUT_MS = 1, 6, 1_000


def start(product: Product, workers: int, **environ: object) -> Product:
    """Start a web server with so many workers."""
    settings = {"WEB_CONCURRENCY": workers, "LOG_LEVEL": "WARNING", **environ}
    product.environ.update({name: str(value) for name, value in settings.items()})
    product.web.start()
    assert eventually(lambda: product.read("/readyz").status == 200), product.log("web")
    assert eventually(lambda: product.has_web_workers(workers)), product.log("web")
    return product


@pytest.fixture
def hosts(product: Product, tmp_path: Path) -> Iterator[list[Product]]:
    """Two web servers with folders of their own, so that no long time hides what is not told."""
    other = Product(tmp_path / "other", product.environ)
    yield [start(each, 2, BYTE_CACHE_TTL_S=600) for each in (product, other)]
    other.stop()


def featured() -> Content:
    """Make a project live that stands on the first page too."""
    return create_live(Kind.PROJECTS, title=TITLE.format(0), featured=True)


def paths_of(item: Content) -> list[str]:
    """Return what shows the title of an item."""
    own = f"/api/v1/{item.KIND}"
    return [own, f"{own}/{item.id}", f"{own}/{item.slug}?lang=en", "/api/v1/home"]


def publishing_elsewhere(product: Product, item: Content) -> AbstractContextManager[Publish]:
    """Give what publishes an item once more, in a process of its own."""
    return changing_elsewhere(product, "publisher", item.KIND, item.id)


@contextmanager
def changing_elsewhere(product: Product, program: str, *arguments: str) -> Iterator[Publish]:
    """Give what makes one more change, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.faults.{program}", *arguments],
        env=product.environ,
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        source, told = process.stdin, process.stdout
        assert source
        assert told

        def publish() -> tuple[int, float]:
            source.write("\n")
            source.flush()
            number, moment = told.readline().split()
            return int(number), float(moment)

        try:
            yield publish
            source.close()
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()


def answered(product: Product) -> dict[int, float]:
    """Return how many requests each living web worker has answered, by its process id."""
    counts: dict[int, float] = {}
    for pid in children(product.web.pid):
        counts[pid] = 0
        with suppress(FileNotFoundError):
            file = str(product.folder / "metrics" / f"counter_{pid}.db")
            for key, value, *_ in MmapedDict.read_all_values_from_file(file):
                counts[pid] += value if json.loads(key)[0] == "toolbox_requests" else 0
    return counts


def titled(body: str) -> str:
    """Return the number in a title."""
    return body[body.index("number ") :][:13]


def held(body: str) -> str:
    """Return how many seats are held, written like the number in a title."""
    left = re.search(r'"seats_left":(\d+)', body)
    assert left
    return f"number {CAPACITY - int(left[1]):06d}"


def read_by_all_workers(
    product: Product, paths: Sequence[str], seconds: float, shown: Shown = titled
) -> dict[str, float]:
    """Read on new connections; return when each text was last given to whom asked for it."""
    before = answered(product)
    last: dict[str, float] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until or not all(
        count > before.get(pid, 0) for pid, count in answered(product).items()
    ):
        assert time.monotonic() < until + PATIENCE_S, "a worker never answered"
        for path in paths:
            reading = product.read(path)
            assert reading.status == 200
            last[shown(reading.body.decode())] = reading.began
    return last


def kill_a_worker(product: Product) -> None:
    """Kill a web worker and wait until another has taken its place."""
    victim = min(children(product.web.pid))
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: victim not in children(product.web.pid))
    assert eventually(lambda: product.has_web_workers(2))


def is_seen_in_time(
    hosts: Sequence[Product], paths: Sequence[str], publish: Publish, shown: Shown = titled
) -> bool:
    """Publish; tell whether everybody who asks a second later gets it, wherever they ask."""
    number, acknowledged = publish()
    current = f"number {number:06d}"
    seen: dict[str, float] = {}
    for host in hosts:
        last = read_by_all_workers(host, paths, WITHIN_S / 2, shown)
        seen |= {text: max(at, seen.get(text, 0)) for text, at in last.items()}
    older = [at - acknowledged for text, at in seen.items() if text < current]
    afterwards: set[str] = set()
    for host in hosts:
        time.sleep(max(0.0, acknowledged + WITHIN_S - time.monotonic()))
        afterwards |= set(read_by_all_workers(host, paths, 0.1, shown))
    return max(older, default=0) < WITHIN_S and afterwards == {current}


def test_a_publish_is_seen_on_every_worker_of_every_host(hosts: list[Product]) -> None:
    """One worker of each was killed before: what takes its place follows like the others."""
    item = featured()
    for host in hosts:
        read_by_all_workers(host, paths_of(item), 0.1)
        kill_a_worker(host)
    with publishing_elsewhere(hosts[0], item) as publish:
        for _ in range(PUBLISHES):
            assert kept(lambda: is_seen_in_time(hosts, paths_of(item), publish))


def test_a_booking_is_seen_on_every_worker_of_every_host(hosts: list[Product]) -> None:
    """Seats left, wherever they are told; and nobody reads the content anew for it."""
    route = create_live(Kind.ROUTES)
    departure = create_departure(capacity=CAPACITY, route=route.id, slug=route.slug)
    own, month = "/api/v1/departures", f"{departure.starts_at.astimezone(SHANGHAI):%Y-%m}"
    paths = [
        *(own, f"{own}/{departure.id}", f"{own}/calendar?month={month}&lang=en"),
        f"/api/v1/routes/{route.slug}/departures?people=2",
    ]
    for host in hosts:
        read_by_all_workers(host, paths, 0.1, held)
        kill_a_worker(host)
    with changing_elsewhere(hosts[0], "booker", departure.id) as book:
        for _ in range(PUBLISHES):
            assert kept(lambda: is_seen_in_time(hosts, paths, book, held))


@contextmanager
def reading_at_full_speed(product: Product, paths: Sequence[str]) -> Iterator[list[Told]]:
    """Read from two processes; what they tell is there afterwards."""
    told: list[Told] = []
    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.reader", str(product.port), *paths],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    try:
        yield told
        told += [json.loads(reader.communicate(timeout=60)[0]) for reader in readers]
    finally:
        for reader in readers:
            reader.kill()


def is_read_in_time(product: Product, paths: Sequence[str], publish: Publish) -> bool:
    """Publish once a second while all is read at full speed; tell whether no answer was old."""
    acknowledged = [publish()]
    with reading_at_full_speed(product, paths) as told:
        for _ in range(LOAD_S):
            time.sleep(WITHIN_S)
            acknowledged.append(publish())
        time.sleep(WITHIN_S)
    assert [one["failures"] for one in told] == [[], []]
    assert sum(one["answers"] for one in told) > 100 * LOAD_S
    last = {number: 0.0 for number, _ in acknowledged}
    for one in told:
        for number in last.keys() & {int(key) for key in one["last"]}:
            last[number] = max(last[number], one["last"][str(number)])
    late = [last[older] - moment for (older, _), (_, moment) in pairwise(acknowledged)]
    return all(last.values()) and max(late) < WITHIN_S


def test_reads_at_full_speed_are_never_older_than_a_second(product: Product) -> None:
    item = featured()
    start(product, WORKERS, BYTE_CACHE_TTL_S=600)
    idle = answered(product)
    with publishing_elsewhere(product, item) as publish:
        assert kept(lambda: is_read_in_time(product, paths_of(item), publish))
    worked = answered(product)
    assert worked.keys() == idle.keys(), "no worker was lost"
    assert all(worked[pid] - idle[pid] > LOAD_S for pid in worked), worked


def test_what_expires_is_gone_in_time_although_no_version_moves(product: Product) -> None:
    """No worker runs, so nobody takes it offline: only the age of answers ends it."""
    item = featured()
    start(product, 2, BYTE_CACHE_TTL_S=TTL_S)
    at = now() + dt.timedelta(seconds=4)
    publishing.schedule(Kind.PROJECTS, item.id, revision=item.revision, expire_at=at, actor=ACTOR)
    path = f"/api/v1/projects/{item.id}"
    assert product.read(path).status == 200
    while (reading := product.read(path)).status == 200:
        assert reading.began < time.monotonic() + (at - now()).total_seconds() + TTL_S + MACHINE_S
    assert reading.status == 404
    assert now() >= at
    assert "number" not in product.read("/api/v1/projects").body.decode()


def test_while_the_database_is_dead_nothing_is_older_than_stated(
    product: Product, mongod: EmbeddedMongod
) -> None:
    item = featured()
    paths = paths_of(item)[:2]
    settings = {"BYTE_CACHE_STALE_S": STALE_S, "MONGODB_TIMEOUT_MS": TIMEOUT_MS}
    start(product, 2, BYTE_CACHE_TTL_S=TTL_S, **settings)
    read_by_all_workers(product, paths, TTL_S)
    mongod.kill()
    killed = time.monotonic()
    stood_in = 0.0
    while time.monotonic() - killed < STALE_S + 2:
        for path in paths:
            reading = product.read(path)
            assert reading.status == 200 or reading.is_clean_refusal
            if reading.status == 200:
                stood_in = reading.began - killed
    assert TTL_S < stood_in < STALE_S
    mongod.start()
    mongod.wait_ready()
    assert eventually(lambda: {product.read(path).status for path in paths} == {200})
    current = content.get(Kind.PROJECTS, item.id)
    content.update(
        Kind.PROJECTS, item.id, {"title": TITLE.format(9)}, revision=current.revision, actor=ACTOR
    )
    publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR)
    time.sleep(WITHIN_S)
    assert kept(lambda: set(read_by_all_workers(product, paths, 0.2)) == {"number 000009"})

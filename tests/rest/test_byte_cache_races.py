"""Many at once, and changes while an answer is being computed."""

import itertools
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.settings import Settings
from models.enums import Kind
from services import publishing, versions
from tests.api.surface import API
from tests.factories import ACTOR, create_live
from tests.rest.cached import Cached, all_at_once, retitle, running
from tests.rest.small_app import Small
from tests.waiting import PATIENCE_S, eventually, kept

TRACKS = f"{API}/tracks"
THREADS = 32


@pytest.fixture
def cached(settings: Settings, tmp_path: Path) -> Iterator[Cached]:
    with running(settings, tmp_path, watched=True, byte_cache_ttl_s=600) as made:
        yield made


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path)


def test_a_burst_on_a_cold_key_enters_flask_once(cached: Cached) -> None:
    create_live(Kind.TRACKS)
    answers = all_at_once(THREADS, lambda _: cached.get(TRACKS))
    assert cached.entered == 1
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert len({answer["X-Request-ID"] for answer in answers}) == THREADS


def test_a_burst_of_different_wishes_enters_flask_once(cached: Cached) -> None:
    create_live(Kind.TRACKS)

    def wish(number: int) -> int:
        if number % 3 == 0:
            return cached.get(TRACKS, "HEAD", accept_language="en").status
        if number % 3 == 1:
            return cached.get(f"{TRACKS}", accept_language="en-US,en", if_none_match="*").status
        return cached.get(TRACKS, accept_language="en;q=0.5").status

    assert set(all_at_once(THREADS, wish)) == {200, 304}
    assert cached.entered == 1


def test_bursts_enter_the_app_once_for_each_version_again_and_again(small: Small) -> None:
    for version in range(1, 40):
        small.app.version = version
        small.counters.raise_to("content", version)
        answers = all_at_once(8, lambda _: small.get())
        assert small.app.entered == version
        assert {answer.body for answer in answers} == {f"/small/kept? {version} ".encode()}


def test_a_burst_on_what_is_missing_is_refused_to_all(cached: Cached) -> None:
    answers = all_at_once(THREADS, lambda _: cached.get(f"{TRACKS}/absent"))
    assert {answer.status for answer in answers} == {404}
    told = {answer.data["error"]["request_id"] for answer in answers}
    assert told == {answer["X-Request-ID"] for answer in answers}
    assert len(told) == THREADS


def test_when_the_first_comes_to_grief_the_others_are_answered(small: Small) -> None:
    small.app.failures = [RuntimeError("the first one dies")]
    small.app.takes_s = 0.3

    def read(_: int) -> int:
        try:
            return small.get().status
        except RuntimeError:
            return 0

    statuses = all_at_once(8, read)
    assert statuses.count(200) == 7
    assert small.get().status == 200


def test_who_asks_after_a_publish_never_gets_what_was_begun_before(cached: Cached) -> None:
    item = create_live(Kind.TRACKS, title="测试 before")
    path = f"{TRACKS}/{item.id}"
    begun, released = threading.Event(), threading.Event()
    inner = cached.inner

    def slow(environ: dict[str, object], start_response: object) -> object:
        parts = inner(environ, start_response)  # what was read is old from here on
        if not begun.is_set():
            begun.set()
            assert released.wait(PATIENCE_S)
        return parts

    cached.inner = slow
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(cached.get, path)
        assert begun.wait(PATIENCE_S)
        retitle(item, "测试 after")
        counters = cached.cache.counters
        assert eventually(lambda: counters.read("content") == versions.current().number)
        late = [threads.submit(cached.get, path) for _ in range(5)]
        time.sleep(0.1)
        released.set()
        assert first.result().data["title"] == "测试 before"
        assert {each.result().data["title"] for each in late} == {"测试 after"}
    assert cached.get(path).data["title"] == "测试 after"
    assert cached.entered == 2


def test_a_change_between_version_and_content_outdates_the_answer(small: Small) -> None:
    """The version is read first: an answer may be newer than it says, never older."""
    small.app.takes_s = 0.2
    with ThreadPoolExecutor(1) as threads:
        computing = threads.submit(small.get)
        time.sleep(0.1)
        small.app.version = 2
        small.counters.raise_to("content", 2)
        assert computing.result().status == 200
    assert b" 2 " in small.get().body


def test_who_sees_a_change_first_tells_the_others(settings: Settings, tmp_path: Path) -> None:
    """Two processes of one host, without watchers: they share what the database told one."""
    item = create_live(Kind.TRACKS, title="测试 before")
    path = f"{TRACKS}/{item.id}"
    with running(settings, tmp_path) as one, running(settings, tmp_path) as other:
        assert one.get(path).data["title"] == other.get(path).data["title"] == "测试 before"
        retitle(item, "测试 after")
        assert one.get(path).data["title"] == "测试 before"
        assert other.get(TRACKS).data["items"][0]["title"] == "测试 after"
        assert one.get(path).data["title"] == "测试 after"


def test_a_change_is_seen_within_a_second(cached: Cached) -> None:
    item = create_live(Kind.TRACKS)
    cached.get(f"{TRACKS}/{item.id}")  # starts the watcher, as the first visitor does
    assert eventually(lambda: cached.cache.counters.age_s() < 1)
    titles = (f"测试 {number}" for number in itertools.count())

    def seen_in_time() -> bool:
        title = next(titles)
        retitle(item, title)
        published = time.monotonic()
        assert eventually(lambda: cached.get(f"{TRACKS}/{item.id}").data["title"] == title)
        return time.monotonic() - published < 1

    for _ in range(5):
        assert kept(seen_in_time)
    publishing.unpublish(Kind.TRACKS, item.id, actor=ACTOR)
    assert eventually(lambda: cached.get(f"{TRACKS}/{item.id}").status == 404)


def test_without_a_watcher_nothing_is_older_than_its_time(
    settings: Settings, tmp_path: Path
) -> None:
    item = create_live(Kind.TRACKS, title="测试 before")
    with running(settings, tmp_path, byte_cache_ttl_s=600) as cached:
        path = f"{TRACKS}/{item.id}"
        cached.get(path)
        kept_by = time.monotonic()
        retitle(item, "测试 after")
        assert cached.get(path).data["title"] == "测试 before", "nobody told it"
        cached.cache.ttl_s = time.monotonic() - kept_by + 0.5
        while True:
            asked = time.monotonic()
            if cached.get(path).data["title"] == "测试 after":
                break
            assert asked < kept_by + cached.cache.ttl_s


def test_versions_that_count_from_below_again_are_followed(small: Small) -> None:
    """A backup was restored: what was kept before is worthless, what comes is kept."""
    small.app.version = 50
    small.get()
    small.app.version = 7
    small.counters.settle("content", 7, before=50)
    assert b" 7 " in small.get().body
    entered = small.app.entered
    assert b" 7 " in small.get().body
    assert small.app.entered == entered


def test_threads_that_hammer_get_what_they_asked_for(tmp_path: Path) -> None:
    small = Small(tmp_path, room=300_000)
    small.app.size = 500
    known = [0]

    def hammer(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - a sequence, no secrets
        for _ in range(600):
            if chance.random() < 0.01:
                with lock:
                    known[0] += 1
                    small.app.version = known[0]
                small.counters.raise_to("content", known[0])
            number, current = chance.randrange(300), small.counters.read("content")
            body = small.get(f"kept/{number}?page={number}").body.decode()
            path, version, _ = body.split(" ")
            assert path == f"/small/kept/{number}?page={number}"
            assert int(version) >= current, "older than what was known before it was asked for"

    lock = threading.Lock()
    all_at_once(12, hammer)
    assert small.cache.store.used <= 300_000
    assert known[0] > 10

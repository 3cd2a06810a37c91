"""The store: bounded in bytes, the least recently used go first, safe for threads."""

import random
import tracemalloc
from pathlib import Path

import pytest

from rest.cache_store import OVERHEAD, Store
from tests.rest.cached import all_at_once, call, environment
from tests.rest.small_app import PREFIX, Small

ROOM = 100 * (OVERHEAD + 100)


@pytest.fixture
def store() -> Store[str, bytes]:
    return Store(ROOM)


def fill(store: Store[str, bytes], count: int, size: int = 100) -> None:
    for number in range(count):
        store.put(f"{number}", b"x" * size, size)


def test_what_is_put_is_there(store: Store[str, bytes]) -> None:
    assert store.get("a") is None
    store.put("a", b"1", 1)
    store.put("a", b"2", 2)
    assert store.get("a") == b"2"
    assert store.used == OVERHEAD + 2
    assert len(store) == 1


def test_the_room_is_never_exceeded(store: Store[str, bytes]) -> None:
    for number in range(10_000):
        size = random.Random(number).randrange(3_000)  # noqa: S311 - sizes, no secrets
        store.put(f"{number}", b"", size)
        assert store.used <= ROOM
    assert len(store) > 20
    assert store.get("9999") is not None


def test_the_least_recently_used_go_first(store: Store[str, bytes]) -> None:
    fill(store, 100)
    for number in range(0, 100, 2):
        assert store.get(f"{number}") is not None
    for number in range(50):
        store.put(f"new {number}", b"", 100)
    assert [number for number in range(100) if store.get(f"{number}")] == list(range(0, 100, 2))


def test_a_hot_one_survives_ten_thousand_that_are_asked_for_once(store: Store[str, bytes]) -> None:
    store.put("hot", b"hot", 3)
    for number in range(10_000):
        store.put(f"{number}", b"", 100)
        if number % 50 == 0:
            assert store.get("hot") == b"hot"


def test_what_needs_more_than_an_eighth_is_not_kept(store: Store[str, bytes]) -> None:
    most = ROOM // 8 - OVERHEAD
    store.put("fits", b"", most)
    assert store.get("fits") is not None
    store.put("fits", b"grown", most + 1)
    assert store.get("fits") is None, "nor does the smaller one before it stay"
    assert store.used == 0


def test_nothing_is_kept_without_room() -> None:
    store: Store[str, bytes] = Store(0)
    store.put("a", b"", 0)
    assert store.get("a") is None


def test_threads_leave_the_books_in_order(store: Store[str, bytes]) -> None:
    def hammer(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - a sequence, no secrets
        for _ in range(5_000):
            key = f"{chance.randrange(150)}"
            if chance.random() < 0.5:
                found = store.get(key)
                assert found is None or found == key.encode()
            else:
                store.put(key, key.encode(), chance.randrange(2_000))

    all_at_once(8, hammer)
    assert store.used <= ROOM
    for number in range(150):
        store.put(f"{number}", b"", ROOM)
    assert (store.used, len(store)) == (0, 0)


@pytest.mark.parametrize("size", [0, 3_000])
def test_an_entry_needs_no_more_memory_than_it_is_said_to(tmp_path: Path, size: int) -> None:
    small = fed(tmp_path, 50)
    tracemalloc.start()
    try:
        before, used = tracemalloc.get_traced_memory()[0], small.cache.store.used
        feed(small, range(50, 550), size)
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= small.cache.store.used - used


def test_ten_thousand_keys_stay_within_the_room(tmp_path: Path) -> None:
    small = fed(tmp_path, 10_000)
    assert small.app.entered == 10_000
    assert ROOM * 4 < small.cache.store.used <= ROOM * 5
    assert len(small.cache.store) < 600
    feed(small, range(9_900, 10_000))
    assert small.app.entered == 10_000, "the latest are there"


def fed(folder: Path, count: int) -> Small:
    """Return a small app whose cache was asked for so many keys, with headers like ours."""
    small = Small(folder, ROOM * 5)
    small.cache.ttl_s = 600
    small.app.headers += [(f"X-{number}", f"{number}" * 30) for number in range(9)]
    feed(small, range(count))
    return small


def feed(small: Small, numbers: range, size: int = 0) -> None:
    """Ask for keys with answers of a size."""
    small.app.size = size
    usual = environment("/")
    for number in numbers:
        target = {"PATH_INFO": f"{PREFIX}/kept/{number}", "QUERY_STRING": f"limit={number}"}
        call(small.cache, {**usual, **target})

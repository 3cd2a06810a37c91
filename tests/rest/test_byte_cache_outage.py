"""While the database is away: what was right stands in, for a stated time, and nobody queues."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rest import cache_outage
from tests.rest.cached import Environ, all_at_once
from tests.rest.small_app import Small
from tests.waiting import PATIENCE_S, eventually, kept

AWAY = "503 SERVICE UNAVAILABLE"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    monkeypatch.setattr(cache_outage, "TRY_EVERY_S", 0.1)
    return Small(tmp_path)


def grow_old(small: Small) -> None:
    """Let what is kept be too old to be used without asking."""
    small.cache.ttl_s = 0


def away(small: Small) -> None:
    """Let the app fail, when the answers that are kept are old."""
    small.app.status = AWAY
    grow_old(small)


def test_what_was_right_stands_in_no_longer_than_stated(small: Small) -> None:
    small.cache.stale_s = 1.2
    before = time.monotonic()
    right = small.get().body
    right_by = time.monotonic()
    away(small)
    while True:
        asked = time.monotonic()
        answer = small.get()
        if answer.status != 200:
            break
        assert answer.body == right
        assert asked < right_by + small.cache.stale_s
        time.sleep(0.01)
    assert answer.status == 503
    assert time.monotonic() - before >= small.cache.stale_s
    assert small.get(if_none_match='"tag"').status == 503


def test_it_stands_in_with_its_tag(small: Small) -> None:
    small.get()
    away(small)
    assert small.get(if_none_match='"tag"').status == 304
    assert small.get(method="HEAD").status == 200


def test_what_is_outdated_does_not_stand_in(small: Small) -> None:
    small.get()
    small.app.status = AWAY
    small.counters.raise_to("content", 2)
    assert small.get().status == 503


def test_what_was_never_asked_for_is_refused(small: Small) -> None:
    small.get("kept/known")
    away(small)
    assert small.get("kept/other").status == 503
    assert small.get("kept/known").status == 200


@pytest.mark.parametrize("status", ["500 INTERNAL SERVER ERROR", "404 NOT FOUND"])
def test_other_failures_are_shown(small: Small, status: str) -> None:
    small.get()
    small.app.status = status
    grow_old(small)
    assert small.get().status == int(status[:3])


def test_after_the_outage_the_first_to_ask_ends_it(small: Small) -> None:
    small.get()
    away(small)
    assert small.get().status == 200
    small.app.status = "200 OK"
    small.app.version = 2
    time.sleep(0.15)
    assert b" 2 " in small.get().body
    assert b" 2 " in small.get("kept/other").body


def test_one_finds_out_and_the_others_do_not_wait(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_outage, "TRYING_S", 600.0)
    for number in range(8):
        small.get(f"kept/{number}")
    away(small)
    small.get("kept/0")
    time.sleep(0.15)
    entered, released = small.app.entered, threading.Event()

    def slow(environ: Environ, start_response: object) -> object:
        assert released.wait(PATIENCE_S)
        return small.app(environ, start_response)

    small.cache.app = slow
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(small.get, f"kept/{number}") for number in range(8)]
        try:
            assert eventually(lambda: sum(each.done() for each in asked) == 7)
        finally:
            released.set()
    assert {each.result().status for each in asked} == {200}
    assert small.app.entered - entered == 1


def test_who_waited_for_a_failure_is_told_at_once(small: Small) -> None:
    small.app.status = AWAY
    small.app.takes_s = 0.4

    def are_told_together() -> bool:
        entered = small.app.entered
        answers = all_at_once(12, lambda _: small.get())
        assert {answer.status for answer in answers} == {503}
        return small.app.entered == entered + 1 and len({each.body for each in answers}) == 1

    assert kept(are_told_together)  # who comes when it is over finds out anew

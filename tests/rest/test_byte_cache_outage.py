"""While the database is away: what was right stands in, for a stated time, and nobody queues."""

import time
from pathlib import Path

import pytest

from rest import cache_outage
from tests.rest.cached import all_at_once
from tests.rest.small_app import STALE_S, TTL_S, Small

AWAY = "503 SERVICE UNAVAILABLE"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    monkeypatch.setattr(cache_outage, "TRY_EVERY_S", 0.1)
    return Small(tmp_path)


def away(small: Small) -> None:
    """Let the app fail, when the answer that is kept is too old to be used without asking."""
    small.app.status = AWAY
    time.sleep(TTL_S)


def test_what_was_right_stands_in_no_longer_than_stated(small: Small) -> None:
    asked = time.monotonic()
    right = small.get().body
    small.app.status = AWAY
    while (answer := small.get()).status == 200:
        assert answer.body == right
        assert time.monotonic() - asked < STALE_S + 1
        time.sleep(0.01)
    assert answer.status == 503
    assert STALE_S <= time.monotonic() - asked < STALE_S + 1
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
    time.sleep(TTL_S)
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


def test_one_finds_out_and_the_others_do_not_wait(small: Small) -> None:
    small.cache.stale_s = 60
    for number in range(8):
        small.get(f"kept/{number}")
    away(small)
    small.get("kept/0")
    small.app.takes_s = 0.3
    entered = small.app.entered
    time.sleep(0.1)
    took = all_at_once(8, lambda number: timed(small, f"kept/{number}"))
    assert sum(seconds > 0.25 for seconds in took) <= 1
    assert small.app.entered - entered <= 1


def timed(small: Small, target: str) -> float:
    """Return how long an answer takes; it must be a good one."""
    began = time.monotonic()
    assert small.get(target).status == 200
    return time.monotonic() - began


def test_who_waited_for_a_failure_is_told_at_once(small: Small) -> None:
    small.app.status = AWAY
    small.app.takes_s = 0.4
    answers = all_at_once(12, lambda _: small.get())
    assert {answer.status for answer in answers} == {503}
    assert small.app.entered == 1
    assert len({answer.body for answer in answers}) == 1

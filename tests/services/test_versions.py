"""Version counters: every change counts once, and no two changes share a second."""

import datetime as dt
import itertools
import threading

import pytest
from pymongo.client_session import ClientSession

from core import db
from core.clock import now
from core.shared import Counters
from models.versions import AVAILABILITY, CONTENT, Version
from services import versions
from tests.visiting import create_departure


def bump(scope: str = CONTENT) -> versions.State:
    db.transaction(lambda session: versions.bump(scope, session))
    return versions.current(scope)


def test_nothing_changed_yet_is_number_zero_long_ago() -> None:
    assert versions.current() == versions.State(0, versions.EPOCH)


def test_each_change_counts_one() -> None:
    assert [bump().number for _ in range(4)] == [1, 2, 3, 4]


def test_dates_are_whole_seconds_that_differ_from_change_to_change() -> None:
    dates = [bump().last_modified for _ in range(5)]
    assert all(date.microsecond == 0 and date.tzinfo is not None for date in dates)
    assert all(
        later - earlier >= dt.timedelta(seconds=1) for earlier, later in itertools.pairwise(dates)
    )


def test_the_first_date_is_the_present() -> None:
    before = now().replace(microsecond=0)
    assert before <= bump().last_modified <= now()


def test_scopes_count_by_themselves() -> None:
    bump("another")
    bump("another")
    assert bump().number == 1
    assert versions.current("another").number == 2


def test_a_change_that_is_taken_back_does_not_count() -> None:
    bump()
    before = versions.current()

    def work(session: ClientSession) -> None:
        versions.bump(CONTENT, session)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the very error that was raised inside
        db.transaction(work)
    assert versions.current() == before


@pytest.mark.parametrize("fresh", [True, False])
def test_concurrent_changes_are_all_counted(fresh: bool) -> None:
    if not fresh:
        bump()
    before = versions.current()
    barrier = threading.Barrier(8)

    def several() -> None:
        barrier.wait()
        for _ in range(3):
            db.transaction(lambda session: versions.bump(CONTENT, session))

    threads = [threading.Thread(target=several) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = versions.current()
    assert after.number == before.number + 24
    if not fresh:
        assert after.last_modified - before.last_modified >= dt.timedelta(seconds=24)


def redated() -> versions.State:
    """Date the counter anew without moving it: what only a question to the database tells."""
    Version._get_collection().update_one(
        {"_id": CONTENT}, {"$inc": {"number": 0}, "$set": {"last_modified": versions.EPOCH}}
    )
    return versions.current()


def test_what_is_known_is_not_asked_for_again(
    counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "FRESH_S", 600.0)
    known, state = versions.Known(counters, ready=int), bump()
    counters.raise_to(CONTENT, state.number)
    counters.beat()
    assert known.current() == state
    assert redated() != state
    counters.beat()
    assert known.current() == state


def test_a_counter_that_moved_is_asked_for(counters: Counters) -> None:
    known, state = versions.Known(counters, ready=int), bump()
    counters.raise_to(CONTENT, state.number)
    counters.beat()
    known.current()
    later = bump()
    counters.raise_to(CONTENT, later.number)
    counters.beat()
    assert known.current() == later


def test_counters_that_nobody_keeps_are_not_relied_on(counters: Counters) -> None:
    known, state = versions.Known(counters, ready=int), bump()
    counters.raise_to(CONTENT, state.number)
    assert counters.age_s() > versions.FRESH_S
    known.current()
    later = redated()
    assert known.current() == later


def test_a_date_is_not_kept_for_ever(counters: Counters, monkeypatch: pytest.MonkeyPatch) -> None:
    known, state = versions.Known(counters, ready=int), bump()
    counters.raise_to(CONTENT, state.number)
    known.current()
    monkeypatch.setattr(versions, "KEPT_S", 0.0)
    counters.beat()
    later = redated()
    assert known.current() == later


def test_what_is_kept_is_read_once_a_state(counters: Counters) -> None:
    known, state = versions.Known(counters, ready=int), bump()
    counters.raise_to(CONTENT, state.number)
    counters.beat()
    reads: list[int] = []

    def load() -> int:
        reads.append(1)
        return len(reads)

    assert [known.kept(load), known.kept(load)] == [1, 1]
    later = bump()
    counters.raise_to(CONTENT, later.number)
    counters.beat()
    assert [known.kept(load), known.kept(load)] == [2, 2]


def test_who_knows_no_version_keeps_nothing() -> None:
    reads: list[int] = []
    for _ in range(2):
        versions.kept(lambda: reads.append(1))
    assert len(reads) == 2


def test_availability_is_what_this_host_heard(counters: Counters) -> None:
    known = versions.Known(counters, ready=int)
    counters.advance(AVAILABILITY)
    counters.beat()
    state = known.current(AVAILABILITY)
    assert (state.number, state.lasts) == (1, True)
    moved = dt.datetime.fromtimestamp(counters.moved_at(AVAILABILITY), dt.UTC)
    assert state.last_modified == moved.replace(microsecond=0) + versions.SETTLED
    counters.advance(AVAILABILITY, 77)
    assert known.current(AVAILABILITY).number == 2


def test_while_nobody_hears_of_departures_no_answer_about_them_lasts(counters: Counters) -> None:
    asked: list[int] = []
    known = versions.Known(counters, ready=lambda: asked.append(1))
    counters.advance(AVAILABILITY, 77)
    assert known.current(AVAILABILITY) == versions.State(0, versions.EPOCH, lasts=False)
    departure = create_departure()
    state = known.current(AVAILABILITY)
    assert not state.lasts
    assert state.last_modified == departure.updated_at.replace(microsecond=0) + versions.SETTLED
    assert asked == [1, 1]

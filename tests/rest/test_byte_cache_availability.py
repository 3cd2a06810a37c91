"""Answers about seats from memory: as hot as content, right within a second, each on its own."""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import SHANGHAI, now
from core.ids import new_id
from core.settings import Settings
from models.departures import Departure
from models.enums import Kind
from services import seats
from tests.api.surface import API
from tests.clocks import Clock
from tests.factories import create_live
from tests.rest.cached import Cached, all_at_once, retitle, running
from tests.rest.small_app import Small
from tests.services.following import settled
from tests.visiting import create_departure
from tests.waiting import eventually, kept

TRACKS = f"{API}/tracks"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def cached(settings: Settings, tmp_path: Path, clock: Clock) -> Iterator[Cached]:
    """An application that is followed; no minute ends, so that time alone outdates nothing."""
    clock.set(now().replace(second=0, microsecond=0))
    with running(settings, tmp_path, watched=True, byte_cache_ttl_s=600) as made:
        made.get(TRACKS)  # starts the watcher, as the first visitor does
        settled(made.cache.counters)
        yield made


def paths(departure: Departure) -> list[str]:
    """Return what tells the seats of a departure."""
    own, month = f"{API}/departures", f"{departure.starts_at.astimezone(SHANGHAI):%Y-%m}"
    return [own, f"{own}/{departure.id}", f"{own}/calendar?month={month}"]


def book(departure: Departure) -> float:
    """Take a seat; return the moment at which that was acknowledged."""
    seats.hold(departure.id, new_id(), 1, visitor=None)
    return time.monotonic()


def test_the_second_answer_does_not_enter_flask(cached: Cached) -> None:
    departure = create_departure()
    settled(cached.cache.counters)
    for path in paths(departure):
        for language in ("zh-CN", "en"):
            first = cached.get(path, accept_language=language)
            assert first.status == 200
            assert cached.is_kept(path, accept_language=language)
            again = cached.get(path, accept_language=language)
            assert again.body == first.body
            assert again.without("x-request-id") == first.without("x-request-id")
            tag = cached.get(path, accept_language=language, if_none_match=first["ETag"])
            assert (tag.status, tag.body) == (304, b"")


def test_a_booking_is_seen_within_a_second_and_leaves_the_content_alone(cached: Cached) -> None:
    departure = create_departure(capacity=100)
    asked = [f'"seats_left":{number}' for number in range(99, 0, -1)]
    for path in paths(departure):

        def seen_in_time(path: str = path) -> bool:
            cached.get(path)
            booked, expected = book(departure), asked.pop(0)
            assert eventually(lambda: expected in cached.get(path).body.decode())
            return time.monotonic() - booked < 1

        for _ in range(3):
            assert kept(seen_in_time)
    assert cached.is_kept(TRACKS), "kept since before the first booking"


def test_a_publish_leaves_the_seats_alone(cached: Cached) -> None:
    departure, track = create_departure(), create_live(Kind.TRACKS)
    settled(cached.cache.counters)
    for path in paths(departure):
        cached.get(path)
    retitle(track, "测试 after")
    assert eventually(lambda: "测试 after" in cached.get(TRACKS).body.decode())
    for path in paths(departure):
        assert cached.is_kept(path)


def test_many_bookings_at_once_are_all_seen(cached: Cached) -> None:
    departure = create_departure(capacity=100)
    path = paths(departure)[1]

    def work(number: int) -> None:
        for _ in range(5):
            if number % 2:
                book(departure)
            else:
                cached.get(path)

    all_at_once(8, work)
    assert eventually(lambda: cached.get(path).data["seats_left"] == 80)
    settled(cached.cache.counters)
    assert cached.get(path).data["seats_left"] == 80
    assert cached.is_kept(path)


def test_an_answer_ends_with_its_minute(cached: Cached, clock: Clock) -> None:
    departure = create_departure(in_hours=25)
    path = paths(departure)[1]
    settled(cached.cache.counters)
    clock.set(departure.closes_at - dt.timedelta(seconds=2))
    assert cached.get(path).data["availability"] == "bookable"
    assert cached.is_kept(path)
    clock.set(departure.closes_at)
    time.sleep(2)
    assert cached.get(path).data["availability"] == "closed"


def test_while_nobody_follows_nothing_is_kept(settings: Settings, tmp_path: Path) -> None:
    departure = create_departure()
    with running(settings, tmp_path) as alone:
        for path in paths(departure):
            alone.get(path)
            assert not alone.is_kept(path)
        for left in (9, 8):
            book(departure)
            assert alone.get(paths(departure)[1]).data["seats_left"] == left
        assert len(alone.cache.store) == 0


def test_when_the_app_fails_an_answer_stands_in_past_its_minute(tmp_path: Path) -> None:
    small = Small(tmp_path)
    small.app.until = now() - MINUTE
    assert small.get().status == 200
    assert small.get().status == 200
    assert small.app.entered == 2, "time has outdated it"
    small.app.status = "503 SERVICE UNAVAILABLE"
    assert small.get().status == 200
    small.app.until = now() + 10 * MINUTE
    small.app.status = "200 OK"
    small.cache.outage.told(failing=False)
    entered = small.app.entered
    assert [small.get().status for _ in range(2)] == [200, 200]
    assert small.app.entered == entered + 1

"""A fortnight passes in a minute while the worker is killed again and again.

All reminders, expiries and offers come, each once for each booking and event, and outside of the
quiet hours.
"""

import datetime as dt
import random
import time
from collections import Counter
from pathlib import Path

import pytest

import core.clock
from core.clock import SHANGHAI, now
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState
from models.notifications import Event, InboxEntry
from models.outbox import Job, JobState
from models.routes import Confirmation
from services import booking_policy
from services.bookings import cancelling, reminders
from tests.faults import timeworker
from tests.faults.harness import Product, by_form
from tests.visiting import check_books, create_departure, create_visitor, terms, wait
from tests.visiting import request as ask
from tests.waiting import eventually

DAYS = 14
# How far the clock goes at a time, unless something is due before; how many departures there are.
STEP = dt.timedelta(hours=by_form(short=6, long=1))
DEPARTURES = by_form(short=4, long=20)
KILL_EVERY = by_form(short=12, long=3)
DONE_WITHIN_S = by_form(short=120.0, long=600.0)
S = BookingState
REMINDERS = (Event.REMINDER_DAY, Event.REMINDER_HOURS)


def arrange(hours: float) -> tuple[Departure, Departure]:
    """Make one departure with a queue behind a full house, and one on which nobody decides."""
    busy = create_departure(in_hours=hours, capacity=4)
    stays, leaves = create_visitor(), create_visitor()
    ask(stays, busy, 2)
    going = ask(leaves, busy, 2)
    for _ in range(3):
        wait(create_visitor(), busy, 2)
    cancelling.cancel(leaves, going.id)
    slow = create_departure(in_hours=hours + 5, terms=terms(confirmation=Confirmation.STAFF))
    ask(create_visitor(), slow, 2)
    return busy, slow


def is_idle() -> bool:
    """Tell whether nothing is due: neither work that is written, nor what recurs."""
    under_way = Job.objects(state=JobState.RUNNING).count()
    return not under_way and not Job.objects(state=JobState.PENDING, run_at__lte=now()).count()


def next_step() -> dt.timedelta:
    """Return how far the clock goes: no further than to what is due next."""
    pending = Job.objects(state=JobState.PENDING).order_by("run_at").first()
    if pending is None:
        return STEP
    return min(STEP, max(pending.run_at - now(), dt.timedelta()) + dt.timedelta(seconds=1))


def test_all_that_is_due_in_a_fortnight_comes_once(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = tmp_path / "clock"
    timeworker.put(clock, dt.timedelta())
    product.environ[timeworker.CLOCK] = str(clock)
    monkeypatch.setattr(
        core.clock,
        "system_time",
        lambda: dt.datetime.now(dt.UTC) + timeworker.ahead(clock),
    )
    hours = [72 + number * (DAYS * 24 - 100) / DEPARTURES for number in range(DEPARTURES)]
    pairs = [arrange(each) for each in hours]
    chance = random.Random(6)  # noqa: S311 - a sequence, no secrets
    worker = product.start_worker("tests.faults.timeworker", "run")
    passed, turn = dt.timedelta(), 0
    while passed < dt.timedelta(days=DAYS + 1):
        passed, turn = passed + next_step(), turn + 1
        timeworker.put(clock, passed)
        if turn % KILL_EVERY == 0:
            time.sleep(chance.uniform(0, 0.3))
            worker.kill()
            worker = product.start_worker("tests.faults.timeworker", "run")
        assert eventually(is_idle, DONE_WITHIN_S), list(Job.objects(state=JobState.PENDING))
    assert eventually(lambda: all_over(pairs), DONE_WITHIN_S)
    assert Job.objects(state=JobState.FAILED).count() == 0
    check_books()
    check_told(pairs)


def all_over(pairs: list[tuple[Departure, Departure]]) -> bool:
    ids = [one.id for pair in pairs for one in pair]
    return Departure.objects(id__in=ids, state=DepartureState.OPEN).count() == 0


def check_told(pairs: list[tuple[Departure, Departure]]) -> None:
    """Check that everybody was told each thing once, and at a time fit for it."""
    told: dict[str, Counter[Event]] = {}
    policy = booking_policy.current()
    for entry in InboxEntry.objects:
        told.setdefault(entry.data["booking"], Counter())[entry.event] += 1
        if entry.event in REMINDERS:
            hour = entry.at.astimezone(SHANGHAI).hour
            assert policy.quiet_until <= hour < policy.quiet_from or is_latest(entry)
    for booking in Booking.objects:
        events = told[booking.id]
        assert set(events.values()) == {1}, (booking.state, events)
        if booking.state is S.CONFIRMED:
            assert [events[each] for each in REMINDERS] == [1, 1], events
    busy = [pair[0].id for pair in pairs]
    waited = Booking.objects(departure__in=busy, state=S.LAPSED)
    offered = [one for one in waited if told[one.id][Event.BOOKING_OFFERED]]
    assert waited.count() == 3 * DEPARTURES
    assert all(told[one.id][Event.BOOKING_LAPSED] == 1 for one in waited)
    assert all(told[one.id][Event.BOOKING_OFFER_ENDING] <= 1 for one in offered)
    slow = Booking.objects(departure__in=[pair[1].id for pair in pairs])
    assert {one.state for one in slow} == {S.EXPIRED}
    assert len(offered) == 3 * DEPARTURES, "each had their turn"


def is_latest(entry: InboxEntry) -> bool:
    """Tell whether a reminder came when it had to, because the end of the quiet is too late."""
    starts_at = Booking.objects.get(id=entry.data["booking"]).starts_at
    return bool(entry.at >= starts_at - reminders.LATEST)
